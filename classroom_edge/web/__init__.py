"""The HTTP API, the events, the panel's built files, and who may do what."""
