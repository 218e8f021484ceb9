"""Small pictures of every source: for those who watch, and for those who judge."""
