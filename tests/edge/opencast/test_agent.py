"""A room as a capture agent: its state told, its calendar asked for, its events recorded."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from classroom_edge.library.opencast import calendar
from classroom_edge.library.opencast.agent import Agent, occurrence_of
from classroom_edge.library.opencast.core import Core
from classroom_edge.library.opencast.pretend.planned import planned, spelled
from classroom_edge.library.opencast.pretend.server import Server
from classroom_schedules.rules import Rule
from classroom_schedules.runner.dues import dues
from classroom_schedules.runner.ledger import Ledger

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
EVENT = planned("uid-1", "高等数学", NOW + timedelta(hours=1), NOW + timedelta(hours=2))


@dataclass
class Room:
    """What a test changes of a room."""

    now: datetime = NOW
    state: str = "idle"
    recorded: str = ""


def an_agent(server: Server, room: Room, folder: Path) -> Agent:
    return Agent(
        core=Core(url=server.url, username="agent", password="secret"),
        name="room 301",
        schedule=folder / "schedule.json",
        inputs=("camera", "screen"),
        state=lambda: room.state,
        recorded=lambda: room.recorded,
        random=Random(1),
        now=lambda: room.now,
    )


async def test_it_registers_and_tells_its_state_when_it_changes_and_every_minute(
    opencast: Server, tmp_path: Path
) -> None:
    room = Room()
    agent = an_agent(opencast, room, tmp_path)
    await agent.look()
    await agent.look()
    room.state = "capturing"
    await agent.look()
    room.now += timedelta(seconds=73)  # a minute, spread by a fifth
    await agent.look()
    told = opencast.pretence.agents["room 301"]
    assert told == ["idle", "configuration", "capturing", "capturing"]
    assert not opencast.pretence.refused


async def test_what_opencast_plans_is_known_and_kept_for_a_day_without_network(
    opencast: Server, tmp_path: Path
) -> None:
    opencast.pretence.events.append(EVENT)
    room = Room()
    agent = an_agent(opencast, room, tmp_path)
    await agent.look()
    (one,) = agent.occurrences("301")
    assert (one.id, one.title, one.is_recorded) == ("opencast/uid-1", "高等数学", True)
    (kept,) = calendar.load(tmp_path / "schedule.json")
    assert kept == EVENT
    assert kept.workflow == ("fast", {"publish": "true"})


async def test_a_calendar_that_has_not_changed_is_not_sent_again(
    opencast: Server, tmp_path: Path
) -> None:
    opencast.pretence.events.append(EVENT)
    room = Room()
    agent = an_agent(opencast, room, tmp_path)
    await agent.look()
    first = agent.occurrences("301")
    room.now += timedelta(minutes=7)
    await agent.look()
    assert agent.occurrences("301") == first
    opencast.pretence.events.clear()  # it was deleted there
    room.now += timedelta(minutes=7)
    await agent.look()
    assert agent.occurrences("301") == ()


async def test_the_states_of_a_planned_recording_are_told(opencast: Server, tmp_path: Path) -> None:
    opencast.pretence.events.append(EVENT)
    room = Room()
    agent = an_agent(opencast, room, tmp_path)
    for room.recorded in ("", EVENT.id, EVENT.id, "2026-11-23/3/math", ""):
        await agent.look()
    assert opencast.pretence.recordings == {"uid-1": ["capturing", "capture_finished"]}


async def test_an_opencast_that_is_away_leaves_the_last_calendar_in_force(
    opencast: Server, tmp_path: Path
) -> None:
    opencast.pretence.events.append(EVENT)
    room = Room()
    agent = an_agent(opencast, room, tmp_path)
    await agent.look()
    agent.core.password = "wrong"
    agent.core._logins.clear()
    room.now += timedelta(minutes=7)
    await agent.look()
    assert agent.trouble == "login-wrong"
    assert [one.id for one in agent.occurrences("301")] == [EVENT.id]
    agent.core.password = "secret"
    agent.core._logins.clear()
    room.now += timedelta(minutes=7)
    await agent.look()
    assert agent.trouble == ""


def test_an_event_is_recorded_though_no_rule_says_so() -> None:
    one = occurrence_of(EVENT, "301")
    (due,) = dues((one,), (Rule(subjects=("语文",)),), Ledger(()), {}, NOW)
    assert [job.kind for job in due.jobs()] == ["record", "stop"]


def test_calendars_are_read_as_opencast_spells_them() -> None:
    text = spelled((EVENT,), "room 301")
    assert calendar.read(text) == (EVENT,)
    with pytest.raises(calendar.CalendarError):
        calendar.read(b"<html>login</html>")
    with pytest.raises(calendar.CalendarError):
        calendar.read(text.replace(b"DTEND:", b"X-END:"))


def test_what_is_over_is_kept_until_it_was_delivered() -> None:
    over = planned("uid-0", "past", NOW - timedelta(hours=3), NOW - timedelta(hours=2))
    withdrawn = planned("uid-2", "future", NOW + timedelta(hours=5), NOW + timedelta(hours=6))
    assert calendar.merged((over, withdrawn), (EVENT,), NOW) == (over, EVENT)
    assert calendar.merged((over,), (), NOW + timedelta(days=31)) == ()
