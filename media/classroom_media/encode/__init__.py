"""Pictures and sound to packets."""
