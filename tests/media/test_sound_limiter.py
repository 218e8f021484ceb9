"""The limiter: nothing above the ceiling, nothing changed below it, nothing bent."""

import numpy as np
import pytest

from classroom_media.levels import Samples
from classroom_media.sound.limiter import AHEAD, CEILING_DB, Limiter

from .signals import both, impurity_db, in_blocks, sine, true_peak_db


def limited(sound: Samples) -> Samples:
    """Send a sound through the limiter; give it where it was before."""
    return in_blocks(sound, Limiter().process)[:, AHEAD:]


def speech(seconds: float, gain: float) -> Samples:
    """Give noise up to 20 kHz in syllables, with spikes: what a limiter has most trouble with."""
    dice = np.random.default_rng(7)
    at = np.arange(round(seconds * 48_000)) / 48_000
    voice = dice.standard_normal((2, at.size)) * np.square(np.sin(2 * np.pi * 2 * at)) * 0.2
    voice[:, dice.integers(0, at.size, 60)] *= 8
    spectrum = np.fft.rfft(voice)
    spectrum[:, np.fft.rfftfreq(at.size, 1 / 48_000) > 20_000] = 0
    return (gain * np.fft.irfft(spectrum, n=at.size)).astype(np.float32)


def test_what_is_below_the_ceiling_comes_out_bit_by_bit() -> None:
    quiet = 0.4 * speech(2, 1.0) / np.abs(speech(2, 1.0)).max()
    heard = limited(quiet)
    assert np.array_equal(heard, quiet[:, : heard.shape[1]])


@pytest.mark.parametrize("gain", [2.0, 10.0, 100.0])
def test_no_true_peak_is_above_the_ceiling_however_loud_it_comes(gain: float) -> None:
    assert true_peak_db(limited(speech(3, gain))) <= CEILING_DB


def test_a_peak_that_lies_between_the_samples_is_seen() -> None:
    tone = sine(12_000, 1.0, peak_db=2.0, phase_deg=45)  # its samples are at -1 dBFS
    assert true_peak_db(tone) > 1.9
    assert true_peak_db(limited(tone)) <= CEILING_DB


@pytest.mark.parametrize("hz", [100, 1000, 5000])
def test_a_tone_that_is_too_loud_is_turned_down_and_not_bent(hz: float) -> None:
    heard = limited(sine(hz, 3.0, peak_db=6.0))[0, 48_000:96_000]
    assert np.abs(heard).max() == pytest.approx(10 ** (CEILING_DB / 20), rel=0.03)
    assert impurity_db(heard, hz) < -80


def test_after_a_loud_bang_the_voice_is_soon_as_loud_as_before() -> None:
    voice = sine(440, 3.0, peak_db=-20)
    bang: Samples = voice.copy()
    bang[:, 48_000:48_100] = 4.0
    heard = limited(bang)
    assert np.array_equal(heard[:, :47_000], voice[:, :47_000])
    during = np.abs(heard[:, 48_300:48_700]).max() / np.abs(voice).max()
    assert during < 0.3
    assert np.abs(heard[:, 110_000:] - voice[:, 110_000 : heard.shape[1]]).max() < 1e-3


def test_the_gain_falls_before_the_peak_without_a_step() -> None:
    step = both(np.concatenate([np.full(24_000, 0.5), np.full(24_000, 2.0)]))
    heard = limited(step)
    assert true_peak_db(heard) <= CEILING_DB + 0.01
    gain = heard[0, 23_000:25_000] / step[0, 23_000:25_000]
    assert np.abs(np.diff(gain)).max() < 0.02  # 64 samples at least from one to the other


@pytest.mark.parametrize("peak_db", [-12.0, 6.0])
def test_the_true_peak_of_what_comes_out_is_told(peak_db: float) -> None:
    limiter, told = Limiter(), []

    def heard(block: Samples) -> Samples:
        out = limiter.process(block)
        told.append(limiter.true_peak)
        return out

    sound = np.concatenate([sine(6_000, 1.0, peak_db, 67.5), sine(6_000, 1.0, -20.0, 67.5)], axis=1)
    out = in_blocks(sound, heard)
    assert 20 * np.log10(max(told)) == pytest.approx(true_peak_db(out), abs=0.2)
    assert 20 * np.log10(told[-1]) == pytest.approx(true_peak_db(out[:, -10_000:]), abs=0.2)
