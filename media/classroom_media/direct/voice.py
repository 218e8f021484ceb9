"""Tells speech from the other sounds of a room: by energy and spectrum, without a model.

A block is speech when it is clearly louder than the room, when its energy lies where voices
are, and when it has the peaks of a voice without being a single tone.

Source: energy and spectral flatness as features: Moattar and Homayounpour, "A simple but
efficient real-time voice activity detection algorithm", EUSIPCO 2009.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from classroom_media.direct.signs import LOOKS_A_SECOND
from classroom_media.levels import SILENCE_DB

RATE_HZ: Final = 16_000
BLOCK: Final = RATE_HZ // LOOKS_A_SECOND  # samples of one look: 0.2 s
WINDOW: Final = 512  # samples: 32 ms
FREQUENCIES: Final = np.fft.rfftfreq(WINDOW, 1 / RATE_HZ)
VOICES: Final = (FREQUENCIES >= 120) & (FREQUENCIES <= 4000)

Sound = NDArray[np.float32]  # (samples,), mono, full scale 1.0, 16 kHz


@dataclass(frozen=True, slots=True)
class Heard:
    """What one block of sound gave."""

    level_db: float  # RMS
    speech: bool


class VoiceWatch:
    """Follows the noise of a room, and notices voices above it."""

    ABOVE_DB: Final = 9.0  # the room's noise
    LEAST_DB: Final = -60.0
    FLATTEST: Final = 0.35  # 1 = white noise, 0 = a tone
    TONE: Final = 0.8  # of the energy in one tone: a bell, a beep
    IN_BAND: Final = 0.7  # of the energy
    PART: Final = 0.3  # of the block
    RISES_DB: Final = 0.1  # a look: a voice without a pause becomes noise after minutes only

    def __init__(self) -> None:
        self._floor_db: float | None = None
        self._window = np.hanning(WINDOW).astype(np.float32)

    def look(self, sound: Sound) -> Heard:
        """Take the next block of 0.2 s."""
        frames = np.lib.stride_tricks.sliding_window_view(sound, WINDOW)[:: WINDOW // 2]
        power = np.square(np.abs(np.fft.rfft(frames * self._window, axis=1)))
        power[:, 0:2] = 0.0  # hum of the input's own
        levels = _decibels(np.mean(np.square(frames), axis=1))
        quietest = max(float(levels.min()), SILENCE_DB)
        floor = self._floor_db if self._floor_db is not None else quietest
        self._floor_db = min(quietest, floor + self.RISES_DB)
        loud = (levels > self._floor_db + self.ABOVE_DB) & (levels > self.LEAST_DB)
        part = np.count_nonzero(loud & _voiced(power)) / len(levels)
        level_db = float(_decibels(np.mean(np.square(sound))))
        return Heard(max(level_db, SILENCE_DB), bool(part >= self.PART))


def _voiced(power: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Tell of each spectrum whether it may be a voice's."""
    band = power[:, VOICES] + 1e-12
    energy = band.sum(axis=1)
    flatness = np.exp(np.mean(np.log(band), axis=1)) / np.mean(band, axis=1)
    peak = band.argmax(axis=1)
    near = np.clip(peak[:, None] + np.arange(-2, 3), 0, band.shape[1] - 1)
    tone = np.take_along_axis(band, near, axis=1).sum(axis=1) / energy
    in_band = energy / (power.sum(axis=1) + 1e-12)
    voiced: NDArray[np.bool_] = (
        (flatness < VoiceWatch.FLATTEST) & (tone < VoiceWatch.TONE) & (in_band > VoiceWatch.IN_BAND)
    )
    return voiced


def _decibels(energy: NDArray[np.float32] | np.floating) -> NDArray[np.float64]:
    return 10 * np.log10(np.asarray(energy, np.float64) + 1e-12)
