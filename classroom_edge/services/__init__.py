"""The daemon's long-running services, one a file."""
