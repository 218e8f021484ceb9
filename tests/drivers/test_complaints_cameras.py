"""What users of other systems complain about with cameras, each as a test that passes here."""

import asyncio
import gc
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

import pytest

from classroom_drivers.api import Availability, DeviceError
from classroom_drivers.codecs import visca
from classroom_drivers.companions import companions
from classroom_drivers.devices.visca import ViscaCamera
from classroom_drivers.emulators.box import Box
from classroom_drivers.emulators.faults import Faults
from classroom_drivers.emulators.memory import MemoryTransport
from classroom_drivers.emulators.session import NEVER
from classroom_drivers.emulators.visca import ViscaEmulator
from tests.drivers.benches import Bench, make, running
from tests.drivers.virtual import until, virtual

OVER_IP = ("visca", "visca-sony")
LOST_S, BACK_S = 10.0, 2.0
STOP = visca.encode(1, visca.STOP)


def now_s() -> float:
    return asyncio.get_running_loop().time()


def stops(bench: Bench, since_s: float) -> list[float]:
    return [at_s for at_s, data in bench.wire.written if STOP in data and at_s >= since_s]


async def ready(bench: Bench) -> None:
    await until(lambda: bench.online and "zoom" in bench.device.state().values, within_s=5)


async def lost(bench: Bench) -> None:
    await until(lambda: bench.availability is Availability.OFFLINE, within_s=LOST_S)


def living() -> int:
    """Count what the program remembers."""
    gc.collect()
    return len(gc.get_objects())


async def overtaken(movement: Coroutine[Any, Any, None]) -> None:
    """Begin what may come to nothing."""
    with suppress(DeviceError):
        await movement


class Replies:
    """A camera that answers what it was asked with the bytes of a table, and nothing else."""

    closed = False

    def __init__(self, *answers: tuple[bytes, bytes]) -> None:
        self._answers = answers

    def session(self, now_s: float) -> "Replies":
        return self

    def due_s(self) -> float:
        return NEVER

    def receive(self, data: bytes, now_s: float) -> list[bytes]:
        return [answer for asked, answer in self._answers if asked in data]


@pytest.mark.parametrize("off_s", [0.0, 20.0, 6 * 3600.0])
@virtual
async def test_companion_87_a_camera_that_had_no_power_works_when_it_is_green(off_s: float) -> None:
    """companion-module-ptzoptics-visca #87: green ticks, and commands go nowhere."""
    bench = make("visca", ViscaEmulator(half_open=True))
    async with running(bench):
        await ready(bench)
        bench.emulator.power_cycle(now_s(), off_s=off_s)
        await lost(bench)
        await asyncio.sleep(max(off_s - LOST_S, 0.0))
        await until(lambda: not bench.emulator.dead(now_s()), within_s=LOST_S)
        await until(lambda: bench.online, within_s=BACK_S)
        for _ in range(10):
            await bench.device.drive(pan=0.2)
            assert bench.emulator.moving
            await bench.device.stop()


@pytest.mark.parametrize("name", [*OVER_IP, "visca-serial"])
@virtual
async def test_companion_79_a_pulled_cable_is_noticed_soon(name: str) -> None:
    """companion-module-ptzoptics-visca #79: it takes very long until the loss is shown."""
    async with running(make(name)) as bench:
        await ready(bench)
        bench.box.misbehave(Faults(silent_after_s=0))  # the line stays open, as TCP does
        assert await until(lambda: bench.availability is Availability.OFFLINE) < LOST_S


@virtual
async def test_companion_57_one_odd_byte_does_not_end_it() -> None:
    """companion-module-ptzoptics-visca #57: A0 41 FF for 90 41 FF, and the connection is dead."""
    odd = Replies(
        (visca.ASK_POWER, bytes.fromhex("905002FF")),
        (visca.ASK_VERSION, bytes.fromhex("9050 0001 0000 0100 02 FF")),
        (visca.HOME, bytes.fromhex("A041FF A051FF")),
    )
    wire = MemoryTransport(Box(odd))
    async with running(Bench(ViscaCamera(wire), odd, Box(odd), wire)) as bench:
        await until(lambda: bench.online)
        for _ in range(3):
            await bench.device.home()
            await asyncio.sleep(1)
        assert bench.online


@virtual
async def test_companion_51_a_network_change_over_ip_is_nothing() -> None:
    """companion-module-ptzoptics-visca #51: 80 38 FF or 90 38 FF, though there is no chain."""
    async with running(make("visca")) as bench:
        await ready(bench)
        before = len(bench.wire.written)
        for address in (0, 1, 7):
            bench.device.unasked(visca.NetworkChange(address))
        assert len(bench.wire.written) == before
        assert bench.online
        await bench.device.home()


@pytest.mark.parametrize("name", ["visca", "visca-serial"])
@virtual
async def test_companion_62_syntax_errors_that_nobody_asked_for_do_no_harm(name: str) -> None:
    """companion-module-ptzoptics-visca #62: 90 60 02 FF out of the blue, and it is over."""
    async with running(make(name)) as bench:
        await ready(bench)
        for _ in range(3):
            bench.device.unasked(visca.Refusal(1, 0, visca.NOT_UNDERSTOOD))
            bench.emulator.complaints = 1  # while something waits for its answer
            await bench.device.home()
            bench.emulator.complaints = 1
            await bench.device.drive(tilt=0.3)
            bench.emulator.complaints = 1
            await bench.device.stop()
            assert not bench.emulator.moving
            bench.emulator.complaints = 1
            await asyncio.sleep(4)
            assert bench.online
            assert bench.device.state().problem == ""


@virtual
async def test_companion_20_half_a_day_of_looking_for_a_camera_cost_nothing() -> None:
    """companion-module-ptzoptics-visca #20: with a camera absent, the module hangs after hours."""
    bench = make("visca")
    bench.wire.unplug()
    async with running(bench):
        await asyncio.sleep(3600)
        tasks, things = len(asyncio.all_tasks()), living()
        await asyncio.sleep(11 * 3600)
        assert len(asyncio.all_tasks()) == tasks
        assert living() < things + 1000
        bench.wire.plug()
        await until(lambda: bench.online, within_s=BACK_S)
        await bench.device.home()


@pytest.mark.parametrize("name", [*OVER_IP, "visca-serial", "visca-chain"])
@virtual
async def test_obs_ptz_7_a_stop_is_sent_though_the_camera_does_not_answer(name: str) -> None:
    """obs-ptz #7: the camera is slow to answer, the stop waits for it, and it turns on and on."""
    async with running(make(name)) as bench, companions() as start:
        await ready(bench)
        camera = bench.emulator.cameras[1] if name == "visca-chain" else bench.emulator
        stop = visca.encode(bench.device.address, visca.STOP)
        await bench.device.drive(pan=1.0, for_s=10)
        bench.box.misbehave(Faults(delay_s=0.8))
        start(overtaken(bench.device.drive(pan=0.9, for_s=10)))  # it waits for its answer
        await asyncio.sleep(0.1)
        asked_s = now_s()
        start(overtaken(bench.device.stop()))
        await until(lambda: not camera.moving)
        first = next(at for at, data in bench.wire.written if stop in data and at >= asked_s)
        assert first - asked_s < 0.05


@virtual
async def test_obs_ptz_40_no_speed_is_ever_zero() -> None:
    """obs-ptz #40: a BRC-300 refuses 81 01 06 01 00 00 03 03 FF, a stop at speed 0, with 60 02."""
    async with running(make("visca")) as bench:
        await ready(bench)
        for pan, tilt in ((1.0, 0.0), (0.0, -1.0), (0.001, 0.0)):
            await bench.device.drive(pan=pan, tilt=tilt)
            await bench.device.stop()
        moves = [data for _, data in bench.wire.written if b"\x01\x06\x01" in data]
        assert moves
        for data in moves:
            at = data.index(b"\x01\x06\x01") + 3
            assert 1 <= data[at] <= visca.PAN_SPEED_MAX
            assert 1 <= data[at + 1] <= visca.TILT_SPEED_MAX


@pytest.mark.parametrize("name", [*OVER_IP, "visca-serial", "visca-chain", "visca-fr7"])
@virtual
async def test_scrypted_2124_a_movement_ends_though_nobody_ends_it(name: str) -> None:
    """Scrypted #2124: it leaves the end to the camera's time-out, and the camera has none."""
    async with running(make(name)) as bench:
        await ready(bench)
        camera = bench.emulator.cameras[1] if name == "visca-chain" else bench.emulator
        await bench.device.drive(pan=0.2)
        await asyncio.sleep(1.4)
        assert camera.moving
        await asyncio.sleep(0.2)
        assert not camera.moving


@virtual
async def test_scrypted_2124_even_a_camera_that_is_lost_meanwhile_is_stopped_on_its_return() -> (
    None
):
    """Scrypted #2124, and the network is gone when the movement should end."""
    async with running(make("visca")) as bench:
        await ready(bench)
        await bench.device.drive(tilt=0.2)
        bench.box.misbehave(Faults(silent_after_s=0))
        await lost(bench)
        assert bench.emulator.moving
        back_s = now_s()
        bench.box.misbehave(Faults())
        await until(lambda: bench.online, within_s=BACK_S)
        assert stops(bench, back_s)
        assert not bench.emulator.moving
