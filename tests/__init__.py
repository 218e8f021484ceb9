"""Behaviour, as sentences."""
