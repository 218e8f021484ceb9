"""Recordings brought to where they belong: a queue that forgets nothing, and the targets."""
