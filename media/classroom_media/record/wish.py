"""What is asked of a take at a moment: to go on, to wait, to end, or that its source has gone."""

from dataclasses import dataclass

from classroom_media.api import Kind
from classroom_media.packets import Coded


@dataclass(frozen=True, slots=True)
class Lost:
    """The source went away just before the packet of this number."""

    number: int
    reason: str


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked of the take at a moment."""

    until_ns: int | None = None  # held, or ending
    ending: bool = False
    patient: bool = True  # an ending take waits for packets that are still under way
    lost: Lost | None = None

    def admits(self, packet: Coded, kind: Kind) -> bool:
        """Whether a packet holds nothing of what happened from `until_ns` on.

        A block of AAC describes its own time and, through its window, the next block's.
        """
        if self.until_ns is None:
            return True
        reach_ns = 1 if kind is Kind.PICTURE else 2 * packet.duration_ns
        return packet.pts_ns + reach_ns <= self.until_ns
