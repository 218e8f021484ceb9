"""Tracks on disk that survive having the plug pulled."""
