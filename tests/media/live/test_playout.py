"""The playout after something stood still: no lesson stays late for long, and none jumps."""

from itertools import pairwise

from classroom_media.live.rtp.playout import LONGEST_NS, SHORTEST_NS, Playout

SECOND_NS = 1_000_000_000
STEP_NS = 20_000_000
WAY_NS = 100_000_000


def late_by_ms(seconds: int, *, begin_ns: int) -> list[int]:
    """Let packets come, the first second later by `begin_ns`; give how late each is shown."""
    playout = Playout()
    found = []
    for stamp_ns in range(0, seconds * SECOND_NS, STEP_NS):
        came_ns = stamp_ns + WAY_NS + (begin_ns if stamp_ns < SECOND_NS else 0)
        playout.arrive(1, stamp_ns, came_ns)
        playout.adapt(came_ns, round_trip_ns=40_000_000, lost=0.0)
        found.append((playout.play_ns(stamp_ns) - stamp_ns) // 1_000_000)
    return found


def test_what_was_late_at_the_start_is_made_up_for_in_seconds() -> None:
    late_ms = late_by_ms(12, begin_ns=800_000_000)
    assert late_ms[0] >= 900
    assert late_ms[-1] <= (WAY_NS + LONGEST_NS) // 1_000_000 + 100


def test_it_comes_nearer_by_no_more_than_an_ear_bears() -> None:
    late_ms = late_by_ms(12, begin_ns=800_000_000)
    steps = [before - after for before, after in pairwise(late_ms[60:])]
    assert max(steps) <= 0.15 * STEP_NS / 1_000_000 + 1


def test_without_trouble_nothing_is_later_than_it_must_be() -> None:
    assert set(late_by_ms(3, begin_ns=0)) == {(WAY_NS + SHORTEST_NS) // 1_000_000}
