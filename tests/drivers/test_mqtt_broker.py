"""A broker: kept alive, believed in what it refuses, and how the emulated one behaves."""

import asyncio

import pytest

from classroom_drivers.api import (
    Availability,
    ValueSource,
)
from classroom_drivers.codecs import mqtt
from classroom_drivers.codecs.mqtt import (
    Connack,
    Connect,
    Pingresp,
    Puback,
)
from classroom_drivers.emulators.mqtt import MODELS
from tests.drivers.benches import make, running
from tests.drivers.test_mqtt import sources
from tests.drivers.virtual import until, virtual


@virtual
async def test_a_quiet_connection_is_kept_alive() -> None:
    async with running(make("mqtt-esphome")) as bench:
        await until(lambda: bench.online)
        await asyncio.sleep(600)
        pings = [data for _, data in bench.wire.written if data == b"\xc0\x00"]
        introductions = [data for _, data in bench.wire.written if data[0] == mqtt.CONNECT]
        assert (len(pings) >= 40, len(introductions)) == (True, 1)


@virtual
async def test_the_emulated_broker_hangs_up_on_who_is_silent() -> None:
    session = MODELS["plain"]().session(0.0)
    assert session.receive(Connect(keep_alive_s=10).encode(), 0.0) == [Connack().encode()]
    session.receive(b"", 14.9)
    assert not session.closed
    session.receive(b"", 15.1)
    assert session.closed


@pytest.mark.parametrize("said", [Puback(1), Pingresp(), Connect()])
def test_the_emulated_broker_hangs_up_on_nonsense(said: mqtt.Packet) -> None:
    session = MODELS["plain"]().session(0.0)
    session.receive(Connect().encode(), 0.0)
    session.receive(said.encode(), 0.0)
    assert session.closed


@virtual
async def test_a_wrong_password_is_told_as_such() -> None:
    async with running(make("mqtt-password", password="other")) as bench:
        await until(lambda: bench.availability is Availability.AUTH_FAILED)
        assert bench.device.state().problem == "not authorised"


@virtual
async def test_a_broker_that_wants_a_name_gets_the_one_that_is_given() -> None:
    broker = MODELS["esphome"]()
    broker.wants_name = True
    async with running(make("mqtt-esphome", broker)) as bench:
        await until(lambda: bench.device.state().problem)
        assert bench.availability is Availability.OFFLINE
        assert "client_id" in bench.device.state().problem
    async with running(make("mqtt-esphome", broker, client_id="lab-pc")) as bench:
        await until(lambda: bench.online)


@virtual
async def test_a_broker_may_tell_what_it_kept_before_it_confirms() -> None:
    broker = MODELS["esphome"]()
    broker.eager = True
    async with running(make("mqtt-esphome", broker)) as bench:
        await until(lambda: bench.online)
        assert sources(bench) == {ValueSource.PUSHED}


@virtual
async def test_a_topic_that_is_not_ours_is_told_as_such() -> None:
    broker = MODELS["esphome"]()
    broker.secret = ("esp-lab/status",)
    async with running(make("mqtt-esphome", broker)) as bench:
        await until(lambda: bench.availability is Availability.OFFLINE)
        assert "does not let us listen" in bench.device.state().problem


def test_a_broker_of_another_time_is_told_as_such() -> None:
    session = MODELS["plain"]().session(0.0)
    newer = bytes.fromhex("100D 00044D515454 05 02 000A 00 0000")
    assert session.receive(newer, 0.0) == [Connack(1).encode()]
    assert session.closed
