"""Levels: what a meter shows for sounds of known loudness."""

import numpy as np
import pytest

from classroom_media.levels import SILENCE_DB, Meter, Samples, decibels


def tone(amplitude: float, count: int = 48_000) -> Samples:
    wave = amplitude * np.sin(2 * np.pi * 1000 * np.arange(count) / 48_000)
    return np.stack([wave, wave]).astype(np.float32)


def test_a_full_scale_sine_is_minus_three_decibels_rms_and_zero_peak() -> None:
    meter = Meter()
    meter.add(tone(1.0))
    assert meter.take() == pytest.approx((-3.01, 0.0), abs=0.01)


def test_a_tenth_of_the_amplitude_is_twenty_decibels_less() -> None:
    meter = Meter()
    meter.add(tone(0.1))
    assert meter.take() == pytest.approx((-23.01, -20.0), abs=0.01)


def test_portions_do_not_matter() -> None:
    whole, parts = Meter(), Meter()
    sound = tone(0.3, 4800)
    whole.add(sound)
    for start in range(0, 4800, 700):
        parts.add(sound[:, start : start + 700])
    assert parts.take() == pytest.approx(whole.take())


def test_silence_and_nothing_are_the_floor_and_a_reading_begins_anew() -> None:
    meter = Meter()
    assert meter.take() == (SILENCE_DB, SILENCE_DB)
    meter.add(tone(0.5))
    meter.take()
    meter.add(np.zeros((2, 100), np.float32))
    assert meter.take() == (SILENCE_DB, SILENCE_DB)
    assert decibels(1e-9) == SILENCE_DB
