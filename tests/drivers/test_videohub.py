"""Videohub: documented blocks, names of its own, locks of others."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classroom_drivers.api import RefusedError, UnsupportedError, ValueSource
from classroom_drivers.codecs import videohub
from classroom_drivers.codecs.garbage import Garbage
from classroom_drivers.codecs.videohub import Block, BlockDecoder, encode
from classroom_drivers.emulators.videohub import VideohubEmulator
from tests.drivers.benches import Bench, make, running
from tests.drivers.virtual import until, virtual


def value(bench: Bench, name: str) -> object:
    values = bench.device.state().values
    return values[name].value if name in values else None


def test_blocks_are_spelled_as_documented() -> None:
    assert encode(Block(videohub.ROUTING, ("7 3",))) == b"VIDEO OUTPUT ROUTING:\n7 3\n\n"
    assert encode(Block(videohub.PING)) == b"PING:\n\n"


def test_blocks_are_read_as_documented() -> None:
    documented = b"VIDEO OUTPUT ROUTING:\n7 3\n8 11\n\nACK\n\n"
    routing, ack = BlockDecoder().feed(documented)
    assert isinstance(routing, Block)
    assert routing.numbered() == {7: "3", 8: "11"}
    assert ack == Block("ACK")


def test_what_is_no_block_is_garbage() -> None:
    assert BlockDecoder().feed(b"hello\n\n") == [Garbage(b"hello")]
    assert BlockDecoder().feed(b"\xff\xfe:\n\n") == [Garbage(b"\xff\xfe:")]


lines = st.text(st.characters(exclude_characters="\r\n", codec="utf-8"), min_size=1, max_size=30)


@given(st.sampled_from([videohub.ROUTING, videohub.INPUTS]), st.lists(lines, max_size=9))
def test_blocks_survive_the_wire(header: str, given_lines: list[str]) -> None:
    block = Block(header, tuple(given_lines))
    assert BlockDecoder().feed(encode(block)) == [block]


@virtual
async def test_sources_and_outputs_have_the_names_that_the_router_has_for_them() -> None:
    async with running(make("videohub")) as bench:
        await until(lambda: bench.online)
        bench.emulator.change(Block(videohub.INPUTS, ("0 教师摄像机", "1 ")))
        await until(lambda: "教师摄像机" in bench.device.state().choices["source"], within_s=0.5)
        assert bench.device.state().choices["source"][:3] == ("教师摄像机", "2", "Input 3")
        assert bench.device.state().choices["output"][11] == "Output 12"
        assert value(bench, "serial-number") == "7C2E0D012345"


@virtual
async def test_a_route_of_somebody_else_is_seen_at_once() -> None:
    async with running(make("videohub")) as bench:
        await until(lambda: value(bench, "route-3") == 3)
        bench.emulator.change(Block(videohub.ROUTING, ("2 7",)))
        await until(lambda: value(bench, "route-3") == 8, within_s=0.5)
        assert bench.device.state().values["route-3"].source is ValueSource.PUSHED


@virtual
async def test_a_locked_output_is_refused_as_such() -> None:
    async with running(make("videohub", VideohubEmulator(locked={0}))) as bench:
        await until(lambda: value(bench, "route-1") is not None)
        with pytest.raises(RefusedError, match="locked"):
            await bench.device.set_route(source=5)
        assert value(bench, "route-1") == 1
        with pytest.raises(UnsupportedError, match="12 sources and 12 outputs"):
            await bench.device.set_route(source=13)


@virtual
async def test_a_router_without_ping_is_alive_all_the_same() -> None:
    async with running(make("videohub-old")) as bench:
        await until(lambda: bench.online)
        await asyncio.sleep(60)
        assert bench.online


@virtual
async def test_a_server_without_its_router_says_so() -> None:
    async with running(make("videohub", VideohubEmulator(present="false"))) as bench:
        await until(lambda: value(bench, "health") == "no router behind this server")


@virtual
async def test_a_size_that_is_run_together_with_the_next_line_is_read() -> None:
    async with running(make("videohub")) as bench:
        await until(lambda: bench.online)
        bench.emulator.news.tell(b"VIDEOHUB DEVICE:\nVideo inputs: 41Video outputs: 2\n\n")
        await until(lambda: len(bench.device.state().choices["source"]) == 41, within_s=0.5)
