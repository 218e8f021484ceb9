"""The programme on a clock made of numbers: regular always, complete whenever it can be."""

import itertools
import random
from functools import cache, partial

import av
import numpy as np
import pytest

from classroom_media.api import NS, Layout, MediaError
from classroom_media.compose.canvas import planes
from classroom_media.compose.layouts import arrangement, box
from classroom_media.compose.programme import Programme
from classroom_media.compose.slates import Slates
from classroom_media.compose.vision import VisionMixer
from classroom_media.packets import Coded

from .numbered import (
    SIZE,
    START_NS,
    Recorded,
    camera,
    is_regular,
    microphone,
    moved,
    number_in,
    play,
    spec,
)

SINGLE = Layout("single", ("a",))
OTHER = Layout("single", ("b",))
BIG = (640, 360)


@cache
def numbered(stream: str, seconds: float, phase_ms: int = 0, gop_s: float = 1.0) -> list[Coded]:
    return camera(stream, seconds=seconds, begin_ns=START_NS + phase_ms * 1_000_000, gop_s=gop_s)


def steps(numbers: list[int]) -> list[int]:
    return [b - a for a, b in itertools.pairwise(numbers)]


def programme(layout: Layout = SINGLE, **other: object) -> tuple[Programme, Recorded]:
    outlet = Recorded()
    return Programme(spec(layout, **other), outlet), outlet  # type: ignore[arg-type]


def places(layout: str, size: tuple[int, int]) -> list[tuple[int, int, int, int]]:
    slots = arrangement(Layout(layout, ("a", "b"))).slots
    found = [box(slot, *size, SIZE[0] / SIZE[1]) for slot in slots]
    return [(b.x, b.y, b.width, b.height) for b in found]


@pytest.mark.parametrize("phase_ms", [0, 9, 20, 33])
def test_every_picture_of_a_camera_is_shown_once_and_in_order(phase_ms: int) -> None:
    made, out = programme()
    jitter = random.Random(phase_ms)
    packets = camera(
        "a",
        seconds=6,
        begin_ns=START_NS + phase_ms * 1_000_000,
        noise_ns=lambda _n: jitter.randint(-15_000_000, 15_000_000),
    )
    play(made, packets, until_s=5.5)
    made.finish()
    assert is_regular(out.pictures)
    assert steps(out.numbers())[1:] == [1] * (len(out.pictures) - 2)
    assert len(out.pictures) > 130


@pytest.mark.parametrize("name", ["side-by-side", "picture-in-picture"])
def test_composed_layouts_show_both_cameras_in_step(name: str) -> None:
    made, out = programme(Layout(name, ("a", "b")), size=BIG)
    play(made, numbered("a", 3) + numbered("b", 3, 5), until_s=2.8)
    made.finish()
    slots = arrangement(Layout(name, ("a", "b"))).slots
    boxes = [box(slot, *BIG, SIZE[0] / SIZE[1]) for slot in slots]
    inner = out.numbers(boxes[1])
    assert steps(inner) == [1] * (len(inner) - 1)
    if name == "side-by-side":  # the other's blocks lie under the inset
        assert out.numbers(boxes[0]) == inner


def test_a_cut_loses_and_doubles_nothing_and_falls_on_the_next_tick() -> None:
    made, out = programme()
    packets = numbered("a", 6) + numbered("b", 6)
    cuts = {2.0 + n * 0.31: partial(made.show, (SINGLE, OTHER)[n % 2]) for n in range(1, 9)}
    play(made, packets, until_s=5.5, at=cuts)
    made.finish()
    assert is_regular(out.pictures)
    assert steps(out.numbers()) == [1] * (len(out.pictures) - 1)


def test_a_hidden_camera_is_not_decoded_and_a_cut_shows_it_at_once() -> None:
    made, out = programme()
    blue = [*numbered("a", 4), *camera("b", seconds=4, chroma=200, gop_s=2)]
    play(made, blue, until_s=3.5, at={3.0: lambda: made.show(OTHER)})
    made.finish()
    chroma = [int(planes(frame)[1].mean()) for _, frame in out.frames()]
    cut = next(index for index, value in enumerate(chroma) if value > 150)
    assert abs((out.pictures[cut].pts_ns - START_NS) / NS - 3.0) < 0.12
    assert steps(out.numbers()) == [1] * (len(chroma) - 1)


def test_a_cut_may_be_asked_for_at_an_instant_to_come_and_a_hand_does_not_wait_for_it() -> None:
    made, out = programme()
    films = [*numbered("a", 4), *camera("b", seconds=4, chroma=200)]
    later = partial(made.show, OTHER, START_NS + int(2.4 * NS))
    cuts = {2.0: later, 3.0: partial(made.show, SINGLE, START_NS + 9 * NS)}
    play(made, films, until_s=3.8, at=cuts | {3.2: partial(made.show, SINGLE)})
    made.finish()
    chroma = [int(planes(frame)[1].mean()) for _, frame in out.frames()]
    blue = [p.pts_ns for p, value in zip(out.pictures, chroma, strict=True) if value > 150]
    assert blue[0] == START_NS + int(2.4 * NS)
    assert (blue[-1] - START_NS) / NS == pytest.approx(3.2, abs=0.15)


@pytest.mark.parametrize(("fps", "kept"), [(30, {1, 2}), (15, {0, 1}), (50, {2})])
def test_cameras_of_another_rate_fit_into_the_grid(fps: int, kept: set[int]) -> None:
    made, out = programme()
    play(made, camera("a", seconds=4, fps=fps), until_s=3.5)
    made.finish()
    assert is_regular(out.pictures)
    assert set(steps(out.numbers())[2:]) == kept


def test_a_camera_that_stops_becomes_a_slate_within_a_second_and_returns() -> None:
    made, out = programme()
    back = [moved(packet, 4 * NS) for packet in numbered("a", 3)]
    play(made, numbered("a", 2) + back, until_s=6.5)
    made.finish()
    assert is_regular(out.pictures)
    slates = [pts for pts, frame in out.frames() if planes(frame)[1].mean() > 131]
    assert START_NS + 2.8 * NS < slates[0] <= START_NS + 2.96 * NS  # the last stood at 1.96 s
    assert START_NS + 3.9 * NS < slates[-1] < START_NS + 4.1 * NS
    assert out.numbers()[-1] > 55


def test_a_camera_that_is_away_for_long_is_a_slate_and_holds_nothing_up() -> None:
    made, out = programme(Layout("side-by-side", ("a", "b")), size=BIG)
    play(made, numbered("a", 6) + numbered("b", 2), until_s=5.5)
    made.finish()
    assert is_regular(out.pictures)
    assert out.pictures[-1].pts_ns > START_NS + 5.3 * NS
    slot = arrangement(Layout("side-by-side", ("a", "b"))).slots[0]
    numbers = out.numbers(box(slot, *BIG, SIZE[0] / SIZE[1]))
    assert steps(numbers) == [1] * (len(numbers) - 1)


def test_packets_that_come_late_but_steadily_are_all_shown() -> None:
    made, out = programme()
    play(made, numbered("a", 6), until_s=7.0, latency_ms=lambda s: 30 + 1200 * min(1, s / 3))
    made.finish()
    assert is_regular(out.pictures)
    assert steps(out.numbers()) == [1] * (len(out.pictures) - 1)
    assert len(out.pictures) > 140


def test_a_machine_that_stands_still_for_two_seconds_makes_the_programme_late_not_lossy() -> None:
    made, out = programme()
    packets = numbered("a", 6)
    play(made, [p for p in packets if p.pts_ns < START_NS + 2 * NS], until_s=2.0)
    play(made, [p for p in packets if p.pts_ns >= START_NS + 2 * NS], from_s=4.0, until_s=6.0)
    made.finish()
    assert is_regular(out.pictures)
    assert steps(out.numbers()) == [1] * (len(out.pictures) - 1)
    assert out.holes == []


def test_a_programme_that_begins_in_the_past_may_stand_still_and_still_catch_up() -> None:
    made, out = programme()
    packets = numbered("a", 8)
    for packet in packets[:100]:
        made.feed(packet, START_NS + 4 * NS)
    made.advance(START_NS + 4 * NS)  # its predecessor was killed: it begins where the rings do
    play(made, packets[100:], from_s=6.5, until_s=9.0)
    made.finish()
    assert made.left_out == 0
    assert out.pictures[0].pts_ns == START_NS
    assert steps(out.numbers())[:199] == [1] * 199


def test_a_programme_that_began_in_the_past_and_left_pictures_out_is_as_any_other() -> None:
    made, _ = programme()
    packets = numbered("a", 20)
    for packet in packets[:100]:
        made.feed(packet, START_NS + 4 * NS)
    made.advance(START_NS + 4 * NS)
    left_out = []
    for now_s in (10, 16):  # it stands still once more before it has caught up
        for packet in packets[100:]:
            made.feed(packet, START_NS + now_s * NS)
        made.advance(START_NS + now_s * NS)
        left_out.append(made.left_out)
    made.finish()
    assert 0 < left_out[0] < left_out[1]


def test_what_comes_in_just_after_such_a_standstill_is_waited_for() -> None:
    made, out = programme()
    packets = numbered("a", 6)
    play(made, [p for p in packets if p.pts_ns < START_NS + 2 * NS], until_s=2.0)
    play(made, [], from_s=4.0, until_s=4.05)
    play(made, [p for p in packets if p.pts_ns >= START_NS + 2 * NS], from_s=4.05, until_s=6.0)
    made.finish()
    assert steps(out.numbers()) == [1] * (len(out.pictures) - 1)


def test_a_machine_too_slow_for_the_pictures_keeps_the_sound_whole() -> None:
    made, out = programme()
    for packet in numbered("a", 12):
        made.feed(packet, packet.pts_ns)
    for fifth in range(55):
        made.advance(START_NS + fifth * NS // 5)  # one picture every 200 ms
    made.finish()
    assert out.holes == []
    assert made.left_out >= 100
    assert {
        round((b.pts_ns - a.pts_ns) * 48_000 / NS) for a, b in itertools.pairwise(out.sound)
    } == {1024}


def test_a_microphone_that_stops_holds_up_no_sound_however_slow_the_machine_is() -> None:
    made, out = programme(sounds=("m",))
    hum = np.full((2, 94 * 1024), 0.1, np.float32)  # two seconds
    play(made, numbered("a", 12) + microphone("m-sound", hum), until_s=12.0, step_ms=300)
    made.finish()
    assert out.sound[-1].pts_ns > START_NS + 8 * NS


def test_a_camera_that_stops_holds_up_no_picture_however_slow_the_machine_is() -> None:
    made, out = programme(Layout("side-by-side", ("a", "b")), size=BIG)
    play(made, numbered("a", 9) + numbered("b", 2), until_s=9.0, step_ms=300)
    made.finish()
    assert made.left_out == 0
    assert out.pictures[-1].pts_ns > START_NS + 6 * NS


def test_of_a_hidden_camera_only_what_a_cut_needs_is_kept() -> None:
    slates = Slates({"a": "a", "b": "b"}, language="en")
    mixer = VisionMixer(["a", "b"], SINGLE, slates, width=160, height=90, frame_ns=NS // 25)
    for packet in numbered("b", 6):
        mixer.feed(packet, packet.pts_ns)
    mixer.forget_unseen(START_NS + 11 * NS // 2)
    mixer.turn(OTHER)
    (kept_ns,) = mixer.first_ns()
    assert kept_ns is not None
    assert kept_ns >= START_NS + 5 * NS


def test_more_than_a_minute_behind_is_a_hole_that_is_counted() -> None:
    made, out = programme()
    early, late = numbered("a", 2), [moved(packet, 62 * NS) for packet in numbered("a", 4)]
    play(made, early, until_s=2.0)
    play(made, late, from_s=64.0, until_s=65.5)
    made.finish()
    assert len(out.holes) == 1
    gap = max(b.pts_ns - a.pts_ns for a, b in itertools.pairwise(out.pictures)) * 25 // NS
    assert gap == out.holes[0] + 1
    after = next(b for a, b in itertools.pairwise(out.pictures) if b.pts_ns - a.pts_ns > NS)
    assert after.key
    assert max(b.pts_ns - a.pts_ns for a, b in itertools.pairwise(out.sound)) > 5 * NS


def test_a_new_director_goes_on_in_the_past_on_the_same_grid() -> None:
    packets = numbered("a", 8, 13)
    first, one = programme()
    play(first, packets, until_s=4.0)
    second, other = programme()
    replay = [p for p in packets if p.pts_ns > START_NS + 3.0 * NS]
    play(second, replay, from_s=4.5, until_s=6.0)
    second.finish()
    assert other.pictures[0].pts_ns < START_NS + 3.1 * NS
    grid = {packet.pts_ns % (NS // 25) for packet in one.pictures + other.pictures}
    assert grid == {0}
    assert other.numbers()[:20] == list(range(76, 96))


def test_a_new_director_that_is_behind_still_waits_for_what_is_under_way() -> None:
    made, out = programme()
    packets = numbered("a", 8)
    replay = [p for p in packets if START_NS + 1 * NS <= p.pts_ns < START_NS + 2.5 * NS]
    play(made, replay, from_s=4.5, until_s=4.9)
    play(made, [p for p in packets if p.pts_ns >= START_NS + 2.5 * NS], from_s=4.9, until_s=6.0)
    made.finish()
    assert len(out.pictures) > 100
    assert steps(out.numbers()) == [1] * (len(out.pictures) - 1)


def test_without_any_source_a_slate_is_on_air_before_long() -> None:
    made, out = programme()
    play(made, [], until_s=2.5)
    made.finish()
    assert is_regular(out.pictures)
    assert out.pictures[0].pts_ns < START_NS + 1.6 * NS
    assert len(out.pictures) > 20
    assert len(out.sound) > 40


def test_garbage_hides_a_camera_until_its_next_keyframe_and_nothing_else() -> None:
    made, out = programme()
    packets = [
        Coded(
            stream=p.stream,
            pts_ns=p.pts_ns,
            dts_ns=p.dts_ns,
            duration_ns=p.duration_ns,
            key=p.key,
            data=b"\x00\x00\x00\x01\x67" + bytes(range(250)) if 30 <= index < 35 else p.data,
            format=p.format,
        )
        for index, p in enumerate(numbered("a", 5))
    ]
    play(made, packets, until_s=4.5)
    made.finish()
    assert is_regular(out.pictures)
    numbers = out.numbers()
    assert numbers[-50:] == list(range(numbers[-1] - 49, numbers[-1] + 1))


def test_a_camera_may_change_its_size_while_it_is_on_air() -> None:
    made, out = programme()
    bigger = camera("a", seconds=2, size=(320, 180), begin_ns=START_NS + 2 * NS)
    narrow = camera("a", seconds=2, size=(120, 90), begin_ns=START_NS + 4 * NS)
    play(made, [*numbered("a", 2), *bigger, *narrow], until_s=5.5)
    made.finish()
    assert is_regular(out.pictures)
    frames = dict(out.frames())
    last = frames[out.pictures[-1].pts_ns]
    assert planes(last)[0][:, :18].mean() < 18  # black beside the narrow picture
    assert number_in(frames[out.pictures[75].pts_ns]) in range(20, 30)


def test_a_keyframe_stands_exactly_where_a_take_begins() -> None:
    made, out = programme()
    begin_ns = START_NS + 2 * NS + 130_000_000
    play(made, numbered("a", 4), until_s=3.5, at={2.14: lambda: made.key_at(begin_ns)})
    made.finish()
    keys = [p.pts_ns for p in out.pictures if p.key]
    first = next(pts for pts in keys if pts >= begin_ns)
    assert first - begin_ns < NS // 25


def test_previews_are_made_only_while_somebody_looks() -> None:
    made, out = programme()

    def look() -> None:
        made.previewing = True

    play(made, numbered("a", 4), until_s=2.0)
    assert out.previews == []
    play(made, numbered("a", 4)[50:], from_s=2.0, until_s=3.0, at={2.0: look})
    assert 6 <= len(out.previews) <= 10


def test_levels_come_ten_times_a_second() -> None:
    made, out = programme(sounds=("a",))
    tone = (0.5 * np.sin(np.arange(1024 * 150) * 2 * np.pi / 48)).astype(np.float32)
    play(made, numbered("a", 3) + microphone("a-sound", np.stack([tone, tone])), until_s=2.9)
    assert 25 <= len(out.heard) <= 30
    middle = {level.source: level for level in out.heard[15].levels}
    assert middle["a"].rms_db == pytest.approx(-9.03, abs=0.3)
    assert middle["programme"].peak_db == pytest.approx(-6.02, abs=0.5)


def test_sound_and_picture_of_the_programme_are_in_step() -> None:
    """A flash (number 0 to 1023) and a burst of sound at one instant meet within 10 ms."""
    made, out = programme(sounds=("a",))
    burst = np.zeros((2, 1024 * 150), np.float32)
    burst[:, 72_000:72_240] = 0.5 * np.random.default_rng(1).uniform(-1, 1, 240)
    play(made, numbered("a", 3) + microphone("a-sound", burst), until_s=2.9)
    made.finish()
    decoder = av.CodecContext.create("aac", "r")
    form = out.sound[0].format
    assert form is not None
    decoder.extradata = form.extradata
    loudest = 0.0
    heard_ns = 0
    for packet in out.sound:
        for frame in decoder.decode(av.Packet(packet.data)):
            wave = np.abs(frame.to_ndarray()[0])
            if wave.max() > loudest:
                loudest = float(wave.max())
                heard_ns = packet.pts_ns + int(wave.argmax()) * NS // 48_000
    seen_ns = next(pts for pts, frame in out.frames() if number_in(frame) == 37)  # at 1.48 s
    assert heard_ns - seen_ns == pytest.approx(20_000_000, abs=20_000_000 + 5_000_000)
    assert heard_ns - START_NS == pytest.approx(1_500_000_000, abs=6_000_000)


@pytest.mark.parametrize(
    "layout", [Layout("single", ("nobody",)), Layout("mosaic", ("a",)), Layout("single", ())]
)
def test_a_layout_that_cannot_be_shown_is_refused_and_changes_nothing(layout: Layout) -> None:
    made, _ = programme()
    with pytest.raises(MediaError):
        made.show(layout)
    assert made.layout == SINGLE


def test_health_tells_who_delivers() -> None:
    made, _ = programme()
    play(made, numbered("a", 2), until_s=2.0)
    health = {source.source: source for source in made.health(START_NS + 2 * NS)}
    assert health["a"].live
    assert not health["b"].live
    assert health["b"].problem == "no signal"
    assert not {s.source: s for s in made.health(START_NS + 6 * NS)}["a"].live
