"""Code sheets that are shipped, each a driver by one line in the registry."""
