"""What people complain about with projectors in other systems, one test each, named after it.

The numbers are those of issues: HA is home-assistant/core (docs: home-assistant.io), openHAB is
openhab/openhab-addons, benq is rrooggiieerr/homeassistant-benqprojector.
"""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from classroom_drivers.api import Availability, LockedOutError, PowerState
from classroom_drivers.emulators.epson_escvp21 import EpsonEmulator
from classroom_drivers.emulators.faults import Faults
from classroom_drivers.emulators.pjlink import PJLinkEmulator
from tests.drivers.benches import Bench, make, running
from tests.drivers.virtual import until, virtual

PROJECTORS = ("pjlink", "pjlink-2", "pjlink-laser", "epson", "epson-network")
EPSONS = ("epson", "epson-network")


def value(bench: Bench, name: str) -> object:
    values = bench.device.state().values
    return values[name].value if name in values else None


def sent(bench: Bench, since: int = 0) -> list[bytes]:
    return [data for _, data in bench.wire.written[since:]]


def switched(bench: Bench, since: int = 0) -> list[bytes]:
    orders = {b"%1POWR 1\r", b"%1POWR 0\r", b"PWR ON\r", b"PWR OFF\r"}
    return [data for data in sent(bench, since) if data in orders]


def is_on(bench: Bench) -> bool:
    return value(bench, "power") is PowerState.ON


def is_off(bench: Bench) -> bool:
    return value(bench, "power") is PowerState.OFF


async def switch_on(bench: Bench) -> None:
    await until(lambda: bench.online)
    await bench.device.set_power(on=True)
    await until(lambda: is_on(bench), within_s=90)
    await until(lambda: value(bench, "health") is not None)


@pytest.mark.parametrize("name", PROJECTORS)
@virtual
async def test_ha_16606_26719_30826_a_device_is_there_though_it_was_in_standby_at_the_start(
    name: str,
) -> None:
    async with running(make(name)) as bench:
        await until(lambda: bench.online, within_s=2)
        await asyncio.sleep(60)
        state = bench.device.state()
        assert (bench.online, state.problem, is_off(bench)) == (True, "", True)
        await switch_on(bench)
        await until(lambda: value(bench, "input") is not None)


@pytest.mark.parametrize("name", PROJECTORS)
@virtual
async def test_ha_55004_20510_93985_warming_is_a_state_of_its_own_and_never_flips_to_off(
    name: str,
) -> None:
    async with running(make(name)) as bench:
        await until(lambda: is_off(bench))
        await bench.device.set_power(on=True)
        seen = []
        while not is_on(bench):
            seen.append((value(bench, "power"), value(bench, "power-target")))
            await asyncio.sleep(0.1)
        assert set(seen) == {(PowerState.WARMING, "on")}
        for _ in range(300):
            await asyncio.sleep(0.1)
            assert is_on(bench)


@pytest.mark.parametrize("name", PROJECTORS)
@virtual
async def test_ha_55507_nothing_but_power_is_asked_while_it_switches_off(name: str) -> None:
    async with running(make(name)) as bench:
        await switch_on(bench)
        await bench.device.set_power(on=False)
        before = len(bench.wire.written)
        await until(lambda: is_off(bench), within_s=90)
        asked = {data.strip().removeprefix(b"%1") for data in sent(bench, before)}
        assert asked <= {b"POWR ?", b"PWR?"}


@pytest.mark.parametrize("garble", [0.05, 0.3])
@pytest.mark.parametrize("name", PROJECTORS)
@virtual
async def test_ha_55507_a_malformed_reply_is_never_an_error_for_the_user(
    name: str, garble: float
) -> None:
    async with running(make(name)) as bench:
        await switch_on(bench)
        bench.box.misbehave(Faults(garble=garble))
        for _ in range(300):
            await asyncio.sleep(1)
            problem = bench.device.state().problem
            assert not any(word in problem for word in ("Error", "unpack", "Traceback"))
        bench.box.misbehave(Faults())
        await until(lambda: bench.online, within_s=5)
        assert is_on(bench)


@pytest.mark.parametrize("lost", [False, True])
@pytest.mark.parametrize("name", PROJECTORS)
@virtual
async def test_ha_docs_43325_it_is_not_switched_on_again_when_it_has_cooled_down(
    name: str, lost: bool
) -> None:
    async with running(make(name)) as bench:
        await switch_on(bench)
        await bench.device.set_power(on=False)
        before = len(bench.wire.written)
        if lost:
            bench.wire.unplug()
            await until(lambda: bench.availability is Availability.OFFLINE, within_s=30)
            bench.wire.plug()
        await until(lambda: is_off(bench), within_s=120)
        await asyncio.sleep(600)
        assert is_off(bench)
        assert switched(bench, before) == []


@pytest.mark.parametrize("name", ["pjlink", "epson-network"])
@virtual
async def test_benq_14_a_wish_that_comes_too_early_is_kept_with_a_countdown_and_then_granted(
    name: str,
) -> None:
    options: dict[str, Any] = {"min_on_s": 300.0, "min_off_s": 120.0}
    bench = make(name, **options)
    async with running(bench):
        await switch_on(bench)
        before = len(bench.wire.written)
        await bench.device.set_power(on=False)
        (lock,) = bench.device.state().lockouts
        left_s = (lock.until - datetime.now(UTC)).total_seconds()
        assert (lock.capability, lock.reason) == ("power", "min-on")
        assert 250 < left_s <= 300
        assert value(bench, "power-target") == "off"
        assert switched(bench, before) == []
        await until(lambda: is_off(bench), within_s=400)
        await bench.device.set_power(on=True)
        assert [lock.reason for lock in bench.device.state().lockouts] == ["min-off"]
        await until(lambda: is_on(bench), within_s=200)
        assert len(switched(bench, before)) == 2


@pytest.mark.parametrize("away_s", [0.0, 5.0, 90.0])
@pytest.mark.parametrize("name", EPSONS)
@virtual
async def test_openhab_9788_it_comes_back_after_switching_off_however_the_line_takes_it(
    name: str, away_s: float
) -> None:
    async with running(make(name)) as bench:
        await switch_on(bench)
        await bench.device.set_power(on=False)
        bench.wire.unplug()
        await until(lambda: bench.availability is Availability.OFFLINE, within_s=30)
        await asyncio.sleep(away_s)
        bench.wire.plug()
        await until(lambda: bench.online, within_s=30)
        await until(lambda: is_off(bench), within_s=60)
        await switch_on(bench)
        assert bench.emulator.too_fast == 0


@pytest.mark.parametrize("name", EPSONS)
@virtual
async def test_openhab_9788_a_projector_that_goes_silent_when_switched_off_is_found_again(
    name: str,
) -> None:
    async with running(make(name)) as bench:
        await switch_on(bench)
        await bench.device.set_power(on=False)
        bench.box.misbehave(Faults(silent_after_s=0))
        await asyncio.sleep(180)
        assert bench.availability is Availability.OFFLINE
        bench.box.misbehave(Faults())
        await until(lambda: bench.online, within_s=2)
        await switch_on(bench)


@pytest.mark.parametrize("name", EPSONS)
@virtual
async def test_openhab_9770_not_ready_after_switching_off_always_ends(name: str) -> None:
    async with running(make(name, EpsonEmulator(network=name == "epson-network"))) as bench:
        await switch_on(bench)
        await bench.device.set_power(on=False)
        before = len(bench.wire.written)
        with pytest.raises(LockedOutError, match="cooling"):
            await bench.device.select_input(name="hdmi-1")
        assert sent(bench, before) == []
        await until(lambda: not bench.device.state().lockouts, within_s=60)
        await switch_on(bench)
        await bench.device.select_input(name="hdmi-1")
        assert bench.emulator.too_fast == 0


@virtual
async def test_two_controllers_do_not_disturb_each_other() -> None:
    """A panel and a room's own controller may both be connected to a projector (PJLink 5.3)."""
    projector = PJLinkEmulator(warm_up_s=5, cool_down_s=5)
    async with running(make("pjlink", projector)) as one, running(make("pjlink", projector)) as two:
        await switch_on(one)
        await until(lambda: is_on(two))
        await two.device.select_input(name="digital-2")
        await until(lambda: value(one, "input") == "digital-2")
        assert (one.device.state().problem, two.device.state().problem) == ("", "")
