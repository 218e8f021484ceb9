"""One of FFmpeg's H.264 encoders, made to give what everything after it relies on.

Annex B, parameter sets in band before every keyframe, nothing reordered, every keyframe one
that nothing refers across. Where an encoder keeps its parameter sets to itself, they are put
there.

Source: ITU-T H.264, annex B; https://ffmpeg.org/doxygen/trunk/group__lavc__encoding.html.
"""

from collections.abc import Mapping
from fractions import Fraction
from typing import Final, Protocol

import av
from av.video.frame import PictureType
from av.video.reformatter import VideoReformatter

from classroom_media.api import EncodeError, Kind, StreamFormat
from classroom_media.compose.grid import Grid
from classroom_media.encode.form import PictureForm
from classroom_media.packets import Coded
from classroom_media.sources.annexb import kind_of, parameter_sets, units, with_parameter_sets

PLANAR: Final = "yuv420p"  # what the programme is composed in
CODED_PICTURE: Final = frozenset({1, 5})  # types of NAL units: slices, of an IDR picture or not
SMALL: Final = 1280 * 720  # pixels; it is not worth a second thread
FAILURES: Final = (av.FFmpegError, ValueError, EncodeError)  # by which an encoder may fail


class Encoder(Protocol):
    """What codes pictures. It may fail at any call, by one of `FAILURES`."""

    def encode(self, frame: av.VideoFrame, index: int, *, key: bool) -> list[Coded]:
        """Take the picture of a place on the grid, as a keyframe or not; give what is done."""
        ...

    def flush(self) -> list[Coded]:
        """Give what was still inside; the encoder is over."""
        ...


class Codec:
    """An encoder of FFmpeg, by its name; an `Encoder`."""

    def __init__(
        self,
        name: str,
        stream: str,
        form: PictureForm,
        *,
        options: Mapping[str, str],
        pixels: str = PLANAR,
        average_kbps: int = 0,
    ) -> None:
        """Open it; `average_kbps` is for those that know no constant quality.

        Raises:
            EncodeError: it is not there, or does not accept this form.
        """
        self._stream = stream
        self._grid = Grid(form.fps)
        self._frame = Fraction(1, form.fps)
        self._pixels = pixels
        self._converter = VideoReformatter()
        self._format = StreamFormat(
            kind=Kind.PICTURE, codec="h264", width=form.width, height=form.height, fps=form.fps
        )
        try:
            self._context = _opened(name, form, pixels, options, average_kbps)
        except (av.FFmpegError, ValueError) as error:
            what = f"{name} {form.width}x{form.height} at {form.fps}/s, preset {form.preset!r}"
            why = error.strerror if isinstance(error, av.FFmpegError) else error
            raise EncodeError(f"{what}: {why}") from error
        self._sets = parameter_sets(self._context.extradata or b"")

    def encode(self, frame: av.VideoFrame, index: int, *, key: bool) -> list[Coded]:
        """Encode a yuv420p frame; its time stamp is set, and its pixels are copied."""
        if self._pixels != PLANAR:
            frame = self._converter.reformat(frame, format=self._pixels, threads=1)
        frame.pts, frame.time_base = index, self._frame
        frame.pict_type = PictureType.I if key else PictureType.NONE
        return self._coded(self._context.encode(frame))

    def flush(self) -> list[Coded]:
        """Give what was still inside."""
        return self._coded(self._context.encode(None))

    def _coded(self, packets: "list[av.Packet[av.VideoStream]]") -> list[Coded]:
        given = []
        for packet in packets:
            data = bytes(packet)
            if packet.is_keyframe:
                data = self._complete(data)
            if data:
                given.append(self._stamped(packet, data))
        return given

    def _stamped(self, packet: "av.Packet[av.VideoStream]", data: bytes) -> Coded:
        if packet.pts is None:
            raise EncodeError("a coded picture without a time stamp")
        at_ns = self._grid.at(packet.pts)
        return Coded(
            stream=self._stream,
            pts_ns=at_ns,
            dts_ns=at_ns,
            duration_ns=self._grid.at(packet.pts + 1) - at_ns,
            key=packet.is_keyframe,
            data=data,
            format=self._format if packet.is_keyframe else None,
        )

    def _complete(self, data: bytes) -> bytes:
        """Give a keyframe with its parameter sets; nothing, of a packet that has only those."""
        if sets := parameter_sets(data):
            self._sets = sets
            is_picture = any(kind_of(unit) in CODED_PICTURE for unit in units(data))
            return data if is_picture else b""
        return with_parameter_sets(data, self._sets)


def _opened(
    name: str, form: PictureForm, pixels: str, options: Mapping[str, str], average_kbps: int
) -> av.VideoCodecContext:
    context = av.CodecContext.create(name, "w")
    if not isinstance(context, av.VideoCodecContext):
        raise EncodeError(f"{name} codes no pictures")
    context.width, context.height, context.pix_fmt = form.width, form.height, pixels
    context.framerate, context.time_base = Fraction(form.fps), Fraction(1, form.fps)
    context.gop_size = max(1, round(form.gop_s * form.fps))
    context.max_b_frames = 0
    context.thread_count = form.threads if form.width * form.height > SMALL else 1
    context.color_range = 1  # limited
    context.colorspace = context.color_primaries = context.color_trc = 1  # BT.709
    if average_kbps:
        context.bit_rate = average_kbps * 1000
    context.options = dict(options)
    context.open()
    return context
