"""What a stop is up against with ONVIF, where every word has a connection of its own."""

import asyncio

import pytest

from classroom_drivers.api import DeviceError
from classroom_drivers.codecs import onvif
from classroom_drivers.companions import companions
from classroom_drivers.devices.onvif import OnvifCamera
from classroom_drivers.emulators.faults import Faults
from tests.drivers.benches import Bench, make, running
from tests.drivers.virtual import until, virtual


async def online(bench: Bench) -> None:
    await until(lambda: bench.online, within_s=3)
    await asyncio.sleep(1)  # it has said where it points


def moves(bench: Bench) -> list[tuple[float, bytes]]:
    words = (b"<Stop ", b"<ContinuousMove ")
    return [(at_s, data) for at_s, data in bench.wire.written if any(w in data for w in words)]


def moving(bench: Bench) -> bool:
    bench.emulator.advance(asyncio.get_running_loop().time())
    found: bool = bench.emulator.moving
    return found


async def question(device: OnvifCamera) -> None:
    """Ask something that has no kind, so that it replaces nothing."""
    try:
        await device.ask(onvif.GET_SERVICES, deadline_s=60)
    except DeviceError:
        return


@pytest.mark.parametrize("name", ["onvif-open", "onvif-token", "onvif-plain"])
@virtual
async def test_a_drive_that_the_camera_begins_after_the_stop_is_stopped_too(name: str) -> None:
    """Each has a connection of its own: the camera may take the later one first."""
    async with running(make(name)) as bench, companions() as start:
        await online(bench)
        bench.emulator.thinks_s["ContinuousMove"] = 0.5
        start(bench.device.drive(pan=1.0, for_s=10))
        await asyncio.sleep(0.02)
        await bench.device.stop()
        assert bench.emulator.axes["pan"].at != 0  # it had begun
        await asyncio.sleep(2)
        assert not moving(bench)
        assert bench.device.state().values["moving"].value is False


@virtual
async def test_a_drive_whose_proof_came_out_of_turn_is_not_asked_again_after_the_stop() -> None:
    async with running(make("onvif")) as bench, companions() as start:
        await online(bench)
        bench.emulator.thinks_s["ContinuousMove"] = 0.5
        start(bench.device.drive(pan=1.0, for_s=10))
        await asyncio.sleep(0.02)
        await bench.device.stop()
        await asyncio.sleep(2)
        assert bench.emulator.asked.count("ContinuousMove") == 1
        assert bench.emulator.axes["pan"].at == 0


@virtual
async def test_what_was_asked_before_a_stop_and_waits_is_not_sent_after_it() -> None:
    async with running(make("onvif")) as bench, companions() as start:
        await online(bench)
        bench.box.misbehave(Faults(delay_s=0.2))
        start(question(bench.device))
        await asyncio.sleep(0.02)
        start(bench.device.drive(pan=1.0))
        await asyncio.sleep(0.02)
        await bench.device.stop()
        await asyncio.sleep(2)
        assert not any(b"<ContinuousMove " in data for _, data in moves(bench))


@virtual
async def test_a_drive_after_a_stop_is_not_stopped_by_it() -> None:
    async with running(make("onvif")) as bench, companions() as start:
        await online(bench)
        bench.emulator.thinks_s["ContinuousMove"] = 0.3
        start(bench.device.drive(pan=1.0))
        await asyncio.sleep(0.02)
        stopping = start(bench.device.stop())
        await asyncio.sleep(0.1)
        await bench.device.drive(tilt=0.5, for_s=10)
        await stopping
        await asyncio.sleep(3)
        assert moving(bench)


@virtual
async def test_a_newer_movement_replaces_one_that_waits() -> None:
    async with running(make("onvif")) as bench, companions() as start:
        await online(bench)
        drives = [start(bench.device.drive(pan=step / 50)) for step in range(1, 51)]
        await asyncio.wait(drives)
        await bench.device.stop()
        sent = [data for _, data in moves(bench) if b"<ContinuousMove " in data]
        assert len(sent) < 10
        assert b'x="1"' in sent[-1]


@pytest.mark.parametrize("seed", range(10))
@virtual
async def test_on_a_bad_network_the_last_word_counts(seed: int) -> None:
    bench = make("onvif")
    bench.box.chance.seed(seed)
    async with running(bench):
        await online(bench)
        bench.box.misbehave(Faults(drop=0.3))
        for _ in range(5):
            for word in (bench.device.drive(pan=1.0, for_s=10), bench.device.stop()):
                try:
                    await word
                except DeviceError:
                    continue  # lost meanwhile: then it is stopped when it returns
            await until(lambda: bench.online, within_s=60)
            await asyncio.sleep(5)
            assert not moving(bench)
