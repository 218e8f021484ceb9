"""A hub and a site as the daemon runs them: enrolled by a code, in a session together."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest

from classroom_edge.config.models import HubConfig, RoomConfig, SiteConfig
from classroom_edge.door import LocalError
from classroom_edge.paths import DataFolder
from classroom_edge.room import LinkView, Who
from classroom_edge.services.hub import HubService
from classroom_edge.services.lending import Lending
from classroom_edge.services.live.offers import Accepted
from classroom_edge.services.site import SiteService
from classroom_edge.sessions import commands as c
from classroom_edge.sessions import local
from classroom_edge.sessions.cameras import Camera
from classroom_edge.sessions.forms import Kind, Style
from classroom_edge.sessions.link.answers import SilentError
from classroom_edge.sessions.link.enrolling import enrol
from classroom_edge.sessions.state import NS, Session, Stage
from tests.ports import free_port
from tests.waiting import eventually_async, eventually_awaited

BEGIN = local.Begin(title="数学", kind=Kind.DELIVERY, style=Style.INTERACTIVE, sites=("hill",))


class Place:
    """A hub and a site with folders of their own."""

    def __init__(self, top: Path) -> None:
        self.turned: list[tuple[Any, ...]] = []
        self.offers: list[tuple[str, str, str]] = []  # that the hub was made
        self.cameras: tuple[Camera, ...] = (Camera(id="wide", name="全景", presets=("pupils",)),)
        self.wanted = 0  # how often it asked for one
        self.port = free_port()
        self.folders = {name: DataFolder(top / name) for name in ("hub", "site")}
        self.runtimes = {name: top / f"{name}-run" for name in ("hub", "site")}
        for path in (*self.runtimes.values(), *(one.path for one in self.folders.values())):
            path.mkdir()

    def hub(self) -> HubService:
        return HubService(
            room=RoomConfig(id="centre", name="中心校"),
            config=HubConfig(listen="127.0.0.1", port=self.port),
            folder=self.folders["hub"],
            runtime=self.runtimes["hub"],
            changed=lambda: None,
            accept=self._accept,
            guests=frozenset,
            watch=lambda _session: "",
        )

    def site(self) -> SiteService:
        return SiteService(
            config=SiteConfig(),
            folder=self.folders["site"],
            runtime=self.runtimes["site"],
            lending=Lending(perform=self._perform, cameras=lambda: self.cameras),
            changed=lambda: None,
            offer_wanted=self._want,
            spread_s=0,
        )

    async def ask(self, name: str, request: local.AnyRequest) -> local.Reply:
        return await local.ask(self.runtimes[name], request)

    async def do(self, name: str, command: c.AnyCommand) -> str:
        return (await self.ask(name, local.Do(session="", command=command))).reason

    async def enrol(self) -> None:
        async def code() -> str:
            request = local.NewCode(site="hill", name="青山小学")
            return (await self.ask("hub", request)).code

        await eventually_async((self.runtimes["hub"] / local.SOCKET).exists)
        found = await eventually_awaited(code)
        await enrol(self.folders["site"].link, f"127.0.0.1:{self.port}", found)

    async def _accept(self, site: str, session: str, sdp: str) -> Accepted:
        self.offers.append((site, session, sdp))
        return Accepted("the answer")

    def _want(self) -> None:
        self.wanted += 1

    async def _perform(self, who: Who, *action: Any) -> None:
        self.turned.append(action)


@asynccontextmanager
async def running(*services: HubService | SiteService) -> AsyncIterator[None]:
    async with asyncio.TaskGroup() as tasks:
        started = [tasks.create_task(service.run()) for service in services]
        yield
        for task in started:
            task.cancel()


def only(view: LinkView) -> Session | None:
    return next(iter(view.sessions), None)


def present(service: HubService | SiteService, member: str) -> bool:
    session = only(service.view)
    found = session.member(member) if session else None
    return found is not None and found.present


def onlookers(hub: HubService) -> list[str]:
    session = only(hub.view)
    return [member.name for member in session.observers] if session else []


def has_floor(service: HubService | SiteService, member: str) -> bool:
    session = only(service.view)
    return session is not None and session.has_floor(member)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


async def test_a_site_is_enrolled_linked_and_in_a_session_as_soon_as_it_begins(
    place: Place,
) -> None:
    hub = place.hub()
    async with running(hub):
        await place.enrol()
        site = place.site()
        async with running(site):
            await eventually_async(lambda: hub.view.linked == ("hill",))
            assert (await place.ask("hub", BEGIN)).reason == ""
            await eventually_async(lambda: present(site, "hill"), within_s=2)
            assert await place.do("site", c.RaiseHand()) == ""
            assert await place.do("hub", c.GiveFloor(member="hill")) == ""
            await eventually_async(lambda: has_floor(site, "hill"), within_s=2)
            assert await place.do("site", c.MuteAll()) == "not-a-leader"
            assert await place.do("site", c.Say(text="老师好")) == ""
            groups = await place.ask("hub", local.Groups())
            assert (groups.groups, groups.sites) == ((), {"hill": "青山小学"})
            going_on = only(hub.view)
            assert going_on is not None
            counts = (await place.ask("hub", local.Counts(session=going_on.id))).counts
            (hill,) = (part for part in counts.parts if part.member == "hill")
            assert (hill.hands, hill.floors, hill.lines) == (1, 1, 1)
            assert (await place.ask("hub", local.Counts(session="none"))).reason == "no-session"
            status = await place.ask("site", local.Status())
            assert (status.role, status.site) == ("site", "hill")
            assert await place.do("site", c.Leave()) == ""
            await eventually_async(lambda: not present(hub, "hill"))


async def test_whoever_looks_on_is_seen_by_the_hub_from_coming_to_going_and_cannot_speak(
    place: Place,
) -> None:
    sits_in = msgspec.structs.replace(BEGIN, style=Style.OBSERVATION)
    hub = place.hub()
    async with running(hub):
        await place.enrol()
        site = place.site()
        async with running(site):
            await eventually_async(lambda: hub.view.linked)
            assert (await place.ask("hub", sits_in)).reason == ""
            await eventually_async(lambda: onlookers(hub) == ["青山小学"], within_s=2)
            assert await place.do("site", c.RaiseHand()) == "may-not-speak"
            assert await place.do("site", c.Leave()) == ""
            assert onlookers(hub) == []


async def test_a_hub_that_is_started_again_goes_on_with_its_session_and_sites(
    place: Place,
) -> None:
    async with running(place.hub()):
        await place.enrol()
        site = place.site()
        async with running(site):
            await eventually_async(lambda: site.view.linked)
            assert (await place.ask("hub", BEGIN)).reason == ""
            await eventually_async(lambda: present(site, "hill"))
    again = place.hub()
    async with running(again, place.site()):
        await eventually_async(lambda: again.view.linked == ("hill",), within_s=5)
        session = only(again.view)
        assert session is not None
        assert (session.title, session.stage) == ("数学", Stage.OPEN)
        assert present(again, "hill")
        assert await place.do("hub", c.GiveFloor(member="hill")) == ""


async def test_a_sites_offer_of_its_picture_reaches_the_hub_and_comes_back_answered(
    place: Place,
) -> None:
    hub = place.hub()
    async with running(hub):
        await place.enrol()
        site = place.site()
        assert await site.offer("math", "an offer") == Accepted(reason="not-enrolled")
        async with running(site):
            await eventually_async(lambda: hub.view.linked)
            assert await site.offer("math", "an offer") == Accepted("the answer")
            assert place.offers == [("hill", "math", "an offer")]
            hub.want_offer("hill", "math")
            await eventually_async(lambda: place.wanted == 1)


async def test_a_site_that_was_cut_off_stays_in_its_session_until_the_hub_tells_otherwise(
    place: Place,
) -> None:
    site = place.site()
    async with running(place.hub()):
        await place.enrol()
    async with running(site):
        async with running(hub := place.hub()):
            await eventually_async(lambda: hub.view.linked, within_s=5)
            assert (await place.ask("hub", BEGIN)).reason == ""
            await eventually_async(lambda: present(site, "hill"))
        await eventually_async(lambda: not site.view.linked)
        assert present(site, "hill")
        async with running(again := place.hub()):
            await eventually_async(lambda: again.view.linked, within_s=5)
            assert present(site, "hill")
            assert await place.do("hub", c.End()) == ""


async def test_a_camera_turns_for_the_hub_while_the_room_lets_it(place: Place) -> None:
    turn = c.MoveCamera(room="hill", camera="wide", move="left")
    hub = place.hub()
    async with running(hub):
        await place.enrol()
        site = place.site()
        async with running(site):
            await eventually_async(lambda: hub.view.linked)
            await place.ask("hub", BEGIN)
            await eventually_async(lambda: present(site, "hill"))
            assert await place.do("hub", turn) == "no-grant"
            assert await place.do("hub", c.AskCamera(room="hill")) == ""
            assert await place.do("site", c.GrantCamera(to="centre", lasts_ns=60 * NS)) == ""
            await eventually_async(lambda: (found := only(site.view)) and found.grants)
            assert await place.do("hub", turn) == ""
            ((device, capability, action, values),) = place.turned
            assert (device, capability, action) == ("wide", "pan-tilt-zoom", "drive")
            assert values["pan"] < 0 < values["for_s"] < 1
            lent = only(hub.view)
            assert lent is not None
            assert [camera.name for camera in lent.grants[0].cameras] == ["全景"]
            to_pupils = c.MoveCamera(room="hill", camera="wide", move="preset", preset="pupils")
            assert await place.do("hub", to_pupils) == ""
            assert place.turned[1:] == [("wide", "presets", "recall-preset", {"name": "pupils"})]
            another = c.MoveCamera(room="hill", camera="projector", move="left")
            assert await place.do("hub", another) == "no-grant"
            assert await place.do("site", c.EndGrant(room="hill")) == ""
            assert await place.do("hub", turn) == "no-grant"
            place.cameras = ()
            assert await place.do("hub", c.AskCamera(room="hill")) == ""
            assert await place.do("site", c.GrantCamera(to="centre", lasts_ns=NS)) == "no-camera"


async def test_what_waited_too_long_at_the_hub_is_not_done_any_more(place: Place) -> None:
    hub = place.hub()
    async with running(hub):
        await place.enrol()
        site = place.site()
        async with running(site):
            await eventually_async(lambda: hub.view.linked)
            await place.ask("hub", BEGIN)
            await eventually_async(lambda: present(site, "hill"))
            async with asyncio.TaskGroup() as tasks:
                with held(place.folders["hub"].database):
                    waits = tasks.create_task(place.do("hub", c.AskCamera(room="hill")))
                    await eventually_async(lambda: (one := only(hub.view)) and one.wishes)
                    with pytest.raises(SilentError):
                        await raise_hand(site, within_s=0.3)
                    assert not waits.done()
            assert await place.do("hub", c.MuteAll()) == ""
            session = only(hub.view)
            assert session is not None
            assert session.hands == ()
            assert await raise_hand(site, within_s=2) == ""


@contextmanager
def held(database: Path) -> Iterator[None]:
    """Let nobody else write, as a slow disk does not."""
    with closing(sqlite3.connect(database)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.rollback()


async def raise_hand(site: SiteService, *, within_s: float) -> str:
    link, session = site._link, only(site.view)
    assert link is not None
    assert session is not None
    return await link.ask(session.id, c.RaiseHand(), within_s=within_s)


async def test_what_cannot_be_done_here_says_why(place: Place) -> None:
    async with running(place.hub(), place.site()):
        await eventually_async((place.runtimes["hub"] / local.SOCKET).exists)
        await eventually_async((place.runtimes["site"] / local.SOCKET).exists)

        async def begun() -> str:
            return (await place.ask("hub", BEGIN)).reason

        await eventually_awaited(lambda: _is(begun, "no-such-member"))
        assert await place.do("hub", c.Pause()) == "no-session"
        assert await place.do("site", c.Join()) == "not-enrolled"
        assert (await place.ask("site", BEGIN)).reason == "hub-only"
    with pytest.raises(LocalError):
        await local.ask(place.folders["hub"].log, local.Status())


async def _is(look: Callable[[], Awaitable[str]], wanted: str) -> bool:
    return await look() == wanted
