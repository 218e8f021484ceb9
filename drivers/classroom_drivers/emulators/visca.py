"""A PTZ camera that speaks VISCA, bare or in Sony's envelopes, and really moves.

Movements take the time a camera takes; an absolute one keeps one of the two sockets busy until it
arrives, and a newer one on the same axes cancels it. In standby only power is heard.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from classroom_drivers.codecs import visca
from classroom_drivers.codecs.garbage import Garbage
from classroom_drivers.codecs.visca import Ack, Answer, Completion, Packet, Refusal
from classroom_drivers.codecs.visca_ip import (
    MESSAGE_ERROR,
    RESET,
    SEQUENCE_ERROR,
    Kind,
    Message,
    MessageDecoder,
    encode,
)
from classroom_drivers.emulators.session import NEVER

ACK_S = 0.004  # how long the camera thinks before it answers
SOCKETS = (1, 2)
LAST_SPEED_DEG_S = 120.0  # of pan at full speed; it grows with the square of the step
NOT_UNDERSTOOD, BUSY, CANCELLED, NOT_NOW = 0x02, 0x03, 0x04, 0x41


@dataclass(slots=True)
class Axis:
    """One direction of movement, in the camera's units."""

    low: float
    high: float
    at: float = 0.0
    speed: float = 0.0  # units a second, signed
    target: float | None = None

    def advance(self, seconds: float) -> None:
        """Move on for a while."""
        self.at = min(max(self.at + self.speed * seconds, self.low), self.high)
        if self.target is not None and (self.target - self.at) * self.speed <= 0:
            self.at, self.speed, self.target = self.target, 0.0, None

    def drive(self, speed: float) -> None:
        """Move until told otherwise."""
        self.speed, self.target = speed, None

    def go(self, target: float, speed: float) -> None:
        """Move to a place."""
        self.target = min(max(target, self.low), self.high)
        self.speed = speed if self.target > self.at else -speed

    def left_s(self) -> float:
        """Say how long it is to the target."""
        return 0.0 if self.target is None else abs((self.target - self.at) / self.speed)


@dataclass(slots=True)
class Move:
    """A movement with an end, in its socket."""

    session: "ViscaSession"
    axes: frozenset[str]
    context: int  # of the session: the sequence number that the completion repeats


def _axes() -> dict[str, Axis]:
    pan, tilt = 170 * visca.UNITS_PER_DEG, visca.UNITS_PER_DEG
    return {
        "pan": Axis(-pan, pan),
        "tilt": Axis(-30 * tilt, 90 * tilt),
        "zoom": Axis(0, visca.ZOOM_TELE),
    }


@dataclass(kw_only=True)
class ViscaEmulator:
    """The camera; sessions share it."""

    sony: bool = False  # in Sony's envelopes
    address: int = 1
    on: bool = True
    boot_s: float = 5.0
    tally: bool = False
    busy: int = 0  # so many commands are answered "busy" from now on
    presets: dict[int, Mapping[str, float]] = field(default_factory=dict)
    axes: dict[str, Axis] = field(default_factory=_axes)
    _moves: dict[int, Move] = field(default_factory=dict, init=False)
    _now_s: float | None = field(default=None, init=False)
    _ready_s: float = field(default=0.0, init=False)

    def session(self, now_s: float) -> "ViscaSession":
        """Begin a connection."""
        return SonySession(self) if self.sony else ViscaSession(self)

    @property
    def moving(self) -> bool:
        """Say whether anything moves."""
        return any(axis.speed for axis in self.axes.values())

    def advance(self, now_s: float) -> None:
        """Let time pass: move on, complete what has arrived."""
        since_s, self._now_s = self._now_s if self._now_s is not None else now_s, now_s
        for axis in self.axes.values():
            axis.advance(max(now_s - since_s, 0.0))
        for socket, move in list(self._moves.items()):
            if all(self.axes[name].target is None for name in move.axes):
                del self._moves[socket]
                move.session.say(Completion(self.address, socket), now_s, move.context)

    def due_s(self) -> float:
        """Say when the next movement arrives."""
        if not self._moves or self._now_s is None:
            return NEVER
        left = min(max(self.axes[n].left_s() for n in m.axes) for m in self._moves.values())
        return self._now_s + left + 1e-6

    def obey(self, session: "ViscaSession", body: bytes, now_s: float, context: int) -> None:
        """Do one packet and let the session say what there is to say."""
        if body[:1] == b"\x09":
            data = self._tell(body, now_s)
            refusal = Refusal(self.address, 0, NOT_UNDERSTOOD if self.on else NOT_NOW)
            session.say(Answer(self.address, data) if data else refusal, now_s, context)
            return
        if self.busy or len(self._moves) == len(SOCKETS):
            self.busy = max(self.busy - 1, 0)
            session.say(Refusal(self.address, 0, BUSY), now_s, context)
            return
        socket = next(s for s in SOCKETS if s not in self._moves)
        if not self.on and body[:3] != b"\x01\x04\x00":
            session.say(Refusal(self.address, socket, NOT_NOW), now_s, context)
            return
        axes = self._command(body, now_s)
        if axes is None:
            session.say(Refusal(self.address, 0, NOT_UNDERSTOOD), now_s, context)
            return
        session.say(Ack(self.address, socket), now_s, context)
        self._cancel(axes, now_s)
        if any(self.axes[name].target is not None for name in axes):
            self._moves[socket] = Move(session, axes, context)
        else:
            session.say(Completion(self.address, socket), now_s, context)

    def _cancel(self, axes: frozenset[str], now_s: float) -> None:
        for socket, move in list(self._moves.items()):
            if move.axes & axes:
                del self._moves[socket]
                move.session.say(Refusal(self.address, socket, CANCELLED), now_s, move.context)

    def _command(self, body: bytes, now_s: float) -> frozenset[str] | None:
        """Do a command; give the axes that it moves or holds, None if it is not understood."""
        match body[1:3], body[3:]:
            case b"\x06\x01", data if len(data) == 4:
                return self._drive(*data)
            case b"\x06\x02", data if len(data) == 10:
                return self._go(
                    max(data[0], 1),
                    pan=visca.from_nibbles(data[2:6]),
                    tilt=visca.from_nibbles(data[6:]),
                )
            case b"\x06\x03", data if len(data) == 10:
                return self._go(
                    max(data[0], 1),
                    pan=self.axes["pan"].at + visca.from_nibbles(data[2:6]),
                    tilt=self.axes["tilt"].at + visca.from_nibbles(data[6:]),
                )
            case b"\x06\x04", b"":
                return self._go(visca.PAN_SPEED_MAX, pan=0, tilt=0)
        return self._lens_and_lamp(body, now_s)

    def _lens_and_lamp(self, body: bytes, now_s: float) -> frozenset[str] | None:
        match body[1:3], body[3:]:
            case b"\x04\x07", data if len(data) == 1:
                way = {0x20: 1, 0x30: -1}.get(data[0] & 0xF0, 0)
                self.axes["zoom"].drive(way * (1 + (data[0] & 7)) * 700.0)
                return frozenset({"zoom"})
            case b"\x04\x47", data if len(data) == 4:
                return self._go(visca.PAN_SPEED_MAX, zoom=visca.from_nibbles(data, signed=False))
            case b"\x04\x3f", data if len(data) == 2:
                return self._preset(*data)
            case b"\x04\x00", b"\x02" | b"\x03":
                if not self.on:
                    self._ready_s = now_s + self.boot_s
                self.on = body[3] == 2
            case b"\x7e\x01", b"\x0a\x00\x02" | b"\x0a\x00\x03":
                self.tally = body[5] == 2
            case _:
                return None
        return frozenset()

    def _drive(self, pan: int, tilt: int, pan_way: int, tilt_way: int) -> frozenset[str] | None:
        if not (1 <= pan <= visca.PAN_SPEED_MAX and 1 <= tilt <= visca.TILT_SPEED_MAX):
            return None
        self.axes["pan"].drive({1: -1, 2: 1}.get(pan_way, 0) * _units_s(pan))
        self.axes["tilt"].drive({1: 1, 2: -1}.get(tilt_way, 0) * _units_s(tilt))
        return frozenset({"pan", "tilt"})

    def _go(self, step: int, **places: float) -> frozenset[str]:
        for name, place in places.items():
            self.axes[name].go(place, 8000.0 if name == "zoom" else _units_s(step))
        return frozenset(places)

    def _preset(self, verb: int, number: int) -> frozenset[str] | None:
        match verb:
            case 0:
                self.presets.pop(number, None)
            case 1:
                self.presets[number] = {name: axis.at for name, axis in self.axes.items()}
            case 2:
                return self._go(visca.PAN_SPEED_MAX, **self.presets.get(number, {}))
            case _:
                return None
        return frozenset()

    def _tell(self, body: bytes, now_s: float) -> bytes:
        if body == visca.ASK_POWER:
            return b"\x02" if self.on and now_s >= self._ready_s else b"\x03"
        if body == visca.ASK_VERSION:
            return bytes.fromhex("0001 0000 0100 02")
        if not self.on:
            return b""
        told = {
            visca.ASK_POSITION: self._nibbles("pan") + self._nibbles("tilt"),
            visca.ASK_ZOOM: self._nibbles("zoom"),
            bytes.fromhex("097E010A"): b"\x02" if self.tally else b"\x03",
        }
        return told.get(body, b"")

    def _nibbles(self, axis: str) -> bytes:
        return visca.nibbles(round(self.axes[axis].at))


class ViscaSession:
    """One connection, or one sender of datagrams: bare packets."""

    closed = False

    def __init__(self, camera: ViscaEmulator) -> None:
        self._camera = camera
        self._packets = visca.PacketDecoder()
        self._said: list[tuple[float, bytes]] = []

    def due_s(self) -> float:
        """Give when the camera answers or a movement arrives."""
        return min(self._camera.due_s(), self._said[0][0] if self._said else NEVER)

    def receive(self, data: bytes, now_s: float) -> list[bytes]:
        """Take what arrived; give what the camera says by now."""
        self._camera.advance(now_s)
        self._hear(data, now_s)
        due = [said for said in self._said if said[0] <= now_s]
        self._said = self._said[len(due) :]
        return [data for _, data in due]

    def say(self, reply: visca.Reply, now_s: float, context: int) -> None:
        """Say something once the camera has thought."""
        self._said.append((now_s + ACK_S, self._spell(visca.encode_reply(reply), context)))

    def _hear(self, data: bytes, now_s: float) -> None:
        for packet in self._packets.feed(data):
            self._take(packet, now_s, 0)

    def _take(self, packet: Packet | Garbage, now_s: float, context: int) -> None:
        camera = self._camera
        match packet:
            case Packet(header=0x88, body=b"\x30\x01"):
                self.say(visca.Echo(bytes([0x30, camera.address + 1])), now_s, context)
            case Packet(header=0x88, body=visca.CLEAR):
                self.say(visca.Echo(visca.CLEAR), now_s, context)
            case Packet(header, body=visca.CLEAR) if header == 0x80 | camera.address:
                self.say(Completion(camera.address, 0), now_s, context)
            case Packet(header, body) if header == 0x80 | camera.address:
                camera.obey(self, body, now_s, context)

    def _spell(self, packet: bytes, context: int) -> bytes:
        return packet


class SonySession(ViscaSession):
    """One sender of datagrams: packets in envelopes, each sequence number taken once."""

    def __init__(self, camera: ViscaEmulator) -> None:
        super().__init__(camera)
        self._messages = MessageDecoder()
        self._newest = -1

    def _hear(self, data: bytes, now_s: float) -> None:
        for message in self._messages.feed(data):
            if isinstance(message, Garbage):
                self._envelope(Message(Kind.CONTROL_REPLY, 0, MESSAGE_ERROR), now_s)
            elif message.kind == Kind.CONTROL and message.payload == RESET:
                self._newest = -1
                self._envelope(Message(Kind.CONTROL_REPLY, message.sequence, RESET), now_s)
            elif message.sequence <= self._newest:
                answer = Message(Kind.CONTROL_REPLY, message.sequence, SEQUENCE_ERROR)
                self._envelope(answer, now_s)
            else:
                self._newest = message.sequence
                for packet in visca.PacketDecoder().feed(message.payload):
                    self._take(packet, now_s, message.sequence)

    def _spell(self, packet: bytes, context: int) -> bytes:
        return encode(Message(Kind.REPLY, context, packet))

    def _envelope(self, message: Message, now_s: float) -> None:
        self._said.append((now_s + ACK_S, encode(message)))


def _units_s(step: int) -> float:
    share = step / visca.PAN_SPEED_MAX
    return LAST_SPEED_DEG_S * share * share * visca.UNITS_PER_DEG


MODELS: Mapping[str, Callable[[], ViscaEmulator]] = MappingProxyType(
    {"bare": ViscaEmulator, "sony": lambda: ViscaEmulator(sony=True)}
)
