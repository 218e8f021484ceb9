"""Live between schools: RTP, the ladder, lessons on bad links."""
