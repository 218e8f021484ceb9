"""Covers by MQTT: where they are, by what they and others tell."""

from typing import Any

import pytest

from classroom_drivers.api import (
    UnsupportedError,
)
from classroom_drivers.devices.mqtt_covers import Cover
from classroom_drivers.emulators.mqtt import MqttEmulator
from classroom_drivers.emulators.mqtt_things import Zigbee
from tests.drivers.benches import make, running
from tests.drivers.virtual import until, virtual


def told(cover: Cover, now_s: float, **given: Any) -> str:
    cover.told(now_s, **{"percent": None, "direction": None, "word": "", **given})
    return cover.state


def test_a_cover_without_positions_says_only_open_and_closed() -> None:
    cover = Cover()
    assert told(cover, 0, word="CLOSE") == "closed"
    cover.ordered(100.0, 1)
    assert cover.state == "opening"
    cover.settle(30)
    assert cover.state == "opening"
    cover.settle(61)
    assert cover.state == "open"


def test_a_cover_that_somebody_else_moves_has_stopped_when_it_tells_nothing_new() -> None:
    cover = Cover()
    assert told(cover, 0, percent=0.0) == "closed"
    assert told(cover, 5, percent=10.0) == "opening"
    assert told(cover, 6, percent=10.0) == "opening"
    cover.settle(14)
    assert cover.state == "opening"
    cover.settle(15)
    assert cover.state == "stopped"


def test_a_cover_that_is_stopped_may_roll_out() -> None:
    cover = Cover()
    told(cover, 0, percent=50.0)
    cover.ordered(0.0, 1)
    cover.stopped(3)
    assert told(cover, 4, percent=40.0) == "stopped"
    assert told(cover, 9, percent=30.0) == "closing"  # nobody heard the stop


def test_a_cover_that_is_there_already_does_not_move() -> None:
    cover = Cover()
    told(cover, 0, percent=100.0)
    cover.ordered(100.0, 1)
    assert cover.state == "open"
    cover.ordered(50.0, 2)
    assert told(cover, 3, percent=49.0) == "stopped"


def test_a_cover_that_says_which_way_it_goes_is_believed() -> None:
    cover = Cover()
    assert told(cover, 0, percent=50.0, direction=-1.0) == "closing"
    assert told(cover, 1, percent=50.0, direction=0.0) == "stopped"
    assert told(cover, 2, percent=60.0, word="opening") == "opening"
    assert told(cover, 3, percent=60.0, word="stopped") == "stopped"


@virtual
async def test_a_cover_named_by_its_state_has_no_positions() -> None:
    thing = Zigbee({"state": "OPEN"})
    broker = MqttEmulator(thing=thing, parts={"covers": "state"})
    async with running(make("mqtt-zigbee2mqtt-curtain", broker, covers="state")) as bench:
        await until(lambda: bench.online)
        assert bench.device.state().choices["cover"] == ("open", "close", "stop")
        with pytest.raises(UnsupportedError, match="between open and closed"):
            await bench.device.perform("cover", "set-cover", {"percent": 50.0})
