"""An iTach: sends one infrared code at a connector at a time, and takes as long as it takes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from classroom_drivers.api import UnsupportedError
from classroom_drivers.codecs.garbage import Garbage
from classroom_drivers.codecs.infrared import Infrared, read_code
from classroom_drivers.codecs.itach import CommandDecoder, encode
from classroom_drivers.emulators.news import NEWS_S, Ear, News

UNKNOWN, NO_MODULE, NO_CONNECTOR, NOT_FOR_IT, SYNTAX, NO_OPTION = 1, 2, 3, 13, 17, 23


@dataclass(kw_only=True)
class Sending:
    """A code on its way."""

    number: int
    until_s: float
    ear: Ear  # of the connection that asked for it


@dataclass(kw_only=True)
class ITachEmulator:
    """The box; sessions share it."""

    kind: str = "IR"  # of module 1: IR or RELAY
    connectors: int = 3
    inputs: frozenset[int] = frozenset()  # connectors that are set to be inputs
    firmware: str = "710-1005-05"
    notifies: bool = True  # False: too old
    closed: set[int] = field(default_factory=set)  # contacts, and inputs
    sent: list[tuple[str, Infrared]] = field(default_factory=list)
    news: News = field(default_factory=News, init=False)
    sending: dict[str, Sending] = field(default_factory=dict, init=False)

    def session(self, now_s: float) -> "ITachSession":
        """Begin a connection."""
        return ITachSession(self, now_s)

    def touch(self, connector: int, *, closed: bool) -> None:
        """Open or close what is connected to an input."""
        self._set(connector, closed=closed)
        self.news.tell(encode("state", f"1:{connector}", int(closed)))

    def obey(self, words: tuple[str, ...], ear: Ear, now_s: float) -> bytes:
        """Do a command and give its answer, if it has one at once."""
        match words:
            case ["getversion", *_]:
                return encode(self.firmware)
            case ["getdevices"]:
                modules = ("device,0,0 ETHERNET", f"device,1,{self.connectors} {self.kind}")
                return b"".join(encode(line) for line in (*modules, "endlistdevices"))
            case [str(word), str(place), *more] if ":" in place:
                if fault := self._fault(place):
                    return encode(f"ERR_{place}", f"{fault:03}")
                return self._at(word, place, more, ear, now_s)
        return encode("ERR_0:0", f"{UNKNOWN:03}")

    def _fault(self, place: str) -> int:
        module, _, connector = place.partition(":")
        if not (module.isdecimal() and connector.isdecimal()):
            return SYNTAX
        if module != "1":
            return NO_MODULE
        return 0 if 1 <= int(connector) <= self.connectors else NO_CONNECTOR

    def _at(self, word: str, place: str, more: list[str], ear: Ear, now_s: float) -> bytes:
        number = int(place.partition(":")[2])
        match word, more:
            case "sendir", [str(known_by), *code] if known_by.isdecimal():
                return self._send(place, int(known_by), ",".join(code), ear, now_s)
            case "getstate", [] | ["notify"] if not more or self.notifies:
                return encode("state", place, int(number in self.closed))
            case "getstate", _:
                return encode(f"ERR_{place}", f"{NO_OPTION:03}")
            case "setstate", ["0" | "1" as state] if self.kind == "RELAY":
                self._set(number, closed=state == "1")
                ear.tell(encode("state", place, state))
                return encode("state", place, state)
        return encode(f"ERR_{place}", f"{UNKNOWN:03}")

    def _set(self, connector: int, *, closed: bool) -> None:
        (self.closed.add if closed else self.closed.discard)(connector)

    def _send(self, place: str, number: int, text: str, ear: Ear, now_s: float) -> bytes:
        if self.kind != "IR" or int(place.partition(":")[2]) in self.inputs:
            return encode(f"ERR_{place}", f"{NOT_FOR_IT:03}")
        try:
            code = read_code(text)
        except UnsupportedError:
            return encode(f"ERR_{place}", f"{SYNTAX:03}")
        busy = self.sending.get(place)
        if busy and now_s < busy.until_s and busy.number != number:
            return encode("busyir", place, number)
        self.sent.append((place, code))
        self.sending[place] = Sending(number=number, until_s=now_s + code.seconds, ear=ear)
        return b""


class ITachSession:
    """One connection; some ask to be told of changes."""

    def __init__(self, box: ITachEmulator, now_s: float) -> None:
        self.closed = False
        self._box = box
        self._decoder = CommandDecoder()
        self._ear = Ear(box.news)
        self._curious = False
        self._look_s = now_s + NEWS_S

    def due_s(self) -> float:
        """Say when a code has left, or look for news."""
        ends = [one.until_s for one in self._box.sending.values() if one.ear is self._ear]
        return min([self._look_s, *ends])

    def receive(self, data: bytes, now_s: float) -> list[bytes]:
        """Take what arrived; give what the box says."""
        self._look_s = now_s + NEWS_S
        fresh = self._ear.fresh()
        said = fresh if self._curious else []
        for words in self._decoder.feed(data):
            if not isinstance(words, Garbage):
                self._curious |= words[-1] == "notify" and self._box.notifies
                said.append(self._box.obey(words, self._ear, now_s))
        sending = self._box.sending
        for place, one in list(sending.items()):
            if one.ear is self._ear and now_s >= one.until_s:
                del sending[place]
                said.append(encode("completeir", place, one.number))
        return [answer for answer in said if answer]


MODELS: Mapping[str, Callable[[], ITachEmulator]] = MappingProxyType(
    {
        "ip2ir": lambda: ITachEmulator(inputs=frozenset({2, 3})),
        "ip2cc": lambda: ITachEmulator(kind="RELAY", notifies=False, firmware="710-1008-05"),
    }
)
