"""The checker of the ground-truth campaign finds what is planted in a recording, and no more."""

from classroom_media.emulate.inspection import Seen
from tests.room.truth_check import FRAME_S, Span, Taken, Tick, matched, outside, shown

CAMERA = 3 << 16


def sent(count: int = 200) -> list[Taken]:
    return [Taken(n * FRAME_S, CAMERA | n) for n in range(count)]


def as_seen(pictures: list[Taken], *, late_s: float = 0.01) -> list[Seen]:
    return [Seen(one.at_s + late_s, one.number) for one in pictures]


def test_a_whole_recording_has_nothing_missing_and_nothing_too_much() -> None:
    found = matched(as_seen(sent()), sent())
    assert (found.missing, found.extra) == ([], [])
    assert {round(late, 3) for _at, late in found.late_s} == {0.01}


def test_a_lost_picture_is_missed_unless_a_gap_tells_of_it() -> None:
    there = sent()
    del there[100]
    found = matched(as_seen(there), sent())
    assert [one.number for one in found.missing] == [CAMERA | 100]
    assert outside(found.missing, []) == found.missing
    assert outside(found.missing, [Span(3.9, 4.0)]) == []


def test_a_doubled_and_a_damaged_picture_are_too_much() -> None:
    seen = as_seen(sent())
    doubled = [*seen[:100], Seen(seen[99].at_s + 0.02, seen[99].number), *seen[100:]]
    assert len(matched(doubled, sent()).extra) == 1
    damaged = [*seen[:100], Seen(seen[100].at_s, None), *seen[101:]]
    found = matched(damaged, sent())
    assert (len(found.extra), len(found.missing)) == (1, 1)


def test_a_camera_that_freezes_is_followed_through_its_equal_pictures() -> None:
    frozen = [Taken(one.at_s, CAMERA | min(n, 80)) for n, one in enumerate(sent())]
    there = frozen[:90] + frozen[95:]
    found = matched(as_seen(there, late_s=0.035), frozen)
    assert len(found.missing) == 5
    assert all(3.6 <= one.at_s < 3.8 for one in found.missing)


def ticks(numbers: list[int | None]) -> list[Tick]:
    return [Tick(n * FRAME_S, number, lit=True) for n, number in enumerate(numbers)]


def test_the_programme_may_hold_what_a_camera_holds_but_nothing_else() -> None:
    steady: list[int | None] = [CAMERA | n for n in range(200)]
    assert shown(ticks(steady), sent()).doubled == []
    held = [*steady[:100], steady[99], *steady[101:]]
    found = shown(ticks(held), sent())
    assert (len(found.doubled), len(found.lost)) == (1, 1)


def test_a_slate_is_neither_doubled_nor_lost() -> None:
    numbers: list[int | None] = [CAMERA | n for n in range(200)]
    numbers[100:150] = [None] * 50
    absent = sent()[:100] + sent()[150:]
    found = shown(ticks(numbers), absent)
    assert (found.doubled, found.lost) == ([], [])
