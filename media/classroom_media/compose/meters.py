"""What is told ten times a second of every sound: how loud it comes, and how the mix is."""

from typing import Final

from classroom_media.levels import FULL, Meter, Samples, clipped, decibels
from classroom_media.messages import Level
from classroom_media.sound.loudness import LoudnessMeter

PROGRAMME: Final = "programme"


class InputMeter:
    """Measures the sound of one source, as it came."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._meter = Meter()
        self._loudness = LoudnessMeter()
        self._clipped = 0
        self.peak = 0.0  # of what was added last

    @property
    def momentary_lufs(self) -> float:
        """Tell its loudness over the last 400 ms."""
        return self._loudness.momentary_lufs

    def add(self, samples: Samples) -> None:
        """Take (2, n x 64) float32, at most 1024."""
        self.peak = self._meter.add(samples)
        self._loudness.add(samples)
        if self.peak >= FULL:
            self._clipped += clipped(samples)

    def level(self) -> Level:
        """Give its level since the last call."""
        rms_db, peak_db = self._meter.take()
        count, self._clipped = self._clipped, 0
        return Level(
            source=self._source,
            rms_db=rms_db,
            peak_db=peak_db,
            clipped=count,
            momentary_lufs=self._loudness.momentary_lufs,
        )


class ProgrammeMeter:
    """Measures the mix, by EBU R 128."""

    def __init__(self) -> None:
        self._meter = Meter()
        self._loudness = LoudnessMeter()
        self._true_peak = 0.0

    def begin_anew(self) -> None:
        """Let the integrated loudness begin now."""
        self._loudness.begin_anew()

    def add(self, samples: Samples, true_peak: float) -> None:
        """Take (2, n x 64) float32, at most 1024, and the peak between them."""
        self._meter.add(samples)
        self._loudness.add(samples)
        self._true_peak = max(self._true_peak, true_peak)

    def level(self) -> Level:
        """Give its level since the last call."""
        rms_db, peak_db = self._meter.take()
        true_peak, self._true_peak = self._true_peak, 0.0
        return Level(
            source=PROGRAMME,
            rms_db=rms_db,
            peak_db=peak_db,
            momentary_lufs=self._loudness.momentary_lufs,
            short_term_lufs=self._loudness.short_term_lufs,
            integrated_lufs=self._loudness.integrated_lufs,
            true_peak_db=decibels(true_peak),
        )
