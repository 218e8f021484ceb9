"""The sound mixer: in its place to a millisecond, in step for hours, never too loud."""

import random

import numpy as np
import pytest

from classroom_media.api import NS, Kind, StreamFormat
from classroom_media.compose.mix import BLOCK, SoundMixer, limited
from classroom_media.compose.sounds import JUMP, Follower, Ring, SoundFeed, stretched
from classroom_media.levels import SILENCE_DB, Samples
from classroom_media.packets import Coded

from .numbered import START_NS, microphone

START = START_NS * 48_000 // NS  # sample
MILLISECOND = 48  # samples


def click(at: int, count: int = BLOCK * 60, level: float = 0.4) -> Samples:
    """Give silence with 5 ms of noise at a sample."""
    sound = np.zeros((2, count), np.float32)
    sound[:, at : at + 240] = level * np.random.default_rng(at).uniform(-1, 1, 240)
    return sound


def place_of(pattern: Samples, sound: Samples) -> int:
    """Give where in `sound` the first 5 ms of noise of `pattern` stand."""
    first = int(np.abs(pattern[0]).argmax()) // 240 * 240
    piece = pattern[0, first - 240 : first + 480]
    return int(np.correlate(sound[0], piece, "valid").argmax()) + 240 - first


@pytest.mark.parametrize("offset_ms", [0.0, 7.3, 21.0])
def test_two_sources_are_mixed_where_their_stamps_say(offset_ms: float) -> None:
    mixer = SoundMixer(["a", "b"])
    one, other = click(9_600), click(28_800)
    shift_ns = round(offset_ms * 1_000_000)
    for packet in microphone("a-sound", one) + microphone(
        "b-sound", other, begin_ns=START_NS + shift_ns
    ):
        mixer.feed(packet, 0)
    first = START // BLOCK
    mixed = np.concatenate([mixer.mix(block) for block in range(first, first + 50)], axis=1)
    skew = START - first * BLOCK
    assert abs(place_of(one, mixed) - skew) <= MILLISECOND
    assert abs(place_of(other, mixed) - skew - round(offset_ms * 48)) <= MILLISECOND


def test_a_sound_card_that_runs_fast_stays_within_a_millisecond_for_an_hour() -> None:
    follower, jitter = Follower(), random.Random(5)
    worst = 0.0
    for chunk in range(48_000 * 3600 // BLOCK):
        true = chunk * BLOCK * (1 - 120e-6)  # 120 ppm: 0.43 s in an hour
        start, _ = follower.place(round(true + jitter.uniform(-24, 24)), BLOCK)
        if chunk > 500:
            worst = max(worst, abs(start - true))
    assert worst < MILLISECOND


def test_a_chunk_off_by_more_than_the_limit_is_laid_anew() -> None:
    follower = Follower()
    follower.place(0, BLOCK)
    assert follower.place(BLOCK + JUMP + 1, BLOCK) == (BLOCK + JUMP + 1, BLOCK)


def test_a_smaller_error_is_worked_off_by_few_samples_at_a_time() -> None:
    follower = Follower()
    end = 0
    for chunk in range(400):
        start, length = follower.place(chunk * BLOCK + (480 if chunk else 0), BLOCK)
        assert start == end
        assert abs(length - BLOCK) <= 3
        end = start + length
    assert abs(end - (400 * BLOCK + 480)) <= 24


def test_stretching_keeps_the_sound() -> None:
    wave = np.sin(np.arange(BLOCK) / 20).astype(np.float32)
    longer = stretched(np.stack([wave, wave]), BLOCK + 2)
    assert longer.shape == (2, BLOCK + 2)
    assert np.abs(longer[0, :BLOCK] - wave).max() < 0.2
    assert longer[0, -1] == pytest.approx(wave[-1])


def test_what_never_came_is_silence_and_what_comes_too_late_is_dropped() -> None:
    ring = Ring()
    ones: Samples = np.ones((2, 100), np.float32)
    ring.write(1000, ones)
    ring.write(1200, ones)
    assert ring.read(1000, 300)[0].tolist() == [1.0] * 100 + [0.0] * 100 + [1.0] * 100
    ring.write(1150, ones)  # its time is over
    ring.write(1250, 2 * ones)  # half of it is
    assert ring.read(1300, 100)[0].tolist() == [2.0] * 50 + [0.0] * 50


def test_a_ring_that_was_passed_over_holds_nothing_old() -> None:
    ring = Ring()
    ring.write(0, np.ones((2, 1000), np.float32))
    assert not ring.read(5_000_000, 1000).any()
    ring.write(5_001_000, np.ones((2, 10), np.float32))
    assert ring.read(5_001_000, 10).all()


def test_a_loud_mix_bends_below_full_scale_and_a_quiet_one_is_untouched() -> None:
    quiet: Samples = np.full((2, 10), 0.7, np.float32)
    assert limited(quiet) is quiet
    loud = limited(np.array([[1.6, -3.0, 0.5, 0.9]], np.float32))[0]
    assert np.abs(loud).max() <= 1.0
    assert loud[2] == 0.5
    assert 0.8 < loud[3] < 0.9
    assert loud[1] < 0 < loud[0]


def test_missing_sound_is_awaited_only_while_its_source_lives() -> None:
    mixer = SoundMixer(["a"])
    assert mixer.awaited(START // BLOCK) == []  # never heard
    for packet in microphone("a-sound", click(0, BLOCK * 10)):
        mixer.feed(packet, 77)
    assert mixer.awaited(START // BLOCK + 5) == []
    assert mixer.awaited(START // BLOCK + 20) == [77]
    assert mixer.awaited(START // BLOCK + 200) == []


def test_levels_are_told_for_every_source_and_the_programme() -> None:
    mixer = SoundMixer(["a", "b"])
    for packet in microphone("a-sound", click(2_000, level=0.5)):
        mixer.feed(packet, 0)
    for block in range(START // BLOCK, START // BLOCK + 20):
        mixer.mix(block)
    levels = {level.source: level for level in mixer.levels()}
    assert set(levels) == {"a", "b", "programme"}
    assert levels["b"].peak_db == SILENCE_DB
    assert levels["a"].peak_db == pytest.approx(levels["programme"].peak_db, abs=1.0)
    assert levels["a"].peak_db == pytest.approx(-6, abs=2)


def test_a_sound_outside_the_programme_is_metered_awaited_by_nobody_and_not_mixed() -> None:
    mixer = SoundMixer(["a"], metered=["b"])
    for packet in microphone("b-sound", click(2_000, level=0.5)):
        mixer.feed(packet, 77)
    mixed = [mixer.mix(block) for block in range(START // BLOCK, START // BLOCK + 20)]
    levels = {level.source: level.peak_db for level in mixer.levels()}
    assert levels["b"] == pytest.approx(-6, abs=2)
    assert levels["programme"] == SILENCE_DB
    assert not np.any(mixed)
    assert mixer.awaited(START // BLOCK + 50) == []


def test_garbage_is_no_sound_and_does_not_stop_the_source() -> None:
    feed = SoundFeed("a")
    packets = microphone("a-sound", click(BLOCK * 40))
    form = StreamFormat(
        kind=Kind.SOUND, codec="aac", sample_rate_hz=48_000, channels=2, extradata=b"\x11\x90"
    )
    for index, packet in enumerate(packets):
        noise = Coded(
            stream="a-sound",
            pts_ns=packet.pts_ns,
            dts_ns=packet.dts_ns,
            duration_ns=packet.duration_ns,
            key=True,
            data=bytes(range(7, 200)),
            format=form,
        )
        feed.feed(noise if 5 < index < 20 else packet, 0)
    heard = feed.read(START, BLOCK * 60)
    assert abs(place_of(click(BLOCK * 40), heard)) <= MILLISECOND
