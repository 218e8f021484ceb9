"""RFC 2217: a serial port behind a server, whose speed is set from here."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from classroom_drivers.api import LinkError, UnsupportedError
from classroom_drivers.codecs.rfc2217 import Option, PortClient, Setting, TelnetDecoder, escape
from classroom_drivers.links.address import parse
from classroom_drivers.links.com_port import ComPortTransport
from classroom_drivers.links.transports import transport_for

AGREES = bytes.fromhex("FFFD2C")
SET_9600 = bytes.fromhex("FFFA2C6500002580FFF0")


def test_the_port_is_offered_and_set_as_documented() -> None:
    client = PortClient(9600)
    assert client.begin() == bytes.fromhex("FFFB2C FFFB03 FFFB00 FFFD03 FFFD00")
    port, said = client.feed(AGREES)
    assert port == b""
    assert said == bytes.fromhex(
        "FFFA2C0208FFF0 FFFA2C0301FFF0 FFFA2C0401FFF0 FFFA2C0501FFF0 FFFA2C0100002580FFF0"
    )
    assert client.feed(SET_9600) == (b"", b"")
    assert client.agreed_baud == 9600


def test_what_the_server_wants_besides_is_refused_and_what_was_said_is_not_said_again() -> None:
    client = PortClient(9600)
    client.begin()
    assert client.feed(bytes.fromhex("FFFB01 FFFD18")) == (b"", bytes.fromhex("FFFE01 FFFC18"))
    assert client.feed(bytes.fromhex("FFFD00 FFFB00 FFFB03 FFFC05")) == (b"", b"")


def test_the_end_of_a_visca_message_is_doubled_on_the_way_and_single_at_the_port() -> None:
    stop = bytes.fromhex("81010601 18140303FF")
    assert escape(stop) == stop + b"\xff"
    assert TelnetDecoder().feed(escape(stop)) == list(stop)


def test_a_setting_may_have_ff_in_its_value() -> None:
    assert Setting(101, b"\xff").encode() == bytes.fromhex("FFFA2C65FFFFFFF0")
    assert TelnetDecoder().feed(Setting(101, b"\xff").encode()) == [Setting(101, b"\xff")]
    assert TelnetDecoder().feed(Option(0xFD, 44).encode()) == [Option(0xFD, 44)]


def test_the_speed_is_for_the_transport_and_the_rest_for_the_driver() -> None:
    transport, rest = transport_for(parse("rfc2217://10.0.0.7:2217?baud=2400&address=3"), baud=9600)
    assert transport.byte_s == 10 / 2400
    assert rest == {"address": "3"}
    with pytest.raises(UnsupportedError, match="baud=17"):
        transport_for(parse("rfc2217://10.0.0.7:2217?baud=17"), baud=9600)


@asynccontextmanager
async def a_server(says: bytes, *, closes: bool = False) -> AsyncIterator[ComPortTransport]:
    """Listen, say one thing, and then be silent or gone."""
    ended = asyncio.Event()

    async def attend(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(100)
        writer.write(says)
        if not closes:
            with contextlib.suppress(ConnectionError):
                await reader.read()
        writer.close()
        ended.set()

    async with await asyncio.start_server(attend, "127.0.0.1", 0) as server:
        yield ComPortTransport("127.0.0.1", server.sockets[0].getsockname()[1], 9600)
        await ended.wait()


@pytest.mark.parametrize(
    ("says", "closes", "problem"),
    [
        (bytes.fromhex("FFFE2C"), False, "does not set its port"),
        (AGREES + SET_9600.replace(b"\x25\x80", b"\x09\x60"), False, "stays at 2400 baud"),
        (b"", True, "closed the connection"),
        (b"login: ", False, "is it tcp://"),
    ],
)
async def test_a_port_that_is_not_set_is_not_used(says: bytes, closes: bool, problem: str) -> None:
    async with a_server(says, closes=closes) as transport:
        with pytest.raises(LinkError, match=problem):
            async with transport.open():
                pytest.fail("a port at who knows what speed")


async def test_what_the_port_says_early_is_not_lost() -> None:
    says = AGREES + b"\x90" + SET_9600 + b"\x41\xff\xff"
    async with a_server(says) as transport, transport.open() as link:
        heard = b""
        while len(heard) < 3:
            heard += await link.read()
        assert heard == b"\x90\x41\xff"
