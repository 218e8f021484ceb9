"""An MQTT broker with one thing behind it. It grants quality 0, and knows no wills.

A client that says something wrong, or nothing for one and a half times its keep-alive, is hung up
on. The thing is one of `mqtt_things`; it can leave and come back, which the broker tells.
"""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from classroom_drivers.codecs.garbage import Garbage
from classroom_drivers.codecs.mqtt import (
    LEVEL,
    REFUSED,
    Connack,
    Connect,
    Packet,
    PacketDecoder,
    Pingreq,
    Pingresp,
    Puback,
    Publish,
    Suback,
    Subscribe,
    fits,
)
from classroom_drivers.emulators.mqtt_things import (
    Esphome,
    Plain,
    Talker,
    Tasmota,
    Zigbee,
)
from classroom_drivers.emulators.news import NEWS_S, Ear, News
from classroom_drivers.emulators.session import NEVER

HEARD_MAX = 500
OLD_PROTOCOL, WANTS_NAME, NOT_AUTHORISED = 1, 2, 5


@dataclass(kw_only=True)
class MqttEmulator:
    """The broker; sessions share it."""

    thing: Talker
    parts: Mapping[str, str] = field(default_factory=dict)  # options that say what the thing has
    username: str = ""  # any will do if there is none
    password: str = ""
    wants_name: bool = False  # refuses clients without a client_id, as it may
    eager: bool = False  # tells what it kept before it confirms a subscription, as it may
    secret: tuple[str, ...] = ()  # filters that nobody may subscribe to
    retained: dict[str, bytes] = field(default_factory=dict, init=False)
    news: News = field(default_factory=News, init=False)
    heard: deque[Publish] = field(  # from clients, the newest
        default_factory=lambda: deque(maxlen=HEARD_MAX), init=False
    )

    def __post_init__(self) -> None:
        for message in self.thing.birth():
            self.tell(message)

    @property
    def needs(self) -> Mapping[str, str]:
        """Give the options with which a driver finds the thing."""
        return {"topic": self.thing.base, **self.parts}

    def session(self, now_s: float) -> "MqttSession":
        """Begin a connection."""
        return MqttSession(self, now_s)

    def take(self, message: Publish, now_s: float) -> None:
        """Give a client's message to everybody, the thing included."""
        self.heard.append(message)
        self.tell(message)
        self.thing.hear(message.topic, message.payload, now_s)

    def look(self, now_s: float) -> None:
        """Let the thing tell what it has to tell by now."""
        for message in self.thing.look(now_s):
            self.tell(message)

    def tell(self, message: Publish) -> None:
        """Give a message to everybody who wants it, and keep it if that is wanted."""
        if message.retain:
            self.retained.pop(message.topic, None)
            if message.payload:
                self.retained[message.topic] = message.payload
        self.news.tell(message.topic.encode() + b"\0" + message.payload)

    def leave(self) -> None:
        """Unplug the thing; the broker notices, and tells its last will."""
        self.thing.there = False
        for message in self.thing.will():
            self.tell(message)

    def come_back(self) -> None:
        """Plug the thing in again."""
        self.thing.there = True
        for message in self.thing.birth():
            self.tell(message)

    def welcome(self, client: Connect) -> int:
        """Say what becomes of a client."""
        if client.level != LEVEL:
            return OLD_PROTOCOL
        if not client.client_id and (self.wants_name or not client.clean):
            return WANTS_NAME
        known = self.username in {"", client.username} and client.password == self.password
        return NOT_AUTHORISED if self.password and not known else 0


class MqttSession:
    """One connection."""

    def __init__(self, broker: MqttEmulator, now_s: float) -> None:
        self.closed = False
        self._broker = broker
        self._decoder = PacketDecoder()
        self._ear = Ear(broker.news)
        self._client: Connect | None = None
        self._filters: set[str] = set()
        self._heard_s = self._look_s = now_s

    def due_s(self) -> float:
        """Look for news now and then."""
        return self._look_s

    def receive(self, data: bytes, now_s: float) -> list[bytes]:
        """Take what arrived; give what the broker says."""
        self._look_s = now_s + NEWS_S
        said: list[Packet] = []
        for packet in self._decoder.feed(data):
            self._heard_s = now_s
            said += self._answer(packet, now_s)
            if self.closed:
                return [one.encode() for one in said]
        self.closed = now_s - self._heard_s > self._patience_s()
        self._broker.look(now_s)
        return [one.encode() for one in (*said, *self._fresh())]

    def _patience_s(self) -> float:
        if self._client is None or not self._client.keep_alive_s:
            return NEVER
        return self._client.keep_alive_s * 1.5

    def _answer(self, packet: Packet | Garbage, now_s: float) -> list[Packet]:
        if isinstance(packet, Connect) and self._client is None:
            self._client = packet
            code = self._broker.welcome(packet)
            self.closed = bool(code)
            return [Connack(code)]
        if self._client is None:
            self.closed = True
            return []
        match packet:
            case Publish():
                self._broker.take(packet, now_s)
                return [Puback(packet.packet_id)] if packet.packet_id else []
            case Subscribe():
                return self._subscribe(packet)
            case Pingreq():
                return [Pingresp()]
            case _:  # it leaves, or it says what no client may say
                self.closed = True
                return []

    def _subscribe(self, wanted: Subscribe) -> list[Packet]:
        granted = [one for one in wanted.filters if one not in self._broker.secret]
        self._filters |= set(granted)
        codes = tuple(0 if one in granted else REFUSED for one in wanted.filters)
        kept: list[Packet] = [
            Publish(topic, payload, retain=True)
            for one in granted
            for topic, payload in self._broker.retained.items()
            if fits(one, topic)
        ]
        answer = Suback(wanted.packet_id, codes)
        return [*kept, answer] if self._broker.eager else [answer, *kept]

    def _fresh(self) -> list[Packet]:
        parted = (message.partition(b"\0") for message in self._ear.fresh())
        told = [Publish(topic.decode(), payload) for topic, _, payload in parted]
        return [one for one in told if any(fits(wanted, one.topic) for wanted in self._filters)]


def _zigbee(parts: Mapping[str, str], **values: object) -> MqttEmulator:
    return MqttEmulator(thing=Zigbee(values), parts=parts)


def _switch() -> MqttEmulator:
    parts = {"relays": "state_left, state_right", "sensors": "power, energy"}
    return _zigbee(parts, state_left="OFF", state_right="ON", power=35.2, energy=1.25)


def _lamp() -> MqttEmulator:
    return _zigbee({"lights": "brightness"}, state="ON", brightness=127, color_temp=325)


def _curtain() -> MqttEmulator:
    return _zigbee({"covers": "position"}, state="OPEN", position=100)


def _sensor() -> MqttEmulator:
    told = {"temperature": 21.8, "humidity": 48.02, "co2": 612, "occupancy": True}
    thing = Zigbee({**told, "battery": 97}, unreadable=tuple(told))
    return MqttEmulator(thing=thing, parts={"sensors": ", ".join(told)})


def _plug() -> MqttEmulator:
    thing = Tasmota({"POWER": "ON"}, {"ENERGY": {"Total": 167.743, "Power": 26}})
    parts = {"power": "POWER1", "sensors": "ENERGY.Power, ENERGY.Total"}
    return MqttEmulator(thing=thing, parts={"convention": "tasmota", **parts})


def _dimmer() -> MqttEmulator:
    sensors = {"AM2301": {"Temperature": 21.8, "Humidity": 48.0}}
    parts = {"lights": "Dimmer", "sensors": "AM2301.Temperature, AM2301.Humidity"}
    thing = Tasmota({"POWER": "ON", "Dimmer": 60}, sensors)
    return MqttEmulator(thing=thing, parts={"convention": "tasmota", **parts})


def _shutter() -> MqttEmulator:
    parts = {"convention": "tasmota", "covers": "Shutter1"}
    return MqttEmulator(thing=Tasmota({}, {}, shutter=True), parts=parts)


def _esphome() -> MqttEmulator:
    parts = {
        "convention": "esphome",
        "relays": "switch/amplifier",
        "lights": "light/board",
        "covers": "cover/curtain",
        "sensors": "sensor/temperature, binary_sensor/people=presence",
    }
    return MqttEmulator(thing=Esphome(), parts=parts)


def _plain() -> MqttEmulator:
    parts = {
        "convention": "plain",
        "relays": "screen",
        "lights": "board",
        "covers": "curtain",
        "sensors": "co2",
        "words": "1/0",
    }
    return MqttEmulator(thing=Plain(), parts=parts)


MODELS: Mapping[str, Callable[[], MqttEmulator]] = MappingProxyType(
    {
        "zigbee2mqtt-switch": _switch,
        "zigbee2mqtt-light": _lamp,
        "zigbee2mqtt-curtain": _curtain,
        "zigbee2mqtt-sensor": _sensor,
        "tasmota-plug": _plug,
        "tasmota-dimmer": _dimmer,
        "tasmota-shutter": _shutter,
        "esphome": _esphome,
        "plain": _plain,
    }
)
