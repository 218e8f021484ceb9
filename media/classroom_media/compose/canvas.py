"""Paints sources into the programme's picture, plane by plane in YUV 4:2:0.

Going through RGB would cost ten times as much. What did not change since the last tick is
not painted again, and one source of the programme's own size is passed on by reference.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
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


@contextmanager
def lent(frame: av.VideoFrame, places: Sequence[Box]) -> Iterator[list[list[Plane]]]:
    """Give parts of a yuv420p frame, plane by plane, to be painted on for a while.

    Afterwards it is as it was: it may belong to a decoder, which still needs it.
    """
    whole = planes(frame)
    parts = [
        [plane[rows, columns] for (rows, columns), plane in zip(regions(place), whole, strict=True)]
        for place in places
    ]
    beneath = [[part.copy() for part in some] for some in parts]
    try:
        yield parts
    finally:
        for some, before in zip(parts, beneath, strict=True):
            for part, plane in zip(some, before, strict=True):
                part[:] = plane


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

    The frame that `paint` gives is valid until the next call, that of `composed` for its block:
    an encoder that keeps frames must copy it (libx264 does).
    """

    def __init__(self, slots: Sequence[Slot], background: av.VideoFrame) -> None:
        self._slots = tuple(slots)
        self._background = background
        self._width, self._height = background.width, background.height
        self._whole = Box(0, 0, self._width, self._height)
        self._borders = tuple(_even_up(slot.border * self._height) for slot in slots)
        self._frame = label(av.VideoFrame(self._width, self._height, "yuv420p"))
        self._planes = planes(self._frame)
        self._fitters = tuple(Fitter() for _ in slots)
        self._keyed: dict[int, KeyedPlace] = {}  # by slot
        self._boxes: list[Box] = []
        self._painted: list[Picture] = []

    @contextmanager
    def composed(self, pictures: Sequence[Picture]) -> Iterator[av.VideoFrame]:
        """Give the composed picture for a while; `pictures` fill the slots in order.

        Where the lowest fills everything as it is, the others are laid over it for that while:
        copying it would cost as much as all the rest.
        """
        slots, boxes = self._placed(pictures)
        if boxes[0] != self._whole or any(slot.key for slot in slots):
            yield self.paint(pictures)
            return
        below = self._fitted(0, slots[0], boxes[0], pictures[0])
        above = range(1, len(slots))
        fitted = [self._fitted(n, slots[n], boxes[n], pictures[n]) for n in above]
        with lent(below, [boxes[n].grown(self._borders[n]) for n in above]):
            onto = planes(below)
            for n, frame in zip(above, fitted, strict=True):
                self._lay(onto, n, slots[n], boxes[n], planes(frame))
            yield below

    def paint(self, pictures: Sequence[Picture]) -> av.VideoFrame:
        """Give the composed picture; `pictures` fill the slots in order."""
        slots, boxes = self._placed(pictures)
        keys = {index: slot.key for index, slot in enumerate(slots) if slot.key}
        if boxes == [self._whole] and not keys:
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

    def _placed(self, pictures: Sequence[Picture]) -> tuple[list[Slot], list[Box]]:
        slots = [
            _for_slate(slot) if picture.whole else slot
            for slot, picture in zip(self._slots, pictures, strict=True)
        ]
        boxes = [
            box(slot, self._width, self._height, picture.aspect)
            for slot, picture in zip(slots, pictures, strict=True)
        ]
        return slots, boxes

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
        self._lay(self._planes, index, slot, place, fitted)

    def _lay(
        self, onto: Sequence[Plane], index: int, slot: Slot, place: Box, fitted: Sequence[Plane]
    ) -> None:
        """Put a fitted picture on some planes, in its border."""
        if border := self._borders[index]:
            _fill(onto, place.grown(border), yuv_of(slot.border_colour))
        for (rows, columns), plane, source in zip(regions(place), onto, fitted, strict=True):
            plane[rows, columns] = source

    def _parts(self, index: int) -> list[Plane]:
        """Give where a slot's picture stands, plane by plane."""
        places = zip(regions(self._boxes[index]), self._planes, strict=True)
        return [plane[rows, columns] for (rows, columns), plane in places]

    def _clear(self) -> None:
        for plane, source in zip(self._planes, planes(self._background), strict=True):
            plane[:] = source


def _fill(onto: Sequence[Plane], place: Box, colour: tuple[int, int, int]) -> None:
    for (rows, columns), plane, value in zip(regions(place), onto, colour, strict=True):
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
