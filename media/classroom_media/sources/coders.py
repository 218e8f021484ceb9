"""What no source sends coded is coded once, here: H.264 and AAC for whoever comes after."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Final

import av
from av.audio.codeccontext import AudioCodecContext
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.packet import Packet
from av.video.codeccontext import VideoCodecContext
from av.video.frame import PictureType, VideoFrame
from av.video.reformatter import VideoReformatter

from classroom_media.api import NS, EncodeError, Kind, StreamFormat
from classroom_media.encode.form import PLAIN
from classroom_media.packets import Coded

MICROSECOND: Final = Fraction(1, 1_000_000)
NANOSECOND: Final = Fraction(1, NS)
GOP_S: Final = 2.0
GUESSED_FPS: Final = 25.0
RATE_HZ: Final = 48_000
SOUND_BLOCK: Final = 1024  # samples of an AAC access unit
SOUND_BPS: Final = 128_000
LIVE: Final = {"tune": "zerolatency", "crf": "23"}  # for x264


class PictureCoder:
    """Codes pictures as H.264 without delay: a picture in, its packet out.

    A stream of its own name, with parameter sets in band before every keyframe.
    """

    def __init__(self, stream: str, *, fps: float, preset: str = "superfast") -> None:
        self._stream = stream
        self._fps = fps or GUESSED_FPS
        self._preset = preset
        self._reformatter = VideoReformatter()
        self._coder: VideoCodecContext | None = None
        self._ready: VideoFrame | None = None
        self._format: StreamFormat | None = None

    def encode(self, picture: VideoFrame, pts_ns: int) -> Iterator[Coded]:
        """Code a picture of any format; all must have the size of the first.

        Raises:
            EncodeError: the encoder refuses it.
        """
        try:
            coder = self._coder or self._open(picture)
            self._ready = self._reformatter.reformat(
                picture, width=coder.width, height=coder.height, format="yuv420p"
            )
        except (av.FFmpegError, ValueError) as error:
            raise EncodeError(f"picture of {picture.width}x{picture.height}: {error}") from error
        return self.repeat(pts_ns)

    def repeat(self, pts_ns: int) -> Iterator[Coded]:
        """Code the last picture once more, which costs next to nothing.

        Raises:
            EncodeError: the encoder refuses it.
        """
        if self._coder is None or self._ready is None:
            return
        self._ready.pts = pts_ns // 1000
        self._ready.time_base = MICROSECOND
        self._ready.pict_type = PictureType.NONE  # its old type would force keyframes
        try:
            packets = self._coder.encode(self._ready)
        except av.FFmpegError as error:
            raise EncodeError(f"picture at {pts_ns} ns: {error}") from error
        for packet in packets:
            yield Coded(
                stream=self._stream,
                pts_ns=(packet.pts or 0) * 1000,
                dts_ns=(packet.dts or 0) * 1000,
                duration_ns=int(NS / self._fps),
                key=packet.is_keyframe,
                data=bytes(packet),
                format=self._format if packet.is_keyframe else None,
            )

    def _open(self, picture: VideoFrame) -> VideoCodecContext:
        coder = av.CodecContext.create("libx264", "w")
        assert isinstance(coder, VideoCodecContext)  # noqa: S101 - what libx264 is
        coder.width = picture.width & ~1  # 4:2:0 wants even sizes
        coder.height = picture.height & ~1
        coder.pix_fmt = "yuv420p"
        coder.time_base = MICROSECOND
        coder.framerate = Fraction(self._fps).limit_denominator(1001)
        coder.gop_size = max(1, round(GOP_S * self._fps))
        coder.thread_count = 1  # half the CPU of sliced threads
        coder.options = {"preset": self._preset, "x264-params": PLAIN} | LIVE
        self._coder = coder
        self._format = StreamFormat(
            kind=Kind.PICTURE,
            codec="h264",
            width=coder.width,
            height=coder.height,
            fps=self._fps,
        )
        return coder


class SoundCoder:
    """Codes sound of any kind as AAC, 48 kHz, stereo; follows the stamps it is given."""

    def __init__(self, stream: str) -> None:
        self._stream = stream
        self._resampler = AudioResampler(
            format="fltp", layout="stereo", rate=RATE_HZ, frame_size=SOUND_BLOCK
        )
        coder = av.CodecContext.create("aac", "w")
        assert isinstance(coder, AudioCodecContext)  # noqa: S101 - what aac is
        coder.sample_rate = RATE_HZ
        coder.layout = "stereo"
        coder.format = "fltp"
        coder.bit_rate = SOUND_BPS
        coder.time_base = Fraction(1, RATE_HZ)
        coder.open()
        self._coder = coder
        self._format = StreamFormat(
            kind=Kind.SOUND,
            codec="aac",
            sample_rate_hz=RATE_HZ,
            channels=2,
            extradata=bytes(coder.extradata or b""),
        )

    def encode(self, sound: AudioFrame, pts_ns: int) -> Iterator[Coded]:
        """Code a block of sound of any length; all must have the format of the first.

        Raises:
            EncodeError: it has another format, or the encoder refuses it.
        """
        sound.pts = pts_ns
        sound.time_base = NANOSECOND
        try:
            packets = [p for block in self._resampler.resample(sound) for p in self._encode(block)]
        except (av.FFmpegError, ValueError) as error:
            raise EncodeError(f"sound of {sound.sample_rate} Hz: {error}") from error
        for packet in packets:
            at_ns = (packet.pts or 0) * NS // RATE_HZ
            yield Coded(
                stream=self._stream,
                pts_ns=at_ns,
                dts_ns=at_ns,
                duration_ns=SOUND_BLOCK * NS // RATE_HZ,
                key=True,
                data=bytes(packet),
                format=self._format,
            )

    def _encode(self, block: AudioFrame) -> "list[Packet[AudioStream]]":
        return list(self._coder.encode(block))
