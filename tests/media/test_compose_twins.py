"""Where a source is shown small its small stream is used, and nobody sees the change."""

from functools import cache, partial

import numpy as np
import pytest

from classroom_media.api import NS, Layout
from classroom_media.compose.canvas import planes
from classroom_media.compose.layouts import Box, arrangement, box
from classroom_media.compose.programme import Programme
from classroom_media.compose.slates import Slates
from classroom_media.compose.vision import VisionMixer
from classroom_media.packets import Coded, small_of

from .numbered import START_NS, Recorded, camera, is_regular, moved, play, spec

SIZE = (320, 180)
SMALL = (160, 90)
SQUEEZED = (128, 96)
SINGLE = Layout("single", ("b",))
INSET = Layout("picture-in-picture", ("a", "b"))
SLOTS = arrangement(INSET).slots
PLACE = box(SLOTS[1], *SIZE, SIZE[0] / SIZE[1])
LARGE_CHROMA, SMALL_CHROMA = 128, 200


@cache
def large(source: str, seconds: float = 6, *, gop_s: float = 1.0) -> list[Coded]:
    return camera(source, seconds=seconds, size=SIZE, chroma=LARGE_CHROMA, gop_s=gop_s)


@cache
def small(seconds: float = 6, *, phase_ms: int = 0, size: tuple[int, int] = SMALL) -> list[Coded]:
    begin_ns = START_NS + phase_ms * 1_000_000
    return camera(small_of("b"), seconds=seconds, size=size, chroma=SMALL_CHROMA, begin_ns=begin_ns)


def made_with(layout: Layout, *, fade_s: float = 0.0) -> tuple[Programme, Recorded]:
    outlet = Recorded()
    return Programme(spec(layout, size=SIZE, fade_s=fade_s), outlet), outlet


def streams_of(out: Recorded, source: str) -> list[str]:
    """Give the streams that were shown of a source, each time another one was."""
    shown = [stream for stream, _ in out.shown if stream.startswith(source)]
    return [stream for n, stream in enumerate(shown) if n == 0 or stream != shown[n - 1]]


def inner(out: Recorded) -> list[int]:
    return out.numbers(PLACE)


def steps(numbers: list[int]) -> set[int]:
    return {int(step) for step in np.diff(numbers)}


def test_an_inset_is_made_of_the_small_stream_from_its_first_picture_on() -> None:
    made, out = made_with(INSET)
    play(made, large("a") + large("b") + small(), until_s=4)
    made.finish()
    assert streams_of(out, "a") == ["a"]
    assert streams_of(out, "b") == ["b-small"]
    assert steps(inner(out)) == {1}
    chroma = planes(out.frames()[-1][1])[1]
    assert chroma[PLACE.y // 2 + 4, PLACE.x // 2 + 4] > 190


@pytest.mark.parametrize("phase_ms", [-14, 0, 14])
def test_a_cut_from_small_to_large_and_back_shows_every_picture_once(phase_ms: int) -> None:
    made, out = made_with(INSET)
    cuts = {1.5 + n * 0.7: partial(made.show, (SINGLE, INSET)[n % 2]) for n in range(5)}
    play(made, large("a") + large("b") + small(phase_ms=phase_ms), until_s=5.5, at=cuts)
    made.finish()
    assert is_regular(out.pictures)
    assert streams_of(out, "b")[-6:] == ["b-small", "b"] * 3
    whole, inset = out.numbers(), inner(out)
    numbers = [
        one if stream == "b" else two
        for one, two, (stream, _) in zip(
            whole, inset, [shown for shown in out.shown if shown[0].startswith("b")], strict=True
        )
    ]
    assert steps(numbers) == {1}


def test_during_a_fade_a_source_that_is_seen_large_stays_large() -> None:
    made, out = made_with(SINGLE, fade_s=0.4)
    play(
        made,
        large("a") + large("b") + small(),
        until_s=4,
        at={2.0: partial(made.show, INSET)},
    )
    made.finish()
    assert streams_of(out, "b") == ["b", "b-small"]
    first_small = next(at_ns for stream, at_ns in out.shown if stream == "b-small")
    assert first_small > START_NS + 2.35 * NS


def test_the_stream_that_is_not_used_does_not_pile_up() -> None:
    vision = VisionMixer(
        ["a", "b"], SINGLE, Slates({}, language="en"), width=320, height=180, frame_ns=NS // 25
    )
    for packet in sorted(large("a") + large("b") + small(), key=lambda one: one.dts_ns):
        vision.feed(packet, packet.dts_ns)
        vision.forget_unseen(packet.dts_ns)  # "b" is passed on: no picture is made
    vision.turn(INSET)
    vision.awaited(START_NS)  # asks for the first picture that is left
    assert all(first_ns and first_ns >= START_NS + 4 * NS for first_ns in vision.first_ns())


def test_a_small_stream_that_stops_is_replaced_on_the_air_within_a_second() -> None:
    made, out = made_with(INSET)
    play(made, large("a") + large("b") + small(2.0), until_s=5)
    made.finish()
    assert streams_of(out, "b") == ["b-small", "b"]
    assert is_regular(out.pictures)
    numbers = inner(out)
    held = max(n for n in range(len(numbers)) if numbers[n] == 49) - numbers.index(49)
    assert held < 25
    assert steps(numbers[numbers.index(49) + held + 1 :]) == {1}


def test_a_small_stream_that_returns_is_trusted_after_five_seconds() -> None:
    made, out = made_with(INSET)
    back = [moved(packet, 3 * NS) for packet in small(9)]
    play(made, large("a", 12) + large("b", 12) + small(1.0) + back, until_s=10.5)
    made.finish()
    assert streams_of(out, "b") == ["b-small", "b", "b-small"]
    again = [
        at_ns for stream, at_ns in out.shown if stream == "b-small" and at_ns > START_NS + 2 * NS
    ]
    assert 7.5 < (again[0] - START_NS) / NS < 9.5


def test_a_soft_picture_is_better_than_none() -> None:
    made, out = made_with(SINGLE)
    play(made, large("b", 2) + small(), until_s=5)
    made.finish()
    assert streams_of(out, "b") == ["b", "b-small"]
    assert max(out.numbers()) > 110


def test_a_squeezed_small_picture_gets_the_shape_of_the_large_one() -> None:
    made, out = made_with(INSET)
    play(made, large("a") + large("b") + small(3, size=SQUEEZED), until_s=2)
    made.finish()
    assert streams_of(out, "b") == ["b-small"]
    edge = Box(PLACE.x, PLACE.y, 12, PLACE.height)
    chroma = planes(out.frames()[-1][1])[1]
    assert chroma[edge.y // 2 + 4 : edge.y // 2 + 10, edge.x // 2 + 2 : edge.x // 2 + 5].min() > 190
    assert steps(inner(out)) == {1}
