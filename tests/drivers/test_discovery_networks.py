"""Searching on several networks, each made for the test: what is there is found, by the command.

A machine in two networks, a camera in each, and none of them can see the real ones.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.needs("network-namespaces")
SONY = (
    "import asyncio, sys\n"
    "from classroom_drivers.emulators.beacons import SonyBeacon\n"
    "from classroom_drivers.emulators.server import serve\n"
    "async def main():\n"
    "    async with serve(SonyBeacon(), 'udp://0.0.0.0:52380'):\n"
    "        print('ready', flush=True)\n"
    "        await asyncio.Event().wait()\n"
    "asyncio.run(main())\n"
)


@dataclass(frozen=True, slots=True)
class Machine:
    """A network namespace."""

    name: str

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["ip", "netns", "exec", self.name, *command],
            check=True,
            capture_output=True,
            text=True,
            timeout=60,
        )

    @contextmanager
    def running(self, *arguments: str) -> Iterator[None]:
        """Run a Python program until the end of the block; it says when it is ready."""
        with subprocess.Popen(
            ["ip", "netns", "exec", self.name, sys.executable, *arguments],
            stdout=subprocess.PIPE,
            text=True,
        ) as process:
            try:
                assert process.stdout
                assert process.stdout.readline().startswith("ready")
                yield
            finally:
                process.terminate()


@contextmanager
def machine(name: str) -> Iterator[Machine]:
    full = f"ce-{os.getpid()}-{name}"
    subprocess.run(["ip", "netns", "add", full], check=True)
    try:
        made = Machine(full)
        made.run("ip", "link", "set", "lo", "up")
        yield made
    finally:
        subprocess.run(["ip", "netns", "delete", full], check=True)


def connect(one: Machine, other: Machine, network: int) -> None:
    """Lay a cable: addresses 10.77.N.1 and 10.77.N.2."""
    near, far = f"near{network}", f"far{network}"
    one.run("ip", "link", "add", near, "type", "veth", "peer", "name", far, "netns", other.name)
    for machine, end, host in ((one, near, 1), (other, far, 2)):
        net = f"10.77.{network}"
        machine.run("ip", "address", "add", f"{net}.{host}/24", "broadcast", "+", "dev", end)
        machine.run("ip", "link", "set", end, "up")


@pytest.fixture(scope="module")
def room() -> Iterator[Machine]:
    """A machine in two networks, with cameras that are found by search in each."""
    with ExitStack() as stack:
        ours, left, right = (
            stack.enter_context(machine(name)) for name in ("ours", "left", "right")
        )
        connect(ours, left, 1)
        connect(ours, right, 2)
        for camera, network in ((left, 1), (right, 2)):
            listen = f"tcp://10.77.{network}.2:80"
            stack.enter_context(
                camera.running("-m", "classroom_edge", "emulate", "onvif", "--listen", listen)
            )
        stack.enter_context(right.running("-c", SONY))
        yield ours


def search(room: Machine, *arguments: str) -> list[dict[str, Any]]:
    command = (sys.executable, "-m", "classroom_edge", "discover", "--json", "--seconds", "1")
    found: list[dict[str, Any]] = json.loads(room.run(*command, *arguments).stdout)
    return found


def test_cameras_in_every_network_of_this_machine_are_found(room: Machine) -> None:
    found = search(room, "--kind", "onvif")
    urls = [f"http://10.77.{network}.2:80/onvif/device_service" for network in (1, 2)]
    assert [one["url"] for one in found] == urls


def test_a_camera_with_an_address_of_another_network_is_found(room: Machine) -> None:
    """It has the one that it left the factory with."""
    (found,) = search(room, "--kind", "visca")
    assert found["url"] == "udp://192.168.0.100:52381?framing=sony"


def test_a_camera_that_is_named_is_asked_alone(room: Machine) -> None:
    (found,) = search(room, "--kind", "onvif", "--host", "10.77.2.2")
    assert found["url"] == "http://10.77.2.2:80/onvif/device_service"


def test_what_is_printed_can_be_pasted_into_a_room(room: Machine, tmp_path: Path) -> None:
    command = (sys.executable, "-m", "classroom_edge", "--lang", "en", "discover")
    printed = room.run(*command, "--kind", "onvif", "--kind", "visca", "--seconds", "1").stdout
    assert "# WS-Discovery, Emulated Camera" in printed
    file = tmp_path / "room.toml"
    file.write_text(f'[room]\nid = "x"\nname = "x"\n{printed}', encoding="utf-8")
    checked = room.run(sys.executable, "-m", "classroom_edge", "--lang", "en", "check", str(file))
    assert "no mistake. 3 devices" in checked.stdout


def test_all_searches_together_find_them_all(room: Machine) -> None:
    assert [one["driver"] for one in search(room)] == ["onvif", "onvif", "visca"]
