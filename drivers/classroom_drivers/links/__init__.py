"""Transports by URL, and the supervised link over them."""
