"""One source's sound: coded packets in, samples on the room's timeline out.

Chunks are laid end to end and kept in step with their stamps (`Pacer`). What is far off is laid
anew where its time stamp says. Packets are decoded some seconds ahead of what is read; when the
mixer has fallen further behind, they wait as they came.
"""

import logging
from collections import deque
from fractions import Fraction
from functools import cache
from typing import Final

import av
import numpy as np

from classroom_media.api import NS, StreamFormat
from classroom_media.compose.grid import Grid
from classroom_media.levels import CHANNELS, RATE_HZ, Samples
from classroom_media.packets import Coded
from classroom_media.sound.ring import Ring
from classroom_media.sound.speed import Pacer

LOST: Final = RATE_HZ  # samples: silent for so long, a source is not waited for
WAITING: Final = 4096  # packets; 87 s of 48 kHz, 1.5 MB

logger = logging.getLogger(__name__)


class SoundFeed:
    """The sound of one source. Never raises on what the source sends."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._ring = Ring()
        self._pacer = Pacer(CHANNELS)
        self._format: StreamFormat | None = None
        self._decoder: av.AudioCodecContext | None = None
        self._resampler: av.AudioResampler | None = None
        self._broken = False  # and said so
        self._waiting: deque[Coded] = deque(maxlen=WAITING)
        self.heard_ns = 0  # when the last packet came, by our clock

    @property
    def end(self) -> int:
        """Tell how far the sound has come: the sample after its newest."""
        return self._ring.end

    @property
    def newest_ns(self) -> int:
        """Tell how far the source has come on the timeline, with what is not decoded yet."""
        return self._waiting[-1].pts_ns if self._waiting else self.end * NS // RATE_HZ

    def feed(self, packet: Coded, now_ns: int) -> None:
        """Take a packet."""
        self.heard_ns = now_ns
        self._waiting.append(packet)
        self._take_waiting()

    def _take_waiting(self) -> None:
        while self._waiting and self._ring.has_room:
            self._take(self._waiting.popleft())

    def _take(self, packet: Coded) -> None:
        if packet.format is not None and packet.format != self._format:
            self._format, self._decoder = packet.format, None
        if self._format is None:
            return
        try:
            for chunk in self._decode(packet, self._format):
                self._broken = False
                self._lay(chunk)
        except (av.FFmpegError, ValueError) as error:  # of another rate, all at once: a ValueError
            if not self._broken:
                logger.warning("%s: its sound cannot be decoded: %s", self._source, error)
            self._broken, self._decoder = True, None

    def live(self, sample: int) -> bool:
        """Tell whether the source delivers, so that late sound is worth waiting for."""
        return self.end >= sample - LOST

    def read(self, start: int, count: int) -> Samples:
        """Give (2, count) float32 from sample `start` on; silence where nothing came."""
        taken = self._ring.read(start, count)
        self._take_waiting()
        return taken

    def _decode(self, packet: Coded, form: StreamFormat) -> list[av.AudioFrame]:
        """Give 48 kHz float planar frames, with their place in samples as `pts`."""
        if self._decoder is None or self._resampler is None:
            self._decoder = av.CodecContext.create("aac", "r")
            self._decoder.extradata = form.extradata
            layout = "mono" if form.channels == 1 else "stereo"
            self._resampler = av.AudioResampler("fltp", layout, RATE_HZ)
            self._pacer = Pacer(1 if layout == "mono" else CHANNELS)
        chunks: list[av.AudioFrame] = []
        for frame in self._decoder.decode(av.Packet(packet.data)):
            frame.time_base = _sample(frame.sample_rate)
            frame.pts = Grid(frame.sample_rate).nearest(packet.pts_ns)
            chunks += self._resampler.resample(frame)
        return chunks

    def _lay(self, chunk: av.AudioFrame) -> None:
        if chunk.pts is None:
            return
        planes = [
            np.frombuffer(memoryview(plane), np.float32)[: chunk.samples] for plane in chunk.planes
        ]
        self._ring.write(*self._pacer.place(np.array(planes), chunk.pts))


@cache
def _sample(rate_hz: int) -> Fraction:
    return Fraction(1, rate_hz)
