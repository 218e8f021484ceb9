"""Configuration, daemon, API, panel."""
