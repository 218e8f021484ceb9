"""A projector that speaks PJLink, as strict as the specification allows.

In standby it answers ERR3 to everything but POWR, as many real ones do; it hangs up after 30 s
without a command; a badly formed line gets no answer. Of class 2 it also answers the search and
has news to send: `PJLinkNewsEmulator` is its UDP port, and `news` what it would send to a
controller whose address was entered in its menu.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from classroom_drivers.codecs.garbage import Garbage
from classroom_drivers.codecs.pjlink import (
    CLASS_2,
    EITHER,
    SEARCH,
    Challenge,
    Command,
    CommandDecoder,
    Denied,
    Greeting,
    Heard,
    Reply,
    better_digest_of,
    digest_of,
    encode_reply,
)
from classroom_drivers.emulators.session import NEVER
from classroom_drivers.links.address import parse

IDLE_S = 30.0
OFF, ON, COOLING, WARMING = "0", "1", "2", "3"
BETTER_RANDOM = "3db25e10f69c47a85adb24cf361897e0"
PADDING = bytes(32)
_MUTES = {(False, False): "30", (True, False): "11", (False, True): "21", (True, True): "31"}

SEARCH_PORT = 4352  # UDP


@dataclass(kw_only=True)
class PJLinkEmulator:
    """The projector; sessions share it."""

    password: str = ""
    random: str = "498e4a67"
    pjlink_class: int = 1
    warm_up_s: float = 25.0
    cool_down_s: float = 20.0
    tells_late_s: float = 0.0  # so long it goes on saying what it was before it was switched
    name: str = "Projector"
    maker: str = "Classroom Edge"
    model: str = "Emulated Projector"
    serial_number: str = "CE0001"
    mac: str = "02:00:5e:00:53:01"
    inputs: tuple[str, ...] = ("11", "21", "31", "32")
    input_names: Mapping[str, str] = field(default_factory=dict)
    shown: str = "31"
    signal: str = "1920x1080"
    picture_muted: bool = False
    sound_muted: bool = False
    frozen: bool = False
    volume: int = 10
    microphone: int = 10
    errors: str = "000000"
    lamps: tuple[int, ...] = (1234,)  # hours of each; a laser has none, and says ERR1
    filter_hours: int = 321
    unknown: frozenset[str] = frozenset()  # commands of its class that it does not know
    knows_sha256: bool = False
    one_answer: bool = False  # it hangs up after each answer
    pads: bool = False  # it pads what it sends with zeros, and announces itself over TCP
    news: list[bytes] = field(default_factory=list)  # what it has to say by UDP
    _power: str = field(default=OFF, init=False)
    _until_s: float = field(default=0.0, init=False)
    _told_from_s: float = field(default=0.0, init=False)

    def beacon(self, url: str) -> "tuple[PJLinkNewsEmulator, str] | None":
        """Give who answers searchers for the projector at a URL, and where; class 1 has nobody."""
        if self.pjlink_class == 1:
            return None
        return PJLinkNewsEmulator(projector=self), f"udp://{parse(url).host}:{SEARCH_PORT}"

    @property
    def lamp_hours(self) -> int:
        """The hours of its first lamp."""
        return self.lamps[0]

    def session(self, now_s: float) -> "PJLinkSession":
        """Begin a connection."""
        return PJLinkSession(self, now_s)

    def power(self, now_s: float) -> str:
        """Give the power state in the protocol's word; warming and cooling end by themselves."""
        if now_s >= self._until_s:
            self._power = {WARMING: ON, COOLING: OFF}.get(self._power, self._power)
        return self._power

    def fail(self, errors: str) -> None:
        """Let something be wrong, and say so."""
        self.errors = errors
        self._tell_all("ERST", errors)

    def show(self, code: str) -> None:
        """Change the input as somebody with the remote control does."""
        self.shown, self.frozen = code, False
        self._tell_all("INPT", code)

    def come_onto_the_network(self) -> None:
        """Announce itself, as after a power cut."""
        self._tell_all("LKUP", self.mac)

    def obey(self, command: Command, now_s: float) -> str:
        """Do a command and give the parameter of its reply."""
        word, parameter = command.command, command.parameter
        newer = word in CLASS_2 or (word in EITHER and command.in_class == 2)
        wrong_class = command.in_class == 2 and not newer
        if self.pjlink_class < command.in_class or wrong_class or word in self.unknown:
            return "ERR1"
        if word in CLASS_2 and command.in_class == 1:
            return "ERR1"
        if word == "POWR":
            return self._switch(parameter, now_s)
        if self.power(now_s) != ON:
            return "ERR3"
        if parameter[:1] == "?":
            return self._tell(word, parameter[1:])
        return self._change(word, parameter)

    def _change(self, word: str, parameter: str) -> str:
        match word, parameter:
            case "INPT", code if code in self.inputs:
                self.show(code)
            case "AVMT", _:
                return self._mute(parameter)
            case "FREZ", "0" | "1":
                self.frozen = parameter == "1"
            case "SVOL", "0" | "1":
                self.volume += 1 if parameter == "1" else -1
            case "MVOL", "0" | "1":
                self.microphone += 1 if parameter == "1" else -1
            case (("INPT" | "FREZ" | "SVOL" | "MVOL"), _):
                return "ERR2"
            case _:
                return "ERR1"
        return "OK"

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
        self._tell_all("POWR", parameter)
        return "OK"

    def _mute(self, code: str) -> str:
        if code[:1] not in {"1", "2", "3"} or code[1:] not in {"0", "1"}:
            return "ERR2"
        if code[0] != "2":
            self.picture_muted = code[1] == "1"
        if code[0] != "1":
            self.sound_muted = code[1] == "1"
        return "OK"

    def _tell(self, word: str, about: str) -> str:
        if word == "INNM":
            return self.input_names.get(about, "") if about in self.inputs else "ERR2"
        if word == "LAMP" and not self.lamps:
            return "ERR1"
        told = {
            "INPT": self.shown,
            "AVMT": _MUTES[self.picture_muted, self.sound_muted],
            "ERST": self.errors,
            "LAMP": " ".join(f"{hours} 1" for hours in self.lamps),
            "INST": " ".join(self.inputs),
            "NAME": self.name,
            "INF1": self.maker,
            "INF2": self.model,
            "INFO": "emulator",
            "CLSS": str(self.pjlink_class),
            "SNUM": self.serial_number,
            "SVER": "1.0",
            "IRES": self.signal,
            "RRES": "1920x1200",
            "FILT": str(self.filter_hours),
            "RLMP": "CE-LAMP-1",
            "RFIL": "CE-FILTER-1",
            "FREZ": str(int(self.frozen)),
        }
        return told.get(word, "ERR1")

    def _tell_all(self, word: str, parameter: str) -> None:
        if self.pjlink_class == 2:
            self.news.append(encode_reply(Reply(word, parameter, 2)))


class PJLinkSession:
    """One connection: greeting, password, commands one at a time, hanging up when idle."""

    def __init__(self, projector: PJLinkEmulator, now_s: float) -> None:
        self.closed = False
        self._projector = projector
        self._decoder = CommandDecoder()
        self._greeted = False
        self._challenged = False
        self._trusted = not projector.password
        self._idle_since_s = now_s

    def due_s(self) -> float:
        """Give when it hangs up."""
        return NEVER if self.closed else self._idle_since_s + IDLE_S

    def receive(self, data: bytes, now_s: float) -> list[bytes]:
        """Take what arrived; give what the projector says."""
        said: list[Heard] = []
        if not self._greeted:
            self._greeted = True
            said.append(Greeting("" if self._trusted else self._projector.random))
            if self._projector.pads:
                said.append(Reply("LKUP", self._projector.mac, 2))
        for found in self._decoder.feed(data):
            if isinstance(found, Garbage) or self.closed:
                continue
            self._idle_since_s = now_s
            said.append(self._answer(found, now_s))
            self.closed |= self._projector.one_answer
        if now_s >= self._idle_since_s + IDLE_S:
            self.closed = True
        padding = PADDING if self._projector.pads else b""
        return [encode_reply(one) + padding for one in said]

    def _answer(self, command: Command, now_s: float) -> Heard:
        if command.command == "PJLINK" and self._projector.knows_sha256 and not self._trusted:
            self._challenged = True
            return Challenge(BETTER_RANDOM)
        if not self._trusted:
            self._trusted = command.digest.lower() == self._proof(command)
            self.closed = not self._trusted
        if self.closed:
            return Denied()
        return Reply(
            command.command, self._projector.obey(command, now_s), in_class=command.in_class
        )

    def _proof(self, command: Command) -> str:
        projector = self._projector
        if not self._challenged:
            return digest_of(projector.random, projector.password)
        return better_digest_of(BETTER_RANDOM, command.digest[:32].lower(), projector.password)


@dataclass(kw_only=True)
class PJLinkNewsEmulator:
    """The UDP port of a projector of class 2, which answers when it is searched for."""

    projector: PJLinkEmulator

    def session(self, now_s: float) -> "PJLinkNewsSession":
        """Begin to hear from somebody."""
        return PJLinkNewsSession(self.projector)


class PJLinkNewsSession:
    """One who searches."""

    closed = False

    def __init__(self, projector: PJLinkEmulator) -> None:
        self._projector = projector

    def due_s(self) -> float:
        """Never does anything by itself."""
        return NEVER

    def receive(self, data: bytes, now_s: float) -> list[bytes]:
        """Take a datagram; give the answer."""
        if data.upper() != SEARCH or self._projector.pjlink_class < 2:
            return []
        return [encode_reply(Reply("ACKN", self._projector.mac, 2))]


MODELS: Mapping[str, Callable[[], PJLinkEmulator]] = MappingProxyType(
    {
        "projector": PJLinkEmulator,
        "class-2": lambda: PJLinkEmulator(
            pjlink_class=2,
            inputs=("11", "31", "3A", "51", "61"),
            input_names={"31": "HDMI 1", "3A": "HDBaseT", "51": "LAN", "61": ""},
            lamps=(1234, 987),
        ),
        "laser": lambda: PJLinkEmulator(lamps=(), one_answer=True),
        "padded": lambda: PJLinkEmulator(pjlink_class=2, pads=True, unknown=frozenset({"FREZ"})),
    }
)
