"""Ground truth in picture and sound: a number in every picture, a flash and a beep every 5 s.

The number is a row of 40 black or white cells near the lower left corner: ``1010``, 32 bits with
the highest first, and a 4-bit checksum (the xor of the eight nibbles). It survives H.264 and
being scaled to a quarter. All cameras count the same clock, so pictures that bear the same
number were taken at the same instant.
"""

from typing import Any, Final

import numpy as np
import numpy.typing as npt

Plane = npt.NDArray[np.uint8]

FPS: Final = 25
EVENT_FRAMES: Final = 125  # a flash and a beep every so many pictures: 5 s
FLASH_FRAMES: Final = 2
BEEP_HZ: Final = 1000
BEEP_S: Final = 0.1

REFERENCE_WIDTH: Final = 1280  # pixels; the strip grows and shrinks with the picture
CELL: Final = 16  # pixels at the reference width
LEFT: Final = 32
BOTTOM: Final = 40  # of the strip's upper edge, counted from the picture's lower edge
SYNC: Final = (1, 0, 1, 0)
BITS: Final = 32
WHITE: Final = 235
BLACK: Final = 16
MIDDLE: Final = 126
CONTRAST: Final = 40  # a cell must be this far from the middle to count


def cells(number: int) -> tuple[int, ...]:
    """Spell a picture's number as cells, 1 for white."""
    bits = [(number >> (BITS - 1 - i)) & 1 for i in range(BITS)]
    check = checksum(number)
    return (*SYNC, *bits, *((check >> (3 - i)) & 1 for i in range(4)))


def checksum(number: int) -> int:
    """Give the xor of the eight nibbles."""
    check = 0
    for shift in range(0, BITS, 4):
        check ^= (number >> shift) & 0xF
    return check


def burn(luma: Plane, number: int) -> None:
    """Write a number into the luma plane, (height, width) uint8, in place."""
    height, width = luma.shape
    cell = CELL * width // REFERENCE_WIDTH
    top = height - BOTTOM * width // REFERENCE_WIDTH
    left = LEFT * width // REFERENCE_WIDTH
    row = np.repeat(np.array(cells(number), np.uint8), cell)
    luma[top : top + cell, left : left + row.size] = np.where(row, WHITE, BLACK)


def read(luma: npt.NDArray[Any]) -> int | None:
    """Read the number of a picture from its luma plane; None when there is none to be read.

    The picture may have been scaled; give the part of the plane that it fills.
    """
    height, width = luma.shape
    scale = width / REFERENCE_WIDTH
    row = round(height - (BOTTOM - CELL / 2) * scale)
    if not 0 <= row < height:
        return None
    centres = ((np.arange(len(SYNC) + BITS + 4) + 0.5) * CELL + LEFT) * scale
    columns = np.clip(centres.astype(int), 0, width - 1)
    seen = luma[row, columns].astype(int)
    if np.any(np.abs(seen - MIDDLE) < CONTRAST):
        return None
    bits = (seen > MIDDLE).astype(int)
    number = int("".join(map(str, bits[4 : 4 + BITS])), 2)
    check = int("".join(map(str, bits[4 + BITS :])), 2)
    good = tuple(bits[:4]) == SYNC and check == checksum(number)
    return number if good else None


def flashes(number: int) -> bool:
    """Tell whether the picture with this number is part of a flash."""
    return number % EVENT_FRAMES < FLASH_FRAMES


def tone(
    first_sample: int, samples: int, rate_hz: int, *, beep_hz: int = BEEP_HZ
) -> npt.NDArray[np.float32]:
    """Give the beeps in a block of sound, (samples,) float32 in -1..1.

    Sample 0 is the instant of picture 0; a beep starts exactly with its flash.
    """
    at = np.arange(first_sample, first_sample + samples)
    period = EVENT_FRAMES * rate_hz // FPS
    phase = at % period
    wave = 0.5 * np.sin(2 * np.pi * beep_hz * phase / rate_hz)
    return np.where(phase < BEEP_S * rate_hz, wave, 0.0).astype(np.float32)


def beep_starts(
    sound: npt.NDArray[np.float32], rate_hz: int, *, beep_hz: int = BEEP_HZ
) -> list[float]:
    """Find where beeps begin in a recorded sound, (samples,) float32; in seconds from its start.

    Beeps of different sources are told apart when they are multiples of 200 Hz.
    """
    window = rate_hz // 200  # 5 ms holds five periods
    step = rate_hz // 1000
    steps = (sound.size - window) // step
    carrier = np.exp(-2j * np.pi * beep_hz * np.arange(window) / rate_hz)
    energy = np.array(
        [abs(np.dot(sound[i * step : i * step + window], carrier)) for i in range(max(steps, 0))]
    )
    loud = energy / window > 0.08  # a third of what a beep has
    starts: list[float] = []
    for i in np.flatnonzero(loud):
        at = (i * step + window / 3) / rate_hz
        if not starts or at - starts[-1] > 1.0:
            starts.append(at)
    return starts
