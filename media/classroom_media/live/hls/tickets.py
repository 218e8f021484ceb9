"""Addresses that are good for a while: who has one may watch, and nobody can make one up.

The ticket is the first part of the path, so that whatever a playlist names relative to itself
carries it.
"""

import hashlib
import hmac
from base64 import urlsafe_b64encode
from typing import Final

_SIGNATURE_BYTES: Final = 18


def ticket(key: bytes, lesson: str, until_s: int) -> str:
    """Sign: `lesson` may be watched until `until_s`, seconds since 1970."""
    return f"{until_s:x}.{_signature(key, lesson, until_s)}"


def is_good(key: bytes, lesson: str, shown: str, now_s: float) -> bool:
    """Tell whether a ticket is for this lesson, and still good."""
    told, _dot, signature = shown.partition(".")
    try:
        until_s = int(told, 16)
    except ValueError:
        return False
    right = _signature(key, lesson, until_s)
    return hmac.compare_digest(signature.encode(), right.encode()) and now_s < until_s


def _signature(key: bytes, lesson: str, until_s: int) -> str:
    digest = hmac.digest(key, f"{until_s:x}/{lesson}".encode(), hashlib.sha256)
    return urlsafe_b64encode(digest[:_SIGNATURE_BYTES]).decode()
