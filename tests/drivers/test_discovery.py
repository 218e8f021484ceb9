"""Searching on request: on loopback, and on a pseudo-terminal; nothing leaves this machine."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classroom_drivers.api import DeviceError, LinkError, UnsupportedError
from classroom_drivers.codecs import mdns as dns
from classroom_drivers.codecs import sony_network, ws_discovery
from classroom_drivers.codecs.ws_discovery import Match, Probe
from classroom_drivers.discovery import mdns, onvif, visca
from classroom_drivers.discovery.discover import KINDS, discover
from classroom_drivers.discovery.found import Found
from classroom_drivers.discovery.neighbourhood import ANSWERS_MAX, Network, ask_around
from classroom_drivers.emulated import make
from classroom_drivers.emulators.beacons import (
    BeaconSession,
    MdnsBeacon,
    SonyBeacon,
    WsDiscoveryBeacon,
)
from classroom_drivers.emulators.onvif import SCOPES
from classroom_drivers.emulators.server import serve
from classroom_drivers.emulators.session import Emulator
from classroom_drivers.emulators.visca import ViscaEmulator
from classroom_drivers.links.address import parse
from classroom_drivers.registry import prepare

LOOPBACK = (Network("lo", "127.0.0.1", "127.255.255.255"),)
CAMERA = Match("urn:uuid:1", ("http://[fe80::1]/onvif", "http://127.0.0.1:81/onvif/x"), SCOPES)
HUB = dns.Service("Hall 2.b", "_videohub._tcp", "127.0.0.9", 9990, {"name": "Smart Videohub"})
WITHIN_S = 0.3


@asynccontextmanager
async def there(emulator: Emulator, group: str = "") -> AsyncIterator[int]:
    """Serve a beacon on loopback; give its port."""
    more = f"?group={group}" if group else ""
    async with serve(emulator, f"udp://127.0.0.1:0{more}") as served:
        yield parse(served.url).port


# messages


def test_a_probe_and_its_answer_survive_the_wire() -> None:
    probe = ws_discovery.probe_of(ws_discovery.encode_probe("urn:uuid:7", "dn:X"))
    assert probe == Probe("urn:uuid:7", ("X",))
    answer = ws_discovery.encode_match(CAMERA, probe, "urn:uuid:8")
    assert ws_discovery.matches_of(answer) == [CAMERA]
    assert (CAMERA.scope("name"), CAMERA.scope("location")) == ("Emulated Camera", "")


def test_an_answer_without_the_element_around_it_is_read() -> None:
    """PyPI ipycam 1.3 answers so."""
    answer = ws_discovery.encode_match(CAMERA, Probe("urn:uuid:7"), "urn:uuid:8")
    bare = answer.replace(b"<d:ProbeMatches>", b"").replace(b"</d:ProbeMatches>", b"")
    assert ws_discovery.matches_of(bare) == [CAMERA]


def test_sonys_question_is_as_documented() -> None:
    assert sony_network.ASK == b"\x02ENQ:network\xff\x03"
    answer = b"\x02MAC:00-01\xffIPADR:10.0.0.7\xffNAME:CAM1    \xff\x03"
    assert sony_network.fields_of(answer) == {"MAC": "00-01", "IPADR": "10.0.0.7", "NAME": "CAM1"}
    assert sony_network.fields_of(sony_network.ASK) == {}


def test_a_query_is_spelled_as_documented() -> None:
    asked = dns.encode_query(["_http._tcp"])
    head, question = asked[:12], asked[12:]
    assert head == bytes.fromhex("0000 0000 0001 0000 0000 0000")
    assert question == b"\x05_http\x04_tcp\x05local\x00" + bytes.fromhex("000C 0001")
    assert dns.asked_of(asked) == ["_http._tcp"]


def test_an_answer_with_references_back_is_read() -> None:
    answer = (
        bytes.fromhex("0000 8400 0000 0001 0000 0003")
        + b"\x09_videohub\x04_tcp\x05local\x00" + bytes.fromhex("000C 0001 00000078 0005")
        + b"\x02H1\xc0\x0c"
        + b"\xc0\x2c" + bytes.fromhex("8021 8001"[:4]) .replace(b"\x80\x21", b"\x00\x21")
        + bytes.fromhex("8001 00000078 0008 0000 0000 2706")
        + b"\xc0\x2c"
        + b"\xc0\x2c" + bytes.fromhex("0010 8001 00000078 0006") + b"\x05a=b=c"
        + b"\xc0\x2c" + bytes.fromhex("0001 8001 00000078 0004 0A000009")
    )  # fmt: skip
    (service,) = dns.services_of(answer, ["_videohub._tcp"])
    assert service == dns.Service("H1", "_videohub._tcp", "10.0.0.9", 9990, {"a": "b=c"})


def test_a_name_that_refers_to_itself_has_an_end() -> None:
    loop = bytes.fromhex("0000 8400 0000 0001 0000 0000") + b"\xc0\x0c" + bytes(10)
    assert dns.services_of(loop, ["_x._tcp"]) == []


@given(st.binary(max_size=120))
def test_no_datagram_makes_a_search_raise(noise: bytes) -> None:
    ws_discovery.matches_of(noise)
    ws_discovery.probe_of(noise)
    sony_network.fields_of(noise)
    for head in (b"", b"\0\0\x84\0\0\1\0\7\0\0\0\0", b"\0\0\0\0\0\7\0\0\0\0\0\0"):
        dns.services_of(head + noise, ["_videohub._tcp"])
        dns.asked_of(head + noise)


# searches


async def test_cameras_answer_what_goes_to_all() -> None:
    async with there(WsDiscoveryBeacon(match=CAMERA), ws_discovery.GROUP) as port:
        found = await onvif.search(LOOPBACK, within_s=WITHIN_S, port=port)
    url = "http://127.0.0.1:81/onvif/x"
    model = "Emulated Camera"
    assert found == (Found("onvif", url, name=model, model=model, how="WS-Discovery"),)
    prepare("onvif", url)


async def test_a_camera_may_be_asked_alone() -> None:
    camera = WsDiscoveryBeacon(match=Match("urn:uuid:2", ()), types=("tds:Device",))
    async with there(camera) as port:
        found = await onvif.search(LOOPBACK, within_s=WITHIN_S, port=port, hosts=["127.0.0.1"])
    assert [one.url for one in found] == ["http://127.0.0.1/onvif/device_service"]


async def test_sonys_cameras_answer_a_broadcast() -> None:
    async with serve(SonyBeacon(), "udp://0.0.0.0:0") as served:
        port = parse(served.url).port
        found = await visca.search_network(LOOPBACK, within_s=WITHIN_S, port=port)
    url = "udp://192.168.0.100:52381?framing=sony"
    how = "Sony camera IP setting"
    serial = "00-00-5e-00-53-01"
    assert found == (Found("visca", url, name="CAM1", model="IPCARD", serial=serial, how=how),)
    prepare("visca", url)


async def test_services_that_we_can_use_are_found_by_multicast_dns() -> None:
    other = dns.Service("Printer", "_ipp._tcp", "127.0.0.8", 631)
    async with there(MdnsBeacon(services=(HUB, other)), dns.GROUP) as port:
        found = await mdns.search(LOOPBACK, ["videohub"], within_s=WITHIN_S, port=port)
        nothing = await mdns.search(LOOPBACK, ["pjlink"], within_s=WITHIN_S, port=port)
    url = "tcp://127.0.0.9:9990"
    assert found == (Found("videohub", url, name="Hall 2.b", model="Smart Videohub", how="mDNS"),)
    assert nothing == ()


async def test_a_camera_on_a_port_that_is_named_is_found(tmp_path: Path) -> None:
    """A pseudo-terminal has no speed: the first that is tried will do."""
    async with serve(ViscaEmulator(), f"serial://{tmp_path}/tty"):
        (found,) = await visca.search_port(f"{tmp_path}/tty", within_s=3)
    assert found.url == f"serial://{tmp_path}/tty?baud=9600"
    assert found.model == "0001:0000"
    prepare("visca", found.url)


async def test_a_port_without_a_camera_takes_no_longer_than_it_may(tmp_path: Path) -> None:
    clock = asyncio.get_running_loop().time
    async with serve(make("kmtronic"), f"serial://{tmp_path}/tty"):
        began_s = clock()
        assert await visca.search_port(f"{tmp_path}/tty", within_s=0.4) == ()
        assert clock() - began_s < 2


async def test_answers_are_bounded_and_count_once() -> None:
    class Flood:
        def session(self, now_s: float) -> BeaconSession:
            return BeaconSession(lambda _: [b"%d" % number for number in range(10_000)])

    async with there(Flood()) as port:
        heard = await ask_around(
            [b"?"], port, near=LOOPBACK, to=lambda _: ["127.0.0.1"], within_s=WITHIN_S
        )
    assert 0 < len(heard) <= ANSWERS_MAX


async def test_without_a_network_a_search_says_so() -> None:
    with pytest.raises(LinkError, match="no network"):
        await onvif.search((), within_s=WITHIN_S)


# all of them


async def test_what_cannot_be_searched_is_told_and_the_rest_goes_on(tmp_path: Path) -> None:
    told: list[tuple[str, DeviceError]] = []
    async with serve(ViscaEmulator(), f"serial://{tmp_path}/tty"):
        found = await discover(
            ["onvif", "visca"],
            within_s=1.0,
            serial_ports=[f"{tmp_path}/tty", f"{tmp_path}/nothing"],
            near=(),
            trouble=lambda kind, error: told.append((kind, error)),
        )
    assert [one.driver for one in found] == ["visca"]
    assert sorted(kind for kind, _ in told) == ["onvif", "visca", "visca"]


async def test_a_port_is_let_go_before_the_next_search(tmp_path: Path) -> None:
    told: list[str] = []
    async with serve(make("modbus"), f"serial://{tmp_path}/tty"):
        found = await discover(
            within_s=0.4,
            serial_ports=[f"{tmp_path}/tty"],
            near=LOOPBACK,
            trouble=lambda kind, error: told.append(f"{kind}: {error}"),
        )
    assert [one.driver for one in found] == ["modbus"]
    assert told == []


async def test_modbus_units_are_looked_for_on_ports_alone(tmp_path: Path) -> None:
    async with serve(make("modbus"), f"serial://{tmp_path}/tty"):
        found = await discover(
            ["modbus"], within_s=0.4, serial_ports=[f"{tmp_path}/tty"], near=LOOPBACK
        )
    assert [one.url for one in found] == [f"serial://{tmp_path}/tty?baud=9600&unit=1"]
    prepare("modbus", found[0].url, options={"relays": "1-4"})


async def test_nothing_is_searched_that_nobody_knows() -> None:
    with pytest.raises(UnsupportedError, match="no search fax; there are mdns"):
        await discover([*KINDS, "fax"], near=())
