"""A Sony projector with ADCP: a challenge for each connection, deaf to pictures in standby."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from classroom_drivers.codecs.garbage import Garbage
from classroom_drivers.codecs.sony_adcp import DENIED, INACTIVE, UNKNOWN, CommandDecoder, proof_of
from classroom_drivers.emulators.session import NEVER

IDLE_S = 60.0
OFF, WARMING, ON, COOLING = "standby", "startup", "on", "cooling1"
KEYS = ("up", "down", "left", "right", "enter", "return", "menu")


@dataclass(kw_only=True)
class SonyEmulator:
    """The projector; sessions share it."""

    password: str = ""
    challenge: str = "3b2f9a7c"
    warm_up_s: float = 30.0
    cool_down_s: float = 40.0
    model: str = "VPL-FHZ85"
    serial_number: str = "5012345"
    inputs: tuple[str, ...] = ("hdmi1", "hdmi2", "hdbaset1", "rgb1", "dvi1", "video1")
    lacks: frozenset[str] = frozenset()  # commands that this model does not know
    errors: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    shown: str = "hdmi1"
    on: set[str] = field(default_factory=set)  # of blank, muting
    pressed: list[str] = field(default_factory=list)
    _power: str = field(default=OFF, init=False)
    _until_s: float = field(default=0.0, init=False)

    def session(self, now_s: float) -> "SonySession":
        """Begin a connection."""
        return SonySession(self, now_s)

    def power(self, now_s: float) -> str:
        """Give the power state; warming and cooling end by themselves."""
        if now_s >= self._until_s:
            self._power = {WARMING: ON, COOLING: OFF}.get(self._power, self._power)
        return self._power

    def obey(self, word: str, value: str, now_s: float) -> str:
        """Do a command and give the line that answers it."""
        if word in self.lacks:
            return UNKNOWN
        fixed = self._of_itself(now_s)
        if word in fixed:
            return json.dumps(fixed[word]) if value == "?" else "err_val"
        if word == "power":
            return self._switch(value, now_s)
        if word not in {"input", "blank", "muting", "key"}:
            return UNKNOWN
        if self.power(now_s) != ON:
            return INACTIVE
        return self._set(word, value)

    def _of_itself(self, now_s: float) -> dict[str, object]:
        return {
            "power_status": self.power(now_s),
            "modelname": self.model,
            "serialnum": self.serial_number,
            "version": [{"main": "1.020"}],
            "error": self.errors or ["no_err"],
            "warning": self.warnings or ["no_warn"],
            "timer": [{"light_src": 1240}, {"operation": 1300}],
        }

    def _switch(self, value: str, now_s: float) -> str:
        power = self.power(now_s)
        if value not in {"on", "off"}:
            return "err_val"
        if (value, power) in {("on", COOLING), ("off", WARMING)}:
            return INACTIVE
        if value == "on" and power == OFF:
            self._power, self._until_s = WARMING, now_s + self.warm_up_s
        elif value == "off" and power == ON:
            self._power, self._until_s = COOLING, now_s + self.cool_down_s
        return "ok"

    def _set(self, word: str, value: str) -> str:
        known = {"input": self.inputs, "key": KEYS}.get(word, ("on", "off"))
        if value == "?":
            return json.dumps(self.shown if word == "input" else "on" if word in self.on else "off")
        if value not in known:
            return "err_val"
        if word == "input":
            self.shown = value
        elif word == "key":
            self.pressed.append(value)
        else:
            (self.on.add if value == "on" else self.on.discard)(word)
        return "ok"


class SonySession:
    """One connection: greeting, proof, commands one at a time, hanging up when idle."""

    def __init__(self, projector: SonyEmulator, now_s: float) -> None:
        self.closed = False
        self._projector = projector
        self._decoder = CommandDecoder()
        self._greeted = False
        self._trusted = not projector.password
        self._idle_since_s = now_s

    def due_s(self) -> float:
        """Give when it hangs up."""
        return NEVER if self.closed else self._idle_since_s + IDLE_S

    def receive(self, data: bytes, now_s: float) -> list[bytes]:
        """Take what arrived; give what the projector says."""
        said: list[str] = []
        if not self._greeted:
            self._greeted = True
            said.append("NOKEY" if self._trusted else self._projector.challenge)
        if data:
            self._idle_since_s = now_s
        said += [
            self._answer(found, now_s) for found in self._decoder.feed(data) if not self.closed
        ]
        self.closed |= now_s >= self._idle_since_s + IDLE_S
        return [f"{line}\r\n".encode() for line in said]

    def _answer(self, found: tuple[str, str] | Garbage, now_s: float) -> str:
        projector = self._projector
        if isinstance(found, Garbage):
            return UNKNOWN
        if not self._trusted:
            self._trusted = found[0] == proof_of(projector.challenge, projector.password)
            self.closed = not self._trusted
            return "ok" if self._trusted else DENIED
        return projector.obey(*found, now_s)


MODELS: Mapping[str, Callable[[], SonyEmulator]] = MappingProxyType(
    {
        "laser": SonyEmulator,
        "cinema": lambda: SonyEmulator(
            model="VPL-VW290ES", inputs=("hdmi1", "hdmi2"), lacks=frozenset({"muting"})
        ),
    }
)
