"""The newest packets of a worker's streams, kept for those who begin to listen."""

import itertools
import threading
from collections import deque
from typing import Final

from classroom_media.api import NS
from classroom_media.packets import Coded

REPLAYED_NS: Final = 3 * NS  # at least; whole groups of pictures are kept
GROUP_MAX: Final = 1500  # packets kept for a replay


class LastGroups:
    """The packets of the last seconds, from a keyframe of the picture on: for newcomers.

    A director that was killed has lost what its encoder held and its file had not synced. With
    these packets its successor makes that again, and nothing is missing.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._groups: deque[list[Coded]] = deque([[]])

    def add(self, packet: Coded, *, begins: bool) -> None:
        """Keep a packet; `begins` tells that a decoder can start with it."""
        with self._lock:
            if begins or len(self._groups[-1]) >= GROUP_MAX:
                self._groups.append([])
            self._groups[-1].append(packet)
            while len(self._groups) > 1 and self._is_spare(packet.dts_ns - REPLAYED_NS):
                self._groups.popleft()

    def clear(self) -> None:
        """Forget all: the source is lost, and an old picture would be a lie."""
        with self._lock:
            self._groups = deque([[]])

    def packets(self) -> tuple[Coded, ...]:
        """Give what is kept, in order."""
        with self._lock:
            return tuple(itertools.chain.from_iterable(self._groups))

    def _is_spare(self, from_ns: int) -> bool:
        """Tell whether the first group ends before `from_ns`, or is one too many."""
        groups = self._groups
        return groups[1][0].dts_ns <= from_ns or sum(map(len, groups)) > GROUP_MAX
