"""One source's sound: coded packets in, samples on the room's timeline out.

A sound card's clock drifts (0.3 s in a lesson) and time stamps jitter. Chunks are laid end
to end, and a mean error is worked off by a sample more or less per chunk, which nobody
hears. What is off by more than `JUMP` is laid anew where its time stamp says.
"""

import logging
from fractions import Fraction
from typing import Final

import av
import numpy as np

from classroom_media.api import StreamFormat
from classroom_media.compose.grid import Grid
from classroom_media.levels import CHANNELS, RATE_HZ, Samples
from classroom_media.packets import Coded

JUMP: Final = RATE_HZ * 30 // 1000  # samples
TOLERATED: Final = RATE_HZ // 4000  # samples, 0.25 ms: less is left alone
SMOOTHED_OVER: Final = 32  # chunks, 0.7 s
STEEPEST: Final = 3  # samples a chunk, 0.3 %: 5 cents
RING: Final = 1 << 19  # samples, 10.9 s
LOST: Final = RATE_HZ  # samples: silent for so long, a source is not waited for

logger = logging.getLogger(__name__)


class Follower:
    """Decides where a chunk of samples goes, and how long it should be there. Pure."""

    def __init__(self) -> None:
        self._next: int | None = None
        self._error = 0.0  # samples, smoothed; above 0: our place is too early

    def place(self, stamp: int, count: int) -> tuple[int, int]:
        """Give start and length of a chunk of `count` samples that is stamped `stamp`."""
        if self._next is None or abs(stamp - self._next) > JUMP:
            self._next, self._error = stamp, 0.0
        start = self._next
        self._error += (stamp - start - self._error) / SMOOTHED_OVER
        length = count + self._correction()
        self._error -= length - count
        self._next = start + length
        return start, length

    def _correction(self) -> int:
        if abs(self._error) < TOLERATED:
            return 0
        step = round(self._error / SMOOTHED_OVER) or (1 if self._error > 0 else -1)
        return max(-STEEPEST, min(STEEPEST, step))


class Ring:
    """Samples on the timeline, from where they are put to where they are read. Gaps are silent."""

    def __init__(self) -> None:
        self._samples: Samples = np.zeros((CHANNELS, RING), np.float32)
        self._read: int | None = None  # what lies before was given away
        self.end = 0  # sample after the newest

    def write(self, start: int, samples: Samples) -> None:
        """Put samples at `start`; what is too late, or absurdly early, is dropped."""
        if self._read is None:
            self._read = start
        stop = start + samples.shape[1]
        if stop - self._read > RING:
            return
        first = max(start, self._read)
        if first < stop:
            self._samples[:, np.arange(first, stop) % RING] = samples[:, first - start :]
            self.end = stop

    def read(self, start: int, count: int) -> Samples:
        """Give `count` samples from `start` on, and forget everything before their end."""
        taken = np.zeros((CHANNELS, count), np.float32)
        stop = start + count
        first = max(start, stop if self._read is None else self._read)
        if first < stop:
            taken[:, first - start :] = self._samples[:, np.arange(first, stop) % RING]
        self._forget(stop)
        return taken

    def _forget(self, stop: int) -> None:
        if self._read is None or stop - self._read >= RING:
            self._samples[:] = 0
        elif stop > self._read:
            self._samples[:, np.arange(self._read, stop) % RING] = 0
        self._read = stop if self._read is None else max(stop, self._read)


class SoundFeed:
    """The sound of one source. Never raises on what the source sends."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._ring = Ring()
        self._follower = Follower()
        self._format: StreamFormat | None = None
        self._decoder: av.AudioCodecContext | None = None
        self._resampler: av.AudioResampler | None = None
        self._broken = False  # and said so
        self.heard_ns = 0  # when the last packet came, by our clock

    @property
    def end(self) -> int:
        """Tell how far the sound has come: the sample after its newest."""
        return self._ring.end

    def feed(self, packet: Coded, now_ns: int) -> None:
        """Take and decode a packet."""
        self.heard_ns = now_ns
        if packet.format is not None and packet.format != self._format:
            self._format, self._decoder = packet.format, None
        if self._format is None:
            return
        try:
            for chunk in self._decode(packet, self._format):
                self._broken = False
                self._lay(chunk)
        except av.FFmpegError as error:
            if not self._broken:
                logger.warning("%s: its sound cannot be decoded: %s", self._source, error)
            self._broken, self._decoder = True, None

    def live(self, sample: int) -> bool:
        """Tell whether the source delivers, so that late sound is worth waiting for."""
        return self.end >= sample - LOST

    def read(self, start: int, count: int) -> Samples:
        """Give (2, count) float32 from sample `start` on; silence where nothing came."""
        return self._ring.read(start, count)

    def _decode(self, packet: Coded, form: StreamFormat) -> list[av.AudioFrame]:
        """Give 48 kHz float planar frames, with their place in samples as `pts`."""
        if self._decoder is None or self._resampler is None:
            self._decoder = av.CodecContext.create("aac", "r")
            self._decoder.extradata = form.extradata
            layout = "mono" if form.channels == 1 else "stereo"
            self._resampler = av.AudioResampler("fltp", layout, RATE_HZ)
            self._follower = Follower()
        chunks: list[av.AudioFrame] = []
        for frame in self._decoder.decode(av.Packet(packet.data)):
            frame.time_base = Fraction(1, frame.sample_rate)
            frame.pts = Grid(frame.sample_rate).nearest(packet.pts_ns)
            chunks += self._resampler.resample(frame)
        return chunks

    def _lay(self, chunk: av.AudioFrame) -> None:
        if chunk.pts is None:
            return
        start, length = self._follower.place(chunk.pts, chunk.samples)
        decoded = chunk.to_ndarray().astype(np.float32, copy=False)
        samples = np.broadcast_to(decoded, (CHANNELS, chunk.samples))
        self._ring.write(start, stretched(samples, length))


def stretched(samples: Samples, length: int) -> Samples:
    """Give `samples` with `length` samples, interpolated between its neighbours."""
    count = samples.shape[1]
    if length == count:
        return samples
    places = np.linspace(0, count - 1, length)
    return np.stack([np.interp(places, np.arange(count), row) for row in samples]).astype(
        np.float32
    )
