"""The director that decides by rules."""
