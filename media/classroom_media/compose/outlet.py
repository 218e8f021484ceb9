"""Where a programme goes."""

from typing import Protocol

from classroom_media.compose.pictures import Picture
from classroom_media.levels import Samples
from classroom_media.messages import Levels
from classroom_media.packets import Coded


class Outlet(Protocol):
    """Takes what a programme makes. Called from the thread that calls `Programme`."""

    def packet(self, packet: Coded) -> None:
        """Take a coded packet of either stream."""

    def levels(self, levels: Levels) -> None:
        """Take the loudness of all sounds."""

    def preview(self, jpeg: bytes) -> None:
        """Take a preview picture."""

    def decoded(self, stream: str, picture: Picture) -> None:
        """Take a look at a source's picture before it is composed; titles come over it later."""

    def sounded(self, source: str, samples: Samples) -> None:
        """Listen to a block of a source's sound before it is mixed, (2, n) float32."""

    def skipped(self, ticks: int) -> None:
        """Hear that the programme has a hole, in sound and picture: it stood still for long."""


def give(outlet: Outlet, packets: list[Coded]) -> None:
    """Let an outlet have some packets."""
    for packet in packets:
        outlet.packet(packet)
