"""Films are fetched within a share of the line that nobody has told; and which films there are."""

from datetime import UTC, datetime, time, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from classroom_edge.commands.missing import show
from classroom_edge.services.filling.chore import Note, Stage, since_ns
from classroom_edge.services.filling.films import LOOKED_WITHIN, is_final, passages
from classroom_edge.services.filling.findings import findings
from classroom_edge.services.filling.pacing import PROBE_BYTES, Pace, Readers, Shares
from classroom_edge.services.problems import Book
from classroom_edge.sessions import events as e
from classroom_edge.sessions.forms import Kind, Style
from classroom_edge.sessions.link.films import GONE, THERE, Film
from classroom_edge.sessions.missing import Missing
from classroom_edge.sessions.state import NS
from classroom_edge.sessions.taught import Taught, taught
from classroom_media.record.manifest import Manifest, State, Track
from classroom_media.record.shared import Anchor, Attended, Joined

HUB = 1_800_000_000 * NS
SHARES = Shares(day=0.2, lesson=0.05, night=0.8, night_from=time(18), night_to=time(6))
LESSON = Taught("math", "数学", HUB, HUB + 60 * NS)


def used(rate_bps: float, way_s: float, share: float, *, for_s: float = 120.0) -> float:
    """Fetch over a line in virtual time; give the share of it that was used."""
    pace, now_s, carried = Pace(48 * 1024), 0.0, 0
    while now_s < for_s:
        asked = pace.size(now_s)
        trip_s = way_s + asked * 8 / rate_bps
        now_s += trip_s
        carried += asked
        now_s += pace.took(asked, now_s, trip_s, share)
    return carried * 8 / rate_bps / now_s


@pytest.mark.parametrize("rate_bps", [300_000, 512_000, 2e6, 10e6])
@pytest.mark.parametrize("way_s", [0.02, 0.08, 0.2])
def test_a_fifth_of_any_line_is_used_and_no_more(rate_bps: float, way_s: float) -> None:
    assert used(rate_bps, way_s, 0.2) <= 0.21
    assert used(rate_bps, way_s, 0.2) >= 0.1


@given(st.floats(3e5, 1e8), st.floats(0.001, 0.5), st.floats(0.01, 1.0))
def test_no_line_is_used_for_more_than_the_share(rate: float, way_s: float, share: float) -> None:
    assert used(rate, way_s, share, for_s=60) <= share * 1.1 + 0.01


def test_a_piece_keeps_a_thin_line_busy_for_a_moment_only() -> None:
    pace, now_s = Pace(48 * 1024), 0.0
    for _piece in range(200):
        asked = pace.size(now_s)
        trip_s = 0.08 + asked * 8 / 300_000
        now_s += trip_s + pace.took(asked, now_s, trip_s, 0.2)
    assert 0.02 <= pace.size(now_s) * 8 / 300_000 <= 0.06


def test_when_others_need_the_line_pieces_come_more_slowly() -> None:
    pace, now_s = Pace(48 * 1024), 0.0
    for _piece in range(100):
        asked = pace.size(now_s)
        now_s += pace.took(asked, now_s, 0.04 + asked * 8 / 2e6, 0.2)
    quiet_s = pace.took(10_000, now_s, 0.04 + 0.04, 0.2)
    assert pace.took(10_000, now_s, 0.04 + 0.04 + 0.3, 0.2) >= quiet_s + 1.0


def test_a_hub_is_asked_no_more_often_than_it_listens() -> None:
    pace, now_s, count = Pace(48 * 1024), 0.0, 0
    while now_s < 10:
        asked = pace.size(now_s)
        now_s += 0.0005 + pace.took(asked, now_s, 0.0005, 1.0)
        count += asked != PROBE_BYTES
    assert count <= 251


@pytest.mark.parametrize(
    ("now", "in_lesson", "share"),
    [
        (time(12), False, 0.2),
        (time(12), True, 0.05),
        (time(18), False, 0.8),
        (time(23, 59), False, 0.8),
        (time(5, 59), False, 0.8),
        (time(6), False, 0.2),
        (time(20), True, 0.05),
    ],
)
def test_the_share_is_of_the_hour_and_least_in_a_lesson(
    now: time,
    in_lesson: bool,
    share: float,
) -> None:
    assert SHARES.at(now, in_lesson=in_lesson) == share


def test_a_night_may_lie_within_a_day() -> None:
    noon = Shares(day=0.2, lesson=0.05, night=0.8, night_from=time(12), night_to=time(13))
    assert [noon.at(time(hour), in_lesson=False) for hour in (11, 12, 13)] == [0.2, 0.8, 0.2]


def test_those_who_fetch_at_once_divide_the_hubs_share() -> None:
    readers = Readers()
    assert [readers.seen(who, 1.0) for who in ("hill", "lake", "hill")] == [1, 2, 2]
    assert readers.seen("hill", 40.0) == 1


def recorded(
    *, at_s: float = 0.0, state: State = State.FINISHED, looked_through: bool = True
) -> Manifest:
    track = Track(
        name="programme",
        source="",
        kind="programme",
        file="p.mp4",
        codec="h264",
        duration_s=100.0,
    )
    anchors = (Anchor(at_s=at_s, hub_ns=HUB),)
    return Manifest(
        id="r1",
        state=state,
        room="centre",
        title="",
        started_at=datetime(2026, 11, 23, 8, tzinfo=UTC),
        duration_s=100.0,
        tracks=(track,),
        sessions=(Attended(session="math", title="数学", anchors=anchors),),
        looked_through=looked_through,
    )


NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


def test_a_film_shows_the_session_from_its_opening_to_its_close() -> None:
    (passage,) = passages(LESSON, (recorded(at_s=12.5),), NOW)
    assert (passage.name, passage.from_s, passage.to_s) == ("math.r1.1", 12.5, 72.5)
    assert passage.lesson == LESSON


def test_a_film_that_began_late_shows_what_it_has() -> None:
    (passage,) = passages(LESSON, (recorded(at_s=-10.0),), NOW)
    assert (passage.from_s, passage.to_s) == (0.0, 50.0)
    assert passage.lesson.from_ns == HUB + 10 * NS


def test_what_came_from_elsewhere_is_not_passed_on() -> None:
    foreign = Joined(name="x", session="math", file="p.mp4", hub_ns=HUB, passages=())
    changed = msgspec.structs.replace(recorded(), joined=(foreign,))
    assert passages(LESSON, (changed,), NOW) == ()


def test_a_film_is_final_when_nobody_is_at_work_on_it() -> None:
    assert is_final(recorded(), NOW)
    assert not is_final(recorded(looked_through=False), NOW)
    assert is_final(recorded(looked_through=False), NOW + LOOKED_WITHIN)
    assert not is_final(recorded(state=State.FINISHING), NOW + timedelta(days=2))


def film(name: str, to_s: int, state: str = THERE) -> Film:
    return Film(
        name=name,
        session="math",
        title="",
        from_ns=HUB,
        to_ns=HUB + to_s * NS,
        state=state,
    )


def test_the_hub_is_asked_from_the_oldest_film_on_that_is_still_to_come() -> None:
    notes = [
        Note(other="hub", film=film("a", 10), end=Stage.DONE),
        Note(other="hub", film=film("b", 20)),
        Note(other="hub", film=film("c", 30, GONE), end=Stage.GONE),
    ]
    assert since_ns(notes, HUB) == HUB + 20 * NS - 1
    assert since_ns([notes[0], notes[2]], HUB) == HUB + 30 * NS
    assert since_ns([], HUB) == HUB
    assert since_ns(notes, HUB + 25 * NS) == HUB + 30 * NS


def story(*events: e.AnyEvent) -> tuple[e.AnyEvent, ...]:
    plan = e.Planned(
        at_ns=HUB,
        by="centre",
        session="math",
        title="数学",
        kind=Kind.DELIVERY,
        style=Style.INTERACTIVE,
        name="中心校",
    )
    return (plan, *events)


def test_a_session_lasts_from_the_agreed_opening_to_its_closing() -> None:
    held = story(
        e.StartSet(at_ns=HUB, by="centre", opens_at_ns=HUB + 5 * NS),
        e.Opened(at_ns=HUB + 5 * NS + 200_000_000),
        e.Closing(at_ns=HUB + 65 * NS, by="centre", ends_at_ns=HUB + 75 * NS),
        e.Ended(at_ns=HUB + 75 * NS),
    )
    assert taught(held) == Taught("math", "数学", HUB + 5 * NS, HUB + 65 * NS)


def test_a_session_that_was_never_opened_was_not_held() -> None:
    assert taught(story(e.Ended(at_ns=HUB + NS))) is None
    assert taught(story(e.Opened(at_ns=HUB + NS))) is None
    assert taught(()) is None


def lacking(state: str, began_at: datetime = NOW) -> Missing:
    return Missing("math.r1.1", "math", "数学", began_at, 60.0, state, 5_000_000, 9_000_000, 80.0)


def test_what_will_never_come_and_what_finds_no_room_is_told_with_what_to_do() -> None:
    missing = [lacking("gone"), lacking("no-room"), lacking("fetch"), lacking("own")]
    views = Book().view(findings(missing, NOW), NOW)
    assert [(one.code, one.severity) for one in views] == [
        ("E-FLM-001", "warning"),
        ("E-FLM-002", "warning"),
    ]
    assert "数学" in views[0].what["en"]
    assert "5 MB" in views[1].what["zh-CN"]


def test_what_will_never_come_is_said_for_some_days_only() -> None:
    assert not list(findings([lacking("gone", NOW - timedelta(days=4))], NOW))


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_the_command_tells_what_is_to_come_and_how_long_it_takes(
    language: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "160")
    states = ("later", "own", "outline", "compare", "fetch", "no-room", "join", "gone")
    show([lacking(state) for state in states], language)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(states)
    assert "5.0 MB" in lines[4]
    assert "MB" not in lines[-1]
    show([], language)
    assert capsys.readouterr().out
