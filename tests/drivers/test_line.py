"""The supervised line, with every driver: lost within 10 s, back within 2 s, whatever happens."""

import asyncio

import pytest

from classroom_drivers.api import Availability, LinkError
from classroom_drivers.emulators.faults import Faults
from tests.drivers.benches import ANSWERING, NAMES, Bench, make, running
from tests.drivers.virtual import until, virtual

LOST_S, BACK_S = 10.0, 2.0
FAULTS = {
    "silent": Faults(silent_after_s=0),
    "loses everything": Faults(drop=1.0),
    "garbles everything": Faults(garble=1.0),
    "too late": Faults(delay_s=60),
}
MOMENTS = (0.0, 0.9, 17.3)  # how long it is away


async def lost(bench: Bench) -> None:
    await until(lambda: bench.availability is Availability.OFFLINE, within_s=LOST_S)


async def back(bench: Bench) -> None:
    await until(lambda: bench.online, within_s=BACK_S)


@pytest.mark.parametrize("away_s", MOMENTS)
@pytest.mark.parametrize("name", NAMES)
@virtual
async def test_an_unplugged_device_is_lost_and_comes_back(name: str, away_s: float) -> None:
    async with running(make(name)) as bench:
        await back(bench)
        bench.wire.unplug()
        await lost(bench)
        await asyncio.sleep(away_s)
        bench.wire.plug()
        await back(bench)


@pytest.mark.parametrize("away_s", MOMENTS)
@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("name", ANSWERING)
@virtual
async def test_a_device_that_misbehaves_is_lost_and_comes_back(
    name: str, fault: str, away_s: float
) -> None:
    async with running(make(name)) as bench:
        await back(bench)
        bench.box.misbehave(FAULTS[fault])
        await lost(bench)
        await asyncio.sleep(away_s)
        bench.box.misbehave(Faults())
        await back(bench)


@pytest.mark.parametrize("name", ANSWERING)
@virtual
async def test_a_device_that_was_never_there_is_found_when_it_comes(name: str) -> None:
    bench = make(name)
    bench.wire.unplug()
    async with running(bench):
        await until(lambda: bench.availability is Availability.OFFLINE)
        await asyncio.sleep(600)
        bench.wire.plug()
        await back(bench)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "faults",
    [Faults(split=True), Faults(delay_s=0.2), Faults(slow_bps=4800), Faults(drop=0.05)],
    ids=["split", "delay", "slow", "drops a few"],
)
@virtual
async def test_a_difficult_device_stays_usable(name: str, faults: Faults) -> None:
    bench = make(name)
    bench.box.misbehave(faults)
    async with running(bench):
        await until(lambda: bench.online, within_s=10)
        offline = 0
        for _ in range(300):
            await asyncio.sleep(0.5)
            offline += bench.availability is Availability.OFFLINE
        assert offline < 24  # 8 % of the time


@pytest.mark.parametrize("name", ["pjlink", "pjlink-password"])
@virtual
async def test_a_projector_that_hangs_up_after_every_answer_is_worked(name: str) -> None:
    bench = make(name)
    bench.box.misbehave(Faults(hang_up_after=2))  # the greeting and one answer
    async with running(bench):
        await until(lambda: bench.online, within_s=2)
        for _ in range(300):
            await asyncio.sleep(0.1)
            assert bench.availability is not Availability.OFFLINE
        await bench.device.set_power(on=True)
        await until(lambda: "maker" in bench.device.state().values, within_s=60)


@virtual
async def test_an_offline_device_refuses_at_once_and_nothing_is_replayed() -> None:
    async with running(make("pjlink")) as bench:
        await back(bench)
        bench.wire.unplug()
        await lost(bench)
        with pytest.raises(LinkError, match="offline"):
            await bench.device.set_power(on=True)
        bench.wire.plug()
        await back(bench)
        await asyncio.sleep(10)
        assert not any(b"POWR 1" in data for _, data in bench.wire.written)


@virtual
async def test_a_flaky_line_for_a_day_leaves_no_tasks_and_no_memory_behind() -> None:
    async with running(make("visca")) as bench:
        before = 0
        for day_part in range(1000):
            bench.wire.unplug()
            await asyncio.sleep(20)
            bench.wire.plug()
            await back(bench)
            if day_part == 10:
                before = len(asyncio.all_tasks())
        assert len(asyncio.all_tasks()) <= before + 2
