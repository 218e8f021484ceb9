"""The strip of one sound: gain, mute, sides, high-pass, gate do what they say, without clicks."""

import numpy as np
import pytest

from classroom_media.api import Gate, Strip
from classroom_media.levels import Samples, clipped
from classroom_media.sound.strip import ChannelStrip

from .signals import BLOCK, both, in_blocks, roughest, sine

GATE = Gate(threshold_db=-40, hold_ms=100, release_ms=50)


def through(sound: Samples, *strips: Strip) -> Samples:
    """Send a sound through a strip that is set anew after equal parts of it."""
    desk = ChannelStrip(strips[0])
    blocks = sound.shape[1] // BLOCK // len(strips)
    set_to = [strip for strip in strips for _ in range(blocks)]
    return in_blocks(
        sound[:, : len(set_to) * BLOCK], lambda block: desk.process(block, set_to.pop(0))
    )


def level_db(sound: Samples) -> float:
    return float(20 * np.log10(np.sqrt(np.mean(np.square(sound))) * np.sqrt(2)))


def test_a_plain_strip_changes_nothing() -> None:
    tone = sine(1000, 0.5)
    heard = through(tone, Strip())
    assert np.array_equal(heard, tone[:, : heard.shape[1]])


@pytest.mark.parametrize("gain_db", [-60.0, -6.0, 12.0])
def test_gain_is_in_decibels(gain_db: float) -> None:
    heard = through(sine(1000, 0.5, -20), Strip(gain_db=gain_db))
    assert level_db(heard) == pytest.approx(-20 + gain_db, abs=0.05)


@pytest.mark.parametrize(
    "after", [Strip(muted=True), Strip(gain_db=-30), Strip(channels="left"), Strip(gain_db=6)]
)
def test_what_is_changed_does_not_click(after: Strip) -> None:
    tone = sine(200, 1.0, -12)
    heard = through(tone, Strip(), after, Strip())
    assert roughest(heard) < 4 * roughest(tone)  # cut off at once: 600 times


def test_a_muted_sound_is_gone_within_a_block_and_comes_back_whole() -> None:
    tone = sine(1000, 3 * 1024 * 20 / 48_000)
    heard = through(tone, Strip(), Strip(muted=True), Strip())
    assert not heard[:, 1024 * 21 : 1024 * 40].any()
    assert np.array_equal(heard[:, 1024 * 41 :], tone[:, 1024 * 41 :])


@pytest.mark.parametrize(
    ("channels", "expected"), [("left", (1.0, 1.0)), ("right", (0.5, 0.5)), ("mono", (0.75, 0.75))]
)
def test_one_side_or_both_as_one_are_heard_on_both(
    channels: str, expected: tuple[float, float]
) -> None:
    sound = np.ones((2, 2048), np.float32) * np.array([[1.0], [0.5]], np.float32)
    assert tuple(through(sound, Strip(channels=channels))[:, -1]) == pytest.approx(expected)


@pytest.mark.parametrize(("hz", "expected_db"), [(25, -24.1), (100, -3.0), (1000, 0.0)])
def test_the_high_pass_takes_away_rumble(hz: float, expected_db: float) -> None:
    heard = through(sine(hz, 1.5), Strip(high_pass_hz=100))
    assert level_db(heard[:, 24_000:]) == pytest.approx(expected_db, abs=0.2)


def test_the_gate_shuts_out_hiss_and_lets_speech_through() -> None:
    hiss = 0.0008 * np.random.default_rng(1).standard_normal(4 * 48_000)  # peaks at -49 dBFS
    talk = np.zeros(4 * 48_000)
    talk[48_000:96_000] = sine(300, 1.0, -12)[0]
    heard = through(both(hiss + talk), Strip(gate=GATE))
    assert not heard[:, :47_000].any()
    spoken = slice(48_000 + 400, 95_000)
    assert np.array_equal(heard[:, spoken], both(hiss + talk)[:, spoken])
    held, release = 96_000 + 4_000, 96_000 + 4_800 + 2_400 + 1_000
    assert np.abs(heard[:, 96_100:held]).max() > 0.002
    assert not heard[:, release:].any()


def test_a_gate_does_not_flutter_at_its_threshold() -> None:
    at = np.arange(4 * 48_000) / 48_000
    voice = both(10 ** (-40 / 20) * (1 + 0.4 * np.sin(30 * at)) * np.sin(2000 * at))
    heard = through(voice, Strip(gate=GATE))[:, 4_800:]
    loudest = np.abs(in_blocks(heard, lambda block: block.max(axis=1, keepdims=True)))
    assert loudest.min() > 0


def test_a_gate_that_is_taken_away_opens() -> None:
    quiet = sine(300, 1.0, -60)
    heard = through(quiet, Strip(gate=GATE), Strip())
    assert not heard[:, :20_000].any()
    assert np.array_equal(heard[:, 26_000:], quiet[:, 26_000 : heard.shape[1]])


@pytest.mark.parametrize(("peak_db", "is_clipped"), [(-1.0, False), (6.0, True)])
def test_a_wave_with_a_flat_top_is_clipped(peak_db: float, *, is_clipped: bool) -> None:
    wave = sine(1000, 0.1, peak_db).clip(-1, 1)
    assert (clipped(wave) > 0) is is_clipped
