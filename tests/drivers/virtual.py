"""Tests on virtual time."""

import asyncio
import functools
from collections.abc import Callable, Coroutine
from typing import Any

from classroom_drivers.emulators.virtual_time import VirtualLoop

__all__ = ["VirtualLoop", "until", "virtual"]


def virtual(test: Callable[..., Coroutine[Any, Any, None]]) -> Callable[..., None]:
    """Run a test on virtual time."""

    @functools.wraps(test)
    def run(*args: Any, **kwargs: Any) -> None:
        with asyncio.Runner(loop_factory=VirtualLoop) as runner:
            runner.run(test(*args, **kwargs))

    return run


async def until(look: Callable[[], object], *, within_s: float = 10.0) -> float:
    """Wait until something is true, on the loop's time; give how long that took."""
    clock = asyncio.get_running_loop().time
    began_s = clock()
    while not look():
        assert clock() - began_s < within_s, f"not within {within_s} s"
        await asyncio.sleep(0.01)
    return clock() - began_s
