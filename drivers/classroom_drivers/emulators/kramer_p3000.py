"""A switcher or matrix that speaks Kramer Protocol 3000, each model with its own vocabulary."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from classroom_drivers.codecs.garbage import Garbage
from classroom_drivers.codecs.kramer_p3000 import Command, CommandDecoder, Reply, encode_reply
from classroom_drivers.emulators.news import NEWS_S, Ear, News

SYNTAX, UNKNOWN, RANGE, DENIED, BUSY = 1, 2, 3, 4, 6
MATRIX = frozenset({"ROUTE", "AV", "VID", "VMUTE", "MUTE", "AUD-LVL", "INFO-IO", "NAME", "LOGIN"})


@dataclass(kw_only=True)
class KramerEmulator:
    """The device; sessions share it."""

    inputs: int = 4
    outputs: int = 4
    machine: int = 1
    words: frozenset[str] = MATRIX  # besides those that every model knows
    route_says_vid: bool = False  # a ROUTE is answered by VID
    model: str = "VS-44H2A"
    firmware: str = "1.23.4567"
    serial_number: str = "00000000012345"
    name: str = "KRAMER-0001"
    password: str = ""
    levels: tuple[int, int] = (-60, 30)
    busy_s: float = 0.0  # after a switch
    shown: dict[int, int] = field(default_factory=dict)  # output -> input
    flags: dict[tuple[str, str], int] = field(default_factory=dict)
    news: News = field(default_factory=News, init=False)
    _busy_until_s: float = field(default=0.0, init=False)

    def session(self, now_s: float) -> "KramerSession":
        """Begin a connection."""
        return KramerSession(self, now_s)

    def touch(self, word: str, parameters: str, now_s: float) -> None:
        """Do something at the front panel; every connection hears of it."""
        self.news.tell(encode_reply(self.obey(Command(word, parameters), now_s)))

    def obey(self, command: Command, now_s: float) -> Reply:
        """Do a command and give what is answered."""
        word = command.word.removesuffix("?")
        if not command.word:
            return self._say("", "OK")
        if now_s < self._busy_until_s:
            return self._fail(word, BUSY)
        known = self.words | self._of_itself().keys()
        if word not in known:
            return self._fail("", UNKNOWN)
        given = command.parameters.replace(" ", "")
        if command.word.endswith("?"):
            told = self._tell(word, given)
            return self._say(word, told) if told else self._fail(word, RANGE)
        if word in {"ROUTE", "AV", "VID"}:
            self._busy_until_s = now_s + self.busy_s
            return self._switch(word, given)
        return self._set(word, given)

    def _of_itself(self) -> dict[str, str]:
        return {
            "MODEL": self.model,
            "VERSION": self.firmware,
            "SN": self.serial_number,
            "PROT-VER": "3000:1.0",
            "BUILD-DATE": "2020/01/31,12:00:00",
        }

    def _tell(self, word: str, given: str) -> str:
        *_, output = given.split(",")
        if output not in self._places():
            fixed = {"INFO-IO": f"IN {self.inputs},OUT {self.outputs}", "NAME": self.name}
            return (self._of_itself() | fixed).get(word, "") if not given else ""
        source = self.shown.get(int(output), 1)
        told = {
            "ROUTE": f"1,{output},{source}",
            "AV": f"{source}>{output}",
            "VID": f"{source}>{output}",
        }
        start = int(word == "VMUTE")
        return told.get(word, f"{given},{self.flags.get((word, given), start)}")

    def _switch(self, word: str, given: str) -> Reply:
        if word == "ROUTE":
            layer, output, source = [*given.split(","), "", "", ""][:3]
        else:
            layer, (source, _, output) = "1", given.partition(">")
        if not source.isdecimal() or layer != "1":
            return self._fail(word, SYNTAX if not source else RANGE)
        if int(source) > self.inputs or output not in {*self._places(), "*"}:
            return self._fail(word, RANGE)
        for place in self._places() if output == "*" else [output]:
            self.shown[int(place)] = int(source)
        if word == "ROUTE" and not self.route_says_vid:
            return self._say(word, f"1,{output},{source}")
        return self._say("VID" if word == "ROUTE" else word, f"{source}>{output}")

    def _set(self, word: str, given: str) -> Reply:
        where, _, value = given.rpartition(",")
        output = where.removeprefix("1,") if word == "AUD-LVL" else where
        least, most = self.levels if word == "AUD-LVL" else (0, 1)
        number = int(value) if value.lstrip("-").isdecimal() else most + 1
        if word not in {"VMUTE", "MUTE", "AUD-LVL"} or output not in self._places():
            return self._fail(word, RANGE)
        if not least <= number <= most:
            return self._fail(word, RANGE)
        self.flags[word, where] = number
        return self._say(word, f"{where},{number}")

    def _places(self) -> list[str]:
        return [str(number) for number in range(1, self.outputs + 1)]

    def _say(self, word: str, parameters: str) -> Reply:
        return Reply(self.machine, word, parameters)

    def _fail(self, word: str, error: int) -> Reply:
        return Reply(self.machine, word, error=error)


class KramerSession:
    """One connection: a login where one is wanted, commands, news."""

    def __init__(self, device: KramerEmulator, now_s: float) -> None:
        self.closed = False
        self._device = device
        self._decoder = CommandDecoder()
        self._trusted = not device.password
        self._ear = Ear(device.news)
        self._look_s = now_s + NEWS_S

    def due_s(self) -> float:
        """Look for news now and then."""
        return self._look_s

    def receive(self, data: bytes, now_s: float) -> list[bytes]:
        """Take what arrived; give what the device says."""
        self._look_s = now_s + NEWS_S
        said = self._ear.fresh()
        for found in self._decoder.feed(data):
            if isinstance(found, Garbage):
                said.append(encode_reply(Reply(self._device.machine, "", error=SYNTAX)))
            elif found.machine in {0, self._device.machine}:
                said.append(self._answer(found, now_s))
        return said

    def _answer(self, command: Command, now_s: float) -> bytes:
        device = self._device
        if command.word == "LOGIN":
            return encode_reply(self._log_in(command))
        if not self._trusted and command.word:
            word = command.word.removesuffix("?")
            return encode_reply(Reply(device.machine, word, error=DENIED))
        reply = device.obey(command, now_s)
        answer = encode_reply(reply)
        if not reply.error and command.word and not command.word.endswith("?"):
            self._ear.tell(answer)
        return answer

    def _log_in(self, command: Command) -> Reply:
        device = self._device
        user, _, password = command.parameters.partition(",")
        self._trusted = password == device.password and user in {"Admin", "User"}
        if not self._trusted:
            return Reply(device.machine, "LOGIN", error=DENIED)
        return Reply(device.machine, "LOGIN", f"{command.parameters} OK")


MODELS: Mapping[str, Callable[[], KramerEmulator]] = MappingProxyType(
    {
        "vs-44h2a": KramerEmulator,
        "vs-42uhd": lambda: KramerEmulator(
            outputs=2,
            model="VS-42UHD",
            words=frozenset({"ROUTE", "VID", "INFO-IO"}),
            route_says_vid=True,
        ),
        "vs-211uhd": lambda: KramerEmulator(
            inputs=2, outputs=1, model="VS-211UHD", words=frozenset({"VID"})
        ),
    }
)
