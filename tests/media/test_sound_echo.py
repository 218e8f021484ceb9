"""Echoes: found in rooms with reverberation, noise and other voices, and nowhere else."""

import numpy as np
import pytest

from classroom_media.api import NS
from classroom_media.compose.echoes import Echoes
from classroom_media.compose.mix import BLOCK, SoundMixer
from classroom_media.levels import RATE_HZ as ROOM_HZ
from classroom_media.messages import Echo
from classroom_media.sound import echo
from classroom_media.sound.echo import RATE_HZ, WINDOW, EchoWatch, Mono
from classroom_media.workers.specs import DirectorSource

from .numbered import NOWHERE, START_NS, microphone

SECONDS = 16
WHOLE = 8 * ROOM_HZ // BLOCK * BLOCK  # samples of what is coded


def voice(seed: int) -> Mono:
    """Give pulses of a wandering pitch, in syllables of three formants each, with pauses."""
    dice, count = np.random.default_rng(seed), SECONDS * RATE_HZ
    wander = np.repeat(np.cumsum(dice.normal(0, 0.025, count // 400 + 1)), 400)[:count]
    pitch_hz = dice.uniform(100, 240) * np.exp(np.clip(wander, -0.3, 0.3))
    pulses = np.diff(np.floor(np.cumsum(pitch_hz) / RATE_HZ), prepend=0)
    breath = 0.02 * dice.normal(0, 1, count)
    said, at = np.zeros(count), 0
    while at < count:
        end = min(count, at + int(RATE_HZ * dice.uniform(0.12, 0.3)))
        syllable = pulses[at:end] + breath[at:end]
        for low_hz, high_hz in ((300, 900), (900, 2300), (2300, 3300)):
            turns = np.arange(200) * 2 * np.pi * dice.uniform(low_hz, high_hz) / RATE_HZ
            formant = 0.95 ** np.arange(200) * np.sin(turns)
            syllable = syllable + 0.3 * np.convolve(syllable, formant)[: end - at]
        said[at:end] = syllable * np.hanning(end - at)
        at = end + int(RATE_HZ * (dice.uniform(0.2, 0.7) if dice.random() < 0.15 else 0))
    return np.asarray(0.05 * said / said.std(), np.float32)


def in_a_room(said: Mono, *, delay_ms: float, gain_db: float) -> Mono:
    """Give what a microphone hears of a loudspeaker: half a second of reverberation, and noise."""
    dice, count = np.random.default_rng(1), RATE_HZ // 2
    answer = dice.normal(0, 1, count) * np.exp(-6.9 * np.arange(count) / count)
    answer /= np.sqrt(np.sum(answer**2))
    answer[0] += 1
    late = np.concatenate([np.zeros(int(delay_ms * RATE_HZ / 1000)), np.convolve(said, answer)])
    noise = dice.normal(0, 1e-3, said.size)
    return np.asarray(late[: said.size] * 10 ** (gain_db / 20) + noise, np.float32)


def watched(far: Mono, near: Mono, watch: EchoWatch | None = None) -> list[float | None]:
    """Give what the watch says, second by second."""
    watch, said = watch or EchoWatch(), []
    for end in range(WINDOW, far.size, RATE_HZ):
        watch.take(echo.look(far[end - WINDOW : end], near[end - WINDOW : end]))
        said.append(watch.delay_ms)
    return said


@pytest.mark.parametrize(("delay_ms", "gain_db"), [(25, -6), (180, -20), (500, -30), (1100, -12)])
def test_an_echo_is_told_after_three_seconds_with_its_delay(
    delay_ms: float, gain_db: float
) -> None:
    said = voice(1)
    told = watched(said, in_a_room(said, delay_ms=delay_ms, gain_db=gain_db))
    assert told[:2] == [None, None]
    assert all(one == pytest.approx(delay_ms, abs=2) for one in told[2:])


@pytest.mark.parametrize("gain_db", [0, -12])
def test_an_echo_is_told_while_both_talk(gain_db: float) -> None:
    said = voice(1)
    both = in_a_room(said, delay_ms=180, gain_db=gain_db) + voice(2)
    assert watched(said, both)[4] == pytest.approx(180, abs=2)


def test_people_who_only_talk_to_each_other_make_no_alarm() -> None:
    for seed in range(10, 20):
        assert set(watched(voice(seed), voice(seed + 100))) == {None}


def test_neither_silence_nor_beeps_nor_hum_are_taken_for_echoes() -> None:
    at_s = np.arange(SECONDS * RATE_HZ) / RATE_HZ
    beeps = np.asarray(0.3 * np.sin(2 * np.pi * 1000 * at_s) * (at_s % 2 < 0.1), np.float32)
    buzz = np.resize(np.random.default_rng(5).normal(0, 0.05, 170), at_s.size).astype(np.float32)
    for sound in (np.zeros_like(beeps), beeps, buzz):
        assert set(watched(sound, np.roll(sound, 1600))) == {None}


def test_one_microphone_that_hears_the_same_talker_at_once_is_no_echo() -> None:
    assert set(watched(voice(1), in_a_room(voice(1), delay_ms=5, gain_db=-6))) == {None}


def test_an_alarm_ends_when_the_loudspeaker_is_turned_down_or_nobody_speaks() -> None:
    said, watch = voice(1), EchoWatch()
    assert watched(said, in_a_room(said, delay_ms=180, gain_db=-20), watch)[-1]
    assert watched(said, voice(2), watch)[echo.KEPT] is None
    assert watched(said, in_a_room(said, delay_ms=180, gain_db=-20), watch)[-1]
    nothing = np.zeros_like(said)
    for _ in range(3):
        told = watched(nothing, nothing, watch)
    assert told[-1] is None


def sound(name: str, *, remote: bool = False) -> DirectorSource:
    return DirectorSource(id=name, name=name, endpoints=NOWHERE, sound=True, remote=remote)


def test_a_room_is_told_which_microphone_hears_whom_in_what_its_mixer_decodes() -> None:
    echoes = Echoes([sound("teacher"), sound("pupils"), sound("hub", remote=True)])
    mixer = SoundMixer(
        [sound("teacher"), sound("pupils"), sound("hub", remote=True)], {}, echoes.listen
    )
    heard = {"hub": voice(1), "teacher": in_a_room(voice(1), delay_ms=180, gain_db=-20)}
    packets = [
        packet
        for name in ("teacher", "pupils", "hub")
        for packet in microphone(
            f"{name}-sound",
            np.stack([np.repeat(heard.get(name, voice(3)), ROOM_HZ // RATE_HZ)] * 2)[:, :WHOLE],
        )
    ]
    first = START_NS * ROOM_HZ // NS // BLOCK
    for packet in sorted(packets, key=lambda one: one.pts_ns):
        mixer.feed(packet, 77)
    for block in range(7 * ROOM_HZ // BLOCK):
        mixer.mix(first + block)
        told = echoes.look()
    (found,) = told
    assert (found.source, found.heard_in) == ("hub", "teacher")
    assert found.delay_ms == pytest.approx(180, abs=2)


def test_a_room_without_others_compares_nothing() -> None:
    echoes = Echoes([sound("teacher"), sound("pupils")])
    for _ in range(100):
        for name in ("teacher", "pupils"):
            echoes.listen(name, np.ones((2, 1024), np.float32))
        assert echoes.look() == tuple[Echo, ...]()
