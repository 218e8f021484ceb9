"""A projector that speaks PJLink class 1, as strict as the specification allows.

In standby it answers ERR3 to everything but POWR, as many real ones do; it hangs up after 30 s
without a command; a badly formed line gets no answer.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from classroom_drivers.codecs.garbage import Garbage
from classroom_drivers.codecs.pjlink import (
    Command,
    CommandDecoder,
    Denied,
    Greeting,
    Reply,
    digest_of,
    encode_reply,
)
from classroom_drivers.emulators.session import NEVER

IDLE_S = 30.0
OFF, ON, COOLING, WARMING = "0", "1", "2", "3"
_MUTES = {(False, False): "30", (True, False): "11", (False, True): "21", (True, True): "31"}


@dataclass(kw_only=True)
class PJLinkEmulator:
    """The projector; sessions share it."""

    password: str = ""
    random: str = "498e4a67"
    warm_up_s: float = 25.0
    cool_down_s: float = 20.0
    tells_late_s: float = 0.0  # so long it goes on saying what it was before it was switched
    name: str = "Projector"
    maker: str = "Classroom Edge"
    model: str = "Emulated Projector"
    inputs: tuple[str, ...] = ("11", "21", "31", "32")
    shown: str = "31"
    picture_muted: bool = False
    sound_muted: bool = False
    errors: str = "000000"
    lamp_hours: int = 1234
    _power: str = field(default=OFF, init=False)
    _until_s: float = field(default=0.0, init=False)
    _told_from_s: float = field(default=0.0, init=False)

    def session(self, now_s: float) -> "PJLinkSession":
        """Begin a connection."""
        return PJLinkSession(self, now_s)

    def power(self, now_s: float) -> str:
        """Give the power state in the protocol's word; warming and cooling end by themselves."""
        if now_s >= self._until_s:
            self._power = {WARMING: ON, COOLING: OFF}.get(self._power, self._power)
        return self._power

    def obey(self, command: Command, now_s: float) -> str:
        """Do a command and give the parameter of its reply."""
        match command.command, command.parameter:
            case "POWR", parameter:
                answer = self._switch(parameter, now_s)
            case _ if self.power(now_s) != ON:
                answer = "ERR3"
            case word, "?":
                answer = self._tell(word)
            case "INPT", code:
                answer = self._show(code)
            case "AVMT", code:
                answer = self._mute(code)
            case _:
                answer = "ERR1"
        return answer

    def _switch(self, parameter: str, now_s: float) -> str:
        power = self.power(now_s)
        if parameter == "?":
            late = now_s < self._told_from_s
            return {WARMING: OFF, COOLING: ON}.get(power, power) if late else power
        if parameter not in {"0", "1"}:
            return "ERR2"
        if power in {WARMING, COOLING}:
            return "OK" if (power == WARMING) == (parameter == "1") else "ERR3"
        self._told_from_s = now_s + self.tells_late_s
        if parameter == "1" and power == OFF:
            self._power, self._until_s = WARMING, now_s + self.warm_up_s
        elif parameter == "0" and power == ON:
            self._power, self._until_s = COOLING, now_s + self.cool_down_s
        return "OK"

    def _show(self, code: str) -> str:
        if code not in self.inputs:
            return "ERR2"
        self.shown = code
        return "OK"

    def _mute(self, code: str) -> str:
        if code[:1] not in {"1", "2", "3"} or code[1:] not in {"0", "1"}:
            return "ERR2"
        if code[0] != "2":
            self.picture_muted = code[1] == "1"
        if code[0] != "1":
            self.sound_muted = code[1] == "1"
        return "OK"

    def _tell(self, word: str) -> str:
        told = {
            "INPT": self.shown,
            "AVMT": _MUTES[self.picture_muted, self.sound_muted],
            "ERST": self.errors,
            "LAMP": f"{self.lamp_hours} 1",
            "INST": " ".join(self.inputs),
            "NAME": self.name,
            "INF1": self.maker,
            "INF2": self.model,
            "INFO": "emulator",
            "CLSS": "1",
        }
        return told.get(word, "ERR1")


class PJLinkSession:
    """One connection: greeting, password, commands one at a time, hanging up when idle."""

    def __init__(self, projector: PJLinkEmulator, now_s: float) -> None:
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
        said: list[bytes] = []
        if not self._greeted:
            self._greeted = True
            said.append(encode_reply(Greeting("" if self._trusted else self._projector.random)))
        for found in self._decoder.feed(data):
            if isinstance(found, Garbage) or self.closed:
                continue
            self._idle_since_s = now_s
            said.append(encode_reply(self._answer(found, now_s)))
        if now_s >= self._idle_since_s + IDLE_S:
            self.closed = True
        return said

    def _answer(self, command: Command, now_s: float) -> Reply | Denied:
        if not self._trusted:
            wanted = digest_of(self._projector.random, self._projector.password)
            self._trusted = command.digest.lower() == wanted
            self.closed = not self._trusted
        if self.closed:
            return Denied()
        return Reply(command.command, self._projector.obey(command, now_s))


MODELS: Mapping[str, Callable[[], PJLinkEmulator]] = MappingProxyType({"projector": PJLinkEmulator})
