"""Sound brought to the speed of the room's clock, without a click and without a change of pitch.

A sound card's clock drifts (0.3 s in a lesson). `Follower` finds out how fast it is, `Varispeed`
reads its samples at that speed, between them where it must.

Source: the control loop is of the second type, critically damped: F. M. Gardner, Phaselock
Techniques, chapter 2. It follows a drift without an error that stays.
"""

import math
from typing import Final

import numpy as np

from classroom_media.levels import RATE_HZ, Samples
from classroom_media.sound.interpolation import REACH, between

JUMP: Final = RATE_HZ * 30 // 1000  # samples: what is further off is not worked off
TOLERATED: Final = 1.0  # samples: stamps are rounded
STEEPEST: Final = 0.003  # of the speed: 5 cents, which nobody hears
PULL: Final = 1 / 65_536  # of an error is worked off in a sample: 1.4 s
SMOOTHING: Final = 1 / 8  # of stamps that jitter, over chunks
LEARN: Final = PULL * PULL / 4
PIECE: Final = 1024  # samples made at a time: products of matrices stay small enough for one core


class Follower:
    """Decides how fast a sound is played. Pure."""

    def __init__(self) -> None:
        self._error = 0.0
        self._drift = 0.0

    def follow(self, error: float, count: int) -> float:
        """Give how many samples to make of one of the next `count`; exactly 1 where all is well.

        `error` is by how many samples they would come too early.
        """
        self._error += (error - self._error) * SMOOTHING
        known = self._error - max(-TOLERATED, min(TOLERATED, self._error))
        self._drift = _within(self._drift + LEARN * known * count)
        return 1 + _within(self._drift + PULL * known)


class Varispeed:
    """Makes more or fewer samples of a sound that goes on from chunk to chunk."""

    def __init__(self, channels: int) -> None:
        self._samples: Samples = np.zeros((channels, REACH - 1), np.float32)
        self._at = float(REACH - 1)  # where in them the next sample is read

    @property
    def held(self) -> float:
        """Tell how many samples that were taken are still to be read."""
        return float(self._samples.shape[1] - self._at)

    def play(self, samples: Samples, speed: float) -> Samples:
        """Take (channels, n) float32, give about `speed` times as many, a little behind."""
        known = np.concatenate([self._samples, samples], axis=1)
        step = 1 / speed
        count = max(0, math.ceil((known.shape[1] - REACH - self._at) / step))
        played = _read(known, self._at, step, count)
        following = self._at + count * step
        spent = max(0, math.floor(following) - REACH + 1)
        self._samples, self._at = known[:, spent:], following - spent
        return played


class Pacer:
    """Puts the chunks of a sound end to end on the timeline, in step with their stamps."""

    def __init__(self, channels: int) -> None:
        self._channels = channels
        self._begin(0)
        self._begun = False

    def place(self, samples: Samples, stamp: int) -> tuple[int, Samples]:
        """Take a chunk (channels, n) that begins at sample `stamp`; give it in step, and where.

        It is one with what was given before, unless it was off by more than `JUMP`.
        """
        error = stamp - self._next - self._player.held
        if not self._begun or abs(error) > JUMP:
            self._begin(stamp)
            error = 0.0
        played = self._player.play(samples, self._follower.follow(error, samples.shape[1]))
        start = self._next
        self._next += played.shape[1]
        return start, played

    def _begin(self, stamp: int) -> None:
        self._next, self._begun = stamp, True
        self._follower, self._player = Follower(), Varispeed(self._channels)


def _read(known: Samples, begin: float, step: float, count: int) -> Samples:
    if step == 1.0 and begin.is_integer():
        return known[:, int(begin) : int(begin) + count]
    played: Samples = np.empty((len(known), count), np.float32)
    for first in range(0, count, PIECE):
        places = begin + step * np.arange(first, min(first + PIECE, count))
        whole = np.floor(places).astype(np.int64)
        at = (places - whole).astype(np.float32)
        played[:, first : first + PIECE] = between(known, whole, at)
    return played


def _within(speed: float) -> float:
    return max(-STEEPEST, min(STEEPEST, speed))
