"""The sound mixer: in its place to a millisecond, in step for hours, never too loud."""

from collections.abc import Iterable, Iterator, Mapping

import msgspec
import numpy as np
import pytest

from classroom_media.api import NS, Kind, StreamFormat, Strip
from classroom_media.compose.mix import BLOCK, SoundMixer
from classroom_media.compose.sounds import SoundFeed
from classroom_media.levels import SILENCE_DB, Samples
from classroom_media.packets import Coded
from classroom_media.workers.specs import DirectorSource

from .numbered import NOWHERE, START_NS, microphone
from .signals import both, impurity_db, roughest, sine, true_peak_db

START = START_NS * 48_000 // NS  # sample
FIRST = START // BLOCK  # block
MILLISECOND = 48  # samples


def source(name: str, *, mixed: bool = True, spare_of: str = "") -> DirectorSource:
    return DirectorSource(
        id=name, name=name, endpoints=NOWHERE, sound=True, mixed=mixed, spare_of=spare_of
    )


def mixing(*names: str, strips: Mapping[str, Strip] | None = None) -> SoundMixer:
    return SoundMixer(map(source, names), strips or {})


def mixed(mixer: SoundMixer, blocks: Iterable[int]) -> Samples:
    return np.concatenate([mixer.mix(FIRST + block) for block in blocks], axis=1)


def fed(mixer: SoundMixer, **sounds: Samples) -> SoundMixer:
    """Let a mixer have sounds, coded as AAC, from `START` on."""
    for name, sound in sounds.items():
        for packet in microphone(f"{name}-sound", sound):
            mixer.feed(packet, 77)
    return mixer


def streamed(mixer: SoundMixer, **sounds: Samples) -> Iterator[Samples]:
    """Let a mixer have sounds as they come, a block of each, and give block after block."""
    coded = [microphone(f"{name}-sound", sound) for name, sound in sounds.items()]
    for number, packets in enumerate(zip(*coded, strict=True)):
        for packet in packets:
            mixer.feed(packet, 77)
        if number >= 4:
            yield mixer.mix(FIRST + number - 4)


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
    mixer = mixing("a", "b")
    one, other = click(9_600), click(28_800)
    shift_ns = round(offset_ms * 1_000_000)
    for packet in microphone("a-sound", one) + microphone(
        "b-sound", other, begin_ns=START_NS + shift_ns
    ):
        mixer.feed(packet, 0)
    heard = mixed(mixer, range(50))
    skew = START - FIRST * BLOCK
    assert abs(place_of(one, heard) - skew) <= 1
    assert abs(place_of(other, heard) - skew - round(offset_ms * 48)) <= 1


def test_missing_sound_is_awaited_only_while_its_source_lives() -> None:
    mixer = mixing("a")
    assert mixer.awaited(START // BLOCK) == []  # never heard
    for packet in microphone("a-sound", click(0, BLOCK * 10)):
        mixer.feed(packet, 77)
    assert mixer.awaited(START // BLOCK + 5) == []
    assert mixer.awaited(START // BLOCK + 20) == [77]
    assert mixer.awaited(START // BLOCK + 200) == []


def test_levels_are_told_for_every_source_and_the_programme() -> None:
    mixer = mixing("a", "b")
    for packet in microphone("a-sound", click(2_000, level=0.5)):
        mixer.feed(packet, 0)
    for block in range(START // BLOCK, START // BLOCK + 20):
        mixer.mix(block)
    levels = {level.source: level for level in mixer.levels()}
    assert set(levels) == {"a", "b", "programme"}
    assert levels["b"].peak_db == SILENCE_DB
    assert levels["a"].peak_db == pytest.approx(levels["programme"].peak_db, abs=1.0)
    assert levels["a"].peak_db == pytest.approx(-6, abs=2)


def test_a_sound_outside_the_programme_is_awaited_and_measured_and_not_mixed() -> None:
    listened: set[str] = set()
    mixer = SoundMixer(
        [source("a"), source("b", mixed=False)],
        {},
        sounded=lambda name, _samples: listened.add(name),
    )
    heard = mixed(fed(mixer, b=click(2_000, level=0.5)), range(20))
    levels = {level.source: level.peak_db for level in mixer.levels()}
    assert levels["b"] == pytest.approx(-6, abs=2)
    assert levels["programme"] == SILENCE_DB
    assert not np.any(heard)
    assert mixer.awaited(FIRST + 70) == [77]
    assert mixer.awaited(FIRST + 200) == []
    assert listened == {"a", "b"}


def test_gain_and_mute_are_heard_and_the_levels_stay_those_of_the_microphone() -> None:
    mixer = fed(mixing("a", strips={"a": Strip(gain_db=-6)}), a=sine(1000, 2, -12))
    quieter = mixed(mixer, range(10, 30))
    assert np.abs(quieter).max() == pytest.approx(10 ** (-18 / 20), rel=0.05)
    mixer.strips = {"a": Strip(muted=True)}
    assert not mixed(mixer, range(30, 50))[:, 2 * BLOCK :].any()
    levels = {level.source: level for level in mixer.levels()}
    assert levels["a"].peak_db == pytest.approx(-12, abs=0.5)
    assert levels["a"].momentary_lufs == pytest.approx(-12, abs=0.5)


@pytest.mark.parametrize("delay_ms", [-120, 40, 500])
def test_a_delay_moves_the_sound_and_nothing_else(delay_ms: int) -> None:
    mixer = fed(
        mixing("a", "b", strips={"a": Strip(delay_ms=delay_ms)}), a=click(28_800), b=click(14_400)
    )
    heard, skew = mixed(mixer, range(57)), START - FIRST * BLOCK
    assert abs(place_of(click(28_800), heard) - skew - delay_ms * 48) <= 1
    assert abs(place_of(click(14_400), heard) - skew) <= 1


def test_a_delay_that_is_changed_does_not_click() -> None:
    tone = sine(100, 2, -12)
    mixer = fed(mixing("a"), a=tone)
    parts = [mixed(mixer, range(10, 25))]
    for index, delay_ms in enumerate((73, 0, 5)):
        mixer.strips = {"a": Strip(delay_ms=delay_ms)}
        parts.append(mixed(mixer, range(25 + index * 10, 35 + index * 10)))
    assert roughest(np.concatenate(parts, axis=1)) < 0.002  # a step of the wave: 0.2


def test_a_mix_that_is_too_loud_is_turned_down_in_its_place() -> None:
    mixer = fed(mixing("a", "b"), a=sine(997, 2, -2), b=sine(997, 2, -2))
    heard = mixed(mixer, range(80))[:, START - FIRST * BLOCK :]
    assert true_peak_db(heard[:, BLOCK:-BLOCK]) <= -0.9
    assert impurity_db(heard[0, 24_000:72_000], 997) < -42  # AAC alone: -46
    (programme,) = (level for level in mixer.levels() if level.source == "programme")
    assert programme.true_peak_db == pytest.approx(-1.1, abs=0.2)
    assert programme.momentary_lufs == pytest.approx(programme.integrated_lufs, abs=0.3)


def test_a_microphone_with_a_clock_of_its_own_is_mixed_without_clicks() -> None:
    mixer, seconds, speed = mixing("a"), 12, 1 - 500e-6
    at = np.arange(seconds * 48_000)
    marks = np.zeros(at.size)
    marks[48_000 * np.arange(1, seconds)] = 0.5  # one sample a second, by its own clock
    tone = both(0.2 * np.sin(2 * np.pi * 1000 * speed * at / 48_000))
    marked = np.ascontiguousarray(np.stack([tone[0], marks.astype(np.float32)]))
    parts = []
    for number, packet in enumerate(microphone("a-sound", marked)):
        place_ns = START_NS + round((packet.pts_ns - START_NS) * speed)
        mixer.feed(msgspec.structs.replace(packet, pts_ns=place_ns, dts_ns=place_ns), 0)
        if number >= 4:
            parts.append(mixer.mix(FIRST + number - 4))
    heard = np.concatenate(parts, axis=1)
    begin = START - FIRST * BLOCK
    for second in range(2, seconds - 1):
        expected = begin + round(second * 48_000 * speed)
        window = heard[1, expected - 200 : expected + 200]
        assert abs(int(np.abs(window).argmax()) - 200) <= MILLISECOND
    assert impurity_db(heard[0, -240_000:], 1000) < -45  # AAC alone: about -55


def talk(seconds: float, gain_db: float = 0.0) -> Samples:
    """Give something like a voice: a buzz with formants, in syllables."""
    at = np.arange(round(seconds * 48_000)) / 48_000
    tones = [np.sin(2 * np.pi * hz * at) / n for n, hz in enumerate((170, 340, 510, 850, 1360), 1)]
    syllables = np.clip(np.sin(2 * np.pi * 3 * at) + 0.4, 0, 1)
    hiss = 0.001 * np.random.default_rng(4).standard_normal(at.size)
    return both(10 ** (gain_db / 20) * (0.1 * sum(tones) * syllables + hiss))


@pytest.mark.parametrize(("peak", "is_clipped"), [(0.85, False), (1.5, True)])
def test_a_voice_that_is_too_loud_is_told_even_after_coding(
    peak: float, *, is_clipped: bool
) -> None:
    voice = talk(2)
    loud = (voice * np.float32(peak / np.abs(voice).max())).clip(-1, 1)
    mixer = mixing("a")
    assert len(list(streamed(mixer, a=loud))) > 80
    assert (mixer.levels()[0].clipped > 0) is is_clipped


def with_spare(strips: Mapping[str, Strip] | None = None) -> SoundMixer:
    return SoundMixer([source("main"), source("spare", spare_of="main")], strips or {})


def test_the_spare_speaks_when_the_microphone_dies_and_is_silent_otherwise() -> None:
    voice = talk(4)
    dying = voice.copy()
    dying[:, 96_000:] = 0
    mixer, heard, told = with_spare(), [], []
    for block in streamed(mixer, main=dying, spare=-voice):
        heard.append(block)
        told.append([one.why for one in mixer.stand_ins])
    sound = np.concatenate(heard, axis=1)[:, START - FIRST * BLOCK :]
    gone = np.flatnonzero([bool(why) for why in told])[0]
    assert abs(gone * BLOCK / 48_000 - 2.5) < 0.1
    assert told[gone] == ["dead"]
    alike = [
        np.vdot(sound[:, part], voice[:, part])
        for part in (slice(24_000, 96_000), slice(125_000, 150_000))
    ]
    assert alike[0] > 0 > alike[1]  # first the one, then the other
    assert {level.source for level in mixer.levels()} == {"main", "spare", "programme"}


def test_a_spare_that_hears_voices_far_better_speaks_until_the_other_hears_them_again() -> None:
    voice, mixer = talk(12), with_spare()
    faint = voice * np.float32(0.05)
    faint[:, 6 * 48_000 :] = voice[:, 6 * 48_000 :]
    why = [
        mixer.stand_ins[0].why if mixer.stand_ins else ""
        for _ in streamed(mixer, main=faint, spare=voice * np.float32(0.5))
    ]
    assert set(why) == {"", "faint"}
    assert 4 < why.index("faint") * BLOCK / 48_000 < 5
    assert 6 < why.count("faint") * BLOCK / 48_000 < 8
    assert why[-1] == ""


def test_a_spare_at_rest_is_awaited_so_that_it_can_speak_at_once() -> None:
    mixer = fed(with_spare(), main=talk(2), spare=talk(1))
    assert mixer.awaited(FIRST + 20) == []
    assert mixer.awaited(FIRST + 60) == [77]


def test_who_mutes_a_microphone_mutes_its_spare_with_it() -> None:
    mixer = fed(with_spare({"main": Strip(muted=True)}), spare=talk(2))
    assert not mixed(mixer, range(80)).any()
    assert mixer.stand_ins


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
