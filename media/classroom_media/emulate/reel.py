"""Films that are coded once and replayed: every picture numbered, a beep with every flash.

A camera that replays costs next to nothing, so that many fit on one machine. In the 40 s that a
reel lasts, pictures (25 a second), blocks of AAC (48, 32 or 16 kHz) and flashes all come out
even; whoever reads a number back tells the rounds apart by the time.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

import av
import numpy as np
from av.video.frame import PictureType

from classroom_media.api import NS, Kind, StreamFormat
from classroom_media.emulate import truth
from classroom_media.emulate.canvas import Plane, writable
from classroom_media.encode.rungs import LIVE_CEILING_S
from classroom_media.packets import Coded

PICTURES: Final = 1000  # of a whole reel; shorter ones are multiples of 200
FRAME_NS: Final = NS // truth.FPS
BLOCK: Final = 1024  # samples of an AAC access unit
CODECS: Final = {"libx264": "h264", "libx265": "hevc"}


@dataclass(frozen=True, slots=True)
class Reel:
    """One round of coded packets whose stamps begin at 0.

    Pictures are in order of decoding; `numbers` are what they bear, None where nothing can be
    read. One that others lean on is stamped before it is taken: `lag_ns` is how much at most.
    """

    pictures: tuple[Coded, ...] = ()
    numbers: tuple[int | None, ...] = ()
    sound: tuple[Coded, ...] = ()
    length_ns: int = PICTURES * FRAME_NS
    lag_ns: int = 0


@dataclass(frozen=True, slots=True)
class Look:
    """How a camera codes its pictures. `black`: the cap is on the lens.

    One with a ceiling keeps to it over half a second, as what is sent live does; 0 = none.
    """

    size: tuple[int, int] = (640, 360)
    gop: int = 25  # pictures
    bframes: int = 0
    preset: str = "ultrafast"
    codec: str = "libx264"
    black: bool = False
    ceiling_kbps: int = 0


@dataclass(frozen=True, slots=True)
class Voice:
    """What a microphone hears: a beep of so many hertz (a multiple of 200) with every flash."""

    beep_hz: int = truth.BEEP_HZ
    rate_hz: int = 48_000


class _Painter:
    """Draws a wall with a light that wanders, the number, and the flashes."""

    def __init__(self, look: Look, camera: int) -> None:
        width, height = look.size
        self._look, self._camera = look, camera
        light = 60 * np.linspace(0, 1, width)[None, :] * np.linspace(1, 0.5, height)[:, None]
        plaster = np.random.default_rng(camera).uniform(0, 30, (height, width))
        self._wall: Plane = np.asarray(60 + light + plaster, np.uint8)
        self._frame = av.VideoFrame(width, height, "yuv420p")
        self._planes = tuple(writable(self._frame, index) for index in range(3))
        turn = 2 * np.pi * camera / 6
        tint = (0, 0) if look.black else (24 * np.cos(turn), 24 * np.sin(turn))
        for plane, by in zip(self._planes[1:], tint, strict=True):
            plane[:] = 128 + int(by)

    def paint(self, number: int) -> av.VideoFrame:
        luma, (width, height) = self._planes[0], self._look.size
        if self._look.black:
            luma[:] = truth.BLACK
            return self._frame
        luma[:] = self._wall
        at = number % PICTURES * width // PICTURES
        luma[height // 3 : height // 2, at : at + width // 20] = 190
        if truth.flashes(number):
            luma[: height // 6, : width // 8] = truth.WHITE
        truth.burn(luma, numbered(camera=self._camera, picture=number))
        return self._frame


def numbered(*, camera: int, picture: int) -> int:
    """Spell what a picture of a reel bears: its camera's number and its place in the round."""
    return camera << 16 | picture


def film(
    name: str,
    camera: int,
    look: Look | None = None,
    voice: Voice | None = None,
    *,
    count: int = PICTURES,
) -> Reel:
    """Code a reel for camera `name`: pictures, sound or both, as long as `count` pictures."""
    pictures, numbers = _pictures(name, camera, look, count) if look else ((), ())
    return Reel(
        pictures=pictures,
        numbers=numbers,
        sound=_sound(f"{name}-sound", voice, count * FRAME_NS) if voice else (),
        length_ns=count * FRAME_NS,
        lag_ns=max((packet.pts_ns - packet.dts_ns for packet in pictures), default=0),
    )


def _coded(camera: int, look: Look, count: int) -> Iterator[Any]:
    """Paint and code every picture of a round."""
    codec: Any = av.CodecContext.create(look.codec, "w")
    codec.width, codec.height = look.size
    codec.pix_fmt, codec.thread_count = "yuv420p", 1
    codec.time_base, codec.framerate = Fraction(1, truth.FPS), Fraction(truth.FPS)
    settings = f"keyint={look.gop}:min-keyint={look.gop}:scenecut=0:repeat-headers=1:open-gop=0"
    settings += f":bframes={look.bframes}:log-level=none"
    family = "x265-params" if look.codec == "libx265" else "x264-params"
    codec.options = {"preset": look.preset, "crf": "26", family: settings}
    if look.ceiling_kbps:
        kbps = look.ceiling_kbps
        codec.options |= {"maxrate": f"{kbps}k", "bufsize": f"{round(kbps * LIVE_CEILING_S)}k"}
    painter = _Painter(look, camera)
    for number in range(count):
        frame = painter.paint(number)
        frame.pts, frame.time_base = number, Fraction(1, truth.FPS)
        frame.pict_type = PictureType.NONE
        yield from codec.encode(frame)
    yield from codec.encode(None)


def _pictures(
    name: str, camera: int, look: Look, count: int
) -> tuple[tuple[Coded, ...], tuple[int | None, ...]]:
    width, height = look.size
    form = StreamFormat(
        kind=Kind.PICTURE, codec=CODECS[look.codec], width=width, height=height, fps=truth.FPS
    )
    packets = tuple(
        Coded(
            stream=name,
            pts_ns=packet.pts * FRAME_NS,
            dts_ns=packet.dts * FRAME_NS,
            duration_ns=FRAME_NS,
            key=packet.is_keyframe,
            data=bytes(packet),
            format=form if packet.is_keyframe else None,
        )
        for packet in _coded(camera, look, count)
    )
    numbers = (packet.pts_ns // FRAME_NS for packet in packets)
    bear = (None if look.black else numbered(camera=camera, picture=n) for n in numbers)
    return packets, tuple(bear)


def _sound(stream: str, voice: Voice, length_ns: int) -> tuple[Coded, ...]:
    """Code two rounds and keep the second, whose first block leans on the last of a round."""
    codec: Any = av.CodecContext.create("aac", "w")
    codec.sample_rate, codec.layout, codec.format = voice.rate_hz, "mono", "fltp"
    codec.bit_rate, codec.time_base = 64_000, Fraction(1, voice.rate_hz)
    codec.open()
    form = StreamFormat(
        kind=Kind.SOUND,
        codec="aac",
        sample_rate_hz=voice.rate_hz,
        channels=1,
        extradata=bytes(codec.extradata or b""),
    )
    round_ = length_ns * voice.rate_hz // NS
    hum = np.random.default_rng(5).normal(0, 0.01, BLOCK).astype(np.float32)
    found: list[Any] = []
    for at in range(0, 2 * round_ + 2 * BLOCK, BLOCK):  # what comes out is a block behind
        wave = truth.tone(at % round_, BLOCK, voice.rate_hz, beep_hz=voice.beep_hz) + hum
        frame = av.AudioFrame.from_ndarray(wave[np.newaxis], format="fltp", layout="mono")
        frame.sample_rate, frame.pts = voice.rate_hz, at
        frame.time_base = Fraction(1, voice.rate_hz)
        found += codec.encode(frame)
    second = (packet for packet in found if round_ <= packet.pts < 2 * round_)
    return tuple(
        Coded(
            stream=stream,
            pts_ns=(packet.pts - round_) * NS // voice.rate_hz,
            dts_ns=(packet.pts - round_) * NS // voice.rate_hz,
            duration_ns=BLOCK * NS // voice.rate_hz,
            key=True,
            data=bytes(packet),
            format=form,
        )
        for packet in second
    )
