"""The multiview: small pictures of all sources on one wall, as a JPEG.

One picture for all, and not one for each: a browser opens six connections to a server, and no
more. Names and faults are in the picture, so that it can be watched on any screen, and are
always those of the moment that it shows.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from classroom_media.compose.slates import Slates
from classroom_media.monitor.captions import LOST, Captions
from classroom_media.monitor.cells import CAPTION, EDGE, FRAME, TILE, Cells, cell_size
from classroom_media.monitor.condition import Fault
from classroom_media.monitor.supply import Glimpse
from classroom_media.monitor.tiles import Tile, TileMaker

QUALITY: Final = 78  # of JPEG
BEHIND: Final = (18, 14, 11)  # B, G, R
AROUND: Final = (38, 32, 26)
ON_AIR: Final = (38, 32, 196)


@dataclass(frozen=True, slots=True)
class Standing:
    """What there is to be said of a source."""

    live: bool
    on_air: bool  # it is in the programme's picture
    fault: str = Fault.NONE


class Wall:
    """The wall of one room. `see` and `jpeg` are for one thread; the others are for any."""

    def __init__(self, names: Mapping[str, str], *, language: str) -> None:
        self._language = language
        self._captions = Captions(language)
        self._maker = TileMaker()
        self._tiles: dict[str, Tile] = {}
        self._nothing = np.full((TILE[1], TILE[0], 3), BEHIND, np.uint8)
        self._wanted = names
        self._build(names)

    def see(self, glimpse: Glimpse) -> None:
        """Take a small picture of a source, if it is in colour."""
        if glimpse.tile is not None:
            self._tiles[glimpse.source] = glimpse.tile

    def clear(self) -> None:
        """Forget what was seen so far."""
        self._tiles = {}

    def arrange(self, names: Mapping[str, str]) -> None:
        """Show these sources from the next picture on, in this order and under these names."""
        self._wanted = names

    def jpeg(self, standings: Mapping[str, Standing]) -> bytes:
        """Paint the wall."""
        if (wanted := self._wanted) != self._names:
            self._build(wanted)
        for cell, (source, name) in enumerate(self._names.items()):
            self._paint(cell, source, name, standings[source])
        _, coded = cv2.imencode(".jpg", self._picture, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
        return coded.tobytes()

    def _build(self, names: Mapping[str, str]) -> None:
        self._names = names  # by source, in the order of the wall
        self._cells = Cells(len(names))
        self._slates = Slates(dict(names), language=self._language)
        self._drawn: dict[str, Tile] = {}  # slates
        width, height = self._cells.size
        self._picture = np.full((height, width, 3), BEHIND, np.uint8)

    def _paint(self, cell: int, source: str, name: str, standing: Standing) -> None:
        left, top = self._cells.corner(cell)
        width, height = cell_size()
        margin = EDGE - FRAME
        framed = self._picture[
            top + margin : top + height - margin, left + margin : left + width - margin
        ]
        framed[:] = ON_AIR if standing.on_air else AROUND
        fault = standing.fault if standing.live else LOST
        inside = framed[FRAME:-FRAME, FRAME:-FRAME]
        inside[-CAPTION:] = self._captions.caption(name, fault, on_air=standing.on_air)
        if not standing.live:
            self._tiles[source] = self._slate(source)  # what was seen of it last is forgotten
        tile = self._tiles.get(source, self._nothing)
        high, wide = tile.shape[:2]
        inside[: TILE[1]] = BEHIND
        y, x = (TILE[1] - high) // 2, (TILE[0] - wide) // 2
        inside[y : y + high, x : x + wide] = tile

    def _slate(self, source: str) -> Tile:
        if source not in self._drawn:
            slate = self._slates.slate(source, *TILE, TILE[0] / TILE[1])
            self._drawn[source] = self._maker.tile(slate)
        return self._drawn[source]
