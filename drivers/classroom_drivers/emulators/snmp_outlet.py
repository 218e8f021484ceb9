"""A PDU with an SNMP agent: deaf to communities that it does not know, and slow to switch."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from classroom_drivers.codecs.snmp import (
    Bindings,
    Gauge,
    Kind,
    Message,
    MessageDecoder,
    Missing,
    ObjectId,
    Ticks,
    Value,
    encode,
)
from classroom_drivers.emulators.session import NEVER

NO_SUCH_NAME, BAD_VALUE, NO_ACCESS, WRONG_VALUE = 2, 3, 6, 10
SYSTEM = "1.3.6.1.2.1.1"
APC, CYBERPOWER = "1.3.6.1.4.1.318.1.1", "1.3.6.1.4.1.3808.1.1.3"


@dataclass(kw_only=True)
class OutletEmulator:
    """The PDU; sessions share it."""

    password: str = ""  # the community that may write; without, it is the one as delivered
    reader: str = "public"  # the one that may only read
    outlets: int = 8
    command: str = f"{APC}.12.3.3.1.1.4"
    state: str = f"{APC}.12.3.5.1.1.4"
    state_on: int = 1
    late_s: float = 0.5  # from a command until the relay has moved
    objects: dict[str, Value] = field(default_factory=dict)
    closed: set[int] = field(default_factory=set)
    _moving: list[tuple[float, int, bool]] = field(default_factory=list, init=False)

    def session(self, now_s: float) -> "OutletSession":
        """Begin to hear a controller."""
        return OutletSession(self)

    @property
    def writer(self) -> str:
        """The community that may write."""
        return self.password or "private"

    def values(self, now_s: float) -> dict[str, Value]:
        """Give everything that can be asked for."""
        for due_s, outlet, on in [one for one in self._moving if one[0] <= now_s]:
            (self.closed.add if on else self.closed.discard)(outlet)
            self._moving.remove((due_s, outlet, on))
        off = 3 - self.state_on
        values: dict[str, Value] = {
            f"{SYSTEM}.1.0": b"Emulated Rack PDU",
            f"{SYSTEM}.2.0": ObjectId("1.3.6.1.4.1.318.1.3.4.4"),
            f"{SYSTEM}.3.0": Ticks(int(now_s * 100) % (1 << 32)),
            f"{SYSTEM}.5.0": b"rack-pdu",
            **self.objects,
        }
        for outlet in range(1, self.outlets + 1):
            on = outlet in self.closed
            values[f"{self.command}.{outlet}"] = 1 if on else 2
            values[f"{self.state}.{outlet}"] = self.state_on if on else off
        return values

    def switch(self, oid: str, value: Value, now_s: float) -> int:
        """Take a command; give an error as version 2 counts them."""
        base, _, outlet = oid.rpartition(".")
        if oid not in self.values(now_s):
            return NO_ACCESS
        if base != self.command:
            return NO_ACCESS
        if value not in {1, 2}:
            return WRONG_VALUE
        self._moving.append((now_s + self.late_s, int(outlet), value == 1))
        return 0


class OutletSession:
    """One controller; the agent remembers nothing of it."""

    closed = False

    def __init__(self, pdu: OutletEmulator) -> None:
        self._pdu = pdu
        self._decoder = MessageDecoder()

    def due_s(self) -> float:
        """Never says anything by itself."""
        return NEVER

    def receive(self, data: bytes, now_s: float) -> list[bytes]:
        """Take what arrived; give what the agent says."""
        found = [one for one in self._decoder.feed(data) if isinstance(one, Message)]
        answers = [self._answer(message, now_s) for message in found]
        return [encode(answer) for answer in answers if answer]

    def _answer(self, message: Message, now_s: float) -> Message | None:
        pdu = self._pdu
        if message.community not in {pdu.writer, pdu.reader}:
            return None
        match message.kind:
            case Kind.GET | Kind.GET_NEXT:
                error, index, told = self._tell(message, now_s)
            case Kind.SET if message.community == pdu.writer:
                error, index, told = self._set(message, now_s)
            case Kind.SET:
                error, index, told = NO_ACCESS, 1, message.bindings
            case _:
                return None
        if message.version == "1" and error:
            error = {WRONG_VALUE: BAD_VALUE}.get(error, NO_SUCH_NAME)
        return Message(
            Kind.RESPONSE, message.number, told, message.community, message.version, error, index
        )

    def _tell(self, message: Message, now_s: float) -> tuple[int, int, Bindings]:
        values = self._pdu.values(now_s)
        order = sorted(values, key=_numbers)
        told: list[tuple[str, Value]] = []
        for index, (oid, _) in enumerate(message.bindings, 1):
            found = oid
            if message.kind is Kind.GET_NEXT:
                found = next((one for one in order if _numbers(one) > _numbers(oid)), "")
            if found not in values and message.version == "1":
                return NO_SUCH_NAME, index, message.bindings
            told.append((found or oid, values.get(found, Missing())))
        return 0, 0, tuple(told)

    def _set(self, message: Message, now_s: float) -> tuple[int, int, Bindings]:
        for index, (oid, value) in enumerate(message.bindings, 1):
            if error := self._pdu.switch(oid, value, now_s):
                return error, index, message.bindings
        return 0, 0, message.bindings


def _numbers(oid: str) -> list[int]:
    return [int(number) for number in oid.split(".")]


def _apc() -> OutletEmulator:
    return OutletEmulator(
        objects={
            f"{APC}.12.1.1.0": b"RackPDU",
            f"{APC}.12.1.3.0": b"v3.7.3",
            f"{APC}.12.1.5.0": b"AP7920",
            f"{APC}.12.1.6.0": b"5A1234E00874",
            f"{APC}.12.2.3.1.1.2.1": Gauge(23),
            f"{APC}.12.2.3.1.1.3.1": 1,
        }
    )


MODELS: Mapping[str, Callable[[], OutletEmulator]] = MappingProxyType(
    {
        "ap7920": _apc,
        "ap7900": lambda: OutletEmulator(
            command=f"{APC}.4.4.2.1.3",
            state=f"{APC}.4.4.2.1.3",
            objects={f"{APC}.4.1.2.0": b"v2.2.2", f"{APC}.4.1.4.0": b"AP9606"},
        ),
        "ap8959": lambda: OutletEmulator(
            outlets=24, command=f"{APC}.26.9.2.4.1.5", state=f"{APC}.26.9.2.3.1.5", state_on=2
        ),
        "pdu41004": lambda: OutletEmulator(
            command=f"{CYBERPOWER}.3.3.1.1.4",
            state=f"{CYBERPOWER}.3.5.1.1.4",
            objects={f"{CYBERPOWER}.2.3.1.1.2.1": Gauge(7)},
        ),
    }
)
