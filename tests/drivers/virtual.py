"""Virtual time: a loop that jumps to the next moment at which something is due."""

import asyncio
import functools
import selectors
from collections.abc import Callable, Coroutine
from typing import Any


class _Jumping(selectors.SelectSelector):
    """Never waits; says how long it would have."""

    def __init__(self) -> None:
        super().__init__()
        self.now_s = 1000.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        found = super().select(0)
        if not found:
            assert timeout is not None, "everybody waits for something that will never happen"
            self.now_s += max(timeout, 0.0)
        return found


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop whose seconds pass as fast as the work in them is done."""

    def __init__(self) -> None:
        self._jumping = _Jumping()
        super().__init__(self._jumping)

    def time(self) -> float:
        return self._jumping.now_s


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
