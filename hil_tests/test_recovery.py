"""Cables pulled, mains cut, the wrong rate, a second controller: it is seen, and mended by itself.

Source: the bench list of our notes on device protocols, section 5; the promises of `connect`.
"""

import asyncio
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import pytest

from classroom_drivers.api import Availability, LinkError, Relay
from hil_tests.bench import Entry
from hil_tests.stand import IS_REAL, known, lost, online, standing, with_mains

LOST_S, BACK_S = 10.0, 2.0
STEADY_S = 5.0 if IS_REAL else 0.5
hands_needed = [pytest.mark.eyes] if IS_REAL else []
pytestmark = pytest.mark.timeout(900)


@pytest.mark.disturbs
@pytest.mark.parametrize("entry", known(mains=True))
async def test_it_works_again_after_its_mains_were_cut(entry: Entry, tmp_path: Path) -> None:
    assert entry.mains is not None
    async with with_mains(entry, tmp_path) as (stand, relay), relay.connect() as board:
        assert isinstance(board, Relay)
        on = entry.mains.closed_is_on
        async with stand.connect() as device:
            assert device.state().availability is Availability.ONLINE
            await board.set_relay(on=not on, channel=entry.mains.channel)
            await lost(device, LOST_S)
            with pytest.raises(LinkError):
                await device.perform(*_anything(device.capabilities))
            await asyncio.sleep(entry.mains.off_s)
            await board.set_relay(on=on, channel=entry.mains.channel)
            await online(device, entry.warm_up_s)


@pytest.mark.disturbs
@pytest.mark.parametrize(
    "entry", [pytest.param(*one.values, id=one.id, marks=hands_needed) for one in known()]
)
async def test_a_pulled_cable_is_seen_and_found_again_when_it_is_back(
    entry: Entry, tmp_path: Path
) -> None:
    async with standing(entry, tmp_path) as stand, stand.connect() as device:
        assert device.state().availability is Availability.ONLINE
        cable = f"the cable of {entry.name} (USB adapter, RS-232 plug or network)"
        await stand.hands.pull(cable)
        await lost(device, LOST_S)
        await stand.hands.put_back(cable)
        await online(device, BACK_S)


@pytest.mark.parametrize("entry", known())
async def test_a_second_controller_does_not_take_it_from_the_first(
    entry: Entry, tmp_path: Path
) -> None:
    async with standing(entry, tmp_path) as stand, stand.connect() as first:
        assert first.state().availability is Availability.ONLINE
        async with stand.connect(at_once=True) as second:
            await asyncio.sleep(STEADY_S)
            assert first.state().availability is Availability.ONLINE
            told = second.state()
            assert told.availability is Availability.ONLINE or told.problem
        await asyncio.sleep(STEADY_S)
        assert first.state().availability is Availability.ONLINE


@pytest.mark.skipif(not IS_REAL, reason="a terminal has no rate, so no wrong one")
@pytest.mark.parametrize(
    "entry", [one for one in known(transport="serial") if one.values[0].wrong_baud]
)
async def test_the_wrong_rate_is_no_answer_and_the_right_one_works_afterwards(
    entry: Entry, tmp_path: Path
) -> None:
    async with standing(entry, tmp_path) as stand:
        async with stand.connect(url=_at(stand.url, entry.wrong_baud), at_once=True) as device:
            await asyncio.sleep(LOST_S)
            assert device.state().availability is not Availability.ONLINE
        async with stand.connect() as device:
            assert device.state().availability is Availability.ONLINE


@pytest.mark.eyes
@pytest.mark.disturbs
@pytest.mark.parametrize("entry", known(capability="pan-tilt-zoom"))
async def test_a_camera_that_is_told_to_go_right_goes_right_and_stops(
    entry: Entry, tmp_path: Path
) -> None:
    async with standing(entry, tmp_path) as stand, stand.connect() as device:
        if "pan-tilt-zoom" not in device.capabilities:
            return
        await device.perform("pan-tilt-zoom", "drive", {"pan": 0.3, "for_s": 2.0})
        await asyncio.sleep(3.0)
        question = f"Did {entry.name} turn to its right for two seconds, and stop?"
        assert await stand.hands.sees(question)
        await device.perform("pan-tilt-zoom", "stop", {})


def _at(url: str, baud: int) -> str:
    parts = urlsplit(url)
    query = urlencode({**dict(parse_qsl(parts.query)), "baud": str(baud)})
    return urlunsplit(parts._replace(query=query))


def _anything(capabilities: tuple[str, ...]) -> tuple[str, str, dict[str, object]]:
    """Give an action that every device with one of these capabilities has."""
    if "power" in capabilities:
        return "power", "set-power", {"on": True}
    if "identity" in capabilities:
        return "identity", "identify", {}
    return "relay", "set-relay", {"on": True}
