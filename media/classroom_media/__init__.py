"""Live pictures and sound of a classroom: sources, layouts, encoding, durable recording."""
