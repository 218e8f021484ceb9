"""`connect`, with and without async: in programs, in notebooks whose loop runs, with Ctrl-C."""

import asyncio
import inspect
import socket
import subprocess
import sys
import threading
from contextlib import closing

import pytest

from classroom_drivers import connect
from classroom_drivers.actions import actions
from classroom_drivers.api import (
    CAPABILITIES,
    Availability,
    LinkError,
    LockedOutError,
    Power,
    PowerState,
    UnsupportedError,
)
from classroom_drivers.emulators.pjlink import PJLinkEmulator
from classroom_drivers.emulators.server import serve
from classroom_drivers.sync_device import METHODS, SyncDevice
from tests.drivers.standing import standing


def projector(password: str = "") -> PJLinkEmulator:
    return PJLinkEmulator(password=password, warm_up_s=0.0, cool_down_s=0.2)


def ours() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "device"]


def test_no_two_capabilities_share_the_name_of_a_method() -> None:
    assert len(METHODS) == sum(len(actions(capability)) for capability in CAPABILITIES)


def test_three_lines_without_async_switch_a_projector_on() -> None:
    with standing(projector("secret")) as url, connect("pjlink", url, password="secret") as device:
        assert device.state().values["power"].value == PowerState.OFF
        device.set_power(on=True)
        assert device.state().values["power"].value in {PowerState.WARMING, PowerState.ON}
    assert ours() == []


def test_it_has_the_methods_of_its_capabilities_and_no_others() -> None:
    with standing(projector()) as url, connect("pjlink", url) as device:
        assert "power" in device.capabilities
        assert "set_power" in dir(device)
        assert list(inspect.signature(device.set_power).parameters) == ["on"]
        device.perform("power", "set-power", {"on": True})
        with pytest.raises(AttributeError, match="set_relay"):
            device.set_relay(on=True)
        with pytest.raises(UnsupportedError, match="unknown: of"):
            device.set_power(of=True)
        assert any(b"POWR 1" in frame.data for frame in device.journal.frames())


def test_errors_come_through_as_they_are() -> None:
    slow = PJLinkEmulator(warm_up_s=60.0)
    with standing(slow) as url, connect("pjlink", url) as device:
        device.set_power(on=True)
        with pytest.raises(LockedOutError) as refusal:
            device.select_input(name=device.state().choices["input"][0])
        assert refusal.value.until.tzinfo


def test_an_error_in_the_block_comes_out_and_nothing_stays_behind() -> None:
    with standing(projector()) as url, pytest.raises(ZeroDivisionError), connect("pjlink", url):
        _ = 1 / 0
    assert ours() == []


def test_what_cannot_be_connected_says_so_at_once() -> None:
    with pytest.raises(UnsupportedError, match="no driver"), connect("no-such", "tcp://127.0.0.1"):
        pass
    with pytest.raises(UnsupportedError, match="unknown: size"):
        connect("pjlink", "tcp://127.0.0.1", options={"size": 1}).open()
    assert ours() == []


def test_an_absent_device_is_waited_for_no_longer_than_said() -> None:
    with closing(socket.socket()) as held:
        held.bind(("127.0.0.1", 0))
        url = f"tcp://127.0.0.1:{held.getsockname()[1]}"
        with connect("pjlink", url, wait_s=0.2) as device:
            assert device.state().availability is Availability.OFFLINE
            with pytest.raises(LinkError, match="offline"):
                device.set_power(on=True)


def test_a_device_kept_open_over_several_cells_ends_with_close() -> None:
    with standing(projector()) as url:
        device = connect("pjlink", url).open()
        device.set_power(on=True)
        device.close()
        device.close()
        with pytest.raises(LinkError, match="closed"):
            device.set_power(on=True)
        with pytest.raises(LinkError, match="closed"):
            device.state()
        assert "state" in dir(device)
    assert ours() == []


def test_what_the_device_calls_must_not_wait_for_it() -> None:
    held: list[SyncDevice] = []

    def ask_back(_state: object) -> None:
        if held:
            held.pop().state()

    with standing(projector()) as url, connect("pjlink", url, changed=ask_back) as device:
        held.append(device)
        with pytest.raises(RuntimeError, match="must not wait"):
            device.set_power(on=True)
    assert ours() == []


async def test_in_a_notebook_whose_loop_runs_it_needs_no_await() -> None:
    async with serve(projector(), "tcp://127.0.0.1:0") as served:
        await asyncio.to_thread(_work, served.url)
        device = await asyncio.to_thread(connect("pjlink", served.url).open)
    state = device.state()  # this loop waits, the device's own goes on
    assert state.values["power"].value in {PowerState.WARMING, PowerState.ON}
    device.close()


def _work(url: str) -> None:
    with connect("pjlink", url) as device:
        device.set_power(on=True)


async def test_an_async_block_begins_at_once_and_its_commands_wait_for_the_first_contact() -> None:
    async with serve(projector(), "tcp://127.0.0.1:0") as served:
        async with connect("pjlink", served.url) as device:
            assert device.state().availability is Availability.CONNECTING
            assert isinstance(device, Power)
            await device.set_power(on=True)
        async with connect("pjlink", served.url, wait_s=5) as device:
            assert device.state().availability is Availability.ONLINE
            assert device.state().values["power"].value == PowerState.ON


CTRL_C = """
import os, signal, sys, threading
from classroom_drivers import connect
signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored by what a shell started with &
try:
    with connect("pjlink", sys.argv[1], wait_s=0) as device:
        threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGINT)).start()
        device.select_input(name="digital-1")
except KeyboardInterrupt:
    print("interrupted", [t.name for t in threading.enumerate() if t.name == "device"])
"""


@pytest.mark.alone  # within the second and a half that a silent device is waited for
@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_ctrl_c_ends_a_command_that_waits_and_leaves_nothing_behind() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as deaf:
        url = f"tcp://127.0.0.1:{deaf.getsockname()[1]}"
        done = subprocess.run(
            [sys.executable, "-c", CTRL_C, url],
            capture_output=True, text=True, check=False, timeout=30,
        )  # fmt: skip
    assert (done.returncode, done.stdout.strip()) == (0, "interrupted []"), done.stderr
