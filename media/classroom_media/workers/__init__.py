"""The processes, and how the daemon talks to them."""
