"""Sizes that no peer is sent: after a while they rest, and cost nothing until one is wished for."""

from collections.abc import Iterable
from typing import Final

REST_NS: Final = 10_000_000_000  # a ladder that trembles needs no new encoder each time


class Unwatched:
    """Notes for how long nobody has been sent a size. Pure: time is an argument."""

    def __init__(self, layers: int, now_ns: int) -> None:
        self._watched_ns = [now_ns] * layers

    def look(self, watched: Iterable[int], now_ns: int) -> tuple[int, ...]:
        """Take what is sent now; give what is to rest, again and again: who makes it may die."""
        for layer in watched:
            self._watched_ns[layer] = now_ns
        due = [n for n, at_ns in enumerate(self._watched_ns) if now_ns - at_ns >= REST_NS]
        for layer in due:
            self._watched_ns[layer] = now_ns
        return tuple(due)
