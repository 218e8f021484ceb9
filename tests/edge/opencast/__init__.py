"""A room as a capture agent of Opencast."""
