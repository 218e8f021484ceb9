"""Opencast: this room as a capture agent of it, as the agent's side and as a pretend core."""
