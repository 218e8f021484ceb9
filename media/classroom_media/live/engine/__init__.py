"""Servers by others that carry a class on when a hub is outgrown, all spoken to alike."""
