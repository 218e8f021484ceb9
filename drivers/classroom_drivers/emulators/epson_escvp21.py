"""An Epson projector: over its serial port, or over the network with a header and events.

Over serial the colon after PWR ON comes when it is warm, after SOURCE when it has changed over;
whatever it is sent before is lost. Over the network it comes at once, and PWR? tells. Either way
it wants 10 s of rest after the colon of PWR OFF: what comes earlier is lost, and `too_fast` counts
it. In standby it says ERR to all but a few questions.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from classroom_drivers.codecs.epson_escvp21 import (
    Command,
    CommandDecoder,
    Event,
    Hello,
    Said,
    Status,
    encode_said,
    welcome,
)
from classroom_drivers.codecs.garbage import Garbage
from classroom_drivers.emulators.session import NEVER

STANDBY, ON, WARMING, COOLING, NET_STANDBY = "00", "01", "02", "03", "04"
STATES = {ON: 3, WARMING: 2, COOLING: 4}  # of events; 1 is standby
ALWAYS = frozenset({"PWR", "ERR", "SNO", "LAMP"})  # what is told in standby too
ERR = Said("ERR")
DONE = Said()


@dataclass(kw_only=True)
class EpsonEmulator:
    """The projector; sessions share it."""

    network: bool = False
    password: str = ""  # over the network
    warm_up_s: float = 30.0
    cool_down_s: float = 15.0
    change_over_s: float = 1.5
    rest_s: float = 10.0
    serial_number: str = "X8JK0000001"
    lamp: str = "1633"
    on_time: str = "1702"
    errors: str = "00"
    sources: Mapping[str, str] = field(
        default_factory=lambda: {"10": "Computer", "30": "HDMI1", "A0": "HDMI2", "53": "LAN"}
    )
    source: str = "30"
    muted: bool = False
    frozen: bool = False
    volume_steps: int = 20
    volume_step: int = 10
    pressed: list[str] = field(default_factory=list)
    too_fast: int = 0
    _power: str = field(default=STANDBY, init=False)
    _until_s: float = field(default=NEVER, init=False)
    _deaf_until_s: float = field(default=0.0, init=False)

    def session(self, now_s: float) -> "EpsonSession":
        """Begin a connection."""
        return EpsonSession(self, now_s)

    def power(self, now_s: float) -> str:
        """Give the power state in the protocol's word; warming and cooling end by themselves."""
        if now_s >= self._until_s:
            self._until_s = NEVER
            standby = NET_STANDBY if self.network else STANDBY
            self._power = {WARMING: ON, COOLING: standby}.get(self._power, self._power)
        return self._power

    def due_s(self) -> float:
        """Say when warming or cooling ends."""
        return self._until_s

    def deaf(self, now_s: float) -> bool:
        """Say whether it loses what it is sent now."""
        return now_s < self._deaf_until_s

    def obey(self, text: str, now_s: float) -> tuple[Said, float]:
        """Do a command; give what it says, and after how long."""
        word, _, parameter = text.partition(" ")
        if text == "":
            return DONE, 0.0
        if text.endswith("?"):
            return self._tell(text[:-1], self.power(now_s)), 0.0
        if word == "PWR":
            return self._switch(parameter, now_s)
        if self.power(now_s) != ON:
            return ERR, 0.0
        return self._change(word, parameter, now_s)

    def _change(self, word: str, parameter: str, now_s: float) -> tuple[Said, float]:
        match word, parameter:
            case "SOURCE", code if code in self.sources:
                self.source = code
                after_s = 0.0 if self.network else self.change_over_s
                self._deaf_until_s = now_s + after_s
                return DONE, after_s
            case "MUTE", "ON" | "OFF":
                self.muted = parameter == "ON"
            case "FREEZE", "ON" | "OFF":
                self.frozen = parameter == "ON"
            case "VOL", digits if digits.isdecimal() and int(digits) < 256:
                self.volume_step = round(int(digits) * (self.volume_steps + 1) / 256)
            case "KEY", code if len(code) == 2:
                self.pressed.append(code)
            case _:
                return ERR, 0.0
        return DONE, 0.0

    def _switch(self, parameter: str, now_s: float) -> tuple[Said, float]:
        power = self.power(now_s)
        if parameter not in {"ON", "OFF"} or power in {WARMING, COOLING}:
            return ERR, 0.0
        if parameter == "ON" and power != ON:
            self._power, self._until_s = WARMING, now_s + self.warm_up_s
            if self.network:
                return DONE, 0.0
            self._deaf_until_s = self._until_s
            return DONE, self.warm_up_s
        if parameter == "OFF" and power == ON:
            self._power, self._until_s = COOLING, now_s + self.cool_down_s
            self.muted = self.frozen = False
            self._deaf_until_s = now_s + self.rest_s
        return DONE, 0.0

    def _tell(self, word: str, power: str) -> Said:
        if power != ON and word not in ALWAYS:
            return ERR
        told = {
            "PWR": power,
            "ERR": self.errors,
            "SNO": self.serial_number,
            "LAMP": self.lamp,
            "ONTIME": self.on_time,
            "SOURCE": self.source,
            "MUTE": "ON" if self.muted else "OFF",
            "FREEZE": "ON" if self.frozen else "OFF",
            "VOL": str(256 * self.volume_step // (self.volume_steps + 1)),
        }
        if self.network:
            told["SOURCELIST"] = " ".join(f"{code} {name}" for code, name in self.sources.items())
        return Said(f"{word}={told[word]}") if word in told else ERR


class EpsonSession:
    """One connection."""

    def __init__(self, projector: EpsonEmulator, now_s: float) -> None:
        self.closed = False
        self._projector = projector
        self._decoder = CommandDecoder()
        self._trusted = not projector.network
        self._owed: list[tuple[float, Said]] = []  # what it says later, and when
        self._told = projector.power(now_s)

    def due_s(self) -> float:
        """Give when it will say something by itself."""
        owed_s = min((at_s for at_s, _ in self._owed), default=NEVER)
        return min(owed_s, self._projector.due_s() if self._projector.network else NEVER)

    def receive(self, data: bytes, now_s: float) -> list[bytes]:
        """Take what arrived; give what the projector says."""
        said = [encode_said(one) for at_s, one in self._owed if at_s <= now_s]
        self._owed = [(at_s, one) for at_s, one in self._owed if at_s > now_s]
        for found in self._decoder.feed(data):
            match found:
                case Hello(password):
                    said.append(self._meet(password))
                case Command(text) if self._trusted:
                    said += self._answer(text, now_s)
                case Garbage() if self._trusted and not self._projector.deaf(now_s):
                    said.append(encode_said(ERR))
        return [*said, *self._events(now_s)]

    def _meet(self, password: str) -> bytes:
        wanted = self._projector.password
        if wanted and password != wanted:
            return welcome(Status.FORBIDDEN if password else Status.UNAUTHORIZED)
        self._trusted = True
        return welcome(Status.OK)

    def _answer(self, text: str, now_s: float) -> list[bytes]:
        if self._projector.deaf(now_s):
            self._projector.too_fast += 1
            return []
        said, after_s = self._projector.obey(text, now_s)
        if after_s:
            self._owed.append((now_s + after_s, said))
            return []
        return [encode_said(said)]

    def _events(self, now_s: float) -> list[bytes]:
        power = self._projector.power(now_s)
        if power == self._told or not (self._projector.network and self._trusted):
            return []
        self._told = power
        return [encode_said(Event(STATES.get(power, 1), 0, 0))]


MODELS: Mapping[str, Callable[[], EpsonEmulator]] = MappingProxyType(
    {"projector": EpsonEmulator, "network": lambda: EpsonEmulator(network=True)}
)
