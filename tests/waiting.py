"""The one way in which tests wait: for a condition, with a deadline."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

Found = TypeVar("Found")


def eventually(look: Callable[[], Found], *, within_s: float = 30.0) -> Found:
    """Give what `look` finds as soon as it is true; fail when that takes too long."""
    deadline = time.monotonic() + within_s
    while not (found := look()):
        assert time.monotonic() < deadline, f"not within {within_s} s"
        time.sleep(0.02)
    return found


async def eventually_async(look: Callable[[], Found], *, within_s: float = 30.0) -> Found:
    """Do the same on an event loop, which goes on meanwhile."""
    deadline = time.monotonic() + within_s
    while not (found := look()):
        assert time.monotonic() < deadline, f"not within {within_s} s"
        await asyncio.sleep(0.02)
    return found


async def eventually_awaited(
    look: Callable[[], Awaitable[Found | None]], *, within_s: float = 30.0
) -> Found:
    """Do the same where looking takes an await."""
    deadline = time.monotonic() + within_s
    while not (found := await look()):
        assert time.monotonic() < deadline, f"not within {within_s} s"
        await asyncio.sleep(0.02)
    return found
