"""What waits to be sent; a line that is too far behind goes on at the next keyframe."""

import threading
from collections import deque
from typing import Final

from classroom_media.api import NS, Kind
from classroom_media.packets import Coded

BEHIND_NS: Final = 4 * NS

Waiting = tuple[Kind, Coded]


class Backlog:
    """Filled by one thread, emptied by another. A packet is never sent without its keyframe."""

    def __init__(self, behind_ns: int = BEHIND_NS) -> None:
        self.dropped = 0  # pictures
        self._behind_ns = behind_ns
        self._waiting: deque[Waiting] = deque()
        self._wants_key = True
        self._news = threading.Condition()

    def put(self, kind: Kind, packet: Coded) -> None:
        """Add a packet; when too much waits, everything before the next keyframe is let go."""
        with self._news:
            if kind is Kind.PICTURE:
                if packet.key:
                    self._wants_key = False
                elif self._wants_key:
                    self.dropped += 1
                    return
            self._waiting.append((kind, packet))
            if packet.dts_ns - self._waiting[0][1].dts_ns > self._behind_ns:
                self._let_go()
            self._news.notify_all()

    def take(self, timeout_s: float) -> list[Waiting]:
        """Wait at most so long; give what waits, and keep nothing of it."""
        with self._news:
            self._news.wait_for(lambda: bool(self._waiting), timeout_s)
            taken = list(self._waiting)
            self._waiting.clear()
            return taken

    def begin_anew(self) -> None:
        """Let go of all that waits: the next connection begins at a keyframe."""
        with self._news:
            self._let_go()

    def _let_go(self) -> None:
        self.dropped += sum(kind is Kind.PICTURE for kind, _packet in self._waiting)
        self._waiting.clear()
        self._wants_key = True
