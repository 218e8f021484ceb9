"""Makes a film's sound as loud as people expect: measured, turned up or down, and measured again.

What comes out is measured as it is decoded: coding adds to peaks, and where the limiter works
loudness is lost. So a sound that does not meet its target yet is made once more from the
beginning, with what was found out.

Source: EBU R 128 (target level, maximum true peak); ITU-R BS.1770-4.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Final

import av
import numpy as np

from classroom_media.api import MediaError
from classroom_media.levels import CHANNELS, RATE_HZ, SILENCE_DB, Samples, decibels
from classroom_media.sound.interpolation import PeakFinder
from classroom_media.sound.limiter import AHEAD, Limiter
from classroom_media.sound.loudness import GATE_LUFS, LoudnessMeter

PEAK_DBTP: Final = -1.0
NEAR_LU: Final = 0.2
STEP_DB: Final = 0.2  # by which the ceiling goes lower than it seems to need
GAIN_DB: Final = 24.0  # at most: beyond it there is nothing but noise
TURNS: Final = 6  # one or two do, unless a limiter and a coder have much to argue about
BITRATE: Final = 160_000
BLOCK: Final = 1024

Told = Callable[[float], None]  # of seconds of sound that were worked on


@dataclass(frozen=True, slots=True)
class Measured:
    """How loud a sound is; silence has no loudness."""

    lufs: float
    peak_dbtp: float

    @property
    def is_silent(self) -> bool:
        """Whether nothing is to be heard."""
        return self.lufs <= GATE_LUFS


def levelled(film: Path, into: Path, lufs: float, told: Told = lambda _seconds: None) -> Measured:
    """Write a film's sound as loud as told, and no peak above -1 dBTP; tell how loud it became.

    Silence stays silence. What is written is AAC at 48 kHz in two channels.

    Raises:
        MediaError: the sound cannot be read or written.
    """
    before = measured(film, told)
    gain_db = 0.0 if before.is_silent else min(lufs - before.lufs, GAIN_DB)
    ceiling_db, turn = PEAK_DBTP, 1
    while True:
        _write(limited(_blocks(film, told), gain_db, ceiling_db), into)
        after = measured(into, told)
        missing = 0.0 if gain_db == GAIN_DB or after.is_silent else lufs - after.lufs
        excess = max(after.peak_dbtp - PEAK_DBTP, 0.0)
        if turn == TURNS or (abs(missing) <= NEAR_LU and not excess):
            return after
        gain_db = min(gain_db + missing, GAIN_DB)
        ceiling_db -= excess and excess + STEP_DB
        turn += 1


def measured(film: Path, told: Told = lambda _seconds: None) -> Measured:
    """Measure the sound of a film.

    Raises:
        MediaError: it cannot be read.
    """
    meter, finder, peak = LoudnessMeter(), PeakFinder(CHANNELS), 0.0
    for block in _blocks(film, told):
        meter.add(block)
        peak = max(peak, float(finder.find(block).max()))
    return Measured(meter.integrated_lufs, decibels(peak) if peak else SILENCE_DB)


def limited(blocks: Iterable[Samples], gain_db: float, ceiling_db: float) -> Iterator[Samples]:
    """Give a sound with another gain, under a ceiling: as much as came, nothing later."""
    limiter, gain = Limiter(ceiling_db), np.float32(10 ** (gain_db / 20))
    late = np.zeros((CHANNELS, 0), np.float32)
    is_first = True
    for block in blocks:
        heard = limiter.process(block * gain)
        late = np.concatenate([late, heard[:, AHEAD * is_first :]], axis=1)
        is_first = False
        if late.shape[1] >= BLOCK:
            yield late[:, :BLOCK]
            late = late[:, BLOCK:]
    rest = limiter.process(np.zeros((CHANNELS, AHEAD), np.float32))
    yield np.concatenate([late, rest], axis=1)


def _blocks(film: Path, told: Told) -> Iterator[Samples]:
    """Decode sound from the instant on at which the film begins, (2, 1024) float32 each."""
    late = np.zeros((CHANNELS, 0), np.float32)
    with _translated(film), av.open(str(film)) as container:
        shaped = av.AudioResampler("fltp", "stereo", RATE_HZ)
        for frame in container.decode(audio=0):
            hidden = max(0, -round((frame.time or 0) * RATE_HZ))
            for part in shaped.resample(frame):
                late = np.concatenate([late, part.to_ndarray()[:, hidden:]], axis=1)
            while late.shape[1] >= BLOCK:
                yield late[:, :BLOCK]
                told(BLOCK / RATE_HZ)
                late = late[:, BLOCK:]
    if late.shape[1]:
        yield np.pad(late, ((0, 0), (0, BLOCK - late.shape[1])))


def _write(blocks: Iterable[Samples], into: Path) -> None:
    with _translated(into), av.open(str(into), "w", format="mp4") as file:
        stream = file.add_stream("aac", rate=RATE_HZ, layout="stereo", bit_rate=BITRATE)
        at = 0
        for block in blocks:
            frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(block), "fltp", "stereo")
            frame.sample_rate, frame.time_base, frame.pts = RATE_HZ, Fraction(1, RATE_HZ), at
            at += block.shape[1]
            file.mux(stream.encode(frame))
        file.mux(stream.encode(None))


@contextmanager
def _translated(film: Path) -> Iterator[None]:
    try:
        yield
    except (av.FFmpegError, OSError, IndexError) as error:
        raise MediaError(f"{film}: its sound: {error}") from error
