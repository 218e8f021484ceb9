"""The playout under load and after a standstill: no lesson stays late for long."""

import random
from collections.abc import Callable, Iterator
from itertools import pairwise

import pytest

from classroom_media.live.rtp.playout import LONGEST_NS, SHORTEST_NS, Playout

MS = 1_000_000
SECOND_NS = 1_000 * MS
STEP_NS = 20 * MS
WAY_NS = 100 * MS

Late = Callable[[int], int]  # of what was taken at an instant, in ns


def shown(seconds: float, late: Late) -> Iterator[tuple[int, int, int]]:
    """Let packets come in order; give when each was taken, is shown, and how late it comes."""
    playout = Playout()
    came_ns = 0
    for stamp_ns in range(0, int(seconds * SECOND_NS), STEP_NS):
        came_ns = max(came_ns, stamp_ns + WAY_NS + late(stamp_ns))
        playout.arrive(1, stamp_ns, came_ns)
        playout.adapt(came_ns, round_trip_ns=40 * MS, lost=0.0)
        play_ns = playout.play_ns(stamp_ns)
        yield stamp_ns, play_ns, came_ns - play_ns


def age_ms(seconds: float, late: Late) -> list[int]:
    return [(play_ns - stamp_ns) // MS for stamp_ns, play_ns, _ in shown(seconds, late)]


def test_what_was_late_at_the_start_is_made_up_for_at_once() -> None:
    ages = age_ms(3, lambda stamp_ns: 800 * MS if stamp_ns < SECOND_NS else 0)
    assert ages[0] >= 900
    assert max(ages[-STEP_NS // MS :]) <= (WAY_NS + LONGEST_NS) // MS


def test_it_comes_nearer_by_no_more_than_an_ear_bears() -> None:
    ages = age_ms(12, lambda stamp_ns: 250 * MS if stamp_ns < SECOND_NS else 0)
    assert ages[0] - ages[-1] == 250
    assert max(before - after for before, after in pairwise(ages)) <= 0.15 * STEP_NS / MS + 1


def test_without_trouble_nothing_is_later_than_it_must_be() -> None:
    assert set(age_ms(3, lambda _: 0)) == {(WAY_NS + SHORTEST_NS) // MS}


def test_a_busy_moment_is_forgotten_in_seconds() -> None:
    ages = age_ms(10, lambda stamp_ns: 260 * MS if 2 <= stamp_ns / SECOND_NS < 2.4 else 0)
    assert max(ages) > (WAY_NS + SHORTEST_NS) // MS + 50
    assert ages[7 * SECOND_NS // STEP_NS] <= (WAY_NS + SHORTEST_NS) // MS + 50


def test_what_is_always_late_by_chance_is_waited_for() -> None:
    chance = random.Random(7)
    found = list(shown(30, lambda _: chance.randrange(200 * MS)))[250:]
    assert sum(late_ns <= 0 for _, _, late_ns in found) / len(found) > 0.99


@pytest.mark.parametrize("stood_s", [0.6, 2.5, 30])
def test_after_a_standstill_the_present_is_shown_and_not_the_past(stood_s: float) -> None:
    begin_ns, end_ns = 5 * SECOND_NS, int((5 + stood_s) * SECOND_NS)
    found = shown(
        8 + stood_s, lambda stamp_ns: end_ns - stamp_ns if begin_ns <= stamp_ns < end_ns else 0
    )
    ages = [(play_ns - stamp_ns) // MS for stamp_ns, play_ns, _ in found if stamp_ns > end_ns]
    assert max(ages) <= (WAY_NS + LONGEST_NS) // MS


@pytest.mark.parametrize("late_s", [0.7, 3, 20])
def test_what_stays_late_is_shown_late_from_the_next_seconds_on(late_s: float) -> None:
    late = int(late_s * SECOND_NS)
    found = shown(12, lambda stamp_ns: late if stamp_ns >= 5 * SECOND_NS else 0)
    behind = [late_ns for stamp_ns, _, late_ns in found if stamp_ns > 8 * SECOND_NS]
    assert max(behind) <= 0


def test_who_was_behind_and_catches_up_is_shown_at_once() -> None:
    found = shown(12, lambda stamp_ns: 3 * SECOND_NS if 2 <= stamp_ns / SECOND_NS < 8 else 0)
    ages = [(play_ns - at) // MS for at, play_ns, _ in found if at > 11 * SECOND_NS]
    assert max(ages) <= (WAY_NS + LONGEST_NS) // MS


def test_a_picture_that_comes_no_more_holds_back_no_sound() -> None:
    playout, quick_ns, slow_ns = Playout(), WAY_NS, WAY_NS + 250 * MS
    for stamp_ns in range(0, 20 * SECOND_NS, STEP_NS):
        playout.arrive(1, stamp_ns, stamp_ns + quick_ns)
        if stamp_ns < SECOND_NS:
            playout.arrive(2, stamp_ns, stamp_ns + slow_ns)
        playout.adapt(stamp_ns + slow_ns, round_trip_ns=40 * MS, lost=0.0)
    assert playout.play_ns(0) == quick_ns + SHORTEST_NS
