"""Opaque tokens: 256 bits that a browser holds, and their hash, which the database holds.

A stolen database opens nothing, and taking a token away takes effect at once.
"""

import hashlib
import secrets


def new_token() -> str:
    """Make a token, fit for a cookie."""
    return secrets.token_urlsafe(32)


def digest(token: str) -> bytes:
    """Hash a token. It is random already, so SHA-256 without salt is enough."""
    return hashlib.sha256(token.encode()).digest()
