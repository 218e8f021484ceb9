"""An interactive panel that obeys in silence."""

import asyncio

import pytest

from classroom_drivers.api import (
    Availability,
    LockedOutError,
    PowerState,
    RefusedError,
    UnsupportedError,
    ValueSource,
)
from classroom_drivers.emulators.ifp import PanelEmulator
from tests.drivers.benches import Bench, make, running
from tests.drivers.virtual import until, virtual


def value(bench: Bench, name: str) -> object:
    values = bench.device.state().values
    return values[name].value if name in values else None


@virtual
async def test_what_is_commanded_is_assumed_and_then_confirmed_by_a_question() -> None:
    async with running(make("ifp", PanelEmulator(on=True))) as bench:
        await until(lambda: value(bench, "volume") == 20)
        await bench.device.set_volume(percent=55)
        assert bench.device.state().values["volume"].source is ValueSource.ASSUMED
        await until(
            lambda: bench.device.state().values["volume"].source is ValueSource.POLLED, within_s=2
        )
        assert value(bench, "volume") == 55


@virtual
async def test_a_slider_that_is_dragged_sends_the_newest_value_and_few_others() -> None:
    async with running(make("ifp", PanelEmulator(on=True))) as bench:
        await until(lambda: value(bench, "volume") == 20)
        async with asyncio.TaskGroup() as tasks:
            for percent in range(101):
                tasks.create_task(bench.device.set_volume(percent=percent))
        assert value(bench, "volume") == 100
        await until(lambda: bench.emulator.volume == 100, within_s=0.1)
        sent = [data for _, data in bench.wire.written if data[3:5] == b"\x03\x00"]
        assert len(sent) < 5


@virtual
async def test_a_panel_boots_as_warming_and_takes_nothing_meanwhile() -> None:
    async with running(make("ifp", warm_up_s=15)) as bench:
        await until(lambda: value(bench, "power") is PowerState.OFF)
        with pytest.raises(RefusedError, match="standby"):
            await bench.device.set_volume(percent=10)
        await bench.device.set_power(on=True)
        await asyncio.sleep(8)
        assert value(bench, "power") is PowerState.WARMING
        with pytest.raises(LockedOutError):
            await bench.device.set_volume(percent=10)
        await until(lambda: value(bench, "power") is PowerState.ON, within_s=10)
        await bench.device.press_key(name="home")
        await until(lambda: bench.emulator.keys == ["home"], within_s=1)


@virtual
async def test_a_panel_that_is_deaf_in_standby_can_be_woken() -> None:
    bench = make("ifp", PanelEmulator(deaf=True), deaf_in_standby=True)
    async with running(bench):
        await until(lambda: bench.online, within_s=3)
        assert value(bench, "power") is PowerState.OFF
        await asyncio.sleep(30)
        assert bench.online
        await bench.device.set_power(on=True)
        await until(lambda: value(bench, "volume") == 20, within_s=20)


@virtual
async def test_silence_of_a_panel_that_hears_in_standby_is_a_loss() -> None:
    async with running(make("ifp", PanelEmulator(deaf=True))) as bench:
        await until(lambda: bench.availability is Availability.OFFLINE, within_s=10)


@virtual
async def test_what_a_panel_cannot_do_is_refused() -> None:
    async with running(make("ifp", PanelEmulator(on=True))) as bench:
        await until(lambda: bench.online)
        for action in (
            bench.device.set_mute(picture=True),
            bench.device.set_volume(percent=-1),
            bench.device.select_input(name="betamax"),
            bench.device.press_key(name="any"),
        ):
            with pytest.raises(UnsupportedError):
                await action
