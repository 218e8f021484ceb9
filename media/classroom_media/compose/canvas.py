"""Paints sources into the programme's picture, plane by plane in YUV 4:2:0.

Going through RGB would cost ten times as much. What did not change since the last tick is
not painted again, and one source of the programme's own size is passed on by reference.
"""

from collections.abc import Sequence
from typing import Final

import av
import numpy as np
from av.video.reformatter import ColorRange, Colorspace, VideoReformatter
from numpy.typing import NDArray

from classroom_media.compose.layouts import Arrangement, Box, box
from classroom_media.compose.pictures import Picture

BLACK: Final = (16, 128, 128)  # Y, Cb, Cr, limited range
BORDER: Final = (214, 128, 128)  # white, but not glaring
BORDER_OF_HEIGHT: Final = 1 / 360

_TAGGED_601: Final = frozenset({5, 6})  # AVColorSpace: BT.470BG, SMPTE 170M

Plane = NDArray[np.uint8]


def planes(frame: av.VideoFrame) -> tuple[Plane, ...]:
    """Give the planes of a yuv420p frame as (height, width) uint8 views that can be written."""
    return tuple(
        np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)[:, : plane.width]
        for plane in frame.planes
    )


def label(frame: av.VideoFrame) -> av.VideoFrame:
    """Write on a frame what all frames of the programme are: BT.709, limited range."""
    frame.color_range = ColorRange.MPEG
    frame.colorspace = frame.color_primaries = frame.color_trc = 1  # AVCOL_*_BT709
    return frame


class Fitter:
    """Brings frames to a size and to yuv420p in limited range, BT.709; holds one scaler."""

    def __init__(self) -> None:
        self._scaler = VideoReformatter()  # one per frame would leak a context per frame

    def fit(self, frame: av.VideoFrame, width: int, height: int) -> av.VideoFrame:
        """Give the frame itself when it is right already. Untagged colours count as BT.709."""
        full = frame.format.name.startswith("yuvj") or frame.color_range == ColorRange.JPEG
        old = frame.colorspace in _TAGGED_601
        right_size = (frame.width, frame.height) == (width, height)
        if right_size and frame.format.name == "yuv420p" and not full and not old:
            return frame
        return self._scaler.reformat(
            frame,
            width,
            height,
            "yuv420p",
            src_colorspace=Colorspace.ITU601 if old else Colorspace.ITU709,
            dst_colorspace=Colorspace.ITU709,
            src_color_range=ColorRange.JPEG if full else ColorRange.MPEG,
            dst_color_range=ColorRange.MPEG,
            interpolation="BILINEAR",
            threads=1,  # more would cost twice the CPU for pictures of this size
        )


class Canvas:
    """The programme's picture under one arrangement of slots.

    The frame that `paint` gives is valid until the next call: an encoder that keeps frames
    must copy it (libx264 does).
    """

    def __init__(
        self, arrangement: Arrangement, width: int, height: int, backdrop: av.VideoFrame
    ) -> None:
        self._slots = arrangement.slots
        self._backdrop = backdrop if arrangement.backdrop else None
        self._width, self._height = width, height
        self._border = max(2, 2 * round(height * BORDER_OF_HEIGHT / 2))
        self._frame = label(av.VideoFrame(width, height, "yuv420p"))
        self._planes = planes(self._frame)
        self._fitters = tuple(Fitter() for _ in self._slots)
        self._boxes: list[Box] = []
        self._painted: list[Picture] = []

    def paint(self, pictures: Sequence[Picture]) -> av.VideoFrame:
        """Give the composed picture; `pictures` fill the slots in order, bottom first."""
        boxes = [
            box(slot, self._width, self._height, picture.aspect)
            for slot, picture in zip(self._slots, pictures, strict=True)
        ]
        if boxes == [Box(0, 0, self._width, self._height)]:
            return self._fitters[0].fit(pictures[0].frame, self._width, self._height)
        if boxes != self._boxes:
            self._clear()
            self._boxes, self._painted = boxes, []
        for index in range(self._first_change(pictures), len(boxes)):
            self._paint_slot(index, pictures[index])
        self._painted = list(pictures)
        return self._frame

    def _first_change(self, pictures: Sequence[Picture]) -> int:
        """Give the lowest slot to paint: what lies above a new picture is painted again."""
        same = [new is old for new, old in zip(pictures, self._painted, strict=False)]
        return same.index(False) if False in same else len(same)

    def _paint_slot(self, index: int, picture: Picture) -> None:
        place = self._boxes[index]
        if self._slots[index].border:
            self._fill(place.grown(self._border), BORDER)
        fitted = self._fitters[index].fit(picture.frame, place.width, place.height)
        for (rows, columns), plane, source in zip(
            _regions(place), self._planes, planes(fitted), strict=True
        ):
            plane[rows, columns] = source

    def _clear(self) -> None:
        if self._backdrop is None:
            self._fill(Box(0, 0, self._width, self._height), BLACK)
        else:
            for plane, source in zip(self._planes, planes(self._backdrop), strict=True):
                plane[:] = source

    def _fill(self, place: Box, colour: tuple[int, int, int]) -> None:
        for (rows, columns), plane, value in zip(
            _regions(place), self._planes, colour, strict=True
        ):
            plane[rows, columns] = value


def _regions(place: Box) -> tuple[tuple[slice, slice], ...]:
    """Give a box as rows and columns of the three planes."""
    left, top = max(0, place.x), max(0, place.y)
    right, bottom = place.x + place.width, place.y + place.height
    luma = (slice(top, bottom), slice(left, right))
    chroma = (slice(top // 2, bottom // 2), slice(left // 2, right // 2))
    return luma, chroma, chroma
