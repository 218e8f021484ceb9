"""What a report says of packets, pictures and journals, without a file."""

from datetime import UTC, datetime

import numpy as np
import pytest

from classroom_media.analyse.cadence import Tally, by_second
from classroom_media.analyse.figures import Passage, Shot, Trouble
from classroom_media.analyse.passages import PictureWatch, outside
from classroom_media.analyse.shots import outages, shots, still_by_right
from classroom_media.analyse.truths import counted
from classroom_media.api import NS, Layout
from classroom_media.direct.engine import Reason
from classroom_media.direct.luma import Luma
from classroom_media.emulate.inspection import Seen
from classroom_media.record.journal import (
    DIRECTOR,
    AnyJournalEvent,
    LayoutShown,
    RecordingStarted,
    SourceBack,
    SourceLost,
    TakeEnded,
    TakeStarted,
)
from classroom_media.record.manifest import Gap
from classroom_media.record.story import tell

FRAME_NS = NS // 25


def tally(*frames: int) -> Tally:
    """Take pictures at these places of a grid of 25 a second, every 25th a keyframe."""
    taken = Tally(start_s=10.0)
    for frame in frames:
        taken.add(frame * FRAME_NS, 1000, key=frame % 25 == 0)
    return taken


def gap(from_s: float, to_s: float) -> Gap:
    return Gap(track="", from_s=from_s, to_s=to_s, length_s=to_s - from_s, reason="lost")


def test_missing_pictures_are_counted_and_told_apart_from_those_in_gaps() -> None:
    frames = [n for n in range(200) if n not in {30, 31} and not 100 <= n < 150]
    said = tally(*frames).pictures([gap(14.0, 16.0)])
    assert (said.count, said.fps) == (148, 25.0)
    assert (said.dropped, said.dropped_in_gaps, said.doubled) == (2, 50, 0)
    assert [miss.at_s for miss in said.misses] == [11.16, 13.96]


def test_two_pictures_in_one_place_are_a_doubled_one() -> None:
    taken = tally(*range(50))
    taken.add(20 * FRAME_NS + 1_000_000, 1000, key=False)
    assert taken.pictures([]).doubled == 1


def test_a_clock_that_jitters_drops_nothing() -> None:
    taken = Tally(start_s=0.0)
    for frame in range(100):
        taken.add(frame * FRAME_NS + (frame % 3 - 1) * 6_000_000, 1000, key=False)
    said = taken.pictures([])
    assert (said.dropped, said.doubled) == (0, 0)


def test_keyframes_and_bits_are_told_by_the_second() -> None:
    taken = tally(*range(-5, 60))
    said = taken.pictures([])
    assert (said.count, said.keyframes, said.keyframe_usual_s) == (60, 3, 1.0)
    assert by_second([taken.kbps, {2: 1}]) == (240, 200, 81)


def test_nothing_at_all_has_no_pace() -> None:
    said = tally().pictures([])
    assert (said.count, said.fps, said.dropped, by_second([])) == (0, 0.0, 0, ())


def test_numbers_in_the_pictures_tell_what_time_stamps_hide() -> None:
    seen = [Seen(n / 25, number) for n, number in enumerate([7, 8, 8, 8, 9, 12, 13, None, 14])]
    said = counted(tally(*range(8)).pictures([]), seen, [])
    assert (said.dropped, said.doubled, len(said.misses)) == (2, 2, 2)


def test_pictures_of_a_source_without_numbers_are_not_missing() -> None:
    elsewhere = [7, 8, None, None, None, 12, None, 15]  # three, and then one for two
    seen = [Seen(n / 25, number) for n, number in enumerate(elsewhere)]
    said = counted(tally(*range(8)).pictures([]), seen, [])
    assert [(round(miss.at_s * 25), miss.pictures) for miss in said.misses] == [(5, 1)]


def grey(level: int, seed: int | None = None) -> Luma:
    picture = np.full((180, 320), level, np.uint8)
    if seed is not None:
        picture += np.random.default_rng(seed).integers(0, 8, picture.shape, np.uint8)
    return picture


def looked(pictures: list[Luma], *, may_stand_still: bool = False) -> tuple[Passage, ...]:
    watch = PictureWatch(patience_s=3.0, may_stand_still=may_stand_still)
    for second, picture in enumerate(pictures):
        watch.look(float(second), picture)
    return watch.finish(float(len(pictures)))


def test_black_and_still_passages_have_a_start_and_an_end() -> None:
    alive = [grey(100, seed) for seed in range(4)]
    found = looked([*alive, *[grey(16)] * 3, *alive, *[grey(90)] * 7, *alive])
    assert found == (
        Passage(trouble=Trouble.BLACK, from_s=4.0, to_s=7.0),
        Passage(trouble=Trouble.FREEZE, from_s=11.0, to_s=17.0),
    )


def test_a_little_movement_in_a_corner_is_no_freeze() -> None:
    pictures = [grey(90) for _ in range(10)]
    for second, picture in enumerate(pictures):
        picture[20:26, 10 + second : 20 + second] = 160
    assert looked(pictures) == ()


def test_a_slide_may_stand_still_but_not_be_black() -> None:
    found = looked([*[grey(200)] * 10, *[grey(16)] * 5], may_stand_still=True)
    assert [passage.trouble for passage in found] == [Trouble.BLACK]


def test_nobody_knows_whether_a_picture_froze_where_there_is_none() -> None:
    watch = PictureWatch(patience_s=3.0, may_stand_still=False)
    watch.look(0.0, grey(90))
    watch.look(60.0, grey(90))
    assert watch.finish(61.0) == ()


def test_what_a_gap_looks_like_is_no_passage() -> None:
    long, short = (
        Passage(trouble=Trouble.SILENCE, from_s=10.0, to_s=to_s) for to_s in (30.0, 16.0)
    )
    assert list(outside([long, short], [gap(10.5, 15.5)])) == [long]


SLIDES, TEACHER = Layout("single", ("slides",)), Layout("single", ("teacher",))
SPEAKS = Reason("teacher-speaks", {"source": "teacher"})
WALL = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)


def journal() -> list[AnyJournalEvent]:
    """Two takes of 10 s with a pause of 20 s between them."""
    return [
        RecordingStarted(at_ns=0, recording="r", room="101", title="", wall=WALL, boot="b"),
        TakeStarted(at_ns=0, take=1, from_ns=0, boot="b"),
        LayoutShown(at_ns=0, layout=SLIDES),
        LayoutShown(at_ns=4 * NS, layout=TEACHER, by=DIRECTOR, reason=SPEAKS),
        SourceLost(at_ns=8 * NS, source="teacher", problem="silent"),
        TakeEnded(at_ns=10 * NS, take=1, end_ns=10 * NS, reason="pause"),
        LayoutShown(at_ns=15 * NS, layout=TEACHER),
        LayoutShown(at_ns=20 * NS, layout=SLIDES),
        TakeStarted(at_ns=30 * NS, take=2, from_ns=30 * NS, boot="b", reason="pause"),
        SourceBack(at_ns=33 * NS, source="teacher"),
        SourceLost(at_ns=39 * NS, source="slides"),
        TakeEnded(at_ns=40 * NS, take=2, end_ns=40 * NS, reason="stop"),
    ]


def test_shots_stand_where_the_viewer_sees_them() -> None:
    found = shots(journal(), tell(journal()))
    assert [(one.from_s, one.to_s, one.sources) for one in found] == [
        (0.0, 4.0, ("slides",)),
        (4.0, 10.0, ("teacher",)),
        (10.0, 20.0, ("slides",)),
    ]
    assert [(one.by, one.reason) for one in found] == [("", None), (DIRECTOR, SPEAKS), ("", None)]
    assert still_by_right(found, {"slides"}) == [(0.0, 4.0), (10.0, 20.0)]


def test_sources_are_away_until_they_are_back_or_the_recording_ends() -> None:
    found = outages(journal(), tell(journal()))
    assert [(one.source, one.from_s, one.to_s) for one in found] == [
        ("teacher", 8.0, 13.0),
        ("slides", 19.0, 20.0),
    ]


@pytest.mark.parametrize(
    ("stretches", "joined"),
    [([], []), ([(0.0, 1.0), (1.0, 2.0), (3.0, 4.0)], [(0.0, 2.0), (3.0, 4.0)])],
)
def test_shots_of_screens_that_follow_each_other_are_one_stretch(
    stretches: list[tuple[float, float]], joined: list[tuple[float, float]]
) -> None:
    made = [Shot(from_s=a, to_s=b, layout="single", sources=("slides",)) for a, b in stretches]
    assert still_by_right(made, {"slides"}) == joined
