"""The rungs of the ladder: what a site gets, from everything down to a recording for later."""

from dataclasses import dataclass
from typing import Final

from classroom_media.live.rtp.red import PLAIN, SINGLE, SPACED


@dataclass(frozen=True, slots=True)
class Rung:
    """What a site gets. `layer` counts the sizes of the picture, 0 = the largest; None = none.

    `cost_bps` is what the rung takes of a link, with all headers and redundant sound.
    `redundancy` tells which packets of sound go along once more where packets are lost. With
    `stills` slides come as pictures over the control link, because the picture is too small.
    """

    name: str
    cost_bps: int
    picture_bps: int = 0
    layer: int | None = None
    redundancy: tuple[int, ...] = PLAIN
    sound: bool = True
    stills: bool = False


SIZES: Final = (
    Rung("720p", 1_700_000, 1_500_000, layer=0, redundancy=SPACED),
    Rung("360p", 650_000, 500_000, layer=1, redundancy=SPACED),
    Rung("180p", 245_000, 150_000, layer=2, redundancy=SINGLE, stills=True),
)
SOUND: Final = Rung("sound", 78_000, redundancy=SINGLE, stills=True)
ONE_WAY: Final = Rung("one-way", 0, sound=False, stills=True)  # buffered, by HTTP
STORED: Final = Rung("stored", 0, sound=False)  # the recording, when the link is back
RUNGS: Final = (*SIZES, SOUND, ONE_WAY, STORED)
