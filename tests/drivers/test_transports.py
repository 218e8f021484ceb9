"""Real sockets and pseudo-terminals: devices served by the emulator server, reached by URL."""

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import fields
from pathlib import Path

import pytest

from classroom_drivers import connect
from classroom_drivers.api import Availability, Device, LinkError, UnsupportedError
from classroom_drivers.discovery.pjlink import search
from classroom_drivers.emulated import make
from classroom_drivers.emulators.faults import Faults, faults_of
from classroom_drivers.emulators.server import Served, serve
from classroom_drivers.links.address import parse
from classroom_drivers.links.serial_port import SerialTransport
from classroom_drivers.links.transports import transport_for
from classroom_edge.commands.emulate import spelled
from classroom_edge.words import words
from tests.drivers.virtual import until

REACHED_BY = [
    ("pjlink", "tcp"),
    ("visca", "tcp"),
    ("visca", "udp"),
    ("visca", "serial"),
    ("ifp", "serial"),
    ("kmtronic", "serial"),
]
BACK_S = 2.5  # 2 s, and something for a machine that is busy with other tests


@asynccontextmanager
async def a_room(driver: str, scheme: str, folder: Path) -> AsyncIterator[tuple[Served, Device]]:
    listen = f"serial://{folder}/tty" if scheme == "serial" else f"{scheme}://127.0.0.1:0"
    async with serve(make(driver), listen) as served, connect(driver, served.url) as device:
        yield served, device


def online(device: Device) -> bool:
    return device.state().availability is Availability.ONLINE


@pytest.mark.parametrize(("driver", "scheme"), REACHED_BY)
async def test_an_unplugged_device_is_lost_and_comes_back(
    driver: str, scheme: str, tmp_path: Path
) -> None:
    async with a_room(driver, scheme, tmp_path) as (served, device):
        await until(lambda: online(device), within_s=5)
        await served.unplug()
        await until(lambda: device.state().availability is Availability.OFFLINE, within_s=10)
        await served.plug()
        await until(lambda: online(device), within_s=BACK_S)


@pytest.mark.parametrize(("driver", "scheme"), [("visca", "tcp"), ("kmtronic", "serial")])
async def test_a_silent_peer_with_an_open_line_is_found_out(
    driver: str, scheme: str, tmp_path: Path
) -> None:
    async with a_room(driver, scheme, tmp_path) as (served, device):
        await until(lambda: online(device), within_s=5)
        served.misbehave(Faults(silent_after_s=0))
        await until(lambda: device.state().availability is Availability.OFFLINE, within_s=10)
        served.misbehave(Faults())
        await until(lambda: online(device), within_s=BACK_S)


async def test_a_serial_port_is_opened_exclusively(tmp_path: Path) -> None:
    async with serve(make("kmtronic"), f"serial://{tmp_path}/tty"):
        transport = SerialTransport(f"{tmp_path}/tty", 9600)
        async with transport.open():
            with pytest.raises(LinkError, match="lock"):
                async with transport.open():
                    pytest.fail("two owners of one port")


async def test_a_serial_port_that_is_not_there_is_a_link_error(tmp_path: Path) -> None:
    with pytest.raises(LinkError, match="no-such-port"):
        async with SerialTransport(f"{tmp_path}/no-such-port", 9600).open():
            pytest.fail("a port out of nowhere")


async def test_what_is_written_to_a_serial_port_leaves_while_it_waits_for_bytes(
    tmp_path: Path,
) -> None:
    clock = asyncio.get_running_loop().time
    async with (
        serve(make("kmtronic"), f"serial://{tmp_path}/tty"),
        SerialTransport(f"{tmp_path}/tty", 9600).open() as link,
    ):
        took_s = []
        for _ in range(10):
            began_s = clock()
            await link.write(b"\xff\x01\x03")
            answer = b""
            while len(answer) < 3:
                answer += await link.read()
            took_s.append(clock() - began_s)
            assert answer == b"\xff\x01\x00"
        assert min(took_s) < 0.05


async def test_a_tcp_port_where_nobody_listens_is_a_link_error() -> None:
    transport, _ = transport_for(parse("tcp://127.0.0.1:1"), baud=9600)
    with pytest.raises(LinkError, match=r"127\.0\.0\.1:1"):
        async with transport.open():
            pytest.fail("somebody listens on port 1")


@pytest.mark.parametrize(
    ("url", "spelled"),
    [
        ("tcp://10.0.0.7:4352", "tcp://10.0.0.7:4352"),
        ("udp://[::1]:1259?framing=sony", "udp://[::1]:1259"),
        ("serial:///dev/ttyUSB0?baud=19200", "serial:///dev/ttyUSB0"),
        ("serial://COM3", "serial://COM3"),
    ],
)
def test_urls_are_understood(url: str, spelled: str) -> None:
    assert str(parse(url)) == spelled


def test_the_baud_rate_of_the_url_counts() -> None:
    transport, rest = transport_for(parse("serial:///dev/ttyS0?baud=38400&address=2"), baud=9600)
    assert transport.byte_s == pytest.approx(10 / 38400)
    assert rest == {"address": "2"}


def test_faults_are_read_as_the_command_line_spells_them() -> None:
    told = {"split": "true", "delay_s": "0.5", "hang_up_after": "3", "silent_after_s": "0"}
    assert faults_of(told) == Faults(split=True, delay_s=0.5, hang_up_after=3, silent_after_s=0)
    with pytest.raises(UnsupportedError, match="is not a number"):
        faults_of({"drop": "often"})


def test_a_bare_split_splits_and_no_other_fault_is_bare() -> None:
    assert spelled(["split", "drop=0.1"]) == Faults(split=True, drop=0.1)
    assert spelled(["split=0"]) == Faults()
    with pytest.raises(UnsupportedError, match="KIND=VALUE"):
        spelled(["garble"])


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_the_help_of_emulate_spells_every_fault_as_it_is_read(language: str) -> None:
    told = re.findall(r"[a-z_]+=[0-9.]+", words("cli").say("option.fault", language))
    assert [one.partition("=")[0] for one in told] == [field.name for field in fields(Faults)]
    assert spelled(told).split


async def test_a_file_is_never_replaced_by_a_pseudo_terminal(tmp_path: Path) -> None:
    precious = tmp_path / "tty"
    precious.write_text("mine")
    with pytest.raises(OSError, match="exists"):
        async with serve(make("kmtronic"), f"serial://{precious}"):
            pytest.fail("it should not have been served")
    assert precious.read_text() == "mine"


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
async def test_emulate_says_when_it_is_ready_and_ends_when_told(end: signal.Signals) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "classroom_edge", "emulate", "pjlink"),
        *("--listen", "tcp://127.0.0.1:0", "--password", "secret", "--fault", "split"),
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "LANG": "en_US.UTF-8"},
    )
    assert process.stdout
    async with asyncio.timeout(30):
        ready, url = (await process.stdout.readline()).decode().split()
        assert ready == "ready"
        async with connect("pjlink", url, password="secret") as device:
            await until(lambda: online(device), within_s=5)
        process.send_signal(end)
        assert await process.wait() == 0


async def test_emulate_listens_as_the_url_would_tell_a_driver_to_speak() -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "classroom_edge", "emulate", "visca"),
        *("--listen", "udp://127.0.0.1:0?framing=sony"),
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout
    async with asyncio.timeout(30):
        _, url = (await process.stdout.readline()).decode().split()
        async with connect("visca", f"{url}?framing=sony") as device:
            await until(lambda: online(device), within_s=5)
        process.terminate()
        assert await process.wait() == 0


async def test_an_emulated_projector_of_class_2_is_found_by_search() -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "classroom_edge", "emulate", "pjlink", "--model", "class-2"),
        *("--listen", "tcp://127.0.0.33:0"),
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout
    async with asyncio.timeout(30):
        await process.stdout.readline()
        found = await search(("127.0.0.33",), from_port=0, wait_s=0.4)
        process.terminate()
        assert await process.wait() == 0
    assert [projector.host for projector in found] == ["127.0.0.33"]


@pytest.mark.parametrize(
    "arguments",
    [
        ("no-such-driver", "--listen", "tcp://127.0.0.1:0"),
        ("visca", "--listen", "carrier-pigeon://roof"),
        ("visca", "--listen", "tcp://127.0.0.1:0", "--fault", "sulk=1"),
        ("visca", "--listen", "tcp://127.0.0.1:0", "--password", "x"),
        ("visca", "--listen", "tcp://127.0.0.1:0", "--model", "x"),
        ("visca", "--listen", "udp://127.0.0.1:0?framing=baroque"),
        ("visca", "--listen", "udp://127.0.0.1:0?colour=red"),
    ],
)
async def test_emulate_used_wrongly_ends_with_2(arguments: tuple[str, ...]) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "classroom_edge", "emulate", *arguments),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, complaint = await process.communicate()
    assert process.returncode == 2
    assert out == b""
    assert complaint
