"""A VISCA camera whose plug is pulled and put back: found out, come into step, never set moving."""

import asyncio

import pytest

from classroom_drivers.api import Availability, PowerState
from classroom_drivers.codecs import visca
from classroom_drivers.emulators.visca import ViscaEmulator
from tests.drivers.benches import Bench, make, running
from tests.drivers.virtual import until, virtual

SINGLE = ("visca", "visca-serial", "visca-sony", "visca-fr7")
OFF_S = 25.0  # without power, and until it is up
FOUND_S, BACK_S = 10.0, 2.0


def now_s() -> float:
    return asyncio.get_running_loop().time()


def value(bench: Bench, name: str) -> object:
    values = bench.device.state().values
    return values[name].value if name in values else None


async def ready(bench: Bench) -> None:
    await until(lambda: value(bench, "zoom") is not None, within_s=5)


async def power_cycle(bench: Bench) -> None:
    """Pull the plug, see it lost, wait until it is up again."""
    bench.emulator.power_cycle(now_s(), off_s=OFF_S)
    await until(lambda: bench.availability is Availability.OFFLINE, within_s=FOUND_S)
    await until(lambda: not bench.emulator.dead(now_s()), within_s=OFF_S)


@pytest.mark.parametrize("name", SINGLE)
@virtual
async def test_it_is_lost_within_10_s_and_back_within_2(name: str) -> None:
    async with running(make(name)) as bench:
        await ready(bench)
        await bench.device.store_preset(number=5)
        await bench.device.set_tally(on=True)
        await power_cycle(bench)
        await until(lambda: bench.online, within_s=BACK_S)
        assert value(bench, "preset") is None
        await until(lambda: value(bench, "tally") is False, within_s=5)  # as it says by itself
        await bench.device.home()
        assert len(bench.emulator.presets) == 1


@pytest.mark.parametrize("name", SINGLE)
@virtual
async def test_nothing_moves_by_itself_afterwards(name: str) -> None:
    async with running(make(name)) as bench:
        await ready(bench)
        await bench.device.move_to(pan_deg=100, tilt_deg=20, zoom=1.0, speed=0.3)
        await asyncio.sleep(0.5)
        await bench.device.drive(pan=1.0, for_s=10)
        await power_cycle(bench)
        await until(lambda: bench.online, within_s=BACK_S)
        for _ in range(100):
            await asyncio.sleep(0.1)
            assert not bench.emulator.moving
        assert value(bench, "moving") is False
        assert value(bench, "pan-deg") == 0.0


@virtual
async def test_tcp_that_nobody_closed_is_found_out_by_a_question() -> None:
    bench = make("visca", ViscaEmulator(half_open=True))
    async with running(bench):
        await ready(bench)
        bench.emulator.power_cycle(now_s(), off_s=0)  # back before anybody has asked
        took_s = await until(lambda: bench.availability is Availability.OFFLINE, within_s=FOUND_S)
        await until(lambda: bench.online, within_s=BACK_S)
        assert took_s < FOUND_S
        await bench.device.home()


@pytest.mark.parametrize("name", ["visca-sony", "visca-fr7"])
@virtual
async def test_a_camera_that_counts_from_0_again_is_followed_within_2_s(name: str) -> None:
    async with running(make(name)) as bench:
        await ready(bench)
        for _ in range(3):
            bench.emulator.power_cycle(now_s(), off_s=0)
            await bench.device.drive(tilt=0.3)
            assert bench.emulator.moving
            await bench.device.stop()
            assert not bench.emulator.moving
            await until(lambda: bench.online, within_s=BACK_S)
            await asyncio.sleep(5)
            assert bench.device.state().problem == ""


@virtual
async def test_a_camera_that_counts_from_0_again_while_nobody_commands_is_followed_too() -> None:
    async with running(make("visca-sony")) as bench:
        await ready(bench)
        bench.emulator.power_cycle(now_s(), off_s=0)
        await asyncio.sleep(4)  # the next poll
        bench.emulator.axes["pan"].reset(144)
        await until(lambda: value(bench, "pan-deg") == 10.0, within_s=4)


@virtual
async def test_a_preset_is_not_claimed_of_a_camera_that_was_moved_by_another_hand() -> None:
    async with running(make("visca")) as bench:
        await ready(bench)
        await bench.device.store_preset(number=3)
        await asyncio.sleep(7)
        assert value(bench, "preset") == 3
        bench.emulator.axes["pan"].reset(300)
        await until(lambda: value(bench, "preset") is None, within_s=4)


@virtual
async def test_a_camera_that_wakes_in_standby_is_not_asked_to_stop_for_ever() -> None:
    async with running(make("visca")) as bench:
        await ready(bench)
        await bench.device.drive(pan=0.5, for_s=10)
        bench.emulator.power_cycle(now_s(), off_s=20)
        bench.emulator.on = False
        await until(lambda: bench.availability is Availability.OFFLINE, within_s=FOUND_S)
        await until(lambda: not bench.emulator.dead(now_s()), within_s=20)
        await until(lambda: bench.online, within_s=BACK_S + 1)
        assert value(bench, "power") is PowerState.OFF
        before = len(bench.wire.written)
        await asyncio.sleep(20)
        later = [data for _, data in bench.wire.written[before:]]
        assert visca.encode(1, visca.STOP) not in b"".join(later)
