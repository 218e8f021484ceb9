"""Sessions with pictures and sound: what the daemon does so that rooms see and hear each other."""
