"""A lesson that is live by the timetable: its session with the sites is begun once, and ended."""

from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from classroom_edge.room import BroadcastView, Refused, Who
from classroom_edge.services.day.on_air import OnAir
from classroom_edge.sessions import local
from classroom_edge.sessions.state import NS, Stage
from classroom_schedules import Occurrence, load, plan
from classroom_schedules.rules import Live, Rule
from tests.edge.sessions.test_link_services import Place, running
from tests.schedules.schools import EXAMPLE
from tests.waiting import eventually_async

WHO = Who(name="timetable")
SESSION = Rule(live=(Live.SESSION,))


def lesson() -> Occurrence:
    planned = plan(*load(EXAMPLE), date(2027, 3, 5), date(2027, 3, 6))
    return next(one for one in planned if one.sites)


@dataclass
class PretendBroadcast:
    """A broadcast that begins, or refuses."""

    refuses: bool = False
    wanted: str = ""
    title: str = ""
    begun: list[str] = field(default_factory=list)

    async def start(self, who: Who, *, title: str = "", lesson: str = "") -> str:
        if self.refuses:
            raise Refused("no-origin", {"en": "no origin"})
        self.wanted, self.title = "20270305-140000", title
        self.begun.append(title)
        return self.wanted

    async def stop(self, who: Who) -> None:
        self.wanted = ""


@dataclass
class PretendOutlets:
    """Outlets with a broadcast alone."""

    broadcast: Any

    @property
    def broadcast_view(self) -> BroadcastView:
        state = "on" if self.broadcast.wanted else "off"
        return BroadcastView(state, self.broadcast.wanted, self.broadcast.title)


@dataclass
class Desk:
    """Sessions, asked for at a hub that is there."""

    place: Place

    async def ask(self, who: Who, request: local.AnyRequest) -> local.Reply:
        reply = await self.place.ask("hub", request)
        if reply.reason:
            raise Refused(reply.reason, {"en": reply.reason})
        return reply


async def test_the_sites_of_a_lesson_are_invited_by_their_names_and_begin_together(
    tmp_path: Path,
) -> None:
    place, broadcast = Place(tmp_path), PretendBroadcast()
    hub, site = place.hub(), place.site()
    on_air = OnAir(sessions=Desk(place), outlets=PretendOutlets(broadcast))
    async with running(hub, site):
        await place.enrol()
        one = lesson_with("青山小学", "石桥教学点/多媒体")
        aired = await on_air.begin(WHO, one, SESSION, in_s=30.0)
        assert aired.without == ("石桥教学点/多媒体",)
        (session,) = hub.view.sessions
        assert [member.id for member in session.members] == ["centre", "hill"]
        assert session.stage is Stage.OPENING
        assert hub.hub_ns is not None
        assert 25 * NS < session.opens_at_ns - hub.hub_ns < 33 * NS
        again = await on_air.begin(WHO, one, SESSION, in_s=0.0)  # it was not noted before
        assert (again.name, len(hub.view.sessions)) == (aired.name, 1)
        await on_air.end(WHO, aired.name)
        await eventually_async(lambda: _closing(hub.view.sessions))
        await on_air.end(WHO, aired.name)  # somebody was quicker


async def test_a_lesson_none_of_whose_sites_is_enrolled_says_so(tmp_path: Path) -> None:
    place = Place(tmp_path)
    hub = place.hub()
    on_air = OnAir(sessions=Desk(place), outlets=PretendOutlets(PretendBroadcast()))
    async with running(hub):
        await eventually_async((place.runtimes["hub"] / local.SOCKET).exists)
        with pytest.raises(Refused, match="Enrol them, by the names"):
            await on_air.begin(WHO, lesson(), SESSION, in_s=0.0)
        assert hub.view.sessions == ()


async def test_a_broadcast_goes_on_the_air_once_and_comes_off(tmp_path: Path) -> None:
    broadcast = PretendBroadcast()
    on_air = OnAir(sessions=Desk(Place(tmp_path)), outlets=PretendOutlets(broadcast))
    rule = Rule(live=(Live.BROADCAST,))
    aired = [await on_air.begin(WHO, lesson(), rule, in_s=0.0) for _ in range(2)]
    assert aired[0] == aired[1]
    assert broadcast.begun == ["音乐 三(1)班 石桥三年级 14:00"]
    await on_air.end(WHO, aired[0].name)
    assert broadcast.wanted == ""


def lesson_with(*sites: str) -> Occurrence:
    return replace(lesson(), sites=sites)


def _closing(sessions: tuple[Any, ...]) -> bool:
    return not sessions or sessions[0].stage in {Stage.CLOSING, Stage.ENDED}
