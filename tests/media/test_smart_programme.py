"""The smart programme: a camera's own packets while it fills the picture, the encoder's else."""

import itertools
from functools import partial

import msgspec
import pytest

from classroom_media.api import NS, Layout, LowerThird, Titles
from classroom_media.compose.passing import Making
from classroom_media.compose.programme import PICTURES, Programme
from classroom_media.packets import Coded
from classroom_media.sources.annexb import SPS, kind_of, units
from classroom_media.sources.sps import read

from .numbered import START_NS, Recorded, moved, play, spec
from .unlike import BASELINE, BESIDE, BIG, MAIN, A, B, film, seen_in, slices, steps

FRAME_NS = NS // 25


def drifting(packets: list[Coded], ppm: float, phase_ms: float = 0) -> list[Coded]:
    """Let a camera's clock run fast (above 0) or slow."""
    return [
        moved(p, round(phase_ms * 1e6 - (p.pts_ns - START_NS) * ppm / (1e6 + ppm))) for p in packets
    ]


def smart(layout: Layout = A, **other: object) -> tuple[Programme, Recorded]:
    outlet = Recorded()
    plain = spec(layout, size=BIG, sounds=("a",))
    return Programme(msgspec.structs.replace(plain, smart=True, **other), outlet), outlet


def passed(out: Recorded, *films: list[Coded]) -> list[bool]:
    """Tell of every picture of the programme whether it is a camera's own, bit by bit."""
    own = {slices(packet.data) for film in films for packet in film}
    return [slices(packet.data) in own for packet in out.pictures]


def spacings(out: Recorded) -> list[float]:
    """Give how far pictures stand apart, in frames."""
    return [(b.pts_ns - a.pts_ns) / FRAME_NS for a, b in itertools.pairwise(out.pictures)]


def is_sound(out: Recorded) -> bool:
    """Tell whether pictures follow each other without a hole or an overlap to speak of."""
    ends = [a.pts_ns + a.duration_ns - b.pts_ns for a, b in itertools.pairwise(out.pictures)]
    return all(0.5 <= gap <= 1.5 for gap in spacings(out)) and max(ends) <= FRAME_NS // 2


def test_a_camera_that_fills_the_picture_is_passed_as_it_came() -> None:
    made, out = smart()
    camera = MAIN("a", seconds=6)
    play(made, camera, until_s=5.5)
    assert made.making is Making.PASSING
    made.finish()
    own = passed(out, camera)
    first = own.index(True)
    assert out.pictures[first].key
    assert all(own[first:])
    assert first <= 50, "it begins once a whole group of pictures is known"
    assert steps(out.numbers()) == [1] * (len(out.pictures) - 1)
    assert {packet.format for packet in out.pictures if packet.key} == {out.pictures[0].format}


def test_cuts_between_unlike_cameras_and_layouts_lose_and_double_nothing() -> None:
    made, out = smart()
    a, b = BASELINE("a"), MAIN("b")
    cuts = {3.3: B, 4.9: BESIDE, 5.5: A, 6.9: B}
    at = {second: partial(made.show, layout) for second, layout in cuts.items()}
    play(made, a + b, until_s=7.9, at=at)
    made.finish()
    assert is_sound(out)
    numbers = [seen_in(frame) for _, frame in out.frames()]
    assert steps(numbers) == [1] * (len(numbers) - 1)
    own = passed(out, a, b)
    assert 0.5 < sum(own) / len(own) < 0.9
    assert len([key for key, _ in itertools.groupby(own)]) >= 6, "there and back, several times"


@pytest.mark.parametrize(("ppm", "phase_ms"), [(200, 7), (-200, 31), (-20_000, 4)])
def test_a_camera_whose_clock_drifts_loses_nothing_and_stays_in_step(
    ppm: float, phase_ms: float
) -> None:
    made, out = smart()
    a = drifting(BASELINE("a"), ppm, phase_ms)
    b = drifting(MAIN("b"), ppm, phase_ms)
    at = {2.0 + 0.9 * n: partial(made.show, (B, A)[n % 2]) for n in range(6)}
    play(made, a + b, until_s=7.5, at=at if abs(ppm) < 1000 else {})
    made.finish()
    assert is_sound(out)
    numbers = out.numbers()
    assert steps(numbers)[1:] == [1] * (len(numbers) - 2)
    true = {number: packet.pts_ns for number, packet in enumerate(a)}
    off_ms = [abs(p.pts_ns - true[n]) / 1e6 for p, n in zip(out.pictures, numbers, strict=True)]
    assert max(off_ms) <= 40
    calm = [off for off, own in zip(off_ms, passed(out, a, b), strict=True) if own]
    assert sorted(calm)[len(calm) // 2] < 1, "a passed picture soon stands at its own place"


@pytest.mark.parametrize("phase_ms", [1, 16, 31])
def test_who_leaves_soon_after_a_seam_loses_nothing_either(phase_ms: int) -> None:
    made, out = smart()
    camera = drifting(BASELINE("a", seconds=3), 0, phase_ms)
    leave = partial(made.key_at, START_NS + NS)
    play(made, camera, until_s=1.5, at={1.0: leave})
    made.finish()
    own = passed(out, camera)
    assert 1 <= sum(own) <= 6
    assert not own[-1]
    assert is_sound(out)
    assert steps(out.numbers()) == [1] * (len(own) - 1)


@pytest.mark.parametrize("leaves_s", [4.3, 4.5])
def test_who_leaves_soon_after_a_camera_has_returned_loses_nothing_either(leaves_s: float) -> None:
    made, out = smart()
    camera = BASELINE("a")  # its keyframes are 0.8 s apart
    away = [p for p in camera if not 3.4 * NS <= p.pts_ns - START_NS < 4 * NS]
    leave = partial(made.key_at, START_NS + round(leaves_s * NS))
    play(made, away, until_s=5.5, at={leaves_s: leave})
    made.finish()
    assert sum(passed(out, camera)[-30:]) > 10
    back = out.numbers()[out.numbers().index(100) :]
    assert steps(back) == [1] * (len(back) - 1)


def test_a_title_is_written_at_once_and_passing_goes_on_after_it() -> None:
    made, out = smart()
    camera = BASELINE("a")
    title = Titles(lower_third=LowerThird(name="Li"))
    at = {3.3: partial(made.write, title), 4.3: partial(made.write, Titles())}
    play(made, camera, until_s=7.5, at=at)
    made.finish()
    assert is_sound(out)
    own = passed(out, camera)
    times = [(p.pts_ns - START_NS) / NS for p in out.pictures]
    encoded = [at_s for at_s, is_own in zip(times, own, strict=True) if not is_own and at_s > 2]
    assert 3.2 < encoded[0] < 3.4
    assert 4.6 < encoded[-1] < 5.5
    assert out.pictures[own.index(False, own.index(True))].key
    numbers = out.numbers()  # but for those behind the title
    assert numbers[-1] - numbers[0] == len(numbers) - 1


def test_a_camera_that_falls_silent_stays_a_moment_and_becomes_a_slate() -> None:
    made, out = smart()
    camera = BASELINE("a", seconds=4)
    play(made, camera + [moved(p, 7 * NS) for p in BASELINE("a", seconds=3)], until_s=9.9)
    made.finish()
    times = [(p.pts_ns - START_NS) / NS for p in out.pictures]
    assert is_sound(out)
    assert times[-1] > 9.7
    numbers = out.numbers()
    silent = [n for n, at_s in zip(numbers, times, strict=True) if 4.0 < at_s < 4.9]
    assert set(silent) == {99}, "its last picture, decoded again from its last keyframe"
    assert passed(out, camera)[-1], "once it is back, it is passed again"


def test_a_keyframe_is_made_where_a_take_begins_and_passing_goes_on() -> None:
    made, out = smart()
    begin_ns = START_NS + 3 * NS + 130_000_000
    camera = BASELINE("a", gop=50)
    play(made, camera, until_s=6.5, at={3.14: lambda: made.key_at(begin_ns)})
    made.finish()
    key = next(p for p in out.pictures if p.key and p.pts_ns >= begin_ns)
    assert key.pts_ns - begin_ns < FRAME_NS
    assert is_sound(out)
    assert steps(out.numbers()) == [1] * (len(out.pictures) - 1)
    assert passed(out, camera)[-1]


def test_keyframes_ordered_ahead_are_made_in_one_passage_and_one_between_them_too() -> None:
    made, out = smart()
    camera = BASELINE("a")  # its keyframes are 0.8 s apart
    ordered = [START_NS + 3 * NS + n * 360_000_000 for n in range(4)]
    begin_ns = ordered[1] + 100_000_000  # of a take

    def order() -> None:
        for at_ns in (*ordered, begin_ns):
            made.keyframe(PICTURES, at_ns)

    play(made, camera, until_s=6.5, at={2.9: order})
    made.finish()
    own = passed(out, camera)
    keys = [p.pts_ns for p, own_one in zip(out.pictures, own, strict=True) if p.key and not own_one]
    for at_ns in (*ordered, begin_ns):
        assert any(0 <= key - at_ns < FRAME_NS for key in keys)
    begun = next(n for n, p in enumerate(out.pictures) if p.pts_ns > START_NS + 2 * NS)
    assert [is_own for is_own, _ in itertools.groupby(own[begun:])] == [True, False, True]
    assert is_sound(out)
    assert steps(out.numbers()) == [1] * (len(own) - 1)


@pytest.mark.parametrize(("phase_ms", "other_ms"), [(0, 13), (-10, 13), (7, 25)])
def test_a_cut_that_waits_for_a_keyframe_encodes_nothing(phase_ms: int, other_ms: int) -> None:
    made, out = smart()
    a, b = drifting(BASELINE("a"), 0, phase_ms), drifting(MAIN("b"), 0, other_ms)
    key_ns = next(p.pts_ns for p in b if p.key and p.pts_ns > START_NS + 5 * NS)
    play(made, a + b, until_s=7.5, at={5.1: partial(made.show, B, key_ns)})
    made.finish()
    own = passed(out, a, b)
    assert all(own[own.index(True) :])
    assert is_sound(out)
    assert set(steps(out.numbers())) <= {0, 1, 2}, "the cameras' phases differ"
    assert sum(step != 1 for step in steps(out.numbers())) <= 1


def test_a_new_director_passes_what_its_predecessor_lost_with_it() -> None:
    camera = BASELINE("a")
    first, one = smart()
    play(first, camera, until_s=4.0)
    second, other = smart()
    replay = [p for p in camera if p.pts_ns >= START_NS + 1.6 * NS]
    play(second, replay, from_s=4.6, until_s=6.0)
    second.finish()
    numbers = other.numbers()
    assert numbers[0] <= one.numbers()[-1] + 1
    assert steps(numbers) == [1] * (len(numbers) - 1)
    assert is_sound(other)


def test_nothing_is_decoded_while_a_camera_is_passed_unless_somebody_looks() -> None:
    made, out = smart()
    camera = BASELINE("a")

    def look() -> None:
        assert out.previews == []
        assert max(pts_ns for _, pts_ns in out.shown) < START_NS + 2 * NS
        made.previewing = True

    play(made, camera, until_s=6.5, at={5.0: look})
    assert made.making is Making.PASSING
    assert 10 <= len(out.previews) <= 13, "eight a second"
    assert len(set(out.previews)) == len(out.previews), "that move"


@pytest.mark.parametrize(
    ("camera", "why"),
    [
        (film("a", size=(160, 90)), "size"),
        (film("a", gop=150), "keyframes"),
        (film("a", fps=50), "pictures a second"),
        (film("a", more=":fullrange=on"), "colours"),
        (film("a", more=":sar=4/3"), "pixels"),
        (film("a", more=":interlaced=1"), "progressive"),
    ],
)
def test_a_camera_that_players_could_not_follow_is_encoded(
    camera: list[Coded], why: str, caplog: pytest.LogCaptureFixture
) -> None:
    made, out = smart()
    with caplog.at_level("INFO"):
        play(made, camera, until_s=5.0)
    made.finish()
    assert not any(passed(out, camera))
    told = [record.message for record in caplog.records if "not passed" in record.message]
    assert len(told) <= 2
    assert why in told[-1]


def test_a_camera_that_takes_too_many_bits_is_encoded_until_it_takes_less() -> None:
    made, out = smart(smart_max_kbps=100)
    camera = BASELINE("a")
    heavy = [
        msgspec.structs.replace(p, data=p.data + b"\0\0\1\x0c" + b"\xff" * 900)  # filler
        if START_NS + 2.3 * NS < p.pts_ns < START_NS + 3.9 * NS
        else p
        for p in camera
    ]
    play(made, heavy, until_s=7.5)
    made.finish()
    own = passed(out, camera)
    assert not any(own[90:110])
    assert own[-1]
    assert steps(out.numbers()) == [1] * (len(own) - 1)


def test_a_camera_that_changes_its_size_is_encoded_from_there_on() -> None:
    made, out = smart()
    small = [moved(p, 4 * NS) for p in film("a", size=(160, 90), seconds=3)]
    camera = BASELINE("a", seconds=4)
    play(made, camera + small, until_s=6.5)
    made.finish()
    own = passed(out, camera)
    assert own[95]
    assert not any(own[100:])
    assert {(f.width, f.height) for _, f in out.frames()} == {BIG}
    assert is_sound(out)


def test_all_parameter_sets_of_a_programme_say_the_same_of_looks_and_order() -> None:
    made, out = smart()
    play(made, MAIN("a"), until_s=3.5, at={3.0: partial(made.show, B)})
    made.finish()
    seen = {
        (sets.square, sets.full_range, sets.colours, sets.reorder)
        for p in out.pictures
        if p.key
        for u in units(p.data)
        if kind_of(u) == SPS and (sets := read(u))
    }
    assert seen == {(True, False, 1, 0)}
