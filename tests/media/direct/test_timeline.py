"""The timeline: everything has its place, and reasons can be read."""

from datetime import UTC, datetime
from itertools import pairwise

import pytest

from classroom_media.api import Layout
from classroom_media.direct.dry_run import DryRun, Evidence
from classroom_media.direct.engine import Reason, Shot
from classroom_media.direct.footage import Listened, Watched
from classroom_media.direct.lanes import (
    GONE,
    PAPER,
    Scale,
    colours_of,
    names_of,
    reason_labels,
)
from classroom_media.direct.pen import Lettering, Pen
from classroom_media.direct.signs import LOOKS_A_SECOND, Role, Sign, Source
from classroom_media.direct.timeline import clock, draw_timeline
from classroom_media.direct.voice import Heard

SOURCES = (
    Source("slides", Role.SCREEN),
    Source("teacher", Role.TEACHER),
    Source("front", Role.PUPILS),
    Source("rear", Role.PUPILS),
    Source("lapel", Role.TEACHER, picture=False),
)


def say(key: str, /, **values: object) -> str:
    return " ".join([key, *map(str, values.values())])


def lesson(seconds: int, every_s: float = 5.0, lost: bool = False) -> DryRun:
    looks = seconds * LOOKS_A_SECOND
    watched = {source.id: Watched.nothing(looks) for source in SOURCES if source.picture}
    for found in watched.values():
        found.there[:] = (b"\0" if lost else b"\1") * looks
        found.activity[:] = [0.02] * looks
    watched["slides"].signs[20] = frozenset({Sign.PAGE})
    watched["slides"].signs[21:200] = [frozenset({Sign.WORKED})] * 179
    listened = Listened([Heard(-30.0, speech=True)] * looks)
    shots = tuple(
        Shot(
            n * every_s,
            Layout("single", (SOURCES[n % 4].id,))
            if n % 5
            else Layout("picture-in-picture", ("slides", "teacher")),
            Reason("teacher-speaks", {"source": "teacher"}),
        )
        for n in range(int(seconds / every_s))
    )
    return DryRun(
        title="",
        started_at=datetime(2026, 9, 1, tzinfo=UTC),
        duration_s=seconds,
        sources=SOURCES,
        evidence=Evidence(
            watched=watched, listened={"lapel": listened}, speaker=("lapel",) * looks
        ),
        shots=shots,
    )


@pytest.mark.parametrize(("seconds", "lines"), [(20, 1), (180, 1), (181, 2), (400, 3)])
def test_there_is_a_line_for_every_three_minutes(seconds: int, lines: int) -> None:
    drawn = draw_timeline(lesson(seconds), say)
    assert drawn.width == 1600
    assert drawn.height // 380 == lines


def test_a_lost_picture_is_seen() -> None:
    lost = draw_timeline(lesson(20, lost=True), say).getcolors(1_000_000) or []
    assert sum(count for count, colour in lost if colour == GONE) > 10_000


def test_reasons_never_cover_each_other() -> None:
    pen = Pen(1, 1, PAPER, Lettering("a"))
    scale = Scale(0, 180, 150, 7.5)
    labels = reason_labels(pen, scale, lesson(180, every_s=4.0).shots, say)
    assert len(labels) > 20
    for row in range(5):
        mine = [label for label in labels if label.row == row]
        for before, after in pairwise(mine):
            assert before.x + pen.width_of(before.text, 13) <= after.x


def test_two_cameras_of_a_role_can_be_told_apart() -> None:
    assert names_of(SOURCES, say) == {
        "slides": "role.screen",
        "teacher": "role.teacher",
        "front": "front",
        "rear": "rear",
        "lapel": "role.teacher",
    }
    colours = colours_of(SOURCES)
    assert colours["front"] != colours["rear"]
    assert colours["teacher"] == colours["lapel"]


def test_times_are_spelled_as_a_clock_does() -> None:
    assert [clock(at_s) for at_s in (7, 187, 3723)] == ["0:07", "3:07", "1:02:03"]
