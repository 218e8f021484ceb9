"""The conformance suite over every driver, every model of its emulator and every transport."""

import asyncio
from pathlib import Path

import pytest

from classroom_drivers import connect, drivers
from classroom_drivers.api import CAPABILITIES
from classroom_drivers.conformance import CHECKS, conforms
from classroom_drivers.emulated import make, models_of
from classroom_drivers.emulators.faults import Faults
from classroom_drivers.emulators.server import serve
from classroom_drivers.registry import DRIVERS, load
from tests.drivers.benches import NAMES, RIGS, running
from tests.drivers.benches import make as make_bench
from tests.drivers.virtual import virtual

REAL = [(name, transport) for name, rig in RIGS.items() for transport in rig.over]
BEARABLE = {
    "split": Faults(split=True),
    "late": Faults(delay_s=0.1),
    "slow": Faults(slow_bps=9600),
}


def test_every_capability_has_a_check() -> None:
    assert set(CHECKS) == set(CAPABILITIES)


@pytest.mark.parametrize("driver", DRIVERS)
def test_every_model_of_every_emulator_is_tried_over_a_real_transport(driver: str) -> None:
    tried = {rig.model for rig in RIGS.values() if rig.driver == driver and rig.over}
    assert tried == set(models_of(driver))
    assert driver in drivers()


@pytest.mark.parametrize("driver", DRIVERS)
def test_every_driver_names_its_sources(driver: str) -> None:
    about = load(driver).ABOUT
    assert about.title
    assert about.reached_by
    assert about.sources


@pytest.mark.parametrize("name", NAMES)
@virtual
async def test_on_virtual_time_with_real_warm_up_times(name: str) -> None:
    async with running(make_bench(name)) as bench:
        await conforms(bench.device)


@pytest.mark.parametrize("fault", BEARABLE)
@pytest.mark.parametrize("name", NAMES)
@virtual
async def test_with_a_device_that_is_difficult_but_right(name: str, fault: str) -> None:
    bench = make_bench(name)
    bench.box.misbehave(BEARABLE[fault])
    async with running(bench):
        await conforms(bench.device)


@pytest.mark.parametrize(("name", "transport"), REAL)
async def test_over_real_sockets_and_terminals(name: str, transport: str, tmp_path: Path) -> None:
    rig = RIGS[name]
    emulator = make(rig.driver, model=rig.model, password=rig.password)
    rig.hasten(emulator)
    listen = f"serial://{tmp_path}/tty" if transport == "serial" else f"{transport}://127.0.0.1:0"
    options = {**rig.options, **rig.hasty}
    async with (
        serve(emulator, listen) as served,
        connect(
            rig.driver, f"{served.url}?{rig.query}", password=rig.password, options=options
        ) as device,
        asyncio.timeout(60),
    ):
        await conforms(device)
