"""The rungs that a room's peers climb: those of its sizes, and below them sound alone."""

from collections.abc import Iterable
from typing import Final

from classroom_media.live.rtp.red import SINGLE, SPACED
from classroom_media.live.rungs import ONE_WAY, SOUND, STORED, Rung
from classroom_media.workers.specs import LiveSize

AROUND: Final = 1.1  # times a picture's bits, with headers and what is sent again now and then
SMALL: Final = 180  # pixels of height: no slide can be read in it


def rungs_of(sizes: Iterable[LiveSize]) -> tuple[Rung, ...]:
    """Give the rungs, best first, from sizes in that order."""
    return (*(_rung(layer, size) for layer, size in enumerate(sizes)), SOUND, ONE_WAY, STORED)


def _rung(layer: int, size: LiveSize) -> Rung:
    bps = size.bitrate_kbps * 1000
    small = size.height <= SMALL
    return Rung(
        name=f"{size.height}p",
        cost_bps=int(bps * AROUND) + SOUND.cost_bps,
        picture_bps=bps,
        layer=layer,
        redundancy=SINGLE if small else SPACED,
        stills=small,
    )
