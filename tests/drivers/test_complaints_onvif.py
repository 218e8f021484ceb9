"""What users of other systems complain about with ONVIF cameras: each is a test that passes here.

The issues are named in `classroom_drivers.devices.onvif`.
"""

import asyncio

import pytest

from classroom_drivers.api import RefusedError
from classroom_drivers.emulators.onvif import OnvifEmulator
from tests.drivers.benches import Bench, make, running
from tests.drivers.virtual import until, virtual


async def online(bench: Bench) -> None:
    await until(lambda: bench.online, within_s=3)
    await asyncio.sleep(1)


def moving(bench: Bench) -> bool:
    bench.emulator.advance(asyncio.get_running_loop().time())
    found: bool = bench.emulator.moving
    return found


@virtual
async def test_scrypted_2124_a_camera_that_ignores_time_outs_is_stopped_by_us() -> None:
    """It went on for more than 84 s, as the emulated one does if nobody stops it."""
    async with running(make("onvif")) as bench:
        await online(bench)
        bench.emulator.axes["pan"].high = 1e6
        await bench.device.drive(pan=0.5)
        await asyncio.sleep(1.7)
        assert not moving(bench)
        await asyncio.sleep(3)
        bench.emulator.axes["pan"].drive(1.0)
        await asyncio.sleep(90)
        assert moving(bench)


@virtual
async def test_python_onvif_zeep_71_a_zoom_ends_where_it_was_told() -> None:
    async with running(make("onvif")) as bench:
        await online(bench)
        await bench.device.drive(zoom=0.1, for_s=1.0)
        await asyncio.sleep(1.2)
        assert not moving(bench)
        assert bench.emulator.axes["zoom"].at == pytest.approx(0.05, abs=0.01)


@virtual
async def test_onvif_core_30_a_camera_that_refuses_the_time_out_field_moves() -> None:
    async with running(make("onvif", OnvifEmulator(takes_timeout=False), password="")) as bench:
        await online(bench)
        await bench.device.drive(pan=0.5)
        assert moving(bench)
        assert not any(b"Timeout" in data for _, data in bench.wire.written)


@pytest.mark.parametrize("tells", [True, False], ids=["tells that it moves", "says nothing"])
@pytest.mark.parametrize("form", ["Stop", "still"])
@virtual
async def test_onvif_zeep_async_155_one_form_of_stop_is_enough(form: str, tells: bool) -> None:
    """The other form is accepted, and nothing happens."""
    camera = OnvifEmulator(honours=frozenset({form}), tells_moving=tells)
    async with running(make("onvif-open", camera)) as bench:
        await online(bench)
        await bench.device.drive(pan=0.2, for_s=10)
        await bench.device.stop()
        await asyncio.sleep(1.5)
        assert not moving(bench)
        await until(lambda: bench.device.state().values["moving"].value is False, within_s=2)


@pytest.mark.parametrize("form", ["Stop", "still"])
@virtual
async def test_iris_177_one_form_of_stop_may_be_refused(form: str) -> None:
    camera = OnvifEmulator(refuses=frozenset({form}))
    async with running(make("onvif-open", camera)) as bench:
        await online(bench)
        await bench.device.drive(tilt=0.2, for_s=10)
        began_s = asyncio.get_running_loop().time()
        await bench.device.stop()
        assert asyncio.get_running_loop().time() - began_s < 0.1
        assert not moving(bench)


@virtual
async def test_a_camera_that_refuses_every_stop_is_not_said_to_have_stopped() -> None:
    camera = OnvifEmulator(refuses=frozenset({"Stop", "still"}))
    async with running(make("onvif-open", camera)) as bench:
        await online(bench)
        await bench.device.drive(tilt=0.01, for_s=10)
        with pytest.raises(RefusedError):
            await bench.device.stop()
        assert bench.device.state().values["moving"].value is True
        camera.refuses = frozenset()
        await asyncio.sleep(11)  # the dead man goes on trying
        assert not moving(bench)


@virtual
async def test_testspecs_132_a_status_that_takes_half_a_minute_holds_up_nothing() -> None:
    camera = OnvifEmulator(thinks_s={"GetStatus": 30.0})
    async with running(make("onvif-open", camera)) as bench:
        await online(bench)
        clock = asyncio.get_running_loop().time
        for _ in range(40):
            began_s = clock()
            await bench.device.drive(pan=0.1)
            await bench.device.stop()
            assert clock() - began_s < 0.1
            await asyncio.sleep(3)
            assert bench.online
        assert "pan-deg" in bench.device.state().values
        assert camera.asked.count("GetStatus") <= 5  # never two at once


@virtual
async def test_a_camera_without_status_is_not_asked_again_and_stays_online() -> None:
    async with running(make("onvif-plain")) as bench:
        await online(bench)
        await bench.device.drive(pan=0.1, for_s=1.0)
        assert bench.device.state().values["moving"].value is True
        for _ in range(100):
            await asyncio.sleep(1)
            assert bench.online
        assert bench.emulator.asked.count("GetStatus") == 1
        assert bench.device.state().values["moving"].value is False


@virtual
async def test_a_camera_that_somebody_else_moves_is_left_alone() -> None:
    async with running(make("onvif-open")) as bench:
        await online(bench)
        await bench.device.drive(pan=0.1)
        await bench.device.stop()
        await asyncio.sleep(2)
        bench.emulator.axes["pan"].drive(1.0)
        await asyncio.sleep(30)
        assert moving(bench)
        assert bench.device.state().values["moving"].value is True
