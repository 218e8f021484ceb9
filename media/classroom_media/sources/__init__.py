"""Where live pictures and sound come from."""
