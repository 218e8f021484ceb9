"""A PTZ camera that speaks VISCA, bare or in Sony's envelopes, and really moves.

Movements take the time a camera takes; an absolute one keeps one of the two sockets busy until it
arrives, and a newer one on the same axes cancels it. In standby only power is heard. What is odd
about real cameras is an attribute.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from classroom_drivers.codecs import visca
from classroom_drivers.codecs.visca import Ack, Answer, Completion, Refusal
from classroom_drivers.emulators.pan_tilt_head import Axis
from classroom_drivers.emulators.session import NEVER
from classroom_drivers.emulators.visca_sessions import (
    ACK_S,
    ChainSession,
    SonySession,
    ViscaSession,
)

__all__ = ["ACK_S", "MODELS", "ViscaChain", "ViscaEmulator"]

SOCKETS = (1, 2)
LAST_SPEED_DEG_S = 120.0  # of pan at full speed; it grows with the square of the step
FOCUS_FAR, FOCUS_NEAR = 0x1000, 0xC000
FOLLOW = {"ptzoptics": b"\x0a\x11\x54", "lumens": b"\x01\x0b\x00\x00"}
HEAD = frozenset({"pan", "tilt"})


@dataclass(slots=True)
class Move:
    """A movement with an end, in its socket."""

    session: ViscaSession
    axes: frozenset[str]
    context: int  # of the session: the sequence number that the completion repeats


def _axes() -> dict[str, Axis]:
    pan, tilt = 170 * visca.UNITS_PER_DEG, visca.UNITS_PER_DEG
    return {
        "pan": Axis(-pan, pan),
        "tilt": Axis(-30 * tilt, 90 * tilt),
        "zoom": Axis(0, visca.ZOOM_TELE),
        "focus": Axis(FOCUS_FAR, FOCUS_NEAR, FOCUS_FAR),
    }


@dataclass(kw_only=True)
class ViscaEmulator:
    """The camera; sessions share it."""

    sony: bool = False  # in Sony's envelopes
    address: int = 1
    on: bool = True
    boot_s: float = 5.0  # from standby
    version: bytes = bytes.fromhex("0001 0000 0100 02")
    digits: tuple[int, int] = (4, 4)  # of pan and tilt
    follows: str = ""  # how tracking is switched: a key of FOLLOW, or "presets"
    can_freeze: bool = False
    busy: int = 0  # so many commands are answered "busy" from now on
    # odd habits
    answers_as: int = 0  # it says that it has another address
    one_socket: bool = False  # everything is done in socket 1
    complaints: int = 0  # before so many answers it says that it did not understand
    half_open: bool = False  # connections do not outlive a power cycle, and nobody is told
    pause_s: float = 0.0  # a cancel sooner after a drive, or a drive after a cancel, is lost
    tally_lasts_s: float = NEVER
    too_fast: int = 0  # so much came sooner than that
    # what it remembers
    presets: dict[int, Mapping[str, float]] = field(default_factory=dict)
    # what it forgets without power
    axes: dict[str, Axis] = field(default_factory=_axes)
    autofocus: bool = True
    freeze: bool = False
    tracking: bool = False
    boots: int = 0
    _moves: dict[int, Move] = field(default_factory=dict, init=False)
    _now_s: float | None = field(default=None, init=False)
    _ready_s: float = field(default=0.0, init=False)
    _back_s: float = field(default=float("-inf"), init=False)  # when it has power again
    _tally_until_s: float = field(default=float("-inf"), init=False)
    _drove_s: float = field(default=float("-inf"), init=False)
    _cancelled_s: float = field(default=float("-inf"), init=False)

    def session(self, now_s: float) -> ViscaSession:
        """Begin a connection."""
        return SonySession(self) if self.sony else ViscaSession(self, half_open=self.half_open)

    def power_cycle(self, now_s: float, *, off_s: float = 0.0) -> None:
        """Pull its plug and put it back, so much later as it is off and starts.

        It is on then and looks straight ahead; presets are kept, nothing else is.
        """
        self.advance(now_s)
        self.clear()
        for name, axis in self.axes.items():
            axis.reset(FOCUS_FAR if name == "focus" else 0.0)
        self.on, self.autofocus, self.freeze, self.tracking = True, True, False, False
        self._tally_until_s = self._ready_s = float("-inf")
        self.address = 1
        self.boots += 1
        self._back_s = now_s + off_s

    def dead(self, now_s: float) -> bool:
        """Say whether it has no power, or is not up yet."""
        return now_s < self._back_s

    @property
    def moving(self) -> bool:
        """Say whether anything moves."""
        return any(axis.speed for axis in self.axes.values())

    def tally(self, now_s: float) -> bool:
        """Say whether its lamp is lit."""
        return now_s < self._tally_until_s

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
        """Say when the next movement arrives, or it has power again."""
        if self._now_s is None:
            return NEVER
        if self.dead(self._now_s):
            return self._back_s
        left = [max(self.axes[n].left_s() for n in m.axes) for m in self._moves.values()]
        return min((self._now_s + left_s + 1e-6 for left_s in left), default=NEVER)

    def clear(self) -> None:
        """Forget every command that is under way."""
        for move in self._moves.values():
            for name in move.axes:
                self.axes[name].drive(0.0)
        self._moves.clear()

    def obey(self, session: ViscaSession, body: bytes, now_s: float, context: int) -> None:
        """Do one packet and let the session say what there is to say."""
        if self.complaints:
            self.complaints -= 1
            session.say(Refusal(self.address, 0, visca.NOT_UNDERSTOOD), now_s, context)
        if body[0] >> 4 == 2:
            self._cancel_socket(session, body[0] & 0xF, now_s, context)
        elif body[:1] == b"\x09":
            data = self._tell(body, now_s)
            code = visca.NOT_UNDERSTOOD if self.on else visca.NOT_NOW
            refusal = Refusal(self.address, 0, code)
            session.say(Answer(self.address, data) if data else refusal, now_s, context)
        else:
            self._command(session, body, now_s, context)

    def _command(self, session: ViscaSession, body: bytes, now_s: float, context: int) -> None:
        if self.busy or len(self._moves) == len(SOCKETS):
            self.busy = max(self.busy - 1, 0)
            session.say(Refusal(self.address, 0, visca.BUSY), now_s, context)
            return
        socket = next(s for s in SOCKETS if s not in self._moves)
        shown = 1 if self.one_socket else socket
        if not self.on and body[:3] != b"\x01\x04\x00":
            session.say(Refusal(self.address, socket, visca.NOT_NOW), now_s, context)
            return
        axes = self._do(body, now_s)
        if isinstance(axes, int):
            session.say(Refusal(self.address, 0, axes), now_s, context)
            return
        session.say(Ack(self.address, shown), now_s, context)
        self._cancel(axes, now_s)
        if any(self.axes[name].target is not None for name in axes):
            self._moves[socket] = Move(session, axes, context)
        else:
            session.say(Completion(self.address, shown), now_s, context)

    def _cancel(self, axes: frozenset[str], now_s: float) -> None:
        for socket, move in list(self._moves.items()):
            if move.axes & axes:
                del self._moves[socket]
                refusal = Refusal(self.address, socket, visca.CANCELLED)
                move.session.say(refusal, now_s, move.context)

    def _cancel_socket(
        self, session: ViscaSession, socket: int, now_s: float, context: int
    ) -> None:
        if now_s - self._drove_s < self.pause_s:
            self.too_fast += 1
            return
        move = self._moves.pop(socket, None)
        for name in move.axes if move else ():
            self.axes[name].drive(0.0)
        self._cancelled_s = now_s if move else self._cancelled_s
        code = visca.CANCELLED if move else visca.NO_SOCKET
        session.say(Refusal(self.address, socket, code), now_s, context)

    def _do(self, body: bytes, now_s: float) -> frozenset[str] | int:
        """Do a command; give the axes that it moves or holds, or why it is refused."""
        match body[1:3], body[3:]:
            case b"\x06\x01", data if len(data) == 4:
                return self._drive(data, now_s)
            case (b"\x06\x02" | b"\x06\x03") as verb, data if len(data) == 2 + sum(self.digits):
                place = self._place(data[2:])
                if verb == b"\x06\x03":
                    place = {name: self.axes[name].at + by for name, by in place.items()}
                return self._go(max(data[0], 1), **place)
            case b"\x06\x04", b"":
                return self._go(visca.PAN_SPEED_MAX, pan=0, tilt=0)
        return self._lens(body, now_s)

    def _lens(self, body: bytes, now_s: float) -> frozenset[str] | int:
        match body[1:3], body[3:]:
            case (b"\x04\x07" | b"\x04\x08") as verb, data if len(data) == 1:
                name = "zoom" if verb == b"\x04\x07" else "focus"
                way = {0x20: 1, 0x30: -1, 0x02: 1, 0x03: -1}.get(data[0] & 0xF8 or data[0], 0)
                far = -1 if name == "focus" else 1  # far is the lower end
                self.axes[name].drive(way * far * (1 + (data[0] & 7)) * 700.0)
                return frozenset({name})
            case (b"\x04\x47" | b"\x04\x48") as verb, data if len(data) == 4:
                name = "zoom" if verb == b"\x04\x47" else "focus"
                if name == "focus" and self.autofocus:
                    return visca.NOT_NOW
                place = visca.from_nibbles(data, signed=False)
                return self._go(visca.PAN_SPEED_MAX, **{name: place})
            case b"\x04\x3f", data if len(data) == 2:
                return self._preset(*data)
        return self._switch(body, now_s)

    def _switch(self, body: bytes, now_s: float) -> frozenset[str] | int:
        on = body[-1] == 2
        match body[:-1], body[-1]:
            case b"\x01\x04\x00", 2 | 3:
                if not self.on:
                    self._ready_s = now_s + self.boot_s
                self.on = on
            case b"\x01\x7e\x01\x0a\x00", 2 | 3:
                self._tally_until_s = now_s + self.tally_lasts_s if on else now_s
            case b"\x01\x04\x38", 2 | 3:
                self.autofocus = on
            case b"\x01\x04\x62", 2 | 3 if self.can_freeze:
                self.freeze = on
            case start, 2 | 3 if start == FOLLOW.get(self.follows):
                self.tracking = on
            case _:
                return visca.NOT_UNDERSTOOD
        return frozenset()

    def _drive(self, data: bytes, now_s: float) -> frozenset[str] | int:
        pan, tilt, pan_way, tilt_way = data
        if not (1 <= pan <= visca.PAN_SPEED_MAX and 1 <= tilt <= visca.TILT_SPEED_MAX):
            return visca.NOT_UNDERSTOOD
        if now_s - self._cancelled_s < self.pause_s and (pan_way, tilt_way) != (3, 3):
            self.too_fast += 1
            return HEAD
        self._drove_s = now_s
        self.axes["pan"].drive({1: -1, 2: 1}.get(pan_way, 0) * _units_s(pan))
        self.axes["tilt"].drive({1: 1, 2: -1}.get(tilt_way, 0) * _units_s(tilt))
        return HEAD

    def _place(self, data: bytes) -> dict[str, float]:
        pan, _ = self.digits
        return {"pan": visca.from_nibbles(data[:pan]), "tilt": visca.from_nibbles(data[pan:])}

    def _go(self, step: int, **places: float) -> frozenset[str]:
        for name, place in places.items():
            fast = name in {"zoom", "focus"}
            self.axes[name].go(place, 8000.0 if fast else _units_s(step))
        return frozenset(places)

    def _preset(self, verb: int, number: int) -> frozenset[str] | int:
        if self.follows == "presets" and number in {80, 81} and verb == 2:
            self.tracking = number == 80
            return frozenset()
        number += 128 if verb & visca.PRESET_PAGE else 0
        match verb & ~visca.PRESET_PAGE:
            case 0:
                self.presets.pop(number, None)
            case 1:
                places = {name: self.axes[name].at for name in ("pan", "tilt", "zoom")}
                self.presets[number] = places
            case 2:
                return self._go(visca.PAN_SPEED_MAX, **self.presets.get(number, {}))
            case _:
                return visca.NOT_UNDERSTOOD
        return frozenset()

    def _tell(self, body: bytes, now_s: float) -> bytes:
        if body == visca.ASK_POWER:
            return b"\x02" if self.on and now_s >= self._ready_s else b"\x03"
        if body == visca.ASK_VERSION:
            return self.version
        if not self.on:
            return b""
        pan, tilt = self.digits
        told = {
            visca.ASK_POSITION: self._nibbles("pan", pan) + self._nibbles("tilt", tilt),
            visca.ASK_ZOOM: self._nibbles("zoom"),
            visca.ASK_AUTOFOCUS: _on_off(self.autofocus),
            visca.ASK_FOCUS: self._nibbles("focus"),
            visca.ASK_TALLY: _on_off(self.tally(now_s)),
        }
        if self.can_freeze:
            told[visca.ASK_FREEZE] = _on_off(self.freeze)
        if self.follows == "lumens":
            told[bytes.fromhex("090B0000")] = _on_off(self.tracking)
        return told.get(body, b"")

    def _nibbles(self, axis: str, digits: int = visca.DIGITS) -> bytes:
        return visca.nibbles(round(self.axes[axis].at), digits)


@dataclass(kw_only=True)
class ViscaChain:
    """Several cameras on one serial line."""

    cameras: list[ViscaEmulator] = field(default_factory=list)

    def session(self, now_s: float) -> ChainSession:
        """Begin a connection."""
        return ChainSession(self.cameras)


def _on_off(on: bool) -> bytes:  # noqa: FBT001 - it is the value itself
    return b"\x02" if on else b"\x03"


def _units_s(step: int) -> float:
    share = step / visca.PAN_SPEED_MAX
    return LAST_SPEED_DEG_S * share * share * visca.UNITS_PER_DEG


def _fr7() -> ViscaEmulator:
    scale = 40103 / 170
    axes = _axes()
    axes |= {"pan": Axis(-40103, 40103), "tilt": Axis(-30 * scale, 195 * scale)}
    axes["focus"] = Axis(0, 0xFFFF)
    return ViscaEmulator(
        sony=True,
        axes=axes,
        digits=(5, 5),
        pause_s=0.2,
        tally_lasts_s=15.0,
        version=bytes.fromhex("0001 051E 0200 02"),
    )


MODELS: Mapping[str, Callable[[], ViscaEmulator | ViscaChain]] = MappingProxyType(
    {
        "bare": ViscaEmulator,
        "sony": lambda: ViscaEmulator(sony=True),
        "chain": lambda: ViscaChain(cameras=[ViscaEmulator() for _ in range(3)]),
        "fr7": _fr7,
        "lumens": lambda: ViscaEmulator(follows="lumens", can_freeze=True),
        "ptzoptics-g3": lambda: ViscaEmulator(follows="ptzoptics", answers_as=2, one_socket=True),
        "1-beyond": lambda: ViscaEmulator(follows="presets", can_freeze=True),
    }
)
