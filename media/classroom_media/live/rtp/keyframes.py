"""Wishes for keyframes, of many peers to one encoder: joined, and limited.

Source: RFC 4585, 6.3.1.2 (what a PLI is answered with is the encoder's business).
"""

from typing import Final

APART_NS: Final = 1_000_000_000  # a keyframe is as large as ten pictures, and everybody gets it


class KeyframeWishes:
    """What is wished of one encoder: one keyframe a second at most, besides its own."""

    def __init__(self, apart_ns: int = APART_NS) -> None:
        self._apart_ns = apart_ns
        self._last_ns: int | None = None
        self._wished = False

    def wish(self) -> None:
        """Ask for a keyframe."""
        self._wished = True

    def made(self) -> None:
        """Say that there is one, wished or not: every wish before it is fulfilled."""
        self._wished = False

    def due(self, now_ns: int) -> bool:
        """Tell whether the encoder shall make one now; told once, and again if none comes."""
        soon = self._last_ns is not None and now_ns < self._last_ns + self._apart_ns
        if soon or not self._wished:
            return False
        self._last_ns = now_ns
        return True
