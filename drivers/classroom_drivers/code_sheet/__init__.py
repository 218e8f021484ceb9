"""Code sheets: devices described in TOML; how a sheet is read, and what is wrong with it."""
