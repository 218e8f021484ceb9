"""Live between schools: one room's pictures and sound to others, over the links they have."""
