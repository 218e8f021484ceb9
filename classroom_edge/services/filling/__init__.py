"""What a room missed of lessons with others comes later, by itself, within a share of the line."""
