"""The link on real sockets of this machine: keys, names, restarts, and those who do harm."""

import asyncio
import logging
import stat
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import pytest
import zmq
import zmq.asyncio

from classroom_edge.sessions import commands as c
from classroom_edge.sessions.forms import Kind, Role, Style
from classroom_edge.sessions.groups import planned
from classroom_edge.sessions.link import address, codes, keys, wire
from classroom_edge.sessions.link.answers import SilentError
from classroom_edge.sessions.link.desk import key_at
from classroom_edge.sessions.link.effects import Asked, AtHub, AtSite, Linked, Site, Told
from classroom_edge.sessions.link.enrolling import EnrolError, enrol
from classroom_edge.sessions.link.hub import Hub, Registry
from classroom_edge.sessions.link.hub_end import NotLinkedError
from classroom_edge.sessions.link.keys import HubRecord, KeyPair
from classroom_edge.sessions.link.site import SiteLink
from classroom_edge.sessions.link.sockets import site_socket
from classroom_edge.sessions.state import NS, Member
from tests.ports import free_port
from tests.waiting import eventually_async, eventually_awaited

TURN = c.MoveCamera(room="hill", camera="wide", move="left")


def pair() -> KeyPair:
    public, secret = zmq.curve_keypair()
    return KeyPair(public.decode(), secret.decode())


@dataclass
class School:
    """A hub that can be stopped and started again, and those that are enrolled there."""

    host: str = "127.0.0.1"
    port: int = field(default_factory=free_port)
    keys: KeyPair = field(default_factory=pair)
    enrolled: dict[str, Site] = field(default_factory=dict)
    codes: dict[str, str] = field(default_factory=dict)  # secret -> site
    is_open: bool = True
    heard: list[AtHub] = field(default_factory=list)

    def open(self) -> Hub:
        registry = Registry(
            site_of=self.enrolled.get, is_open=lambda: self.is_open, redeem=self._redeem
        )
        return Hub(
            keys=self.keys,
            host=self.host,
            port=self.port,
            registry=registry,
            heard=self.heard.append,
        )

    def site(self, name: str, heard: list[AtSite]) -> SiteLink:
        own = pair()
        self.enrolled[own.public] = Site(name, name.title())
        where = str(address.Address(self.host, self.port))
        return SiteLink(
            keys=own,
            hub=HubRecord(address=where, key=self.keys.public, site=name),
            heard=heard.append,
            spread_s=0,
            random=Random(name),
            context=zmq.asyncio.Context.instance(),
        )

    async def _redeem(self, secret: str, key: str) -> tuple[str, str]:
        if (name := self.codes.pop(secret, "")) == "":
            return "", "wrong-code"
        self.enrolled[key] = Site(name, name.title())
        return name, ""


@asynccontextmanager
async def running(*links: Hub | SiteLink) -> AsyncIterator[None]:
    async with asyncio.TaskGroup() as tasks:
        started = [tasks.create_task(link.run()) for link in links]
        yield
        for task in started:
            task.cancel()


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
async def test_hub_and_site_ask_each_other_and_a_session_is_told(host: str) -> None:
    school, heard = School(host=host), list[AtSite]()
    hub, site = school.open(), school.site("hill", heard)
    session, _ = planned(
        "math",
        "数学",
        (Kind.DELIVERY, Style.INTERACTIVE),
        Member(id="hub", name="中心校", role=Role.HUB),
        hub.clock(),
    )
    async with running(hub, site):
        await eventually_async(lambda: "hill" in hub.linked and site.is_linked)
        async with asyncio.TaskGroup() as tasks:
            asked = tasks.create_task(site.ask("math", c.RaiseHand()))
            turned = tasks.create_task(hub.ask("hill", "math", TURN, within_s=2))
            await eventually_async(lambda: isinstance(school.heard[-1], Asked))
            hub.answer("hill", 1, "not-open")
            await eventually_async(lambda: isinstance(heard[-1], Asked))
            site.answer(1)
        assert (asked.result(), turned.result()) == ("not-open", "")
        hub.tell("hill", session)
        await eventually_async(lambda: heard[-1] == Told(session))
        assert site.hub_ns is not None
        assert abs(site.hub_ns - hub.clock()) < NS / 20


async def test_a_hub_that_was_stopped_has_its_sites_back_by_itself() -> None:
    school, heard = School(), list[AtSite]()
    site = school.site("hill", heard)
    async with running(site):
        async with running(hub := school.open()):
            await eventually_async(lambda: hub.linked)
        with pytest.raises(NotLinkedError):
            await hub.ask("lake", "math", TURN, within_s=1)
        async with running(again := school.open()):
            await eventually_async(lambda: again.linked == {"hill"}, within_s=5)
            await eventually_async(lambda: [type(one) for one in heard].count(Linked) >= 2)


async def test_a_site_that_does_not_answer_is_waited_for_no_longer_than_said() -> None:
    school, heard = School(), list[AtSite]()
    hub, site = school.open(), school.site("hill", heard)
    async with running(hub, site):
        await eventually_async(lambda: hub.linked)
        with pytest.raises(SilentError):
            await hub.ask("hill", "math", TURN, within_s=0.1)


async def test_a_question_to_a_hub_that_goes_is_not_waited_for() -> None:
    school, heard = School(), list[AtSite]()
    site = school.site("hill", heard)
    async with running(site), asyncio.TaskGroup() as tasks:
        async with running(school.open()):
            await eventually_async(lambda: site.is_linked)
            asked = tasks.create_task(_refusal_of(site))
            await eventually_async(lambda: isinstance(school.heard[-1], Asked))
        async with running(again := school.open()):  # which does not know of it
            await eventually_async(lambda: again.linked, within_s=5)
            assert isinstance(await asked, SilentError)


async def test_a_question_after_the_hub_has_gone_is_refused_before_its_time_is_over() -> None:
    school, heard = School(), list[AtSite]()
    site = school.site("hill", heard)
    async with running(site):
        async with running(school.open()):
            await eventually_async(lambda: site.is_linked)
        assert isinstance(await _refusal_of(site), NotLinkedError | SilentError)


async def _refusal_of(site: SiteLink) -> Exception | None:
    try:
        async with asyncio.timeout(20):
            await site.ask("math", c.RaiseHand(), within_s=60)
    except (SilentError, NotLinkedError) as error:
        return error
    return None


async def test_who_is_not_enrolled_stays_outside_and_is_told_of(
    caplog: pytest.LogCaptureFixture,
) -> None:
    school = School(is_open=False)
    stranger = school.site("hill", [])
    school.enrolled.clear()
    async with running(hub := school.open(), stranger):
        await eventually_async(lambda: "not-enrolled" in caplog.text)
        assert not hub.linked
        assert stranger.keys.public in caplog.text


async def test_a_site_with_anothers_routing_id_and_name_gets_neither(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    school, heard = School(), list[AtSite]()
    hub, site, thief = school.open(), school.site("hill", heard), school.site("lake", [])
    hello = wire.encode(wire.LetterToHub(body=wire.Hello(nonce=1, site="hill", asked_ns=0)))
    async with running(hub, site):
        await eventually_async(lambda: hub.linked == {"hill"})
        with site_socket(thief.context, thief.keys, school.keys.public, Random(1)) as dealer:
            dealer.set(zmq.ROUTING_ID, b"hill")
            dealer.connect(address.parse(thief.hub.address).endpoint)
            await dealer.send(hello)
            await eventually_async(lambda: "lake says it is hill" in caplog.text)
            assert hub.linked == {"hill"}
            async with asyncio.TaskGroup() as tasks:
                asked = tasks.create_task(hub.ask("hill", "math", TURN, within_s=2))
                await eventually_async(lambda: isinstance(heard[-1], Asked))
                site.answer(1)
            assert asked.result() == ""
            assert not await dealer.poll(0)


async def test_a_flood_and_letters_too_large_harm_nobody_else(
    caplog: pytest.LogCaptureFixture,
) -> None:
    school = School()
    hub, site, bad = school.open(), school.site("hill", []), school.site("lake", [])
    async with running(hub, site):
        await eventually_async(lambda: site.is_linked)
        with site_socket(bad.context, bad.keys, school.keys.public, Random(1)) as dealer:
            dealer.connect(address.parse(bad.hub.address).endpoint)
            for _ in range(3000):
                await dealer.send(b"junk")
            await eventually_async(lambda: ": flood by key" in caplog.text)
            await dealer.send(b"x" * (wire.TO_HUB_MAX + 1))
            async with asyncio.TaskGroup() as tasks:
                asked = tasks.create_task(site.ask("math", c.RaiseHand()))
                await eventually_async(lambda: isinstance(school.heard[-1], Asked))
                hub.answer("hill", 1)
            assert asked.result() == ""
        assert hub.linked == {"hill"}
        assert len([text for text in caplog.messages if "flood" in text]) == 1


async def at_the_desk(school: School) -> None:
    """Wait until the hub gives its key."""

    async def look() -> str:
        with suppress(OSError):
            return await key_at(address.Address(school.host, school.port))
        return ""

    await eventually_awaited(look)


async def test_a_code_enrols_one_room_once_and_keeps_its_keys_to_their_owner(
    tmp_path: Path,
) -> None:
    school = School(codes={"0" * 8: "hill"})
    code, where = str(codes.make(school.keys.public, 0)), f"127.0.0.1:{school.port}"
    async with running(school.open()):
        await at_the_desk(school)
        record = await enrol(tmp_path / "a", where, code)
        assert record == keys.hub_of(tmp_path / "a")
        assert (record.site, record.key) == ("hill", school.keys.public)
        assert await enrol(tmp_path / "a", where, code) == record
        school.codes["1" * 8] = "lake"
        with pytest.raises(EnrolError, match="wrong-code"):
            await enrol(tmp_path / "b", where, code)
    assert {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "a").iterdir()} == {0o600}
    assert keys.hub_of(tmp_path / "b") is None


async def test_a_hub_with_another_key_than_the_codes_never_learns_the_secret(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    false = School(codes={"0" * 8: "hill"})
    code = str(codes.make(pair().public, 0))
    async with running(false.open()):
        await at_the_desk(false)
        with pytest.raises(EnrolError) as refused:
            await enrol(tmp_path, f"127.0.0.1:{false.port}", code)
        assert refused.value.reason == "wrong-hub"
    assert false.codes == {"0" * 8: "hill"}
