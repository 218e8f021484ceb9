"""A new version takes a room over: at rest, rehearsed, and with a way back."""
