"""Things behind an MQTT broker, by Zigbee2MQTT, Tasmota or ESPHome: switches, lamps, sensors.

    tcp://broker?topic=zigbee2mqtt/Lamp    the broker, and the thing's base topic there
    tls://broker                           the same on port 8883

The line is the one to the broker. Whether the thing is there is what it, or its bridge, has
published about that: then the device is offline, although the broker is not. A broker accepts
every order; a value is therefore assumed until the thing itself has told it.

Checked on: emulator only.
Source: as named in codecs.mqtt and codecs.mqtt_conventions.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import ClassVar

from classroom_drivers.api import (
    AuthenticationError,
    Availability,
    DeviceState,
    LinkError,
    PowerState,
    RefusedError,
    Transport,
    UnsupportedError,
    ValueSource,
)
from classroom_drivers.codecs import mqtt
from classroom_drivers.codecs.mqtt import (
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
)
from classroom_drivers.codecs.mqtt_conventions import (
    CONVENTIONS,
    Order,
    Thing,
    is_on,
    measured,
    number,
)
from classroom_drivers.codecs.plain import PlainCodec
from classroom_drivers.devices.about import About
from classroom_drivers.devices.line_device import LineDevice
from classroom_drivers.devices.mqtt_covers import Cover
from classroom_drivers.devices.mqtt_parts import (
    check_percent,
    measures_of,
    name_of,
    names_of,
    pair_of,
    part_of,
)
from classroom_drivers.links.exchange import Exchange, Priority

POWER = {True: PowerState.ON, False: PowerState.OFF}
KEEP_ALIVE_S = 15
REPLY_S = 1.0  # the broker's; how long the thing takes is another matter
ASKS = 3  # so often it is asked to confirm: some cannot be asked, and some are unplugged
PACKET_IDS = 65535
SUBSCRIPTION = 1
TOLD_MAX, NAME_MAX = 20, 40  # of what is shown to who mistyped a name


class MqttThing(LineDevice[Packet]):
    """One thing; its parts are named as the convention names them.

    Options: `topic`, its base topic ("zigbee2mqtt/Lamp", Tasmota's or ESPHome's own);
    `convention`, "zigbee2mqtt", "tasmota", "esphome" or "plain"; its parts, separated by commas:
    `relays` ("state_left, state_right", "POWER1", "switch/amplifier"), `lights` ("brightness",
    "Dimmer", "light/board"), `covers` ("position", "Shutter1", "cover/curtain"), `sensors`
    ("temperature", "ENERGY.Power=power-w") and `power`, the switch that is its power; `words`, if
    a plain thing does not say "ON/OFF"; `username`, `password`, `client_id` for the broker.
    """

    ABOUT = About(
        title="Things behind an MQTT broker: Zigbee2MQTT, Tasmota, ESPHome, plain topics",
        reached_by=("tcp://broker", "tls://broker"),
        sources=(
            "OASIS, MQTT Version 3.1.1",
            "zigbee2mqtt.io, MQTT Topics and Messages",
            "tasmota.github.io/docs, MQTT, Commands, Blinds and Shutters",
            "esphome.io, MQTT Client Component",
        ),
    )
    PORTS: ClassVar[Mapping[str, int]] = MappingProxyType({"tcp": 1883, "tls": 8883})

    def __init__(
        self,
        transport: Transport,
        *,
        topic: str,
        convention: str = "zigbee2mqtt",
        relays: str = "",
        lights: str = "",
        covers: str = "",
        sensors: str = "",
        power: str = "",
        words: str = "",
        username: str = "",
        password: str = "",
        client_id: str = "",
    ) -> None:
        super().__init__(transport, lambda: PlainCodec(PacketDecoder().feed))
        if convention not in CONVENTIONS:
            there_are = ", ".join(CONVENTIONS)
            raise UnsupportedError(f"no convention {convention!r}; there are {there_are}")
        self._topic = name_of(topic)
        self._relays, self._lights, self._covers = map(names_of, (relays, lights, covers))
        self._measures = measures_of(sensors)
        self._power = name_of(power) if power else ""
        switched = (*self._relays, *self._lights, *self._covers, *filter(None, [self._power]))
        self._switched = tuple(dict.fromkeys(switched))
        parts = dict.fromkeys((*self._switched, *self._measures))
        if not parts:
            raise UnsupportedError("say what it has: relays, lights, covers, sensors or power")
        meant = CONVENTIONS[convention]
        self._convention = replace(meant, words=pair_of(words)) if words else meant
        self._thing = Thing(self._convention, self._topic, parts)
        self._introduction = Connect(client_id, username, password, KEEP_ALIVE_S)
        self._facts: dict[str, object] = {}
        self._tellings = Counter[str]()  # how often each part was told
        self._told: tuple[str, ...] = ()  # names of what it told last, for who mistyped ours
        self._moved = {name: Cover() for name in self._covers}
        self._presence: dict[str, bool] = {}
        self._packet_id = SUBSCRIPTION
        self._asks, self._ask_s = ASKS, 0.0
        if self._measures:
            self.choices["sensor"] = tuple(self._measures.values())
        if self._covers:
            can = ("open", "close", "stop", "position")
            self.choices["cover"] = can if "state" not in self._covers else can[:3]

    # what everybody may ask

    @property
    def capabilities(self) -> tuple[str, ...]:
        """What it can do, by what it has."""
        has = {
            "power": self._power,
            "relay": self._relays,
            "level": self._lights,
            "cover": self._covers,
            "sensor": self._measures,
        }
        return tuple(name for name in super().capabilities if has[name])

    def state(self) -> DeviceState:
        """Give what is known; a thing that has left is offline, although its broker is not."""
        state = super().state()
        if state.availability is not Availability.ONLINE:
            return state
        if self._away:
            why = f"{self._topic}: the broker is there, but {self._away}"
            return replace(state, availability=Availability.OFFLINE, problem=why)
        if not self._facts:
            told = f"; it tells {', '.join(self._told)}" if self._told else ""
            why = f"{self._topic}: nothing was told by the names that we know{told}"
            return replace(state, problem=state.problem or why)
        return state

    async def set_power(self, *, on: bool) -> None:
        """Switch it on or off."""
        if await self._switch(self._power, on=on):
            self.assume("power", POWER[on], ask=False)

    async def set_relay(self, *, on: bool, channel: int = 1) -> None:
        """Close (True) or open a contact; channels count from 1."""
        if await self._switch(part_of(self._relays, channel, "relay"), on=on):
            self.assume(f"relay-{channel}", on, ask=False)

    async def set_level(self, *, percent: float, channel: int = 1) -> None:
        """Set a channel, 0 to 100."""
        name = part_of(self._lights, channel, "level")
        check_percent(percent)
        light = self._convention.light
        value = round(percent * light.full / 100)
        order = light.dim if value or not light.dark else light.dark
        if await self._order(order, name, value=value):
            self.assume(f"level-{channel}", round(percent, 1), ask=False)

    async def open_cover(self, *, channel: int = 1) -> None:
        """Let light in."""
        await self._move(channel, "OPEN", 100.0)

    async def close_cover(self, *, channel: int = 1) -> None:
        """Keep light out."""
        await self._move(channel, "CLOSE", 0.0)

    async def stop_cover(self, *, channel: int = 1) -> None:
        """Stay where it is; overtakes what waits."""
        name = part_of(self._covers, channel, "cover")
        blind = self._convention.blind
        await self._order(blind.move, name, word="STOP", priority=Priority.STOP)
        self._moved[name].stopped(self.now_s())
        self._tell_cover(name, ValueSource.ASSUMED)

    async def set_cover(self, *, percent: float, channel: int = 1) -> None:
        """Go to 0 (closed) to 100 (open)."""
        name = part_of(self._covers, channel, "cover")
        check_percent(percent)
        if "position" not in self.choices["cover"]:
            raise UnsupportedError("this cover cannot go to a place between open and closed")
        await self._order(self._convention.blind.go, name, value=round(percent))
        self._moved[name].ordered(round(percent), self.now_s())
        self._tell_cover(name, ValueSource.ASSUMED)

    async def read_sensors(self) -> None:
        """Have it tell now, where it can be asked; most tell by themselves what has changed."""
        await self._ask_for(self._measures, Priority.COMMAND)

    # what the line and the poll want

    async def begin(self) -> None:
        """Introduce ourselves, and subscribe."""
        self._presence.clear()
        self._asks, self._ask_s = ASKS, 0.0
        await self._exchange("CONNECT", self._introduction, _welcome, Priority.SETUP)
        wanted = Subscribe(SUBSCRIPTION, self._thing.filters)
        await self._exchange("SUBSCRIBE", wanted, _subscribed, Priority.SETUP)

    async def probe(self) -> None:
        """Have the broker prove that it lives."""
        await self._exchange("PINGREQ", Pingreq(), _lives, Priority.SETUP)

    async def poll(self) -> None:
        """Keep the connection alive; ask the thing for what it has not told."""
        await self._exchange("PINGREQ", Pingreq(), _lives, Priority.POLL)
        for name, cover in self._moved.items():
            cover.settle(self.now_s())
            self._tell_cover(name, ValueSource.ASSUMED)
        assumed = [value.source is ValueSource.ASSUMED for value in self._values.values()]
        unsure = self._asks and any(assumed)
        if not self._away and (unsure or self.now_s() >= self._ask_s):
            self._asks = max(self._asks - 1, 0)
            self._ask_s = self.now_s() + self._convention.every_s
            await self._ask_for(self._switched, Priority.POLL)

    def unasked(self, reply: Packet) -> None:
        """Take what the thing, or its bridge, tells."""
        if not isinstance(reply, Publish):
            return
        if presence := self._thing.presence(reply):
            topic, there = presence
            if there and not self._presence.get(topic, False):
                self._asks, self._ask_s = ASKS, 0.0
                self.poll_soon()
            self._presence[topic] = there
            self.publish()
        elif facts := self._thing.facts(reply):
            self._told = tuple(fact[:NAME_MAX] for fact in facts)[:TOLD_MAX]
            sure = not reply.retain or self._presence.get(self._thing.own_presence, False)
            self._take(facts, ValueSource.PUSHED if sure else ValueSource.ASSUMED)

    # how it is done

    @property
    def _away(self) -> str:
        gone = [topic for topic, there in self._presence.items() if not there]
        return f"{gone[0]} says that it is not" if gone else ""

    def _take(self, facts: Mapping[str, object], source: ValueSource) -> None:
        """Note what a message changes; retained ones may be old, unless the thing is there."""
        for channel, name in enumerate(self._relays, start=1):
            if (on := self._read_switch(facts, name)) is not None:
                self.note(f"relay-{channel}", on, source)
        if self._power and (on := self._read_switch(facts, self._power)) is not None:
            self.note("power", POWER[on], source)
        for channel, name in enumerate(self._lights, start=1):
            self._take_light(facts, name, source, f"level-{channel}")
        for fact, value_name in self._measures.items():
            if fact in facts and (value := measured(facts[fact])) is not None:
                self._facts[fact] = value
                self.note(value_name, value, source)
        for name in self._covers:
            self._take_cover(facts, name, source)
        self.publish()

    def _read_switch(self, facts: Mapping[str, object], name: str) -> bool | None:
        if name not in facts:
            return None
        words = {word.lower(): place == 0 for place, word in enumerate(self._convention.words)}
        on = words.get(str(facts[name]).lower(), is_on(facts[name]))
        if on is not None:
            self._facts[name] = on
            self._tellings[name] += 1
        return on

    def _take_light(
        self, facts: Mapping[str, object], name: str, source: ValueSource, value_name: str
    ) -> None:
        light = self._convention.light
        level, on = (self._thing.fill(fact, name) for fact in (light.level, light.on))
        self._facts |= {fact: facts[fact] for fact in (level, on) if fact in facts}
        share = number(self._facts.get(level))
        if not {level, on} & facts.keys() or share is None:
            return
        dark = is_on(self._facts.get(on)) is False
        self._tellings[name] += 1
        percent = 0.0 if dark else round(min(max(share * 100 / light.full, 0.0), 100.0), 1)
        self.note(value_name, percent, source)

    def _take_cover(self, facts: Mapping[str, object], name: str, source: ValueSource) -> None:
        blind = self._convention.blind
        position, direction, word = (
            facts.get(self._thing.fill(fact, name)) if fact else None
            for fact in (blind.position, blind.direction, blind.word)
        )
        percent = number(position)
        if (position, direction, word) != (None, None, None):
            self._facts[name] = True
            self._moved[name].told(
                self.now_s(),
                percent=None if percent is None else round(min(max(percent, 0.0), 100.0), 1),
                direction=number(direction),
                word=str(word),
            )
            self._tell_cover(name, source)

    def _tell_cover(self, name: str, source: ValueSource) -> None:
        cover, channel = self._moved[name], self._covers.index(name) + 1
        told = {f"cover-{channel}": cover.state, f"cover-percent-{channel}": cover.percent}
        for value_name, value in told.items():
            if value in {None, ""}:
                continue
            if source is ValueSource.PUSHED or value != self.known(value_name):
                self.note(value_name, value, source)

    async def _switch(self, name: str, *, on: bool) -> bool:
        word = self._convention.words[0 if on else 1]
        return await self._order(self._convention.relay, name, word=word)

    async def _move(self, channel: int, word: str, goal: float) -> None:
        name = part_of(self._covers, channel, "cover")
        await self._order(self._convention.blind.move, name, word=word)
        self._moved[name].ordered(goal, self.now_s())
        self._tell_cover(name, ValueSource.ASSUMED)

    async def _order(
        self,
        order: Order,
        name: str,
        *,
        word: str = "",
        value: int = 0,
        priority: Priority = Priority.COMMAND,
    ) -> bool:
        """Publish an order; return when the broker has taken it, and whether that is all we know.

        A thing may be so fast that it has already told what became of it.
        """
        if self._away:
            raise LinkError(f"{self._topic}: the broker is there, but {self._away}")
        self._packet_id = self._packet_id % PACKET_IDS + 1
        message = self._thing.publish(order, name, word, value)
        message = replace(message, packet_id=self._packet_id)
        mine = Puback(self._packet_id)

        def taken(heard: Packet) -> bool | None:
            return True if heard == mine else None

        text = f"{message.topic} {message.payload.decode()}".strip()
        before = self._tellings[name]
        await self._exchange(text, message, taken, priority, kind=name)
        self._asks = ASKS
        return self._tellings[name] == before

    async def _ask_for(self, names: Iterable[str], of: Priority) -> None:
        """Ask for parts, or for all that it has, whichever it understands."""
        for question in self._thing.questions(names):
            exchange = Exchange[Packet, None](
                name=question.topic, data=question.encode(), priority=of
            )
            await self.line.ask(exchange)

    async def _exchange(
        self,
        name: str,
        packet: Packet,
        answer: Callable[[Packet], bool | None],
        priority: Priority,
        kind: str = "",
    ) -> None:
        exchange = Exchange[Packet, bool](
            name=name,
            data=packet.encode(),
            answer=answer,
            timeout_s=REPLY_S,
            priority=priority,
            kind=kind,
        )
        await self.line.ask(exchange)


def _welcome(heard: Packet) -> bool | None:
    if not isinstance(heard, Connack):
        return None
    if heard.code:
        why = mqtt.REFUSALS.get(heard.code, f"code {heard.code}")
        raise (AuthenticationError if heard.code in mqtt.WRONG_PASSWORD else LinkError)(why)
    return True


def _subscribed(heard: Packet) -> bool | None:
    if not isinstance(heard, Suback):
        return None
    if mqtt.REFUSED in heard.codes:
        raise RefusedError("the broker does not let us listen to this topic")
    return True


def _lives(heard: Packet) -> bool | None:
    return True if heard == Pingresp() else None
