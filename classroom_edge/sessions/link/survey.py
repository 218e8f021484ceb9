"""What a site and its hub say to each other by UDP to measure the line between them. Pure.

Every datagram bears the token that the hub gave over the link, so nobody else is heard, and a
number and an instant of whoever asked. The hub answers an echo with the address that it sees,
counts trains of datagrams that come, and sends trains that are asked for, within `Allowance`.
"""

import struct
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final

TOKEN: Final = 16  # bytes
LIFE_S: Final = 20.0  # of a token
SENT_MAX: Final = 6_000_000  # bytes that a hub sends for one token
TRAIN_MAX_S: Final = 0.4
RATE_MAX_BPS: Final = 25_000_000
TRAIN_BYTES: Final = 1200  # of a datagram of a train
AROUND: Final = 28  # bytes of IPv4 and UDP; IPv6 has 20 more

_HEAD: Final = struct.Struct("!B16sIq")
_TRAIN: Final = struct.Struct("!Id")
_COUNT: Final = struct.Struct("!IIq")


class Kind(IntEnum):
    """What a datagram is."""

    ECHO = 1
    ECHOED = 2  # with the address that the hub sees
    LOAD = 3  # one of a train; its number is the train's
    COUNT = 4  # asks what came of a train
    COUNTED = 5
    SEND = 6  # asks for a train
    END = 7


@dataclass(frozen=True, slots=True)
class Datagram:
    """One of them."""

    kind: Kind
    token: bytes
    number: int = 0
    at_ns: int = 0
    rest: bytes = b""

    def spelt(self) -> bytes:
        """Spell it."""
        return _HEAD.pack(self.kind, self.token, self.number, self.at_ns) + self.rest

    def padded(self, size: int) -> bytes:
        """Spell it with so many bytes in all."""
        return self.spelt().ljust(size, b"\0")


def read(data: bytes) -> Datagram | None:
    """Read one; None = it is none."""
    if len(data) < _HEAD.size or data[0] not in Kind.__members__.values():
        return None
    kind, token, number, at_ns = _HEAD.unpack_from(data)
    return Datagram(Kind(kind), token, number, at_ns, data[_HEAD.size :])


@dataclass(frozen=True, slots=True)
class Train:
    """Datagrams of `TRAIN_BYTES` at a rate, for a while."""

    rate_bps: int
    seconds: float

    @property
    def count(self) -> int:
        """How many datagrams it has."""
        return max(2, round(self.rate_bps * self.seconds / 8 / (TRAIN_BYTES + AROUND)))

    def spelt(self) -> bytes:
        """Spell it, as what is asked for."""
        return _TRAIN.pack(self.rate_bps, self.seconds)


def train(rest: bytes) -> Train | None:
    """Read which train is asked for; None = none that would be sent."""
    if len(rest) < _TRAIN.size:
        return None
    rate_bps, seconds = _TRAIN.unpack_from(rest)
    fits = 0 < rate_bps <= RATE_MAX_BPS and 0 < seconds <= TRAIN_MAX_S
    return Train(rate_bps, seconds) if fits else None


@dataclass
class Arrived:
    """What came of a train."""

    count: int = 0
    size: int = 0  # bytes with what is around them
    first_ns: int = 0
    last_ns: int = 0

    def add(self, size: int, now_ns: int) -> None:
        """Note a datagram."""
        self.first_ns = self.first_ns or now_ns
        self.last_ns = now_ns
        self.count += 1
        self.size += size + AROUND

    @property
    def rate_bps(self) -> float:
        """At which rate they came; the first of them only starts the clock."""
        span_ns = self.last_ns - self.first_ns
        later = self.size * (self.count - 1) / self.count if self.count else 0.0
        return later * 8e9 / span_ns if span_ns > 0 else 0.0

    def spelt(self) -> bytes:
        """Spell it."""
        return _COUNT.pack(self.count, self.size, self.last_ns - self.first_ns)


def arrived(rest: bytes) -> Arrived | None:
    """Read what came of a train."""
    if len(rest) < _COUNT.size:
        return None
    count, size, span_ns = _COUNT.unpack_from(rest)
    return Arrived(count, size, 1, 1 + span_ns)


@dataclass
class Allowance:
    """What a hub still does for one token."""

    token: bytes
    left: int = SENT_MAX  # bytes
    trains: dict[int, Arrived] = field(default_factory=dict)

    def spend(self, size: int) -> bool:
        """Tell whether so many bytes may be sent still; they are counted then."""
        if size > self.left:
            return False
        self.left -= size
        return True
