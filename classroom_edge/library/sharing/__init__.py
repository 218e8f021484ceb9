"""Recordings shared by a link."""
