"""One value that many may follow: each follower gets the newest, and misses what lies between."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Generic, TypeVar

T = TypeVar("T")


class Newest(Generic[T]):
    """The newest value of something; a slow follower never holds up anybody."""

    def __init__(self) -> None:
        self._value: T | None = None
        self._number = 0
        self._changed = asyncio.Event()
        self._followers = 0

    @property
    def value(self) -> T | None:
        """The newest value, or None before the first."""
        return self._value

    @property
    def followers(self) -> int:
        """How many follow at this moment."""
        return self._followers

    def put(self, value: T) -> None:
        """Replace the value and wake every follower."""
        self._value = value
        self._number += 1
        self._changed.set()
        self._changed = asyncio.Event()

    def forget(self) -> None:
        """Take the value away: who comes now waits for a new one."""
        self._value = None

    async def follow(self, *, pause_s: float = 0.1) -> AsyncGenerator[T, None]:
        """Give the present value, then the newest whenever there is one, `pause_s` apart."""
        self._followers += 1
        seen = 0
        try:
            while True:
                if self._number == seen or self._value is None:
                    await self._changed.wait()
                    continue
                seen = self._number
                yield self._value
                await asyncio.sleep(pause_s)
        finally:
            self._followers -= 1
