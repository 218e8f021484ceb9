"""Looks at what was recorded, after the fact: what is missing, how it sounds, what was shown."""
