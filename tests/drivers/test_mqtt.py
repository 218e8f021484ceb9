"""MQTT: packets as specified, what things of each convention say, brokers without their thing."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classroom_drivers import registry
from classroom_drivers.api import (
    Availability,
    LinkError,
    PowerState,
    UnsupportedError,
    ValueSource,
)
from classroom_drivers.codecs import mqtt
from classroom_drivers.codecs.garbage import Garbage
from classroom_drivers.codecs.mqtt import (
    Connack,
    Connect,
    Disconnect,
    PacketDecoder,
    Pingresp,
    Puback,
    Publish,
    Suback,
    Subscribe,
    fits,
)
from classroom_drivers.codecs.mqtt_conventions import CONVENTIONS, Thing
from classroom_drivers.devices.mqtt_covers import Cover
from classroom_drivers.emulators.box import Box
from classroom_drivers.emulators.memory import MemoryTransport
from classroom_drivers.emulators.mqtt import MODELS, MqttEmulator
from classroom_drivers.emulators.mqtt_things import Plain, Tasmota, Zigbee
from tests.drivers.benches import Bench, make, running
from tests.drivers.virtual import until, virtual


def decoded(data: bytes) -> list[Any]:
    return PacketDecoder().feed(data)


# packets


@pytest.mark.parametrize(
    ("length", "counted"),
    [(3, "03"), (127, "7F"), (128, "8001"), (16383, "FF7F"), (16384, "808001")],
)
def test_lengths_are_spelled_as_in_table_2_4(length: int, counted: str) -> None:
    topic = b"\x00\x01a"
    data = Publish("a", bytes(length - len(topic))).encode()
    assert data[1:].startswith(bytes.fromhex(counted) + topic)


def test_the_variable_header_of_connect_is_that_of_figure_3_6() -> None:
    head = bytes.fromhex("00044D515454 04 CE 000A")
    will = bytes.fromhex("0001 77 0002 6279")
    strings = bytes.fromhex("0001 63") + will + bytes.fromhex("0001 75 0001 70")
    packet = Connect("c", "u", "p", keep_alive_s=10)
    assert decoded(bytes([0x10, len(head + strings)]) + head + strings) == [packet]
    assert packet.encode() == bytes.fromhex("1013 00044D515454 04 C2 000A 000163 000175 000170")
    assert "p'" not in repr(packet)


def test_a_password_has_a_username_even_if_it_is_empty() -> None:
    assert Connect(password="p").encode()[9] & 0xC0 == 0xC0


def test_subscribe_and_publish_are_those_of_the_figures() -> None:
    subscribe = bytes.fromhex("820E 000A 0003612F62 01 0003632F64 02")
    assert decoded(subscribe) == [Subscribe(10, ("a/b", "c/d"))]
    assert Subscribe(10, ("a/b",)).encode() == bytes.fromhex("8208 000A 0003612F62 00")
    publish = Publish("a/b", packet_id=10)
    assert publish.encode() == bytes.fromhex("3207 0003612F62 000A")
    assert Publish("a/b", b"!", retain=True).encode() == bytes.fromhex("3106 0003612F62 21")


@pytest.mark.parametrize(
    ("data", "packet"),
    [
        ("20020000", Connack(0)),
        ("20020005", Connack(5)),
        ("40020007", Puback(7)),
        ("90040001 0080", Suback(1, (0, 0x80))),
        ("D000", Pingresp()),
        ("E000", Disconnect()),
    ],
)
def test_packets_of_a_few_bytes(data: str, packet: mqtt.Packet) -> None:
    assert decoded(bytes.fromhex(data)) == [packet]
    assert packet.encode() == bytes.fromhex(data)


@pytest.mark.parametrize(
    "data",
    [
        "3605 0001 61 0001",  # quality 3
        "3405 0001 61 0001",  # quality 2, which nobody has promised
        "3205 0001 61 0000",  # a number that is none
        "3003 0001 FF",  # a topic that is no text
        "3003 0001 2B",  # a filter for a topic
        "300100",  # cut short
        "4003000700",  # too long
        "8202 0001",  # a subscription to nothing
        "F000",  # a type that there is not
    ],
)
def test_what_is_none_of_it_is_garbage(data: str) -> None:
    found = decoded(bytes.fromhex(data) + bytes.fromhex("D000"))
    assert isinstance(found[0], Garbage)
    assert found[-1] == Pingresp()


def test_a_packet_without_measure_is_passed_over_however_it_arrives() -> None:
    long = Publish("zigbee2mqtt/bridge/devices", bytes(mqtt.PACKET_MAX + 1)).encode()
    decoder = PacketDecoder()
    found = [one for place in range(0, len(long), 999) for one in decoder.feed(long[place:][:999])]
    assert [type(one) for one in found] == [Garbage]
    assert decoder.feed(bytes.fromhex("D000")) == [Pingresp()]
    assert decoded(long + bytes.fromhex("D000"))[-1] == Pingresp()


topics = st.text(st.characters(exclude_characters="+#\0", codec="utf-8"), min_size=1, max_size=20)


@given(topics, st.binary(max_size=300), st.integers(0, 65535), st.booleans())
def test_messages_survive_the_wire(
    topic: str, payload: bytes, packet_id: int, retain: bool
) -> None:
    message = Publish(topic, payload, packet_id, retain)
    assert decoded(message.encode()) == [message]


@pytest.mark.parametrize(
    ("wanted", "topic", "fit"),
    [
        ("sport/tennis/player1/#", "sport/tennis/player1", True),
        ("sport/tennis/player1/#", "sport/tennis/player1/score/wimbledon", True),
        ("sport/tennis/+", "sport/tennis/player1", True),
        ("sport/tennis/+", "sport/tennis/player1/ranking", False),
        ("sport/+", "sport", False),
        ("sport/+", "sport/", True),
        ("+/+", "/finance", True),
        ("/+", "/finance", True),
        ("+", "/finance", False),
        ("#", "$SYS/broker/uptime", False),
        ("$SYS/#", "$SYS/broker/uptime", True),
        ("a/b", "a/b/c", False),
    ],
)
def test_filters_fit_as_in_section_4_7(wanted: str, topic: str, fit: bool) -> None:
    assert fits(wanted, topic) is fit


# what things say


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


# the broker


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


# the thing behind it


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


# covers


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


# options


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
