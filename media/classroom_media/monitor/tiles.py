"""Small pictures in colour, for the multiview."""

from typing import Final

import numpy as np
from av.video.reformatter import ColorRange, Colorspace, VideoReformatter
from numpy.typing import NDArray

from classroom_media.api import Slot
from classroom_media.compose.canvas import Fitter
from classroom_media.compose.layouts import box
from classroom_media.compose.pictures import Picture
from classroom_media.monitor.cells import TILE

Tile = NDArray[np.uint8]  # (height, width, 3), BGR24, at most `TILE`

_WHOLE: Final = Slot(x=0, y=0, width=1, height=1)


class TileMaker:
    """Makes tiles; holds its scalers, and is for one thread."""

    def __init__(self) -> None:
        self._fitter = Fitter()
        self._scaler = VideoReformatter()

    def tile(self, picture: Picture) -> Tile:
        """Give a picture as large as it fits into a tile, in its own shape."""
        place = box(_WHOLE, *TILE, picture.aspect)
        small = self._fitter.fit(picture.frame, place.width, place.height)
        bgr = self._scaler.reformat(
            small,
            format="bgr24",
            src_colorspace=Colorspace.ITU709,
            src_color_range=ColorRange.MPEG,
            threads=1,
        )
        return np.asarray(bgr.to_ndarray(), np.uint8)
