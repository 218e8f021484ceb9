"""Blends a small drawing over the programme's picture, on its planes, and takes it off again.

A drawing is brought once to premultiplied YUV 4:2:0; a picture then costs two operations on
the pixels that the drawing covers, and none on the others. Nothing else of the picture is
copied: it may belong to a decoder, which gets it back as it was.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from classroom_media.compose.canvas import Plane, lent
from classroom_media.compose.layouts import Box

RGBA = NDArray[np.uint8]

_TO_YUV: Final = np.array(  # BT.709, limited range; R, G, B from 0 to 255
    [
        [0.2126 * 219 / 255, 0.7152 * 219 / 255, 0.0722 * 219 / 255],
        [-0.2126 / 1.8556 * 224 / 255, -0.7152 / 1.8556 * 224 / 255, 0.5 * 224 / 255],
        [0.5 * 224 / 255, -0.7152 / 1.5748 * 224 / 255, -0.0722 / 1.5748 * 224 / 255],
    ]
)
_ZERO: Final = np.array([16, 128, 128])


@dataclass(frozen=True, slots=True, eq=False)
class Overlay:
    """A drawing at its place: its light, premultiplied, and how much shows through, by plane."""

    place: Box
    light: tuple[Plane, Plane, Plane]
    through: tuple[Plane, Plane, Plane]  # 255 = the picture beneath as it is


def overlay_of(drawing: RGBA, x: int, y: int) -> Overlay:
    """Prepare a drawing, (height, width, 4) uint8 RGBA, all even, for the place `x`, `y`."""
    height, width = drawing.shape[:2]
    alpha = drawing[..., 3:] / 255
    yuv = (drawing[..., :3] @ _TO_YUV.T + _ZERO) * alpha
    halves = (yuv[..., 1:], alpha)
    chroma, coarse = (
        half.reshape(height // 2, 2, width // 2, 2, -1).mean((1, 3)) for half in halves
    )
    fine, coarse = _plane(255 * (1 - alpha[..., 0])), _plane(255 * (1 - coarse[..., 0]))
    return Overlay(
        Box(x, y, width, height),
        (_plane(yuv[..., 0]), _plane(chroma[..., 0]), _plane(chroma[..., 1])),
        (fine, coarse, coarse),
    )


@contextmanager
def laid_over(frame: av.VideoFrame, overlays: Sequence[tuple[Overlay, float]]) -> Iterator[None]:
    """Lay drawings over a yuv420p frame, each as strong as told (0 to 1), for a while."""
    with lent(frame, [overlay.place for overlay, _ in overlays]) as parts:
        for (overlay, strength), some in zip(overlays, parts, strict=True):
            for part, light, through in zip(some, overlay.light, overlay.through, strict=True):
                _blend(part, light, through, strength)
        yield


def _blend(part: Plane, light: Plane, through: Plane, strength: float) -> None:
    blended = cv2.multiply(part, through, scale=1 / 255)
    if strength >= 1:
        cv2.add(blended, light, dst=part)
    else:
        cv2.addWeighted(cv2.add(blended, light), strength, part, 1 - strength, 0, dst=part)


def _plane(values: NDArray[np.floating]) -> Plane:
    return np.ascontiguousarray(np.clip(np.rint(values), 0, 255), np.uint8)
