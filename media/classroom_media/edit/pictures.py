"""Pictures that have to be encoded: decoded from a film, and encoded to fit to another."""

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import av

from classroom_media.api import Arrangement, EncodeError, MediaError, Slot
from classroom_media.compose.backgrounds import Backgrounds
from classroom_media.compose.canvas import Canvas
from classroom_media.compose.pictures import Picture
from classroom_media.edit.cut import Pictures
from classroom_media.edit.parameter_sets import prefixed
from classroom_media.encode.form import PictureForm
from classroom_media.encode.h264 import PictureEncoder
from classroom_media.packets import Coded

QUALITY: Final = 17  # x264's rate factor: nobody sees where it was cut
PRESET: Final = "veryfast"
CEILING_KBPS: Final = 40_000
GOP_S: Final = 4.0  # from one keyframe to the next, where many pictures are encoded
WHOLE: Final = Slot(x=0, y=0, width=1, height=1)
SIZE: Final = slice(32, 36)  # of a sample entry: width and height

Made = tuple[bytes, bool]  # a picture, length-prefixed, and whether it is a keyframe


@dataclass(frozen=True, slots=True)
class Form:
    """How the pictures of a film are coded, as far as others must fit to them."""

    width: int
    height: int
    fps: int


def form_of(of: Pictures) -> Form:
    """Tell how the pictures of a film are coded."""
    length_s = (of.shown[-1] - of.shown[0]) / of.samples.rate
    fps = max(1, round((len(of) - 1) / length_s)) if length_s else 25
    width, height = struct.unpack(">HH", of.samples.entry[SIZE])
    return Form(width, height, fps)


def redone(film: Path, of: Pictures, wanted: range, form: Form) -> Iterator[Made]:
    """Encode some pictures of a film, the first one as a keyframe, of the size that is asked for.

    Raises:
        MediaError: they cannot be decoded.
    """
    count = 0
    for made in encoded(fitted(film, of, wanted, form), form, len(wanted)):
        count += 1
        yield made
    if count != len(wanted):
        raise EncodeError(f"{film}: {count} of {len(wanted)} pictures at a cut")


def encoded(frames: Iterable[av.VideoFrame], form: Form, count: int) -> Iterator[Made]:
    """Encode so many frames, yuv420p, the first one as a keyframe."""
    encoder = PictureEncoder("cut", _form(form, count))
    for number, frame in enumerate(frames):
        yield from map(_made, encoder.encode(frame, number))
    yield from map(_made, encoder.flush())


def fitted(film: Path, of: Pictures, wanted: range, form: Form) -> Iterator[av.VideoFrame]:
    """Give pictures of a film, each valid until the next; those of another shape get black edges.

    Raises:
        MediaError: one of them cannot be decoded.
    """
    canvas: Canvas | None = None
    for frame in _decoded(film, of, wanted):
        is_right = (frame.width, frame.height) == (form.width, form.height)
        if is_right and frame.format.name == "yuv420p":
            yield frame
            continue
        canvas = canvas or Canvas((WHOLE,), black(form.width, form.height))
        yield canvas.paint((Picture(0, frame, frame.width / frame.height),))


def _decoded(film: Path, of: Pictures, wanted: range) -> Iterator[av.VideoFrame]:
    """Give these pictures in the order in which they are shown."""
    missing = {int(of.shown[n]) for n in wanted}
    try:
        with av.open(str(film)) as container:
            stream = container.streams.video[0]
            container.seek(min(missing), stream=stream, backward=True)
            for frame in container.decode(stream):
                if frame.pts in missing:
                    missing.discard(frame.pts)
                    yield frame
                if not missing:
                    return
    except av.FFmpegError as error:
        raise MediaError(f"{film}: {error}") from error
    raise MediaError(f"{film}: {len(missing)} pictures at a cut cannot be decoded")


def black(width: int, height: int) -> av.VideoFrame:
    """Give a black picture."""
    return Backgrounds(width, height).behind(Arrangement(name="", slots=()))


def _form(form: Form, count: int) -> PictureForm:
    return PictureForm(
        width=form.width,
        height=form.height,
        fps=form.fps,
        preset=PRESET,
        quality=QUALITY,
        bitrate_kbps=CEILING_KBPS,
        gop_s=min(count / form.fps, GOP_S),
    )


def _made(packet: Coded) -> Made:
    return prefixed(packet.data), packet.key
