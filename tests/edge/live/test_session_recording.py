"""A session is recorded by itself, and what people do about recordings stays done."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

from classroom_edge.room import Refused, Who
from classroom_edge.services.live.recording import SessionRecording
from classroom_edge.sessions.state import Stage
from tests.edge.live.schools import LESSON, at_site

OVER = at_site(replace(LESSON, stage=Stage.CLOSING))


class Recorder:
    """A room that records."""

    def __init__(self, *, on: bool = True) -> None:
        self.running: Any = None
        self.refuses = False
        self.done: list[str] = []
        self.session = SessionRecording(recorder=self, story=lambda: self.running, on=on)

    async def start(self, who: Who, *, title: str = "") -> str:
        if self.refuses:
            raise Refused("disk-full", {"en": "no space"})
        self.begin(title)
        self.done.append(f"start {title} {who.name}")
        return str(self.running.id)

    async def stop(self, _who: Who) -> None:
        self.running = None
        self.done.append("stop")

    def begin(self, title: str) -> None:
        self.running = SimpleNamespace(id="r1", title=title)


async def test_a_session_is_recorded_from_its_opening_to_its_end() -> None:
    room = Recorder()
    for cast in (None, at_site(), at_site(), OVER, OVER, None):
        await room.session.follow(cast)
    assert room.done == ["start Maths session:math", "stop"]


async def test_a_recording_of_somebody_else_goes_on_after_it() -> None:
    room = Recorder()
    room.begin("my own")
    for cast in (at_site(), OVER):
        await room.session.follow(cast)
    assert room.done == []


async def test_what_a_person_stopped_is_not_begun_again() -> None:
    room = Recorder()
    await room.session.follow(at_site())
    room.running = None
    for cast in (at_site(), OVER):
        await room.session.follow(cast)
    assert room.done == ["start Maths session:math"]


async def test_a_daemon_started_anew_ends_what_an_earlier_one_began() -> None:
    room = Recorder()
    room.begin("Maths")
    for cast in (at_site(), OVER):
        await room.session.follow(cast)
    assert room.done == ["stop"]


async def test_where_sessions_are_not_to_be_recorded_or_cannot_be_the_lesson_goes_on() -> None:
    room, full = Recorder(on=False), Recorder()
    full.refuses = True
    for cast in (at_site(), OVER):
        await room.session.follow(cast)
        await full.session.follow(cast)
    assert room.done == full.done == []
