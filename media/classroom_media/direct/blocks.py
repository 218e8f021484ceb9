"""Sound as the director hears it: mono, 16 kHz, in blocks of 0.2 s."""

from collections.abc import Iterator

import av
import numpy as np

from classroom_media.direct.voice import BLOCK, RATE_HZ, Sound


class Blocks:
    """Brings sound of any form to that of voices, and cuts it."""

    def __init__(self) -> None:
        self._resampler = av.AudioResampler(format="flt", layout="mono", rate=RATE_HZ)
        self._kept: Sound = np.zeros(0, np.float32)
        self.reached = 0  # samples of 16 kHz that were taken in so far

    def feed(self, frame: av.AudioFrame) -> Iterator[Sound]:
        """Take sound; give the blocks that it completes."""
        self._keep(*(part.to_ndarray()[0] for part in self._resampler.resample(frame)))
        while self._kept.size >= BLOCK:
            yield self._kept[:BLOCK]
            self._kept = self._kept[BLOCK:]

    def pause(self, samples: int) -> None:
        """Take so many samples of silence."""
        self._keep(np.zeros(samples, np.float32))

    def _keep(self, *heard: Sound) -> None:
        self.reached += sum(part.size for part in heard)
        self._kept = np.concatenate([self._kept, *heard])
