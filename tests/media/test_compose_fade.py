"""The cross-fade: regular, complete, and never a reason to be late."""

import itertools
from functools import cache, partial

import av
import pytest

from classroom_media.api import NS, Layout
from classroom_media.compose.canvas import planes
from classroom_media.compose.fade import Fade
from classroom_media.compose.programme import Programme
from classroom_media.packets import Coded

from .numbered import START_NS, Recorded, camera, is_regular, play, spec

ON_A, ON_B = Layout("single", ("a",)), Layout("single", ("b",))
BLUE = 200  # chroma of camera b; that of a is 128


@cache
def cameras(seconds: float) -> tuple[Coded, ...]:
    blue = camera("b", seconds=seconds, chroma=BLUE, gop_s=2)
    return (*camera("a", seconds=seconds), *blue)


def programme(fade_s: float) -> tuple[Programme, Recorded]:
    outlet = Recorded()
    return Programme(spec(ON_A, fade_s=fade_s), outlet), outlet


def chroma(out: Recorded) -> list[int]:
    return [round(planes(frame)[1].mean()) for _, frame in out.frames()]


def between(values: list[int]) -> int:
    """Count the pictures that are neither one camera nor the other."""
    return sum(132 < value < BLUE - 4 for value in values)


def plain(value: int) -> av.VideoFrame:
    frame = av.VideoFrame(160, 90, "yuv420p")
    for plane in planes(frame):
        plane[:] = value
    return frame


@pytest.mark.parametrize(("share", "expected"), [(0.25, 75), (0.5, 100), (1.0, 150)])
def test_a_mix_is_so_much_of_either_on_every_plane(share: float, expected: int) -> None:
    mixed = Fade(160, 90).mix(plain(50), plain(150), share)
    assert all((plane == expected).all() for plane in planes(mixed))


def test_a_fade_loses_and_doubles_nothing_and_takes_as_long_as_it_is_told() -> None:
    made, out = programme(0.4)
    play(made, cameras(4), until_s=3.5, at={2.0: partial(made.show, ON_B)})
    made.finish()
    assert is_regular(out.pictures)
    numbers = out.numbers()
    assert [b - a for a, b in itertools.pairwise(numbers)] == [1] * (len(numbers) - 1)
    colours = chroma(out)
    assert between(colours) == 10
    first = next(index for index, value in enumerate(colours) if value > 132)
    assert abs((out.pictures[first].pts_ns - START_NS) / NS - 2.0) < 0.12
    assert colours[first : first + 11] == sorted(colours[first : first + 11])


def test_many_fades_in_a_row_lose_and_double_nothing() -> None:
    made, out = programme(0.2)
    shown = itertools.cycle((ON_B, ON_A))
    asked = {1.0 + n * 0.31: partial(made.show, next(shown)) for n in range(9)}
    play(made, cameras(4), until_s=3.9, at=asked)
    made.finish()
    assert is_regular(out.pictures)
    numbers = out.numbers()
    assert [b - a for a, b in itertools.pairwise(numbers)] == [1] * (len(numbers) - 1)
    assert between(chroma(out)) == 9 * 5


def test_fades_through_layouts_of_several_sources_are_regular() -> None:
    made, out = programme(0.2)
    beside = Layout("side-by-side", ("a", "b"))
    wanted = itertools.cycle((ON_B, beside, ON_A))
    asked = {1.5 + n * 0.31: partial(made.show, next(wanted)) for n in range(7)}
    play(made, cameras(4), until_s=3.8, at=asked)
    made.finish()
    assert is_regular(out.pictures)
    assert made.layout == ON_B


def test_what_is_asked_for_during_a_fade_comes_after_it() -> None:
    made, out = programme(0.4)
    asked = {2.0: partial(made.show, ON_B), 2.1: partial(made.show, ON_A)}
    play(made, cameras(4), until_s=3.5, at=asked)
    made.finish()
    colours = chroma(out)
    assert max(colours) > 190
    assert made.layout == ON_A
    assert colours[-1] < 132


def test_asking_for_what_is_shown_already_changes_nothing() -> None:
    made, out = programme(0.4)
    asked = {2.0 + n / 20: partial(made.show, ON_B) for n in range(20)}
    play(made, cameras(4), until_s=3.5, at=asked)
    made.finish()
    assert between(chroma(out)) == 10


def test_a_camera_that_dies_while_it_fades_away_delays_the_programme_hardly() -> None:
    made, out = programme(1.0)
    alive = [p for p in cameras(4) if p.stream == "b" or p.pts_ns < START_NS + 2 * NS]
    play(made, alive, until_s=2.4, at={2.0: partial(made.show, ON_B)})
    assert out.pictures[-1].pts_ns > START_NS + 2.2 * NS
    play(made, [p for p in alive if p.pts_ns > START_NS + 2.37 * NS], from_s=2.4, until_s=3.5)
    made.finish()
    assert is_regular(out.pictures)
    assert chroma(out)[-1] > 190


def test_a_programme_that_is_far_behind_cuts() -> None:
    made, out = programme(0.4)
    packets = cameras(6)
    play(made, [p for p in packets if p.pts_ns < START_NS + 2 * NS], until_s=2.0)
    made.show(ON_B)
    rest = [p for p in packets if p.pts_ns >= START_NS + 2 * NS]
    play(made, rest, from_s=5.0, until_s=6.0)
    made.finish()
    assert between(chroma(out)) == 0
    assert is_regular(out.pictures)
