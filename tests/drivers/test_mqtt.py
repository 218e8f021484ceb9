"""Things by MQTT: what each convention says, and a broker without its thing."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest

from classroom_drivers import registry
from classroom_drivers.api import (
    Availability,
    LinkError,
    PowerState,
    UnsupportedError,
    ValueSource,
)
from classroom_drivers.codecs.mqtt import (
    Publish,
)
from classroom_drivers.codecs.mqtt_conventions import CONVENTIONS, Thing
from classroom_drivers.emulators.box import Box
from classroom_drivers.emulators.memory import MemoryTransport
from classroom_drivers.emulators.mqtt import MODELS
from classroom_drivers.emulators.mqtt_things import Plain, Tasmota, Zigbee
from tests.drivers.benches import Bench, make, running
from tests.drivers.virtual import until, virtual


@pytest.mark.parametrize(
    ("convention", "part", "topic", "payload", "facts"),
    [
        ("zigbee2mqtt", "state", "lab", '{"state":"ON","update":{"state":"idle"}}',
         {"state": "ON", "update.state": "idle"}),
        ("zigbee2mqtt", "state", "lab/set", '{"state":"ON"}', {}),
        ("tasmota", "POWER1", "stat/lab/RESULT", '{"POWER":"ON"}',
         {"POWER": "ON", "POWER1": "ON"}),
        ("tasmota", "POWER2", "stat/lab/POWER2", "OFF", {"POWER2": "OFF"}),
        ("tasmota", "Shutter1", "stat/lab/RESULT",
         '{"Shutter1":{"Position":54,"Direction":1,"Target":100}}',
         {"Shutter1.Position": 54, "Shutter1.Direction": 1, "Shutter1.Target": 100}),
        ("tasmota", "x", "stat/lab/STATUS10", '{"StatusSNS":{"DHT":{"Temperature":"21.8"}}}',
         {"DHT.Temperature": "21.8"}),
        ("tasmota", "x", "cmnd/lab/POWER", "ON", {}),
        ("esphome", "light/board", "lab/light/board/state", '{"state":"ON","brightness":255}',
         {"light/board.state": "ON", "light/board.brightness": 255}),
        ("esphome", "switch/amp", "lab/switch/amp/state", "ON", {"switch/amp": "ON"}),
        ("esphome", "cover/c", "lab/cover/c/position/state", "40", {"cover/c.position": 40}),
        ("plain", "a/b", "lab/a/b", "true", {"a/b": True}),
        ("plain", "a/b", "lab/c", "1", {}),
    ],
)  # fmt: skip
def test_messages_are_read_by_their_convention(
    convention: str, part: str, topic: str, payload: str, facts: dict[str, object]
) -> None:
    thing = Thing(CONVENTIONS[convention], "lab", (part,))
    assert thing.facts(Publish(topic, payload.encode())) == facts


@pytest.mark.parametrize(
    "payload", [b"[" * 16000, b'{"a":' * 3000, b'{"state":' + b"9" * 9000 + b"}", b"\xff", b"null"]
)
def test_no_message_is_too_strange(payload: bytes) -> None:
    bench = make("mqtt-zigbee2mqtt-switch")
    bench.device.unasked(Publish("zigbee2mqtt/Lab", payload))
    bench.device.unasked(Publish("zigbee2mqtt/Lab/availability", payload))
    assert not bench.device.state().values


@pytest.mark.parametrize(
    ("word", "there"),
    [("online", True), ('{"state":"online"}', True), ("offline", False), ("Offline", False),
     ('{"state":"offline"}', False), ("", True)],
)  # fmt: skip
def test_presence_is_told_in_words_and_in_objects(word: str, there: bool) -> None:
    thing = Thing(CONVENTIONS["zigbee2mqtt"], "zigbee2mqtt/Lab", ("state",))
    for topic in ("zigbee2mqtt/Lab/availability", "zigbee2mqtt/bridge/state"):
        assert thing.presence(Publish(topic, word.encode())) == (topic, there)


@pytest.mark.parametrize(
    ("model", "order", "said"),
    [
        ("zigbee2mqtt-switch", lambda thing: thing.set_relay(on=True, channel=2),
         'zigbee2mqtt/Lab/set {"state_right": "ON"}'),
        ("zigbee2mqtt-light", lambda thing: thing.set_level(percent=50),
         'zigbee2mqtt/Lab/set {"brightness": 127}'),
        ("zigbee2mqtt-curtain", lambda thing: thing.close_cover(),
         'zigbee2mqtt/Lab/set {"state": "CLOSE"}'),
        ("zigbee2mqtt-curtain", lambda thing: thing.stop_cover(),
         'zigbee2mqtt/Lab/set {"state": "STOP"}'),
        ("zigbee2mqtt-curtain", lambda thing: thing.set_cover(percent=33.4),
         'zigbee2mqtt/Lab/set {"position": 33}'),
        ("tasmota-plug", lambda thing: thing.set_power(on=False), "cmnd/lab/POWER1 OFF"),
        ("tasmota-dimmer", lambda thing: thing.set_level(percent=50), "cmnd/lab/Dimmer 50"),
        ("tasmota-shutter", lambda thing: thing.open_cover(), "cmnd/lab/ShutterOpen1 "),
        ("tasmota-shutter", lambda thing: thing.stop_cover(), "cmnd/lab/ShutterStop1 "),
        ("tasmota-shutter", lambda thing: thing.set_cover(percent=50),
         "cmnd/lab/ShutterPosition1 50"),
        ("esphome", lambda thing: thing.set_relay(on=True),
         "esp-lab/switch/amplifier/command ON"),
        ("esphome", lambda thing: thing.set_level(percent=100),
         'esp-lab/light/board/command {"state": "ON", "brightness": 255}'),
        ("esphome", lambda thing: thing.set_level(percent=0),
         'esp-lab/light/board/command {"state": "OFF"}'),
        ("esphome", lambda thing: thing.open_cover(), "esp-lab/cover/curtain/command OPEN"),
        ("esphome", lambda thing: thing.set_cover(percent=50),
         "esp-lab/cover/curtain/position/command 50"),
        ("plain", lambda thing: thing.set_relay(on=False), "school/lab/screen/set 0"),
        ("plain", lambda thing: thing.close_cover(), "school/lab/curtain/set CLOSE"),
    ],
)  # fmt: skip
@virtual
async def test_orders_are_spelled_as_documented(
    model: str, order: Callable[[Any], Awaitable[None]], said: str
) -> None:
    async with running(make(f"mqtt-{model}")) as bench:
        await until(lambda: bench.online)
        bench.emulator.heard.clear()
        await order(bench.device)
        (heard,) = [one for one in bench.emulator.heard if one.packet_id]
        assert f"{heard.topic} {heard.payload.decode()}" == said
        assert not heard.retain  # or it would be done again, whenever the thing comes back


def sources(bench: Bench) -> set[ValueSource]:
    return {value.source for value in bench.device.state().values.values()}


@pytest.mark.parametrize("model", MODELS)
@virtual
async def test_a_thing_that_leaves_is_offline_though_its_broker_is_not(model: str) -> None:
    async with running(make(f"mqtt-{model}")) as bench:
        await until(lambda: bench.online and bench.device.state().values, within_s=30)
        bench.emulator.leave()
        await until(lambda: bench.availability is Availability.OFFLINE)
        assert "the broker is there" in bench.device.state().problem
        for capability, action, arguments in (
            ("relay", "set-relay", {"on": True}),
            ("power", "set-power", {"on": True}),
            ("level", "set-level", {"percent": 10.0}),
            ("cover", "open-cover", {}),
        ):
            if capability in bench.device.capabilities:
                with pytest.raises(LinkError, match="the broker is there"):
                    await bench.device.perform(capability, action, arguments)
        bench.emulator.come_back()
        await until(lambda: bench.online)
        assert bench.device.state().problem == ""


@virtual
async def test_a_thing_is_away_while_its_bridge_is() -> None:
    async with running(make("mqtt-zigbee2mqtt-light")) as bench:
        await until(lambda: bench.online)
        bench.emulator.tell(Publish("zigbee2mqtt/bridge/state", b'{"state":"offline"}'))
        await until(lambda: bench.availability is Availability.OFFLINE)
        assert "zigbee2mqtt/bridge/state" in bench.device.state().problem


@virtual
async def test_what_changed_while_it_was_away_is_asked_for() -> None:
    async with running(make("mqtt-zigbee2mqtt-light")) as bench:
        await until(lambda: "level-1" in bench.device.state().values)
        bench.emulator.leave()
        await until(lambda: not bench.online)
        bench.emulator.thing.values["state"] = "OFF"  # somebody used the switch on the wall
        bench.emulator.come_back()
        await until(lambda: bench.device.state().values["level-1"].value == 0.0, within_s=2)


@virtual
async def test_a_thing_that_comes_after_us_is_asked_the_moment_that_it_is_there() -> None:
    broker = MODELS["tasmota-dimmer"]()
    broker.retained.clear()  # it was never here before
    broker.thing.there = False
    async with running(make("mqtt-tasmota-dimmer", broker)) as bench:
        await asyncio.sleep(5)
        assert "level-1" not in bench.device.state().values
        broker.come_back()
        await until(lambda: "level-1" in bench.device.state().values, within_s=2)


@virtual
async def test_what_somebody_else_switches_is_told_at_once() -> None:
    async with running(make("mqtt-plain")) as bench:
        await until(lambda: "relay-1" in bench.device.state().values)
        bench.emulator.take(Publish("school/lab/screen/set", b"1"), 1.0)
        await until(lambda: bench.device.state().values["relay-1"].value is True, within_s=0.5)
        assert bench.device.state().values["relay-1"].source is ValueSource.PUSHED


@virtual
async def test_what_a_broker_remembers_of_a_thing_is_assumed_unless_it_is_there() -> None:
    for vouched, source in ((True, ValueSource.PUSHED), (False, ValueSource.ASSUMED)):
        broker = MODELS["esphome"]()
        if not vouched:
            del broker.retained["esp-lab/status"]
        async with running(make("mqtt-esphome", broker)) as bench:
            await until(lambda: "relay-1" in bench.device.state().values)
            assert sources(bench) == {source}


@virtual
async def test_an_order_that_nobody_confirms_stays_assumed_and_is_not_asked_after_for_ever() -> (
    None
):
    async with running(make("mqtt-zigbee2mqtt-light")) as bench:
        await until(lambda: "level-1" in bench.device.state().values)
        bench.emulator.thing.there = False  # unplugged, and availability is not configured
        await bench.device.perform("level", "set-level", {"percent": 20.0})
        bench.emulator.heard.clear()
        await asyncio.sleep(120)
        value = bench.device.state().values["level-1"]
        assert (value.value, value.source) == (20.0, ValueSource.ASSUMED)
        asked = [one.topic for one in bench.emulator.heard]
        assert asked == ["zigbee2mqtt/Lab/get"] * 3


@virtual
async def test_a_thing_that_reports_too_seldom_is_asked() -> None:
    async with running(make("mqtt-tasmota-dimmer")) as bench:
        await until(lambda: "temperature-c" in bench.device.state().values)
        bench.emulator.thing.sensors = {"AM2301": {"Temperature": 25.0, "Humidity": 40.0}}
        values = bench.device.state
        await until(lambda: values().values["temperature-c"].value == 25.0, within_s=35)


@virtual
async def test_a_name_that_is_not_told_is_answered_with_those_that_are() -> None:
    bench = make("mqtt-zigbee2mqtt-switch", relays="state", sensors="")
    async with running(bench):
        await until(lambda: bench.online)
        bench.emulator.tell(bench.emulator.thing.tell())
        await until(lambda: "it tells" in bench.device.state().problem)
        assert "state_left, state_right, power" in bench.device.state().problem


@virtual
async def test_a_lamp_that_is_off_has_no_level_whatever_it_will_have_when_it_is_on() -> None:
    async with running(make("mqtt-tasmota-dimmer")) as bench:
        values = bench.device.state
        await until(lambda: "level-1" in values().values)
        assert values().values["level-1"].value == 60.0
        bench.emulator.take(Publish("cmnd/lab/POWER", b"OFF"), 1.0)
        await until(lambda: values().values["level-1"].value == 0.0)
        bench.emulator.take(Publish("cmnd/lab/POWER", b"ON"), 1.0)
        await until(lambda: values().values["level-1"].value == 60.0)


@virtual
async def test_the_switch_of_a_plug_is_power() -> None:
    async with running(make("mqtt-tasmota-plug")) as bench:
        await until(lambda: "power" in bench.device.state().values)
        assert bench.device.state().values["power"].value is PowerState.ON
        assert bench.device.capabilities == ("power", "sensor")
        assert bench.device.state().values["power-w"].value == 26.0


@virtual
async def test_a_sensor_that_knows_nothing_tells_nothing() -> None:
    broker = MODELS["esphome"]()
    broker.retained["esp-lab/sensor/temperature/state"] = b"nan"
    async with running(make("mqtt-esphome", broker)) as bench:
        await until(lambda: "presence" in bench.device.state().values)
        assert bench.device.state().values["presence"].value is True
        assert "temperature-c" not in bench.device.state().values


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"topic": "a"}, "say what it has"),
        ({"topic": "a/+", "relays": "state"}, "no name"),
        ({"topic": "", "relays": "state"}, "no name"),
        ({"topic": "a", "relays": 'st"ate'}, "no name"),
        ({"topic": "a", "relays": "state", "convention": "homie"}, "there are zigbee2mqtt"),
        ({"topic": "a", "sensors": "pm25"}, "pm25=temperature-c"),
        ({"topic": "a", "relays": "state", "words": "ON"}, "two words"),
        ({"relays": "state"}, "missing: topic"),
    ],
)
def test_options_that_make_no_sense_are_refused(options: dict[str, Any], text: str) -> None:
    with pytest.raises(UnsupportedError, match=text.replace("+", r"\+")):
        registry.build("mqtt", MemoryTransport(Box(MODELS["plain"]())), options=options)


def test_sensors_have_the_usual_names_or_those_that_are_given() -> None:
    options = {"topic": "a", "sensors": "AM2301.Temperature, pm25=pm25-ug-m3, ENERGY.Total"}
    device = registry.build("mqtt", MemoryTransport(Box(MODELS["plain"]())), options=options)
    assert device.choices["sensor"] == ("temperature-c", "pm25-ug-m3", "energy-kwh")
    assert device.capabilities == ("sensor",)


@virtual
async def test_the_words_of_a_thing_are_read_in_either_case() -> None:
    convention = replace(CONVENTIONS["plain"], words=("lit", "dark"))
    message = Thing(convention, "a", ("lamp",)).publish(convention.relay, "lamp", "lit")
    assert (message.topic, message.payload) == ("a/lamp/set", b"lit")
    bench = make("mqtt-plain", relays="lamp", words="lit/dark")
    bench.device.unasked(Publish("school/lab/lamp", b"Dark"))
    assert bench.device.state().values["relay-1"].value is False


def test_emulated_things_ignore_what_they_do_not_understand() -> None:
    for thing, topic in (
        (Zigbee({"state": "ON"}), "zigbee2mqtt/Lab/set"),
        (Plain(), "school/lab/screen/set"),
    ):
        thing.hear(topic, b"[nonsense", 0.0)
        assert thing.look(1.0) == []
    tasmota = Tasmota({"POWER": "ON"}, {})
    tasmota.hear("cmnd/lab/Nonsense", b"", 0.0)
    assert json.loads(tasmota.look(1.0)[0].payload) == {"Command": "Unknown"}
