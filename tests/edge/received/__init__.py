"""What sites send their hub."""
