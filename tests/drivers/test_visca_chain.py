"""Several VISCA cameras on one serial line: addresses, each hears its own, stops that overtake."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from classroom_drivers import connect
from classroom_drivers.api import Availability, Device, DeviceError
from classroom_drivers.codecs import visca
from classroom_drivers.companions import companions
from classroom_drivers.devices.visca import ViscaCamera
from classroom_drivers.emulators.box import Box
from classroom_drivers.emulators.faults import Faults
from classroom_drivers.emulators.memory import MemoryTransport
from classroom_drivers.emulators.server import serve
from classroom_drivers.emulators.visca import ViscaChain, ViscaEmulator
from classroom_drivers.links.exchange import Exchange
from classroom_drivers.links.shared_wire import SharedWire
from classroom_drivers.wiring import Wiring
from tests.drivers.benches import BYTE_S_AT_9600, make, running
from tests.drivers.virtual import until, virtual

SET_ADDRESSES = visca.encode(visca.ALL, visca.SET_ADDRESS)
STOP_S = 18 * BYTE_S_AT_9600  # a cancel and two stops on the wire
NEW_ADDRESSES_S = 0.5  # until a chain that has changed is numbered


@dataclass(frozen=True, slots=True)
class Chain:
    """A line, the cameras on it, and their drivers."""

    cameras: list[ViscaEmulator]
    devices: list[ViscaCamera]
    box: Box
    wire: MemoryTransport

    @property
    def online(self) -> bool:
        return all(device.state().availability is Availability.ONLINE for device in self.devices)

    def sent(self, data: bytes, since_s: float = 0.0) -> list[float]:
        return [at_s for at_s, said in self.wire.written if data in said and at_s >= since_s]


@asynccontextmanager
async def a_chain(length: int = 3, *addresses: int) -> AsyncIterator[Chain]:
    """Put cameras on a line and drivers to their addresses, all of them if none is named."""
    cameras = [ViscaEmulator() for _ in range(length)]
    box = Box(ViscaChain(cameras=cameras))
    memory = MemoryTransport(box, byte_s=BYTE_S_AT_9600)
    wire = SharedWire(memory, "chain")
    numbers = addresses or tuple(range(1, length + 1))
    devices = [ViscaCamera(wire.tap(), address=number) for number in numbers]
    async with companions() as start:
        for device in devices:
            start(device.run())
        yield Chain(cameras, devices, box, memory)


def now_s() -> float:
    return asyncio.get_running_loop().time()


def offline(device: Device) -> bool:
    return device.state().availability is Availability.OFFLINE


def zoom_known(device: Device) -> bool:
    return "zoom" in device.state().values


async def question(device: ViscaCamera) -> None:
    """Ask something that has no kind, so that it replaces nothing."""
    exchange = Exchange[object, bool](
        name="question",
        data=visca.encode(device.address, visca.ASK_POSITION),
        answer=lambda reply: isinstance(reply, visca.Answer) or None,
        deadline_s=60,
    )
    try:
        await device.line.ask(exchange)  # type: ignore[arg-type]
    except DeviceError:
        return


@virtual
async def test_a_serial_line_is_numbered_before_anything_else_is_said() -> None:
    async with running(make("visca-serial")) as bench:
        await until(lambda: bench.online)
        sent = [data for _, data in bench.wire.written[:3]]
        assert sent == [
            SET_ADDRESSES,
            visca.encode(1, visca.CLEAR),  # ours only: others may be moving
            visca.encode(1, visca.ASK_POWER),
        ]


@virtual
async def test_a_camera_with_a_fixed_address_is_found_there() -> None:
    emulator = ViscaEmulator(address=2)
    wire = MemoryTransport(Box(emulator), byte_s=BYTE_S_AT_9600)
    device = ViscaCamera(wire, address=2)
    async with companions() as start:
        start(device.run())
        await until(lambda: device.state().availability is Availability.ONLINE, within_s=3)
        await device.drive(pan=0.5)
        assert emulator.axes["pan"].speed > 0


@virtual
async def test_the_addresses_of_a_chain_are_given_out_once() -> None:
    async with a_chain(3) as chain:
        await until(lambda: chain.online, within_s=2)
        assert [camera.address for camera in chain.cameras] == [1, 2, 3]
        await asyncio.sleep(60)
        assert len(chain.sent(SET_ADDRESSES)) == 1
        assert chain.sent(visca.encode(visca.ALL, visca.CLEAR)) == []


@virtual
async def test_whoever_is_first_gives_them_out_when_camera_1_is_nobody_s() -> None:
    async with a_chain(3, 2, 3) as chain:
        await until(lambda: chain.online, within_s=2)
        assert len(chain.sent(SET_ADDRESSES)) == 1


@virtual
async def test_each_driver_moves_its_own_camera_and_hears_no_other() -> None:
    async with a_chain(3) as chain, companions() as start:
        await until(lambda: chain.online, within_s=2)
        for place, device in enumerate(chain.devices):
            start(device.move_to(pan_deg=10.0 * (place + 1), tilt_deg=0))
        await asyncio.sleep(10)
        for place, device in enumerate(chain.devices):
            assert device.known("pan-deg") == pytest.approx(10.0 * (place + 1), abs=0.1)
        await chain.devices[1].drive(pan=0.2)
        await asyncio.sleep(0.5)
        assert [camera.moving for camera in chain.cameras] == [False, True, False]
        await chain.devices[0].stop()
        assert chain.cameras[1].moving


@virtual
async def test_a_camera_that_comes_later_does_not_disturb_one_that_moves() -> None:
    cameras = [ViscaEmulator(), ViscaEmulator()]
    wire = SharedWire(MemoryTransport(Box(ViscaChain(cameras=cameras)), byte_s=0.001), "chain")
    first, second = (ViscaCamera(wire.tap(), address=number) for number in (1, 2))
    async with companions() as start:
        start(first.run())
        await until(lambda: first.known("pan-deg") is not None)
        await first.move_to(pan_deg=100, tilt_deg=0, speed=0.7)
        start(second.run())
        await until(lambda: second.known("pan-deg") is not None)
        assert cameras[0].moving
        await until(lambda: first.known("pan-deg") == 100, within_s=20)


@pytest.mark.parametrize("after_s", [0.0, 0.011, 0.017, 0.4])
@virtual
async def test_a_stop_overtakes_a_hundred_commands_of_the_other_camera_too(after_s: float) -> None:
    async with a_chain(2) as chain, companions() as start:
        await until(lambda: chain.online, within_s=2)
        mine, other = chain.devices
        await mine.drive(pan=1.0)
        for _ in range(100):
            start(question(other))
            start(question(mine))
        await asyncio.sleep(after_s)
        asked_s = now_s()
        await mine.stop()
        assert chain.sent(visca.encode(1, visca.STOP), asked_s)[0] + STOP_S - asked_s <= 0.05
        assert not chain.cameras[0].moving


@virtual
async def test_with_seven_cameras_that_are_all_asked_a_stop_is_still_at_once() -> None:
    async with a_chain(7) as chain, companions() as start:
        await until(lambda: chain.online, within_s=3)
        await chain.devices[6].drive(tilt=0.5)
        for device in chain.devices:
            for _ in range(30):
                start(question(device))
        await asyncio.sleep(0.123)
        asked_s = now_s()
        await chain.devices[6].stop()
        assert chain.sent(visca.encode(7, visca.STOP), asked_s)[0] + STOP_S - asked_s <= 0.05


@virtual
async def test_a_camera_switched_on_again_is_given_its_address_back() -> None:
    async with a_chain(3) as chain:
        await until(lambda: chain.online, within_s=2)
        chain.cameras[1].power_cycle(now_s(), off_s=0)
        await until(lambda: chain.cameras[1].address == 2, within_s=NEW_ADDRESSES_S)
        await asyncio.sleep(1)
        assert chain.online
        assert len(chain.sent(SET_ADDRESSES)) == 2
        await chain.devices[1].home()


@virtual
async def test_a_camera_without_power_costs_those_behind_it_and_nobody_else() -> None:
    async with a_chain(3) as chain:
        await until(lambda: chain.online, within_s=2)
        chain.cameras[1].power_cycle(now_s(), off_s=30)
        first, second, third = chain.devices
        for lost in (second, third):
            await until(partial(offline, lost), within_s=10)
        for _ in range(20):
            await asyncio.sleep(1)
            assert first.state().availability is Availability.ONLINE
            await first.drive(pan=0.1)
        await first.stop()
        await until(lambda: not chain.cameras[1].dead(now_s()), within_s=30)
        await until(lambda: chain.online, within_s=2)
        assert [camera.address for camera in chain.cameras] == [1, 2, 3]


@virtual
async def test_the_line_pulled_and_put_back_finds_all_of_them() -> None:
    async with a_chain(3) as chain:
        await until(lambda: chain.online, within_s=2)
        chain.wire.unplug()
        await until(lambda: not chain.online)
        await asyncio.sleep(10)
        chain.wire.plug()
        await until(lambda: chain.online, within_s=2)


@virtual
async def test_a_dead_camera_in_a_chain_is_asked_for_without_end_and_without_harm() -> None:
    async with a_chain(1, 1, 2) as chain:
        alive, absent = chain.devices
        await until(lambda: alive.state().availability is Availability.ONLINE, within_s=2)
        await asyncio.sleep(600)
        assert alive.state().availability is Availability.ONLINE
        assert absent.state().availability is Availability.OFFLINE
        chain.box.misbehave(Faults(delay_s=0.05))
        await alive.drive(zoom=0.5)
        await alive.stop()
        assert not chain.cameras[0].moving


async def test_two_cameras_of_one_port_are_two_devices(tmp_path: Path) -> None:
    chain = ViscaChain(cameras=[ViscaEmulator(), ViscaEmulator()])
    wiring = Wiring()
    async with (
        serve(chain, f"serial://{tmp_path}/tty") as served,
        connect("visca", served.url, wiring=wiring) as first,
        connect("visca", served.url, options={"address": 2}, wiring=wiring) as second,
    ):
        for device in (first, second):
            await until(partial(zoom_known, device), within_s=5)
        await second.perform("pan-tilt-zoom", "move-to", {"pan_deg": 3, "tilt_deg": 0})
        await until(lambda: second.state().values["pan-deg"].value == 2.99, within_s=5)
        assert first.state().values["pan-deg"].value == 0.0
