"""Recursive filters, a whole block at a time.

A recursive filter needs its last output for the next, sample by sample, which Python is too
slow for. In state-space form a step of `STEP` samples is a product of matrices, and so are the
states between the steps of a block: four small products filter a block of both channels.

Source: state space and block processing: Oppenheim and Schafer, Discrete-Time Signal
Processing, section 6; high-pass: R. Bristow-Johnson, Cookbook formulae for audio EQ.
"""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from classroom_media.levels import Samples

STEP: Final = 64  # samples; what is filtered comes in multiples of it
BLOCK: Final = 16  # steps at a time, at most
NOTHING: Final = 1e-20  # of full scale: a state below it is zero, and never a denormal number

Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Section:
    """One second-order section; numerator b, denominator 1, a1, a2."""

    b0: float
    b1: float
    b2: float
    a1: float
    a2: float


def high_pass(corner_hz: float, rate_hz: int) -> Section:
    """Give a Butterworth high-pass: 3 dB down at the corner, 12 dB an octave below it."""
    angle = 2 * math.pi * corner_hz / rate_hz
    alpha, cosine = math.sin(angle) / math.sqrt(2), math.cos(angle)
    scale = 1 / (1 + alpha)
    b = (1 + cosine) / 2 * scale
    return Section(b, -2 * b, b, -2 * cosine * scale, (1 - alpha) * scale)


class Recursive:
    """A cascade of sections that goes on from block to block."""

    def __init__(self, *sections: Section, channels: int) -> None:
        a, b, c, d = _cascade(sections)
        size = len(b)
        powers = [np.eye(size)]
        for _ in range(STEP):
            powers.append(powers[-1] @ a)
        response = [d, *(float(c @ powers[n] @ b) for n in range(STEP - 1))]
        direct = _upper_toeplitz(np.array(response))
        gather = np.stack([powers[STEP - 1 - n] @ b for n in range(STEP)])
        self._direct_and_gather = np.concatenate([direct, gather], axis=1)
        self._spread = np.stack([c @ powers[n] for n in range(STEP)], axis=1)
        self._begin, self._carry = _between_steps(powers[STEP])
        self._state: Matrix = np.zeros((channels, size))

    def process(self, samples: Samples) -> Matrix:
        """Filter (channels, n x `STEP`), at most `BLOCK` steps; gives float64 of the same shape."""
        channels, count = samples.shape
        steps, size = count // STEP, self._state.shape[1]
        rows = samples.astype(np.float64).reshape(-1, STEP)
        both = rows @ self._direct_and_gather
        gathered = both[:, STEP:].reshape(channels, -1)
        last = (steps + 1) * size
        states = self._state @ self._begin[:, :last]
        states += gathered @ self._carry[: steps * size, :last]
        self._state = states[:, -size:] * (np.abs(states[:, -size:]) > NOTHING)
        before = states[:, :-size].reshape(-1, size)
        filtered: Matrix = (both[:, :STEP] + before @ self._spread).reshape(channels, count)
        return filtered


def _cascade(sections: tuple[Section, ...]) -> tuple[Matrix, Matrix, Matrix, float]:
    """Give state-space matrices A, B, C, D of sections in a row, each in direct form II."""
    a, b, c, d = np.zeros((0, 0)), np.zeros(0), np.zeros(0), 1.0
    for one in sections:
        own = np.array([[-one.a1, 1.0], [-one.a2, 0.0]])
        entry = np.array([one.b1 - one.a1 * one.b0, one.b2 - one.a2 * one.b0])
        a = np.block([[a, np.zeros((len(b), 2))], [np.outer(entry, c), own]])
        b = np.concatenate([b, entry * d])
        c = np.concatenate([one.b0 * c, [1.0, 0.0]])
        d *= one.b0
    return a, b, c, d


def _upper_toeplitz(response: Matrix) -> Matrix:
    lag = np.arange(STEP)[None, :] - np.arange(STEP)[:, None]
    toeplitz: Matrix = np.where(lag >= 0, response[np.abs(lag)], 0.0)
    return toeplitz


def _between_steps(over_a_step: Matrix) -> tuple[Matrix, Matrix]:
    """Give what the first state, and what each step's samples, make of the states of a block."""
    size = len(over_a_step)
    powers = [np.eye(size)]
    for _ in range(BLOCK):
        powers.append(powers[-1] @ over_a_step)
    begin = np.concatenate([power.T for power in powers], axis=1)
    carry = np.zeros((BLOCK * size, (BLOCK + 1) * size))
    for step in range(BLOCK):
        following = begin[:, : (BLOCK - step) * size]
        carry[step * size : (step + 1) * size, (step + 1) * size :] = following
    return begin, carry
