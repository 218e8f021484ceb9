"""MQTT 3.1.1: packets in both directions, topics and their filters. No I/O.

Messages are received with quality 0 and sent with 0 or 1; who asks us for 2 is not understood.

Source: OASIS, MQTT Version 3.1.1 (2014-10-29), chapters 2 to 4.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from classroom_drivers.codecs.garbage import Garbage

LEVEL = 4  # what 3.1.1 calls itself
PACKET_MAX = 16384  # a longer one is passed over
TEXT_MAX = 65535
LENGTH_BYTES_MAX = 4
REFUSED = 0x80  # in SUBACK
ANY_LEVEL, ANY_LEVELS = "+", "#"

CONNECT, CONNACK, PUBLISH, PUBACK, SUBSCRIBE, SUBACK = 0x10, 0x20, 0x30, 0x40, 0x82, 0x90
PINGREQ, PINGRESP, DISCONNECT = 0xC0, 0xD0, 0xE0
WITH_USERNAME, WITH_PASSWORD, WITH_WILL, CLEAN = 0x80, 0x40, 0x04, 0x02
RETAIN, QOS_1 = 0x01, 0x02
REFUSALS: Mapping[int, str] = MappingProxyType(
    {
        1: "the broker does not speak MQTT 3.1.1",
        2: "the broker wants another client_id",
        3: "the broker is not available",
        4: "wrong username or password",
        5: "not authorised",
    }
)
WRONG_PASSWORD = {4, 5}


class MalformedError(ValueError):
    """A packet is not what its first byte says; never leaves this module."""


@dataclass(frozen=True, slots=True)
class Connect:
    """Introduces a client; one without a name is given one."""

    client_id: str = ""
    username: str = ""
    password: str = field(default="", repr=False)
    keep_alive_s: int = 0  # the broker hangs up after one and a half times as much; 0 is never
    clean: bool = True
    level: int = LEVEL

    def encode(self) -> bytes:
        """Spell it; a password is never without a username."""
        flags = CLEAN if self.clean else 0
        said = _text(self.client_id)
        if self.username or self.password:
            flags |= WITH_USERNAME
            said += _text(self.username)
        if self.password:
            flags |= WITH_PASSWORD
            said += _text(self.password)
        head = _text("MQTT") + bytes([self.level, flags]) + _number(self.keep_alive_s)
        return _framed(CONNECT, head + said)


@dataclass(frozen=True, slots=True)
class Connack:
    """The broker's word on that: 0 is welcome, the others are REFUSALS."""

    code: int = 0

    def encode(self) -> bytes:
        """Spell it."""
        return _framed(CONNACK, bytes([0, self.code]))


@dataclass(frozen=True, slots=True)
class Publish:
    """A message; retained ones are told to everybody who subscribes later."""

    topic: str
    payload: bytes = b""
    packet_id: int = 0  # 0 is quality 0; with another it wants to be acknowledged
    retain: bool = False

    def encode(self) -> bytes:
        """Spell it."""
        first = PUBLISH | (RETAIN if self.retain else 0) | (QOS_1 if self.packet_id else 0)
        number = _number(self.packet_id) if self.packet_id else b""
        return _framed(first, _text(self.topic) + number + self.payload)


@dataclass(frozen=True, slots=True)
class Puback:
    """The broker has taken a message. Nobody knows whether anybody else has."""

    packet_id: int

    def encode(self) -> bytes:
        """Spell it."""
        return _framed(PUBACK, _number(self.packet_id))


@dataclass(frozen=True, slots=True)
class Subscribe:
    """Asks for all messages whose topics fit one of these filters, with quality 0."""

    packet_id: int
    filters: tuple[str, ...]

    def encode(self) -> bytes:
        """Spell it."""
        wanted = b"".join(_text(one) + b"\x00" for one in self.filters)
        return _framed(SUBSCRIBE, _number(self.packet_id) + wanted)


@dataclass(frozen=True, slots=True)
class Suback:
    """The answer, one code for each filter: a quality, or REFUSED."""

    packet_id: int
    codes: tuple[int, ...]

    def encode(self) -> bytes:
        """Spell it."""
        return _framed(SUBACK, _number(self.packet_id) + bytes(self.codes))


@dataclass(frozen=True, slots=True)
class Pingreq:
    """Asks for a sign of life."""

    def encode(self) -> bytes:
        """Spell it."""
        return _framed(PINGREQ, b"")


@dataclass(frozen=True, slots=True)
class Pingresp:
    """The sign of life."""

    def encode(self) -> bytes:
        """Spell it."""
        return _framed(PINGRESP, b"")


@dataclass(frozen=True, slots=True)
class Disconnect:
    """The client leaves."""

    def encode(self) -> bytes:
        """Spell it."""
        return _framed(DISCONNECT, b"")


Packet = Connect | Connack | Publish | Puback | Subscribe | Suback | Pingreq | Pingresp | Disconnect


class PacketDecoder:
    """Finds packets in a stream of bytes, of either side; keeps no more than one. Never raises.

    A stream of packets that was disturbed is found again by chance only: close the link.
    """

    def __init__(self) -> None:
        self._rest = b""
        self._passed_over = 0  # so many bytes more belong to a packet that is too long

    def feed(self, data: bytes) -> list[Packet | Garbage]:
        """Take bytes as they arrive; give what they complete, noise included."""
        passed = min(self._passed_over, len(data))
        self._passed_over -= passed
        self._rest += data[passed:]
        found: list[Packet | Garbage] = []
        while self._rest and (taken := self._take()):
            found.append(taken)
        return found

    def _take(self) -> Packet | Garbage | None:
        first = self._rest[0]
        if first not in READERS and first & 0xF0 != PUBLISH:
            return self._drop(1)
        sized = _length(self._rest[1 : 1 + LENGTH_BYTES_MAX])
        if sized is None:
            return None if len(self._rest) <= LENGTH_BYTES_MAX else self._drop(1)
        length, counted = sized
        begin = 1 + counted
        if length > PACKET_MAX:
            self._passed_over = max(begin + length - len(self._rest), 0)
            head = self._rest[:begin]
            self._rest = self._rest[begin + length :]
            return Garbage(head)
        if len(self._rest) < begin + length:
            return None
        body = self._rest[begin : begin + length]
        try:
            packet = _read(first, body)
        except MalformedError:
            return self._drop(begin + length)
        self._rest = self._rest[begin + length :]
        return packet

    def _drop(self, count: int) -> Garbage:
        dropped, self._rest = self._rest[:count], self._rest[count:]
        return Garbage(dropped)


def fits(topic_filter: str, topic: str) -> bool:
    """Say whether a topic is among those that a filter means."""
    wanted, levels = topic_filter.split("/"), topic.split("/")
    if topic.startswith("$") and wanted[0] in {ANY_LEVEL, ANY_LEVELS}:
        return False
    for place, word in enumerate(wanted):
        if word == ANY_LEVELS:
            return True
        if place >= len(levels) or word not in {ANY_LEVEL, levels[place]}:
            return False
    return len(wanted) == len(levels)


def is_topic(text: str) -> bool:
    """Say whether a message can have this topic: it is a name, not a filter."""
    return 0 < len(text.encode()) <= TEXT_MAX and not set(text) & {ANY_LEVEL, ANY_LEVELS, "\0"}


class _Body:
    """The inside of a packet, read from its beginning."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def take(self, count: int) -> bytes:
        if count > len(self._data):
            raise MalformedError
        taken, self._data = self._data[:count], self._data[count:]
        return taken

    def byte(self) -> int:
        return self.take(1)[0]

    def number(self) -> int:
        return int.from_bytes(self.take(2), "big")

    def text(self) -> str:
        try:
            return self.take(self.number()).decode()
        except UnicodeDecodeError as error:
            raise MalformedError from error

    def rest(self) -> bytes:
        taken, self._data = self._data, b""
        return taken


def _read(first: int, body: bytes) -> Packet:
    inside = _Body(body)
    packet = READERS[first](inside) if first in READERS else _read_publish(first, inside)
    if inside.rest():
        raise MalformedError
    return packet


def _read_connect(body: _Body) -> Connect:
    name, level = body.text(), body.byte()
    if (name, level) != ("MQTT", LEVEL):
        body.rest()
        return Connect(level=0 if name != "MQTT" else level)
    flags, keep_alive_s = body.byte(), body.number()
    client_id = body.text()
    if flags & WITH_WILL:
        body.text()
        body.take(body.number())
    username = body.text() if flags & WITH_USERNAME else ""
    password = body.text() if flags & WITH_PASSWORD else ""
    return Connect(client_id, username, password, keep_alive_s, bool(flags & CLEAN))


def _read_connack(body: _Body) -> Connack:
    body.byte()
    return Connack(body.byte())


def _read_publish(first: int, body: _Body) -> Publish:
    quality, topic = first >> 1 & 3, body.text()
    packet_id = body.number() if quality else 0
    if quality > 1 or bool(quality) is not bool(packet_id) or not is_topic(topic):
        raise MalformedError
    return Publish(topic, body.rest(), packet_id, bool(first & RETAIN))


def _read_subscribe(body: _Body) -> Subscribe:
    packet_id, filters = body.number(), []
    while said := body.rest():
        body = _Body(said)
        filters.append(body.text())
        body.byte()
    if not packet_id or not filters:
        raise MalformedError
    return Subscribe(packet_id, tuple(filters))


def _read_suback(body: _Body) -> Suback:
    return Suback(body.number(), tuple(body.rest()))


READERS: Mapping[int, Callable[[_Body], Packet]] = MappingProxyType(
    {
        CONNECT: _read_connect,
        CONNACK: _read_connack,
        PUBACK: lambda body: Puback(body.number()),
        SUBSCRIBE: _read_subscribe,
        SUBACK: _read_suback,
        PINGREQ: lambda _: Pingreq(),
        PINGRESP: lambda _: Pingresp(),
        DISCONNECT: lambda _: Disconnect(),
    }
)


def _length(data: bytes) -> tuple[int, int] | None:
    """Give the length at the beginning and how many bytes it takes; None if it does not end."""
    length = 0
    for place, byte in enumerate(data):
        length |= (byte & 0x7F) << 7 * place
        if byte < 0x80:
            return length, place + 1
    return None


def _framed(first: int, body: bytes) -> bytes:
    length, counted = len(body), bytearray()
    while True:
        length, low = divmod(length, 128)
        counted.append(low | (0x80 if length else 0))
        if not length:
            return bytes([first, *counted]) + body


def _number(value: int) -> bytes:
    return value.to_bytes(2, "big")


def _text(text: str) -> bytes:
    data = text.encode()
    return _number(len(data)) + data
