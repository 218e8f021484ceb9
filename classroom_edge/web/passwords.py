"""Passwords: argon2id as OWASP advises for a small machine, two at a time.

Source: OWASP, Password Storage Cheat Sheet (argon2id, 19 MiB, 2 passes, 1 lane).
"""

import asyncio
from functools import cached_property
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

AT_ONCE: Final = 2  # each takes 19 MiB and one core for some 30 ms
LENGTH_MIN: Final = 8  # characters
LENGTH_MAX: Final = 256
KINDS_MIN: Final = 3  # of: lower case, upper case, digits, everything else
LONG: Final = 16  # characters; a phrase this long needs no kinds


class Passwords:
    """Makes and checks password hashes in threads, never more than `AT_ONCE`."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
        self._turn = asyncio.Semaphore(AT_ONCE)

    async def hash(self, password: str) -> str:
        """Hash a password, salted."""
        async with self._turn:
            return await asyncio.to_thread(self._hasher.hash, password)

    async def fits(self, password: str, password_hash: str | None) -> bool:
        """Whether the password is right; takes as long where there is no such user (None)."""
        async with self._turn:
            return await asyncio.to_thread(self._fits, password, password_hash)

    def _fits(self, password: str, password_hash: str | None) -> bool:
        try:
            self._hasher.verify(password_hash or self._nobodys, password)
        except (VerificationError, InvalidHashError):
            return False
        return password_hash is not None

    @cached_property
    def _nobodys(self) -> str:
        return self._hasher.hash("nobody")


def weakness(name: str, password: str) -> str:
    """Say what is wrong with a new password, as a key of our words; "" when it is good."""
    if not LENGTH_MIN <= len(password) <= LENGTH_MAX:
        return "password-length"
    if name.lower() in password.lower():
        return "password-name"
    kinds = {
        "lower" if c.islower() else "upper" if c.isupper() else "digit" if c.isdigit() else "other"
        for c in password
    }
    if len(password) < LONG and len(kinds) < KINDS_MIN:
        return "password-kinds"
    return ""
