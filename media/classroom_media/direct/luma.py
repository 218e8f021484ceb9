"""Small grey pictures to look at: every so many lines and columns of the luma plane.

Leaving out costs a tenth of scaling, and movement does not need more.
"""

import math
from typing import Final

import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray

WIDTH: Final = 320  # at most
HEIGHT: Final = 180  # at most

Luma = NDArray[np.uint8]  # (height, width), at most 180 by 320


def small_luma(frame: VideoFrame) -> Luma:
    """Give a small copy of the luma of a planar YUV frame; others are converted first."""
    if not frame.format.name.startswith(("yuv4", "yuvj4", "nv12", "gray")):
        frame = frame.reformat(format="gray")
    plane = frame.planes[0]
    rows = np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)
    step = max(1, math.ceil(frame.width / WIDTH), math.ceil(frame.height / HEIGHT))
    return np.ascontiguousarray(rows[: frame.height : step, : frame.width : step])
