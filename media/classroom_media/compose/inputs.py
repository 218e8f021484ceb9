"""One source in the sound mixer: its feed, the strip it goes through, and its meter."""

from typing import Final

import numpy as np

from classroom_media.api import Strip
from classroom_media.compose.meters import InputMeter
from classroom_media.compose.sounds import SoundFeed
from classroom_media.levels import CHANNELS, RATE_HZ, Samples
from classroom_media.messages import Level
from classroom_media.packets import Coded
from classroom_media.sound.strip import ChannelStrip, faded

DEAD_BELOW: Final = 10 ** (-90 / 20)  # of full scale: the last bit of 16; no open microphone is


class SoundInput:
    """The sound of one source on its way into the mix."""

    def __init__(self, source: str, strip: Strip, *, heard: bool) -> None:
        self._feed = SoundFeed(source)
        self._meter = InputMeter(source)
        self._channel = ChannelStrip(strip, heard=heard)
        self._delay = _samples_of(strip)
        self.raw: Samples = np.zeros((CHANNELS, 0), np.float32)  # what was taken last, as it came

    @property
    def end(self) -> int:
        """Tell how far the sound has come: the sample after its newest."""
        return self._feed.end

    @property
    def heard_ns(self) -> int:
        """Tell when a packet last came, by our clock."""
        return self._feed.heard_ns

    @property
    def momentary_lufs(self) -> float:
        """Tell its loudness over the last 400 ms, as it came."""
        return self._meter.momentary_lufs

    @property
    def dead(self) -> bool:
        """Tell whether what was taken last is digital silence."""
        return self._meter.peak < DEAD_BELOW

    def feed(self, packet: Coded, now_ns: int) -> None:
        """Take a packet."""
        self._feed.feed(packet, now_ns)

    def is_late(self, end: int, strip: Strip) -> bool:
        """Tell whether it is worth waiting for its sound up to sample `end` of the mix."""
        needed = end - _samples_of(strip)
        return self.end < needed and self._feed.live(needed)

    def take(self, start: int, count: int) -> None:
        """Read (2, count) float32 for place `start` of the mix, and measure it."""
        self.raw = self._feed.read(start - self._delay, count)
        self._meter.add(self.raw)

    def pass_through(self, start: int, strip: Strip, *, heard: bool) -> Samples:
        """Give what was taken for `start`, as `strip` wants it."""
        delay, count = _samples_of(strip), self.raw.shape[1]
        if delay != self._delay:
            self.raw = faded(self.raw, self._feed.read(start - delay, count))
            self._delay = delay
        return self._channel.process(self.raw, strip, heard=heard)

    def level(self) -> Level:
        """Give its level since the last call."""
        return self._meter.level()

    def newest_ns(self) -> int:
        """Tell how far it has come on the timeline; 0 = it was never heard."""
        return self._feed.newest_ns


def _samples_of(strip: Strip) -> int:
    return strip.delay_ms * RATE_HZ // 1000
