"""SNMP version 1 and 2c: asking for values by number, and setting them. No I/O.

A message is a BER sequence: version, community, and a PDU with a request number, an error and pairs
of object and value. Objects are numbers with dots, "1.3.6.1.2.1.1.1.0".

Source: RFC 1157, sections 4 and 7 (version 1); RFC 3416, section 3 (PDUs, errors of version 2);
ITU-T X.690, section 8 (BER).
"""

from dataclasses import dataclass
from enum import IntEnum

from classroom_drivers.codecs.cutter import Cutter, skip_to
from classroom_drivers.codecs.garbage import Garbage

MESSAGE_MAX = 4096  # bytes; agents need not take more than 484, most take 1472
VERSIONS = {"1": 0, "2c": 1}
ERRORS = {
    1: "the answer would be too big",
    2: "there is no such thing, or it may not be set",
    3: "not a value that it can have",
    4: "it can only be read",
    5: "general error",
    6: "no access",
    7: "not of the kind of value that it has",
    10: "not a value that it can have",
    11: "there is no such thing",
    13: "out of resources",
    14: "could not be done",
    16: "the community does not allow it",
    17: "it can only be read",
}
INTEGER, OCTETS, NULL, OID, SEQUENCE = 0x02, 0x04, 0x05, 0x06, 0x30
COUNTER, GAUGE, TICKS, COUNTER_64, IP = 0x41, 0x42, 0x43, 0x46, 0x40
UNSIGNED = {COUNTER, GAUGE, TICKS, COUNTER_64}
NO_SUCH_INSTANCE = 0x81
MISSING = {0x80, NO_SUCH_INSTANCE, 0x82}  # version 2: no such object, ..., end of the view


class Kind(IntEnum):
    """What a PDU is for."""

    GET = 0xA0
    GET_NEXT = 0xA1
    RESPONSE = 0xA2
    SET = 0xA3


@dataclass(frozen=True, slots=True)
class Missing:
    """There is no such object."""


@dataclass(frozen=True, slots=True)
class Ticks:
    """Hundredths of a second."""

    count: int


@dataclass(frozen=True, slots=True)
class Gauge:
    """A number that goes up and down."""

    count: int


@dataclass(frozen=True, slots=True)
class ObjectId:
    """An object as a value."""

    oid: str


Value = int | bytes | ObjectId | Gauge | Ticks | Missing | None
Bindings = tuple[tuple[str, Value], ...]


@dataclass(frozen=True, slots=True)
class Message:
    """A question or its answer; `error` counts as in ERRORS, `index` says which binding."""

    kind: Kind
    number: int
    bindings: Bindings
    community: str = "public"
    version: str = "1"
    error: int = 0
    index: int = 0


class _More(Exception):  # noqa: N818 - not a fault: the rest has not come yet
    """The message goes on after the bytes that are here."""


class _Nonsense(Exception):  # noqa: N818 - becomes Garbage
    """This is no message."""


def encode(message: Message) -> bytes:
    """Spell a message."""
    bindings = b"".join(
        _wrap(SEQUENCE, _wrap(OID, _oid(oid)) + _value(value)) for oid, value in message.bindings
    )
    pdu = b"".join(_whole(n) for n in (message.number, message.error, message.index))
    pdu += _wrap(SEQUENCE, bindings)
    head = _whole(VERSIONS[message.version]) + _wrap(OCTETS, message.community.encode())
    return _wrap(SEQUENCE, head + _wrap(message.kind, pdu))


class MessageDecoder(Cutter[Message]):
    """Turns datagrams, or a stream, into messages."""

    def __init__(self) -> None:
        super().__init__(_first)


def _first(data: bytes) -> tuple[Message | Garbage, int] | None:
    try:
        return _read(data)
    except _More:
        return None
    except _Nonsense:
        return skip_to(bytes([SEQUENCE]), data)


def _wrap(tag: int, body: bytes) -> bytes:
    length = len(body)
    if length < 0x80:
        return bytes([tag, length]) + body
    digits = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(digits)]) + digits + body


def _whole(number: int, tag: int = INTEGER) -> bytes:
    size = (number + (number < 0)).bit_length() // 8 + 1
    return _wrap(tag, number.to_bytes(size, "big", signed=True))


def _oid(oid: str) -> bytes:
    first, second, *rest = map(int, oid.split("."))
    return b"".join(_base_128(number) for number in (first * 40 + second, *rest))


def _base_128(number: int) -> bytes:
    digits = [number & 0x7F]
    while number := number >> 7:
        digits.append(0x80 | (number & 0x7F))
    return bytes(reversed(digits))


def _value(value: Value) -> bytes:
    match value:
        case int():
            return _whole(value)
        case Gauge(count) | Ticks(count):
            return _whole(count, GAUGE if isinstance(value, Gauge) else TICKS)
        case bytes():
            return _wrap(OCTETS, value)
        case ObjectId(oid):
            return _wrap(OID, _oid(oid))
        case _:
            return bytes([NULL if value is None else NO_SUCH_INSTANCE, 0])


def _take(data: bytes, place: int) -> tuple[int, bytes, int]:
    """Give the tag and body of what begins at a place, and where it ends."""
    if len(data) < place + 2:
        raise _More
    tag, length = data[place], data[place + 1]
    begin = place + 2
    if length & 0x80:
        size = length & 0x7F
        if not 1 <= size <= 3:
            raise _Nonsense
        if len(data) < begin + size:
            raise _More
        length, begin = int.from_bytes(data[begin : begin + size], "big"), begin + size
    if length > MESSAGE_MAX - 8:
        raise _Nonsense
    if len(data) < begin + length:
        raise _More
    return tag, data[begin : begin + length], begin + length


def _parts(body: bytes) -> list[tuple[int, bytes]]:
    """Take apart what must be complete."""
    parts, place = [], 0
    while place < len(body):
        try:
            tag, part, place = _take(body, place)
        except _More:
            raise _Nonsense from None
        parts.append((tag, part))
    return parts


def _read(data: bytes) -> tuple[Message, int]:
    """Read what begins here, and give where it ends."""
    tag, body, length = _take(data, 0)
    if tag != SEQUENCE:
        raise _Nonsense
    return _read_message(body), length


def _read_message(body: bytes) -> Message:
    versions = {number: version for version, number in VERSIONS.items()}
    match _parts(body):
        case [(0x02, number), (0x04, community), (kind, pdu)] if kind in set(Kind):
            version = versions.get(_int(number))
        case _:
            raise _Nonsense
    match _parts(pdu):
        case [(0x02, request), (0x02, error), (0x02, index), (0x30, bindings)] if version:
            return Message(
                Kind(kind),
                _int(request),
                tuple(_binding(tag, pair) for tag, pair in _parts(bindings)),
                community.decode("utf-8", "replace"),
                version,
                _int(error),
                _int(index),
            )
    raise _Nonsense


def _binding(tag: int, body: bytes) -> tuple[str, Value]:
    match _parts(body):
        case [(0x06, oid), (kind, value)] if tag == SEQUENCE:
            return _read_oid(oid), _read_value(kind, value)
    raise _Nonsense


def _read_value(tag: int, body: bytes) -> Value:
    if tag == INTEGER:
        return _int(body)
    if tag in UNSIGNED:
        number = int.from_bytes(body, "big")
        return Ticks(number) if tag == TICKS else Gauge(number)
    if tag in {OCTETS, IP}:
        return body
    if tag == OID:
        return ObjectId(_read_oid(body))
    if tag in MISSING | {NULL} and not body:
        return None if tag == NULL else Missing()
    raise _Nonsense


def _int(body: bytes) -> int:
    if not 1 <= len(body) <= 8:
        raise _Nonsense
    return int.from_bytes(body, "big", signed=True)


def _read_oid(body: bytes) -> str:
    numbers: list[int] = []
    number = 0
    for byte in body:
        number = number << 7 | byte & 0x7F
        if number >> 32:
            raise _Nonsense
        if not byte & 0x80:
            numbers.append(number)
            number = 0
    if not numbers or body[-1] & 0x80:
        raise _Nonsense
    first = min(numbers[0] // 40, 2)
    return ".".join(map(str, (first, numbers[0] - 40 * first, *numbers[1:])))
