"""Paints sources into the programme's picture, plane by plane in YUV 4:2:0.

Going through RGB would cost ten times as much. What did not change since the last tick is
not painted again, and one source of the programme's own size is passed on by reference.
"""

from collections.abc import Sequence
from typing import Final

import av
import cv2
import msgspec
import numpy as np
from av.video.reformatter import ColorRange, Colorspace, VideoReformatter
from numpy.typing import NDArray

from classroom_media.api import Slot
from classroom_media.compose.colours import yuv_of
from classroom_media.compose.key import KeyedPlace
from classroom_media.compose.layouts import Box, box, seen, uncropped
from classroom_media.compose.pictures import Picture

PLANAR: Final = frozenset({"yuv420p", "yuvj420p"})

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
        self._cropper = VideoReformatter()
        self._cropped: av.VideoFrame | None = None
        self._half: av.VideoFrame | None = None
        self._half_planes: tuple[Plane, ...] = ()

    def fit(
        self, frame: av.VideoFrame, width: int, height: int, part: Box | None = None
    ) -> av.VideoFrame:
        """Give the frame, or a part of it, in that size; the frame itself when it is right.

        Untagged colours count as BT.709.
        """
        if part is not None and part != Box(0, 0, frame.width, frame.height):
            frame = self._crop(frame, part)
        is_size = (frame.width, frame.height) == (width, height)
        if (
            is_size
            and frame.format.name == "yuv420p"
            and not _is_full(frame)
            and not _is_old(frame)
        ):
            return frame
        if _may_be_halved(frame, width, height):
            frame = self._halve(frame)
        return _converted(self._scaler, frame, width, height)

    def _halve(self, frame: av.VideoFrame) -> av.VideoFrame:
        """Give the means of every two by two pixels: half the work of scaling 1080p down."""
        half = self._kept(self._half, frame, frame.width // 2, frame.height // 2)
        if half is not self._half:
            self._half, self._half_planes = half, planes(half)
        for plane, source in zip(self._half_planes, planes(frame), strict=True):
            size = (plane.shape[1], plane.shape[0])
            cv2.resize(source, size, dst=plane, interpolation=cv2.INTER_AREA)
        return half

    def _crop(self, frame: av.VideoFrame, part: Box) -> av.VideoFrame:
        """Copy a part: libswscale can only be given whole frames."""
        if frame.format.name not in PLANAR:
            frame = label(_converted(self._cropper, frame, frame.width, frame.height))
        kept = self._kept(self._cropped, frame, part.width, part.height)
        copied = zip(regions(part), planes(kept), planes(frame), strict=True)
        for (rows, columns), plane, source in copied:
            plane[:] = source[rows, columns]
        self._cropped = kept
        return kept

    @staticmethod
    def _kept(
        kept: av.VideoFrame | None, like: av.VideoFrame, width: int, height: int
    ) -> av.VideoFrame:
        """Give a frame of that size with the colours of another: the one that is there, or new."""
        if kept is None or (kept.width, kept.height) != (width, height):
            kept = av.VideoFrame(width, height, "yuv420p")
        kept.color_range = ColorRange.JPEG if _is_full(like) else ColorRange.MPEG
        kept.colorspace = like.colorspace
        return kept


def _may_be_halved(frame: av.VideoFrame, width: int, height: int) -> bool:
    """Whether a picture is so large for its place that whole pixels can be put together."""
    is_large = frame.width >= 2 * width and frame.height >= 2 * height
    return is_large and not (frame.width % 4 or frame.height % 4) and frame.format.name in PLANAR


def _is_full(frame: av.VideoFrame) -> bool:
    return frame.format.name.startswith("yuvj") or frame.color_range == ColorRange.JPEG


def _is_old(frame: av.VideoFrame) -> bool:
    return frame.colorspace in _TAGGED_601


def _converted(
    scaler: VideoReformatter, frame: av.VideoFrame, width: int, height: int
) -> av.VideoFrame:
    return scaler.reformat(
        frame,
        width,
        height,
        "yuv420p",
        src_colorspace=Colorspace.ITU601 if _is_old(frame) else Colorspace.ITU709,
        dst_colorspace=Colorspace.ITU709,
        src_color_range=ColorRange.JPEG if _is_full(frame) else ColorRange.MPEG,
        dst_color_range=ColorRange.MPEG,
        interpolation="BILINEAR",
        threads=1,  # more would cost twice the CPU for pictures of this size
    )


class Canvas:
    """The programme's picture under one arrangement of slots, bottom first.

    The frame that `paint` gives is valid until the next call: an encoder that keeps frames
    must copy it (libx264 does).
    """

    def __init__(self, slots: Sequence[Slot], background: av.VideoFrame) -> None:
        self._slots = tuple(slots)
        self._background = background
        self._width, self._height = background.width, background.height
        self._borders = tuple(_even_up(slot.border * self._height) for slot in slots)
        self._frame = label(av.VideoFrame(self._width, self._height, "yuv420p"))
        self._planes = planes(self._frame)
        self._fitters = tuple(Fitter() for _ in slots)
        self._keyed: dict[int, KeyedPlace] = {}  # by slot
        self._boxes: list[Box] = []
        self._painted: list[Picture] = []

    def paint(self, pictures: Sequence[Picture]) -> av.VideoFrame:
        """Give the composed picture; `pictures` fill the slots in order."""
        slots = [
            _for_slate(slot) if picture.whole else slot
            for slot, picture in zip(self._slots, pictures, strict=True)
        ]
        boxes = [
            box(slot, self._width, self._height, picture.aspect)
            for slot, picture in zip(slots, pictures, strict=True)
        ]
        keys = {index: slot.key for index, slot in enumerate(slots) if slot.key}
        if boxes == [Box(0, 0, self._width, self._height)] and not keys:
            return self._fitted(0, slots[0], boxes[0], pictures[0])
        if boxes != self._boxes or keys.keys() != self._keyed.keys():
            self._clear()
            self._boxes, self._painted = boxes, []
            self._keyed = {
                index: KeyedPlace(key, self._parts(index)) for index, key in keys.items()
            }
        changed = self._changed(pictures)
        for index in reversed(changed[1:]):  # what is under them changes
            if index in self._keyed:
                self._keyed[index].uncover()
        for index in changed:
            self._paint_slot(index, slots[index], pictures[index], afresh=index != changed[0])
        self._painted = list(pictures)
        return self._frame

    def _changed(self, pictures: Sequence[Picture]) -> list[int]:
        """Give the slots to paint: those with a new picture, and what lies above them."""
        changed: list[int] = []
        for index, picture in enumerate(pictures):
            place = self._boxes[index].grown(self._borders[index])
            is_same = bool(self._painted) and picture is self._painted[index]
            if not is_same or any(place.overlaps(self._boxes[below]) for below in changed):
                changed.append(index)
        return changed

    def _fitted(self, index: int, slot: Slot, place: Box, picture: Picture) -> av.VideoFrame:
        frame = picture.frame
        part = seen(slot, place, frame.width, frame.height, picture.aspect)
        return self._fitters[index].fit(frame, place.width, place.height, part)

    def _paint_slot(self, index: int, slot: Slot, picture: Picture, *, afresh: bool) -> None:
        place = self._boxes[index]
        fitted = planes(self._fitted(index, slot, place, picture))
        if index in self._keyed:
            self._keyed[index].paint(fitted, afresh=afresh)
            return
        if border := self._borders[index]:
            self._fill(place.grown(border), yuv_of(slot.border_colour))
        for part, source in zip(self._parts(index), fitted, strict=True):
            part[:] = source

    def _parts(self, index: int) -> list[Plane]:
        """Give where a slot's picture stands, plane by plane."""
        places = zip(regions(self._boxes[index]), self._planes, strict=True)
        return [plane[rows, columns] for (rows, columns), plane in places]

    def _clear(self) -> None:
        for plane, source in zip(self._planes, planes(self._background), strict=True):
            plane[:] = source

    def _fill(self, place: Box, colour: tuple[int, int, int]) -> None:
        for (rows, columns), plane, value in zip(regions(place), self._planes, colour, strict=True):
            plane[rows, columns] = value


def _for_slate(slot: Slot) -> Slot:
    """Give a slot for a picture that was drawn for it: all of it is seen."""
    return msgspec.structs.replace(uncropped(slot), key=None)


def _even_up(pixels: float) -> int:
    """Give an even number of pixels; at least 2, unless there are none."""
    return max(2, 2 * round(pixels / 2)) if pixels else 0


def regions(place: Box) -> tuple[tuple[slice, slice], ...]:
    """Give a box as rows and columns of the three planes."""
    left, top = max(0, place.x), max(0, place.y)
    right, bottom = place.x + place.width, place.y + place.height
    luma = (slice(top, bottom), slice(left, right))
    chroma = (slice(top // 2, bottom // 2), slice(left // 2, right // 2))
    return luma, chroma, chroma
