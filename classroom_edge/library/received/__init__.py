"""Recordings that the sites of a hub have sent it: how they come in, and where they lie."""
