"""What a room has recorded, after the bell: found, watched, edited, delivered, kept, forgotten."""
