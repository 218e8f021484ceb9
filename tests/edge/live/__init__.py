"""Sessions with pictures and sound: the daemon's side."""
