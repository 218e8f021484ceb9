"""One lane for each stream of a source: copied where it can be, else decoded and coded once.

A lane takes packets that are already on the room's timeline and gives coded packets in the
one form that everything after it understands (see `StreamFormat`).
"""

import logging
from collections.abc import Iterator
from typing import Final, Protocol, TypeAlias

import av
from av.audio.codeccontext import AudioCodecContext
from av.audio.stream import AudioStream
from av.bitstream import BitStreamFilterContext
from av.packet import Packet
from av.stream import Stream
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from classroom_media.api import NS, Kind, SourceError, StreamFormat
from classroom_media.clock import Stamped
from classroom_media.packets import Coded
from classroom_media.sources import adts
from classroom_media.sources.annexb import parameter_sets, with_parameter_sets
from classroom_media.sources.coders import GUESSED_FPS, NANOSECOND, PictureCoder, SoundCoder
from classroom_media.sources.continuity import follows

CHANNELS_COPIED: Final = 2  # more are mixed down
FPS_MAX: Final = 240.0  # beyond it, it is a clock rate and no frame rate
AAC_BLOCK: Final = 1024  # samples
HOLE_NS: Final = NS // 2  # a shorter one, filled with what can be decoded, is the lesser evil

Demuxed: TypeAlias = "Packet[Stream]"

logger = logging.getLogger(__name__)


class Lane(Protocol):
    """The way of one stream."""

    def feed(self, packet: Stamped[Demuxed]) -> Iterator[Coded]:
        """Give what `packet` becomes.

        A packet in another form than those before has a `format` that says so.

        Raises:
            SourceError: a keyframe cannot be decoded.
            EncodeError: it cannot be coded.
        """


def picture_lane(name: str, stream: VideoStream) -> Lane:
    """Choose the lane of a source's picture."""
    if stream.codec_context.name == "h264":
        return CopiedPicture(name, stream)
    return CodedPicture(name, stream)


def sound_lane(name: str, stream: AudioStream) -> Lane:
    """Choose the lane of a source's sound."""
    coder = stream.codec_context
    if coder.name == "aac" and coder.layout.nb_channels <= CHANNELS_COPIED:
        return CopiedSound(name, coder)
    return CodedSound(name, stream)


class CopiedPicture:
    """H.264 as the source sent it; begins at a keyframe whose parameter sets are known."""

    def __init__(self, name: str, stream: VideoStream) -> None:
        extradata = bytes(stream.codec_context.extradata or b"")
        in_mp4_form = extradata[:1] == b"\1"
        self._name = name
        self._fps = fps_of(stream)
        self._to_annexb = (
            BitStreamFilterContext("h264_mp4toannexb", stream) if in_mp4_form else None
        )
        self._sets = b"" if in_mp4_form else parameter_sets(extradata)
        self._described = b""  # the parameter sets that `_format` was read from
        self._format: StreamFormat | None = None
        self._last: Coded | None = None
        self._is_torn = False  # what comes cannot be decoded, up to the next keyframe

    def feed(self, packet: Stamped[Demuxed]) -> Iterator[Coded]:
        """Copy a packet; a keyframe gets the parameter sets it lacks.

        Pictures may be missing: those after a long hole that lean on them are left out, too.
        """
        original = packet.what
        key = original.is_keyframe
        duration_ns = packet.duration_ns or int(NS / (self._fps or GUESSED_FPS))
        for plain in self._to_annexb.filter(original) if self._to_annexb else [original]:
            data = bytes(plain)
            if key:
                data = self._complete(data)
            if not data or self._format is None:
                continue
            coded = Coded(
                stream=self._name,
                pts_ns=packet.pts_ns,
                dts_ns=packet.dts_ns,
                duration_ns=duration_ns,
                key=key,
                data=data,
                format=self._format if key else None,
            )
            self._is_torn = not key and (self._is_torn or self._tears(coded))
            self._last = coded
            if not self._is_torn:
                yield coded

    def _tears(self, packet: Coded) -> bool:
        """Tell whether a packet comes after a hole, and leans on what is missing."""
        last = self._last
        if last is None or packet.dts_ns - last.dts_ns < HOLE_NS:
            return False
        return not follows(last.data, packet.data, self._sets)

    def _complete(self, data: bytes) -> bytes:
        if sets := parameter_sets(data):
            self._sets = sets
        elif self._sets:
            data = with_parameter_sets(data, self._sets)
        else:
            return b""
        if self._sets != self._described:
            self._describe(data)
        return data

    def _describe(self, keyframe: bytes) -> None:
        """Let a decoder read the size."""
        width, height = _size_of(keyframe)
        self._described = self._sets
        self._format = StreamFormat(
            kind=Kind.PICTURE, codec="h264", width=width, height=height, fps=self._fps
        )


class CopiedSound:
    """AAC as the source sent it, without the ADTS headers of transport streams."""

    def __init__(self, name: str, coder: AudioCodecContext) -> None:
        self._name = name
        self._format: StreamFormat | None = None
        if coder.extradata:
            self._format = StreamFormat(
                kind=Kind.SOUND,
                codec="aac",
                sample_rate_hz=coder.sample_rate,
                channels=coder.layout.nb_channels,
                extradata=bytes(coder.extradata),
            )

    def feed(self, packet: Stamped[Demuxed]) -> Iterator[Coded]:
        """Copy an access unit."""
        data = bytes(packet.what)
        if header := adts.parse(data):
            data = data[header.size :]
            self._describe(header)
        if self._format is None:
            return
        yield Coded(
            stream=self._name,
            pts_ns=packet.pts_ns,
            dts_ns=packet.dts_ns,
            duration_ns=packet.duration_ns or AAC_BLOCK * NS // self._format.sample_rate_hz,
            key=True,
            data=data,
            format=self._format,
        )

    def _describe(self, header: adts.AdtsHeader) -> None:
        config = header.specific_config()
        if self._format is None or self._format.extradata[:2] != config:
            self._format = StreamFormat(
                kind=Kind.SOUND,
                codec="aac",
                sample_rate_hz=header.sample_rate_hz,
                channels=header.channels,
                extradata=config,
            )


class CodedPicture:
    """Anything but H.264: decoded, and coded once. A screen that stands still costs little."""

    def __init__(self, name: str, stream: VideoStream) -> None:
        self._name = name
        self._stream = stream
        stream.codec_context.thread_count = 1  # slices on several cores cost more than they save
        self._coder = PictureCoder(name, fps=fps_of(stream))
        self._is_raw = stream.codec_context.name == "rawvideo"
        self._raw = b""
        self._size = (0, 0)

    def feed(self, packet: Stamped[Demuxed]) -> Iterator[Coded]:
        """Code the pictures that `packet` completes."""
        if self._is_raw:
            before, self._raw = self._raw, bytes(packet.what)
            if before == self._raw:
                yield from self._coder.repeat(packet.pts_ns)
                return
        for picture in _decoded(self._stream, packet):
            if isinstance(picture, VideoFrame):
                self._fit(picture)
                pts_ns = packet.pts_ns if picture.pts is None else picture.pts
                yield from self._coder.encode(picture, pts_ns)

    def _fit(self, picture: VideoFrame) -> None:
        size = (picture.width, picture.height)
        if self._size not in {(0, 0), size}:
            self._coder = PictureCoder(self._name, fps=fps_of(self._stream))
        self._size = size


class CodedSound:
    """Anything but AAC in one or two channels: decoded, mixed to stereo, coded once."""

    def __init__(self, name: str, stream: AudioStream) -> None:
        self._name = name
        self._stream = stream
        self._coder = SoundCoder(name)
        self._form = (0, "", "")

    def feed(self, packet: Stamped[Demuxed]) -> Iterator[Coded]:
        """Code the sound that `packet` completes."""
        for block in _decoded(self._stream, packet):
            if isinstance(block, av.AudioFrame):
                self._fit(block)
                pts_ns = packet.pts_ns if block.pts is None else block.pts
                yield from self._coder.encode(block, pts_ns)

    def _fit(self, block: av.AudioFrame) -> None:
        form = (block.sample_rate, block.layout.name, block.format.name)
        if self._form not in {(0, "", ""), form}:
            self._coder = SoundCoder(self._name)
        self._form = form


def _decoded(
    stream: VideoStream | AudioStream, packet: Stamped[Demuxed]
) -> list[VideoFrame] | list[av.AudioFrame]:
    """Decode a packet to frames stamped in nanoseconds of the timeline; none from damage."""
    packet.what.time_base = NANOSECOND
    packet.what.pts = packet.pts_ns
    packet.what.dts = packet.dts_ns
    try:
        return stream.decode(packet.what)
    except av.error.InvalidDataError:
        return []


def _size_of(keyframe: bytes) -> tuple[int, int]:
    decoder = av.CodecContext.create("h264", "r")
    assert isinstance(decoder, VideoCodecContext)  # noqa: S101 - what h264 is
    decoder.thread_count = 1
    try:
        decoder.decode(Packet(keyframe))
    except av.FFmpegError as error:
        raise SourceError(f"keyframe that cannot be decoded: {error.strerror}") from error
    return decoder.width, decoder.height


def fps_of(stream: VideoStream) -> float:
    """Give the nominal frame rate, 0 when the source does not tell."""
    told = stream.average_rate or stream.codec_context.framerate or stream.guessed_rate
    fps = float(told or 0)
    return fps if 0 < fps <= FPS_MAX else 0.0
