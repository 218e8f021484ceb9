"""Everything of a room but its films, in one file, and back again."""
