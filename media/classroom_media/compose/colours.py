"""Colours as people write them, and as the programme's planes hold them.

Source: ITU-R BT.709-6, item 3 (conversion) and item 4 (quantisation, 8 bits).
"""

from typing import Final

import av
import numpy as np
from av.video.reformatter import ColorRange, Colorspace
from numpy.typing import NDArray

BLACK: Final = (16, 128, 128)  # Y, Cb, Cr, limited range

RGB = NDArray[np.uint8]


def yuv_of(colour: str) -> tuple[int, int, int]:
    """Give Y, Cb, Cr of a colour written as "#rrggbb"; limited range, BT.709.

    Raises:
        ValueError: it is not written so.
    """
    if len(colour) != 7 or colour[0] != "#":
        raise ValueError(f"no colour: {colour!r}")
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    luma = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    return (
        round(16 + 219 * luma),
        round(128 + 224 * (blue - luma) / 1.8556),
        round(128 + 224 * (red - luma) / 1.5748),
    )


def frame_of(picture: RGB) -> av.VideoFrame:
    """Give a picture, (height, width, 3) uint8 RGB24, both even, as a frame of the programme."""
    return av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), "rgb24").reformat(
        format="yuv420p",
        dst_colorspace=Colorspace.ITU709,
        dst_color_range=ColorRange.MPEG,
        interpolation="BICUBIC",
    )
