"""Sound at the speed of the room's clock: in its place to a millisecond, and not audibly bent."""

import random

import numpy as np
import pytest

from classroom_media.levels import Samples
from classroom_media.sound.ring import EDGE, SIZE, Ring
from classroom_media.sound.speed import JUMP, Follower, Pacer

from .signals import BLOCK, impurity_db, roughest

MILLISECOND = 48  # samples


def tone_of_a_fast_clock(ppm: float, hz: float, seconds: float) -> tuple[Samples, float]:
    """Pace a tone whose sound card runs fast; give it, and how far it was off at worst, ms."""
    pacer, speed = Pacer(1), 1 - ppm * 1e-6
    made, worst, end = [], 0.0, 0
    for chunk in range(round(seconds * 48_000 / BLOCK)):
        at = np.arange(chunk * BLOCK, (chunk + 1) * BLOCK) * speed / 48_000
        sound = np.sin(2 * np.pi * hz * at).astype(np.float32)[None]
        start, played = pacer.place(sound, round(chunk * BLOCK * speed))
        assert start == end
        made.append(played)
        end = start + played.shape[1]
        worst = max(worst, abs(end - (chunk + 1) * BLOCK * speed + 12))  # 12 are held back
    return np.concatenate(made, axis=1), worst / MILLISECOND


@pytest.mark.parametrize(("ppm", "hz"), [(200, 1000), (500, 1000), (-500, 1000), (500, 8000)])
def test_a_drifting_clock_is_followed_without_a_click(ppm: float, hz: float) -> None:
    tone, worst_ms = tone_of_a_fast_clock(ppm, hz, 40)
    assert worst_ms < 0.6
    assert impurity_db(tone[0, -480_000:], hz) < -85
    smooth = (2 * np.pi * hz / 48_000) ** 2  # of a sine's second difference
    assert roughest(tone[:, BLOCK:]) < smooth * 1.01


def test_a_sound_in_step_is_passed_on_bit_by_bit() -> None:
    pacer = Pacer(2)
    noise = np.random.default_rng(1).standard_normal((2, BLOCK * 20)).astype(np.float32)
    parts = [pacer.place(noise[:, n * BLOCK : (n + 1) * BLOCK], n * BLOCK) for n in range(20)]
    heard = np.concatenate([samples for _, samples in parts], axis=1)
    assert np.array_equal(heard, noise[:, : heard.shape[1]])
    assert noise.shape[1] - heard.shape[1] == 12


def test_stamps_that_jitter_for_an_hour_leave_the_sound_within_a_millisecond() -> None:
    follower, jitter = Follower(), random.Random(5)
    place, worst = 0.0, 0.0
    for chunk in range(48_000 * 3600 // BLOCK):
        true = chunk * BLOCK * (1 - 120e-6)  # 120 ppm: 0.43 s in an hour
        speed = follower.follow(round(true + jitter.uniform(-24, 24)) - place, BLOCK)
        worst = max(worst, abs(place - true))
        place += BLOCK * speed
    assert worst < MILLISECOND / 2


def test_a_chunk_far_off_is_laid_anew_and_a_nearer_one_is_not() -> None:
    chunk: Samples = np.zeros((2, BLOCK), np.float32)
    pacer = Pacer(2)
    pacer.place(chunk, 0)
    start, _ = pacer.place(chunk, BLOCK + JUMP)
    assert start == BLOCK - 12
    start, _ = pacer.place(chunk, 2 * BLOCK + 2 * JUMP + BLOCK)
    assert start == 2 * BLOCK + 2 * JUMP + BLOCK


def test_what_never_came_is_silence_and_what_comes_too_late_is_dropped() -> None:
    ring = Ring()
    ones: Samples = np.ones((2, 1000), np.float32)
    ring.write(1000, ones)
    ring.write(4000, ones)
    heard = ring.read(1000, 4500)[0]
    assert heard[EDGE:1000].tolist() == [1.0] * (1000 - EDGE)
    assert not heard[1000:3000].any()
    assert heard[3000 + EDGE : 4000 - EDGE].tolist() == [1.0] * (1000 - 2 * EDGE)
    assert not heard[4000:].any()
    ring.write(4400, ones)  # its time is over
    ring.write(5000, 2 * ones)  # half of it is
    assert ring.read(5500, 500)[0][EDGE:].max() == 2
    assert ring.read(5500, 500)[0][0] == 0


def test_a_sound_that_breaks_off_does_not_click() -> None:
    ring = Ring()
    tone = np.ones((2, 4000), np.float32)
    ring.write(0, tone)
    ring.write(6000, tone)
    heard = ring.read(0, 10_000)
    edges = ring.read(0, 10_500)  # it ends here
    assert np.abs(np.diff(heard[0, 5900:6500])).max() < 0.01
    assert np.abs(np.diff(edges[0, 9000:])).max() < 0.01


def test_a_ring_that_was_passed_over_holds_nothing_old() -> None:
    ring = Ring()
    ring.write(0, np.ones((2, 1000), np.float32))
    assert not ring.read(5_000_000, 1000).any()
    ring.write(5_001_000, np.ones((2, 1000), np.float32))
    assert ring.read(5_001_000, 900)[0, EDGE:].all()
    assert not ring.read(5_000_000 - SIZE + 2000, 1000).any()


def test_what_was_read_can_be_read_again_for_a_while() -> None:
    ring = Ring()
    noise = np.random.default_rng(2).standard_normal((2, 48_000)).astype(np.float32)
    ring.write(0, noise)
    ring.read(0, 48_000)
    assert np.array_equal(ring.read(2000, 4000), noise[:, 2000:6000])
