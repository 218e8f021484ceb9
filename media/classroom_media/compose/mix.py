"""The sound mixer: the sound of all sources in, the programme's sound and its levels out."""

from collections.abc import Iterable
from typing import Final

import numpy as np

from classroom_media.api import NS
from classroom_media.compose.sounds import SoundFeed
from classroom_media.encode.aac import FRAME
from classroom_media.levels import CHANNELS, RATE_HZ, Meter, Samples
from classroom_media.messages import Level
from classroom_media.packets import Coded

BLOCK: Final = FRAME
KNEE: Final = 0.8  # of full scale; the limiter touches nothing below
PROGRAMME: Final = "programme"
SOUND: Final = "-sound"


def limited(samples: Samples) -> Samples:
    """Bend what is louder than `KNEE` so that it stays below full scale."""
    size = np.abs(samples)
    if size.max(initial=0.0) <= KNEE:
        return samples
    room = 1 - KNEE
    bent = KNEE + room * np.tanh((size - KNEE) / room)
    return np.where(size > KNEE, np.copysign(bent, samples), samples).astype(np.float32)


class SoundMixer:
    """Adds up the sound of sources in blocks of `BLOCK` samples on the timeline's grid.

    Those in `metered` are not mixed; their level is told all the same.
    """

    def __init__(self, sources: Iterable[str], metered: Iterable[str] = ()) -> None:
        self._metered = frozenset(metered)
        sources = (*sources, *self._metered)
        self._feeds = {source: SoundFeed(source) for source in sources}
        self._meters = {source: Meter() for source in (*self._feeds, PROGRAMME)}

    def feed(self, packet: Coded, now_ns: int) -> None:
        """Take a packet of any source's sound; of unknown ones it is dropped."""
        if packet.stream.endswith(SOUND):
            feed = self._feeds.get(packet.stream.removesuffix(SOUND))
            if feed is not None:
                feed.feed(packet, now_ns)

    def newest_ns(self) -> dict[str, int]:
        """Tell how far each source has come on the timeline; 0 = it was never heard."""
        return {source: feed.end * NS // RATE_HZ for source, feed in self._feeds.items()}

    def awaited(self, block: int) -> list[int]:
        """Give when each source was last heard whose sound is late for this block."""
        end = (block + 1) * BLOCK
        mixed = (feed for source, feed in self._feeds.items() if source not in self._metered)
        late = [feed for feed in mixed if feed.end < end]
        return [feed.heard_ns for feed in late if feed.live(end)]

    def mix(self, block: int) -> Samples:
        """Give the sound of a block, (2, 1024) float32; missing sound is silence."""
        mixed: Samples = np.zeros((CHANNELS, BLOCK), np.float32)
        for source, feed in self._feeds.items():
            samples = feed.read(block * BLOCK, BLOCK)
            self._meters[source].add(samples)
            if source not in self._metered:
                mixed += samples
        mixed = limited(mixed)
        self._meters[PROGRAMME].add(mixed)
        return mixed

    def levels(self) -> tuple[Level, ...]:
        """Give every sound's level since the last call."""
        return tuple(
            Level(source=source, rms_db=rms, peak_db=peak)
            for source, (rms, peak) in ((s, meter.take()) for s, meter in self._meters.items())
        )
