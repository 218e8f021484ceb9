"""The school day by itself: what is planned for a room, done once, and shown."""
