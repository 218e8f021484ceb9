"""Tries an encoder before a lesson relies on it: what it makes must come back as it went in."""

from typing import Final

import av
import numpy as np

from classroom_media.api import EncodeError
from classroom_media.compose.canvas import label, planes
from classroom_media.compose.grid import Grid
from classroom_media.encode.codec import Encoder
from classroom_media.encode.form import PictureForm
from classroom_media.packets import Coded
from classroom_media.sources.annexb import parameter_sets

PICTURES: Final = 6
KEY: Final = 3  # of which this one must become a keyframe because it is asked for
ERROR: Final = 12.0  # of 255, mean: a picture that is further off is another picture


def try_out(encoder: Encoder, form: PictureForm) -> None:
    """Encode some pictures and decode them again; the encoder is over.

    Raises:
        EncodeError: a picture is missing, wrong, out of turn or no keyframe where it should be.
        av.FFmpegError, ValueError: the encoder fails.
    """
    shown = [_picture(form, number) for number in range(PICTURES)]
    packets: list[Coded] = []
    for number, frame in enumerate(shown):
        packets += encoder.encode(frame, number, key=number == KEY)
    packets += encoder.flush()
    grid = Grid(form.fps)
    if [packet.pts_ns for packet in packets] != [grid.at(number) for number in range(PICTURES)]:
        raise EncodeError(f"trial: gives {len(packets)} pictures of {PICTURES}, or out of turn")
    keys = [number for number, packet in enumerate(packets) if packet.key]
    if keys != [0, KEY]:
        raise EncodeError(f"trial: keyframes at {keys}, not at 0 and {KEY}")
    if not all(parameter_sets(packets[key].data) for key in keys):
        raise EncodeError("trial: keyframes without parameter sets")
    seen = _decoded(packets[:KEY]) + _decoded(packets[KEY:])
    if len(seen) != PICTURES:
        raise EncodeError(f"trial: {len(seen)} of {PICTURES} pictures can be decoded")
    for before, after in zip(shown, seen, strict=True):
        if (error := _error(before, after)) > ERROR:
            raise EncodeError(f"trial: pictures come back wrong, by {error:.0f} of 255")


def _picture(form: PictureForm, number: int) -> av.VideoFrame:
    """Give a slope from dark to light that moves, in two colours."""
    frame = label(av.VideoFrame(form.width, form.height, "yuv420p"))
    luma, blue, red = planes(frame)
    slope = np.linspace(32, 220, form.width, dtype=np.uint8)
    luma[:] = np.roll(slope, number * form.width // 16)
    blue[:], red[:] = 100, 150
    return frame


def _decoded(packets: list[Coded]) -> list[av.VideoFrame]:
    """Decode from a keyframe on, with a decoder that has seen nothing before it."""
    decoder = av.CodecContext.create("h264", "r")
    frames = [frame for one in packets for frame in decoder.decode(av.Packet(one.data))]
    return frames + decoder.decode(None)


def _error(before: av.VideoFrame, after: av.VideoFrame) -> float:
    if (before.width, before.height) != (after.width, after.height):
        raise EncodeError(f"trial: pictures come back as {after.width}x{after.height}")
    pairs = zip(planes(before), planes(after), strict=True)
    return max(float(np.abs(a.astype(np.int16) - b).mean()) for a, b in pairs)
