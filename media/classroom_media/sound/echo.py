"""Tells whether a microphone hears what a loudspeaker says: one sound again in another, later.

Both are compared over 2 s at every delay up to 1.2 s, each frequency counting alike whatever its
loudness (PHAT): an echo, however faint, coloured or reverberant, stands out as one delay; two
people who talk do not. A delay has to come back before it is believed. What is no voice, like a
beep, or repeats itself, like a hum, fits at many delays or has few frequencies, and is no evidence.

Source: C. Knapp, G. Carter, The generalized correlation method for estimation of time delay, IEEE
Trans. ASSP 24 (1976).
"""

from collections import deque
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

RATE_HZ: Final = 8000
SAID: Final = 2 * RATE_HZ  # samples of the far sound that are looked for
LONGEST: Final = RATE_HZ * 12 // 10  # delay that is looked at
WINDOW: Final = SAID + LONGEST  # samples of both that a look takes
SHORTEST: Final = RATE_HZ * 20 // 1000  # sooner, both microphones hear the same room
BAND_HZ: Final = (200, 3400)
AUDIBLE: Final = 1e-3  # RMS, of full scale
DEEP: Final = 1e-4  # of the strongest frequency's power: what is weaker is not said
BROAD: Final = 0.3  # of the band's frequencies: a voice has them, a beep has not
STANDS_OUT: Final = 9.0  # times the spread over all delays; chance makes 5
ALONE: Final = 0.6  # of the peak, at most, any other delay may have
BESIDE: Final = RATE_HZ * 60 // 1000  # delays that belong to a peak: reflections
SAME_MS: Final = 40.0  # delays that are one: playout moves them
BELIEVED: Final = 3  # looks that agree
KEPT: Final = 6  # looks at a voice that are remembered
FORGOTTEN: Final = 30  # looks without evidence, whether somebody spoke or not

Mono = NDArray[np.float32]
_SPECTRUM: Final = slice(
    BAND_HZ[0] * WINDOW // RATE_HZ, BAND_HZ[1] * WINDOW // RATE_HZ
)  # of a look's frequencies


@dataclass(frozen=True, slots=True)
class Look:
    """What a moment says: `delay_ms` of an echo, None where there is none.

    Where `spoken` is False nothing was said that could have come back.
    """

    spoken: bool
    delay_ms: float | None = None


def look(far: Mono, near: Mono) -> Look:
    """Compare the newest `WINDOW` samples, at `RATE_HZ`, of what was said and of a microphone."""
    said = far[:SAID]
    if np.sqrt(np.mean(np.square(said))) < AUDIBLE:
        return Look(spoken=False)
    sent = np.fft.rfft(said, WINDOW)[_SPECTRUM]
    power = np.abs(sent) ** 2
    strong = power > DEEP * power.max()
    if strong.mean() < BROAD:
        return Look(spoken=False)
    cross = np.fft.rfft(near)[_SPECTRUM] * np.conj(sent)
    whole = np.zeros(WINDOW // 2 + 1, np.complex128)
    whole[_SPECTRUM] = np.where(strong, cross / np.maximum(np.abs(cross), 1e-12), 0)
    return Look(spoken=True, delay_ms=_delay_ms(np.abs(np.fft.irfft(whole)[: LONGEST + 1])))


def _delay_ms(fits: NDArray[np.float64]) -> float | None:
    """Give the one delay that stands out, in ms."""
    spread = float(np.sqrt(np.mean(np.square(fits))))
    best = int(np.argmax(fits))
    others = np.concatenate([fits[: max(0, best - BESIDE)], fits[best + BESIDE :]])
    is_one = fits[best] > STANDS_OUT * spread and others.max() < ALONE * fits[best]
    return best * 1000 / RATE_HZ if is_one and best >= SHORTEST else None


class EchoWatch:
    """Watches one microphone for one far sound; `delay_ms` is of the echo, None without one."""

    def __init__(self) -> None:
        self.delay_ms: float | None = None
        self._delays: deque[float | None] = deque(maxlen=KEPT)  # by look at a voice
        self._without = 0

    def take(self, seen: Look) -> None:
        """Take one look; they come once a second."""
        self._without = 0 if seen.delay_ms is not None else self._without + 1
        if seen.spoken:
            self._delays.append(seen.delay_ms)
        found = [one for one in self._delays if one is not None]
        if seen.delay_ms is not None:
            newest = seen.delay_ms
            if sum(abs(one - newest) <= SAME_MS for one in found) >= BELIEVED:
                self.delay_ms = newest
        elif self._without >= FORGOTTEN or (len(self._delays) == KEPT and not found):
            self.delay_ms = None
