"""The conformance suite, one test for each capability that may be tried."""

from pathlib import Path
from typing import Any

import pytest

from classroom_drivers.actions import capabilities_of
from classroom_drivers.api import Availability, PowerState
from classroom_drivers.conformance import CHECKS, ready, says_what_it_can, values_tell_their_source
from classroom_drivers.registry import load
from hil_tests.bench import ONLY_ASKS, Entry
from hil_tests.stand import BENCH, known, standing

pytestmark = pytest.mark.timeout(1800)


def claims(entry: Entry) -> list[str]:
    """Name the capabilities of a device that may be tried here."""
    able = entry.capabilities or capabilities_of(load(entry.driver))
    return [name for name in able if entry.may(name)]


def trials() -> list[Any]:
    return [
        pytest.param(
            entry,
            capability,
            id=f"{entry.name}-{capability}",
            marks=() if capability in ONLY_ASKS else pytest.mark.disturbs,
        )
        for entry in BENCH
        for capability in claims(entry)
    ]


@pytest.mark.parametrize("entry", known())
async def test_a_device_is_there_and_says_what_it_can(entry: Entry, tmp_path: Path) -> None:
    async with standing(entry, tmp_path) as stand, stand.connect() as device:
        assert device.state().availability is Availability.ONLINE, device.state().problem
        assert set(entry.capabilities) <= set(device.capabilities)
        await says_what_it_can(device)
        await values_tell_their_source(device)


@pytest.mark.parametrize(("entry", "capability"), trials())
async def test_a_device_does_what_a_capability_promises(
    entry: Entry, capability: str, tmp_path: Path
) -> None:
    async with standing(entry, tmp_path) as stand, stand.connect() as device:
        if capability not in device.capabilities:
            assert capability not in entry.capabilities
            pytest.skip(f"{entry.name}: this model has no {capability}")
        power = device.state().values.get("power")
        if power and power.value is not PowerState.ON and not entry.may("power"):
            pytest.skip(f"{entry.name} is in standby, and may not be switched on")
        await ready(device)
        await CHECKS[capability](device)
        await values_tell_their_source(device)
