"""What is behind the pictures of a layout: a colour, the quiet gradient, the school's picture."""

import logging

import av
import numpy as np
from PIL import Image, ImageOps

from classroom_media.api import Arrangement
from classroom_media.compose.canvas import planes
from classroom_media.compose.colours import frame_of, yuv_of
from classroom_media.compose.slates import backdrop

logger = logging.getLogger(__name__)


class Backgrounds:
    """Makes backgrounds of one size, each once."""

    def __init__(self, width: int, height: int) -> None:
        self._width, self._height = width, height
        self._made: dict[str, av.VideoFrame] = {}

    def behind(self, arrangement: Arrangement) -> av.VideoFrame:
        """Give a layout's background; it must not be painted on."""
        wanted = arrangement.picture or arrangement.background
        if wanted not in self._made:
            self._made[wanted] = self._make(arrangement)
        return self._made[wanted]

    def _make(self, arrangement: Arrangement) -> av.VideoFrame:
        if arrangement.picture:
            try:
                return self._picture(arrangement.picture)
            except (OSError, ValueError, Image.DecompressionBombError) as error:
                logger.warning("layout %s: no background: %s", arrangement.name, error)
        elif arrangement.background != "gradient":
            return self._plain(yuv_of(arrangement.background))
        return backdrop(self._width, self._height)

    def _picture(self, path: str) -> av.VideoFrame:
        with Image.open(path) as image:
            size = (self._width, self._height)
            return frame_of(np.asarray(ImageOps.fit(image.convert("RGB"), size)))

    def _plain(self, colour: tuple[int, int, int]) -> av.VideoFrame:
        frame = av.VideoFrame(self._width, self._height, "yuv420p")
        for plane, value in zip(planes(frame), colour, strict=True):
            plane[:] = value
        return frame
