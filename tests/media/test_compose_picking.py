"""Following a source's pictures: no phase and no jitter doubles or loses one."""

import itertools
import random

import pytest

from classroom_media.api import NS
from classroom_media.clock import Stamped, Timeline
from classroom_media.compose.picking import Verdict, judge

FRAME_NS = NS // 25


def follow(pictures_ns: list[int], ticks: int) -> list[int]:
    """Give which picture is shown at each tick, all pictures being there from the start."""
    shown, following = None, 0
    chosen = []
    for tick in range(ticks):
        while following < len(pictures_ns):
            verdict = judge(
                pictures_ns[shown] if shown is not None else None,
                pictures_ns[following],
                pictures_ns[following + 1] if following + 1 < len(pictures_ns) else None,
                tick_ns=tick * FRAME_NS,
                frame_ns=FRAME_NS,
            )
            if verdict is Verdict.SHOW:
                shown = following
            if verdict is not Verdict.REPEAT:
                following += 1
            if verdict is not Verdict.SKIP:
                break
        chosen.append(-1 if shown is None else shown)
    return chosen


@pytest.mark.parametrize("phase_ms", range(-20, 21))
def test_a_camera_of_our_rate_loses_and_doubles_nothing_at_any_phase(phase_ms: int) -> None:
    jitter = random.Random(phase_ms)
    pictures = [
        n * FRAME_NS + phase_ms * 1_000_000 + jitter.randint(-15_000_000, 15_000_000)
        for n in range(500)
    ]
    chosen = follow(pictures, 480)
    first = chosen.index(max(0, chosen[0]))
    assert [b - a for a, b in zip(chosen[first:], chosen[first + 1 :], strict=False)] == [1] * (
        479 - first
    )


def test_a_camera_that_began_110_ms_late_as_all_was_busy_is_left_out_twice_on_its_way_back() -> (
    None
):
    timeline, busy_ns = Timeline[int](), 110_000_000
    stamps = [n * FRAME_NS for n in range(1500)]
    placed = [
        one.pts_ns
        for at_ns in stamps
        for one in timeline.place(
            Stamped(0, at_ns, at_ns, FRAME_NS, 0), at_ns + (busy_ns if at_ns < NS else 0)
        )
    ]
    chosen = follow(placed, 1450)
    steps = [b - a for a, b in itertools.pairwise(chosen) if a >= 0]
    assert (set(steps), steps.count(2)) == ({1, 2}, 2)


def test_of_thirty_pictures_a_second_every_sixth_is_left_out() -> None:
    chosen = follow([n * NS // 30 for n in range(700)], 500)
    steps = [b - a for a, b in itertools.pairwise(chosen)]
    assert set(steps) == {1, 2}
    assert 99 <= steps.count(2) <= 101


def test_of_fifteen_pictures_a_second_none_is_left_out() -> None:
    chosen = follow([n * NS // 15 for n in range(400)], 500)
    steps = [b - a for a, b in itertools.pairwise(chosen)]
    assert set(steps) == {0, 1}
    assert "000" not in "".join(map(str, steps))  # nothing stands for more than two ticks


@pytest.mark.parametrize("rate", [5, 12, 15, 24, 25, 30, 50, 60])
def test_no_picture_is_further_from_its_time_than_a_frame_of_ours_or_of_its_own(rate: int) -> None:
    pictures = [n * NS // rate + 7_000_000 for n in range(rate * 12)]
    for tick, number in enumerate(follow(pictures, 250)[1:], start=1):
        early_ns = pictures[number] - tick * FRAME_NS
        assert -max(FRAME_NS, NS // rate) < early_ns <= FRAME_NS


def test_a_camera_slightly_too_fast_is_corrected_one_picture_at_a_time() -> None:
    chosen = follow([round(n * FRAME_NS * 0.999) for n in range(5100)], 5000)
    steps = [b - a for a, b in itertools.pairwise(chosen)]
    assert steps.count(2) in (4, 5)
    assert set(steps) == {1, 2}


def test_after_a_hole_a_source_is_taken_up_at_the_nearest_picture() -> None:
    before = [n * FRAME_NS for n in range(25)]
    after = [(n + 50) * FRAME_NS + 19_000_000 for n in range(50)]
    chosen = follow(before + after, 90)
    assert chosen[49] == 24
    assert chosen[50] == 25  # 19 ms early, not a frame early
    assert chosen[50:60] == list(range(25, 35))


@pytest.mark.parametrize(("next_ms", "after_ms"), [(None, None), (-41, None), (-90, None)])
def test_the_verdict_waits_while_a_picture_to_come_could_change_it(
    next_ms: int | None, after_ms: int | None
) -> None:
    verdict = judge(
        -80_000_000,
        None if next_ms is None else next_ms * 1_000_000,
        after_ms,
        tick_ns=0,
        frame_ns=FRAME_NS,
    )
    assert verdict is Verdict.UNKNOWN
