"""A camera that was told to stop, stops: at once, whatever waits, whatever is lost."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import pytest

from classroom_drivers.api import DeviceError
from classroom_drivers.codecs import onvif, visca
from classroom_drivers.companions import companions
from classroom_drivers.emulators.faults import Faults
from classroom_drivers.emulators.visca import ViscaEmulator
from classroom_drivers.links.exchange import Exchange, Priority
from tests.drivers.benches import Bench, make, running
from tests.drivers.virtual import until, virtual

STOP = visca.encode(1, visca.STOP)
WITHIN_S = 0.05


async def ask_visca(device: Any) -> None:
    exchange = Exchange[visca.Reply, bool](
        name="question",
        data=visca.encode(1, visca.ASK_POSITION),
        answer=lambda reply: isinstance(reply, visca.Answer) or None,
        deadline_s=60,
    )
    await device.line.ask(exchange)


async def ask_onvif(device: Any) -> None:
    await device.ask(onvif.GET_SERVICES, deadline_s=60)


@dataclass(frozen=True, slots=True)
class Tongue:
    """How a kind of camera is asked something that replaces nothing, and how a stop looks."""

    ask: Callable[[Any], Awaitable[None]]
    stop: bytes
    bytes_of_stop: int = 0  # on a serial line


VISCA, ONVIF = Tongue(ask_visca, STOP, 15), Tongue(ask_onvif, b"<Stop ")
CAMERAS = {
    "visca": VISCA,
    "visca-serial": VISCA,
    "visca-sony": VISCA,
    "onvif": ONVIF,
    "onvif-token": ONVIF,
    "onvif-plain": ONVIF,
}


async def online(bench: Bench) -> None:
    """Wait until it is online, and has said where it points."""
    await until(lambda: bench.online, within_s=3)
    await asyncio.sleep(1)


def stops(bench: Bench, name: str, since_s: float) -> list[float]:
    stop = CAMERAS[name].stop
    return [at_s for at_s, data in bench.wire.written if stop in data and at_s >= since_s]


def moving(bench: Bench) -> bool:
    bench.emulator.advance(asyncio.get_running_loop().time())
    found: bool = bench.emulator.moving
    return found


async def question(bench: Bench, name: str) -> None:
    with suppress(DeviceError):
        await CAMERAS[name].ask(bench.device)


@pytest.mark.parametrize("name", CAMERAS)
@virtual
async def test_a_stop_overtakes_a_hundred_waiting_commands(name: str) -> None:
    async with running(make(name)) as bench, companions() as start:
        await online(bench)
        await bench.device.drive(pan=1.0)
        for _ in range(100):
            start(question(bench, name))
        await asyncio.sleep(0.011)  # in the middle of one of them
        asked_s = asyncio.get_running_loop().time()
        await bench.device.stop()
        length_s = CAMERAS[name].bytes_of_stop * bench.wire.byte_s
        assert stops(bench, name, asked_s)[0] + length_s - asked_s <= WITHIN_S
        assert not moving(bench)


@pytest.mark.parametrize("name", CAMERAS)
@virtual
async def test_a_stop_does_not_wait_for_a_camera_that_thinks(name: str) -> None:
    async with running(make(name)) as bench, companions() as start:
        await online(bench)
        await bench.device.drive(pan=1.0)
        bench.box.misbehave(Faults(delay_s=0.2))
        start(question(bench, name))
        await asyncio.sleep(0.02)
        asked_s = asyncio.get_running_loop().time()
        await bench.device.stop()
        assert stops(bench, name, asked_s)[0] - asked_s < WITHIN_S


@pytest.mark.parametrize("name", CAMERAS)
@virtual
async def test_a_stop_is_repeated_until_the_camera_confirms(name: str) -> None:
    async with running(make(name)) as bench, companions() as start:
        await online(bench)
        await bench.device.drive(pan=1.0)
        bench.box.misbehave(Faults(silent_after_s=0))
        asked_s = asyncio.get_running_loop().time()
        stopping = start(bench.device.stop())
        await until(lambda: len(stops(bench, name, asked_s)) >= 3, within_s=1)
        assert not stopping.done()
        bench.box.misbehave(Faults())
        await stopping
        assert not moving(bench)


@pytest.mark.parametrize("name", CAMERAS)
@virtual
async def test_a_joystick_that_is_let_go_is_a_stop(name: str) -> None:
    async with running(make(name)) as bench:
        await online(bench)
        await bench.device.drive(pan=0.4, zoom=0.4)
        await bench.device.drive()
        assert not moving(bench)


@pytest.mark.parametrize("name", CAMERAS)
@virtual
async def test_a_movement_that_nobody_refreshes_ends_by_itself(name: str) -> None:
    async with running(make(name)) as bench:
        await online(bench)
        await bench.device.drive(pan=0.3)
        await asyncio.sleep(1.4)
        assert moving(bench)
        await asyncio.sleep(0.2)
        assert not moving(bench)


@pytest.mark.parametrize("name", CAMERAS)
@virtual
async def test_a_movement_that_is_refreshed_goes_on(name: str) -> None:
    async with running(make(name)) as bench:
        await online(bench)
        for _ in range(8):
            await bench.device.drive(pan=0.1)
            await asyncio.sleep(1.0)
        assert moving(bench)
        await bench.device.stop()
        assert bench.device.state().values["moving"].value is False


@pytest.mark.parametrize("name", CAMERAS)
@virtual
async def test_a_camera_lost_while_moving_is_stopped_when_it_returns(name: str) -> None:
    async with running(make(name)) as bench:
        await online(bench)
        await bench.device.drive(zoom=0.01, for_s=10)
        bench.wire.unplug()
        await asyncio.sleep(20)
        assert bench.emulator.moving
        bench.wire.plug()
        await until(lambda: bench.online, within_s=2)
        assert not moving(bench)


@virtual
async def test_a_busy_camera_is_told_again() -> None:
    async with running(make("visca")) as bench:
        await online(bench)
        await bench.device.drive(tilt=0.5)
        bench.emulator.busy = 4
        await bench.device.stop()
        assert not bench.emulator.moving


@virtual
async def test_nothing_that_was_asked_before_a_stop_moves_the_camera_after_it() -> None:
    async with running(make("visca")) as bench, companions() as start:
        await online(bench)
        bench.emulator.busy = 3  # the drive has to be asked again, and by then nobody wants it
        start(bench.device.drive(pan=1.0, zoom=1.0))
        await asyncio.sleep(0.02)
        await bench.device.stop()
        await asyncio.sleep(1.0)
        assert not bench.emulator.moving
        assert bench.device.state().values["moving"].value is False


@pytest.mark.parametrize("seed", range(20))
@virtual
async def test_on_a_bad_network_the_last_word_counts(seed: int) -> None:
    """Datagrams are lost both ways: a resent drive must not come after the stop."""
    bench = make("visca-sony")
    bench.box.chance.seed(seed)
    async with running(bench):
        await online(bench)
        bench.box.misbehave(Faults(drop=0.3))
        for _ in range(5):
            with suppress(DeviceError):
                await bench.device.drive(pan=1.0, for_s=10)
            with suppress(DeviceError):  # lost meanwhile: then it is stopped when it returns
                await bench.device.stop()
            await until(lambda: bench.online, within_s=20)
            await asyncio.sleep(3)
            moved = [data for _, data in bench.wire.written if b"\x01\x06\x01" in data]
            assert STOP in moved[-1]
            assert not bench.emulator.moving


@virtual
async def test_a_drive_that_was_lost_is_not_sent_again_after_the_stop() -> None:
    async with running(make("visca-sony")) as bench, companions() as start:
        await online(bench)
        bench.box.misbehave(Faults(drop=1.0))
        start(bench.device.drive(pan=1.0))
        await asyncio.sleep(0.1)
        bench.box.misbehave(Faults())
        await bench.device.stop()
        await asyncio.sleep(3)
        moved = [data for _, data in bench.wire.written if b"\x01\x06\x01" in data]
        assert STOP in moved[-1]
        assert not bench.emulator.moving


@virtual
async def test_a_newer_movement_replaces_one_that_waits() -> None:
    async with running(make("visca-serial")) as bench, companions() as start:
        await online(bench)
        drives = [start(bench.device.drive(pan=step / 50)) for step in range(1, 51)]
        await asyncio.wait(drives)
        await bench.device.stop()
        sent = [data for _, data in bench.wire.written if data[1:4] == b"\x01\x06\x01"]
        assert len(sent) < 10
        assert visca.encode(1, visca.drive(24, 0)) in sent


def test_the_most_urgent_is_the_stop() -> None:
    assert min(Priority.STOP, Priority.COMMAND, Priority.POLL) is Priority.STOP
    assert ViscaEmulator().moving is False
