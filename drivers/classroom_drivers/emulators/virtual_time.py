"""Virtual time: a loop that jumps to the next moment at which something is due.

A projector that warms up for a minute is on at once, and yet after a minute.
"""

import asyncio
import selectors

LOOK_S = 1e-9  # a look takes a moment: asyncio wakes who waits for an instant this much too early,
# and a clock that then stood still would have them wait for that instant for ever


class _Jumping(selectors.SelectSelector):
    """Never waits; says how long it would have."""

    def __init__(self) -> None:
        super().__init__()
        self.now_s = 1000.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        found = super().select(0)
        if not found:
            if timeout is None:
                raise RuntimeError("everybody waits for something that will never happen")
            self.now_s += max(timeout, LOOK_S)
        return found


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop whose seconds pass as fast as the work in them is done.

    Run it with ``asyncio.Runner(loop_factory=VirtualLoop)``; only for what happens in memory.
    """

    def __init__(self) -> None:
        self._jumping = _Jumping()
        super().__init__(self._jumping)

    def time(self) -> float:
        """Give the time that it would be."""
        return self._jumping.now_s
