"""A camera that films a scene: H.264 and, where it has a microphone, AAC with the beeps.

Picture n is taken at n / 25 s of CLOCK_MONOTONIC, so all cameras of a machine agree. A camera
that the machine makes wait is late; it never leaves a picture out.
"""

import threading
import time
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Final

import av
import numpy as np
from av.video.frame import PictureType
from av.video.reformatter import Interpolation, VideoReformatter

from classroom_media.api import NS, Kind, StreamFormat
from classroom_media.emulate import truth
from classroom_media.emulate.feed import Feed
from classroom_media.emulate.scenes import SIZE, Scene
from classroom_media.emulate.view import View
from classroom_media.packets import Coded

RATE_HZ: Final = 48_000
BLOCK: Final = 1024  # samples of an AAC frame
FRAME_NS: Final = NS // truth.FPS
SCALING: Final = Interpolation.FAST_BILINEAR


class PictureEncoder:
    """Codes the pictures of a scene as a camera of the trade does: one keyframe a second."""

    def __init__(
        self, stream: str, bitrate_kbps: int, size: tuple[int, int] = SIZE, *, every: int = 1
    ) -> None:
        self._stream = stream
        self._duration_ns = FRAME_NS * every
        self._scaler = VideoReformatter()  # one for all pictures: to make one is dear
        self._codec = av.CodecContext.create("libx264", "w")
        self._codec.width, self._codec.height = self._size = size
        self._codec.pix_fmt = "yuv420p"
        self._codec.time_base = Fraction(1, truth.FPS)
        self._codec.framerate = Fraction(truth.FPS, every)
        self._codec.bit_rate = bitrate_kbps * 1000
        self._codec.thread_count = 1
        self._codec.options = {
            "preset": "ultrafast",
            "tune": "zerolatency",
            "x264-params": f"keyint={truth.FPS // every}:scenecut=0:repeat-headers=1:aud=0",
            "forced-idr": "1",
        }
        self._format = StreamFormat(
            kind=Kind.PICTURE, codec="h264", width=size[0], height=size[1], fps=truth.FPS / every
        )

    def code(self, frame: av.VideoFrame, number: int, *, key: bool) -> Iterator[Coded]:
        """Code one picture, as a keyframe on request."""
        if (frame.width, frame.height) != self._size:
            frame = self._scaler.reformat(frame, *self._size, interpolation=SCALING)
        frame.pts, frame.time_base = number, Fraction(1, truth.FPS)
        frame.pict_type = PictureType.I if key else PictureType.NONE
        for packet in self._codec.encode(frame):
            at_ns = (packet.pts or 0) * FRAME_NS
            yield Coded(
                stream=self._stream,
                pts_ns=at_ns,
                dts_ns=at_ns,
                duration_ns=self._duration_ns,
                key=packet.is_keyframe,
                data=bytes(packet),
                format=self._format if packet.is_keyframe else None,
            )


class SoundEncoder:
    """Codes the room's sound: a quiet hum, and a beep with every flash."""

    def __init__(self, stream: str, number: int) -> None:
        self._stream = stream
        self._codec = av.CodecContext.create("aac", "w")
        self._codec.sample_rate = RATE_HZ
        self._codec.layout = "mono"
        self._codec.format = "fltp"
        self._codec.bit_rate = 96_000
        self._codec.time_base = Fraction(1, RATE_HZ)
        self._codec.open()
        self._next = number * RATE_HZ // truth.FPS
        self._hum = np.random.default_rng(5).normal(0, 0.02, BLOCK).astype(np.float32)
        self._format = StreamFormat(
            kind=Kind.SOUND,
            codec="aac",
            sample_rate_hz=RATE_HZ,
            channels=1,
            extradata=bytes(self._codec.extradata or b""),
        )

    def code_until(self, number: int) -> Iterator[Coded]:
        """Code the whole blocks that end before picture `number`."""
        while self._next + BLOCK <= number * RATE_HZ // truth.FPS:
            wave = truth.tone(self._next, BLOCK, RATE_HZ) + self._hum
            frame = av.AudioFrame.from_ndarray(wave[np.newaxis], format="fltp", layout="mono")
            frame.sample_rate, frame.pts = RATE_HZ, self._next
            frame.time_base = Fraction(1, RATE_HZ)
            self._next += BLOCK
            for packet in self._codec.encode(frame):
                at_ns = (packet.pts or 0) * NS // RATE_HZ
                yield Coded(
                    stream=self._stream,
                    pts_ns=at_ns,
                    dts_ns=at_ns,
                    duration_ns=BLOCK * NS // RATE_HZ,
                    key=True,
                    data=bytes(packet),
                    format=self._format,
                )


class EmulatedCamera:
    """Films on a thread of its own; use it as a context manager.

    `looks` tells where it looks, of a camera that turns; others see the whole scene. It films
    one picture of `every`, of 25 a second: with 1 or 5 it sees every flash as it begins, with 2
    each second one 40 ms late, with others not all. Raises ValueError beyond 1 to 25.
    """

    def __init__(
        self,
        name: str,
        scene: Scene,
        feed: Feed,
        *,
        sound: bool = False,
        bitrate_kbps: int = 1500,
        size: tuple[int, int] = SIZE,
        looks: Callable[[], View] | None = None,
        every: int = 1,
    ) -> None:
        self._name = name
        self._scene = scene
        self._publish = feed.publish
        feed.wants_key = self.want_key
        self._sound = sound
        self._bitrate_kbps = bitrate_kbps
        self._size = size
        if not 1 <= every <= truth.FPS:
            raise ValueError(f"one picture of {every} is no film")
        self._looks, self._every = looks, every
        self._stopped = threading.Event()
        self._key_wanted = threading.Event()
        self._thread = threading.Thread(target=self._film, name=f"camera-{name}", daemon=True)

    def __enter__(self) -> "EmulatedCamera":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._thread.join()

    def want_key(self) -> None:
        """Make the next picture a keyframe, as cameras do when somebody begins to watch."""
        self._key_wanted.set()

    def _film(self) -> None:
        number = (time.monotonic_ns() // FRAME_NS // self._every + 1) * self._every
        picture = PictureEncoder(self._name, self._bitrate_kbps, self._size, every=self._every)
        sound = SoundEncoder(f"{self._name}-sound", number) if self._sound else None
        while not self._stopped.wait(max(number * FRAME_NS - time.monotonic_ns(), 0) / NS):
            frame = self._scene.paint(number).frame
            if self._looks is not None:
                frame = self._looks().of(frame)
            key = self._key_wanted.is_set()
            self._key_wanted.clear()
            for packet in picture.code(frame, number, key=key):
                self._publish(packet)
            number += self._every
            for packet in sound.code_until(number) if sound else ():
                self._publish(packet)
