"""A HyperDeck: two slots that fill while it records, and a button that locks controllers out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from classroom_drivers.codecs import hyperdeck
from classroom_drivers.codecs.garbage import Garbage
from classroom_drivers.codecs.hyperdeck import (
    REFUSALS,
    Command,
    CommandDecoder,
    Reply,
    encode_reply,
)
from classroom_drivers.emulators.news import NEWS_S, Ear, News
from classroom_drivers.emulators.session import NEVER

SYNTAX, INVALID, FULL, NO_DISK, EMPTY = 100, 102, 104, 105, 107
THINGS = {
    "transport info": hyperdeck.TRANSPORT,
    "slot info": hyperdeck.SLOT,
    "device info": hyperdeck.DEVICE,
    "notify": hyperdeck.NOTIFY,
    "remote": hyperdeck.REMOTE,
}


@dataclass(kw_only=True)
class HyperDeckEmulator:
    """The recorder; sessions share it."""

    model: str = "HyperDeck Studio HD Mini"
    name: str = "Recorder"
    firmware: str = "8.1"
    serial_number: str = "7C2E0D0A0B0C"
    protocol: str = "1.11"
    remote: bool = True
    full_house: bool = False  # another controller is connected, and there is room for one
    status: str = "stopped"
    slot: int = 1
    clip: int = 1
    clips: int = 3
    rooms: dict[int, float] = field(default_factory=lambda: {1: 7200.0, 2: 7200.0})  # seconds
    news: News = field(default_factory=News, init=False)
    _seen_s: float = field(default=0.0, init=False)

    def session(self, now_s: float) -> "HyperDeckSession":
        """Begin a connection."""
        return HyperDeckSession(self, now_s)

    def pass_time(self, now_s: float) -> None:
        """Let the disk fill while it records."""
        if self.status == "record":
            self.rooms[self.slot] = max(self.rooms[self.slot] - (now_s - self._seen_s), 0.0)
            if not self.rooms[self.slot]:
                self.change("stopped")
        self._seen_s = now_s

    def change(self, status: str) -> None:
        """Do something else, and tell everybody who wants to know."""
        self.status = status
        self.tell(hyperdeck.TRANSPORT)

    def eject(self, slot: int) -> None:
        """Take a disk out."""
        del self.rooms[slot]
        if slot == self.slot:
            self.change("stopped")
        self.tell(hyperdeck.SLOT, slot)

    def tell(self, code: int, slot: int = 0) -> None:
        """Tell everybody who wants to know."""
        self.news.tell(encode_reply(self.describe(code, slot, news=True)))

    def describe(self, code: int, slot: int = 0, *, news: bool = False) -> Reply:
        """Give the reply about a thing."""
        title = {number: title for title, number in THINGS.items()}[code]
        number = slot or self.slot
        known = number in self.rooms
        fields: dict[int, tuple[tuple[str, object], ...]] = {
            hyperdeck.TRANSPORT: (
                ("status", self.status),
                ("speed", 100 if self.status in {"play", "record"} else 0),
                ("slot id", self.slot),
                ("clip id", self.clip),
                ("single clip", "false"),
                ("video format", "1080p50"),
                ("loop", "false"),
            ),
            hyperdeck.SLOT: (
                ("slot id", number),
                ("status", "mounted" if known else "empty"),
                ("volume name", "DISK" if known else ""),
                ("recording time", int(self.rooms.get(number, 0))),
                ("video format", "1080p50"),
                ("blocked", "false"),
            ),
            hyperdeck.DEVICE: (
                ("protocol version", self.protocol),
                ("model", self.model),
                ("unique id", self.serial_number),
                ("slot count", 2),
                ("software version", self.firmware),
                ("name", self.name),
            ),
            hyperdeck.REMOTE: (
                ("enabled", str(self.remote).lower()),
                ("override", "false"),
            ),
        }
        told = tuple((name, str(value)) for name, value in fields[code])
        return Reply(code + hyperdeck.NEWS * news, title, told)

    def obey(self, command: Command) -> Reply:
        """Do a command and give its reply."""
        given = command.named()
        code = THINGS.get(command.name)
        if code and not (command.name == "remote" and given):
            slot = given.get("slot id", "0")
            known = slot in {"0", "1", "2"}
            return self.describe(code, int(slot)) if known else _refuse(INVALID)
        if command.name == "remote":
            self.remote = given.get("enable", given.get("override")) == "true"
            self.tell(hyperdeck.REMOTE)
            return _OK
        if command.name in {"ping", "watchdog"}:
            return _OK
        if not self.remote:
            return _refuse(hyperdeck.LOCKED_OUT)
        return self._act(command.name, given)

    def _act(self, name: str, given: Mapping[str, str]) -> Reply:
        refused = 0
        match name:
            case "record" if not self.rooms.get(self.slot):
                refused = FULL if self.slot in self.rooms else NO_DISK
            case "record" | "stop":
                self.change({"record": "record", "stop": "stopped"}[name])
            case "play" if not self.clips:
                refused = EMPTY
            case "play":
                self.change("play")
            case "goto" if given.get("clip id"):
                self._go_to(given["clip id"])
            case "slot select" if given.get("slot id") in {"1", "2"}:
                self.slot = int(given["slot id"])
                self.change("stopped")
            case "goto" | "slot select":
                refused = INVALID
            case _:
                refused = SYNTAX
        return _refuse(refused) if refused else _OK

    def _go_to(self, where: str) -> None:
        """Go to a clip: "+1", "-1", "start", "end" or its number."""
        ends = {"start": 1, "end": self.clips}
        number = ends.get(where) or int(where) + (self.clip if where[0] in "+-" else 0)
        self.clip = min(max(number, 1), self.clips)
        self.change(self.status)


class HyperDeckSession:
    """One connection: a greeting, commands, the news that were asked for."""

    def __init__(self, deck: HyperDeckEmulator, now_s: float) -> None:
        self.closed = False
        self._deck = deck
        self._decoder = CommandDecoder()
        self._ear = Ear(deck.news)
        self._greeted = False
        self._wanted: set[str] = set()
        self._look_s = now_s + NEWS_S

    def due_s(self) -> float:
        """Look for news now and then, if any are wanted."""
        return self._look_s if self._wanted else NEVER

    def receive(self, data: bytes, now_s: float) -> list[bytes]:
        """Take what arrived; give what the recorder says."""
        self._look_s = now_s + NEWS_S
        self._deck.pass_time(now_s)
        said: list[bytes] = []
        if not self._greeted:
            self._greeted = True
            said.append(encode_reply(self._greet()))
        for found in self._decoder.feed(data):
            if isinstance(found, Garbage):
                said.append(encode_reply(_refuse(SYNTAX)))
            else:
                said.append(encode_reply(self._answer(found)))
        return said + [news for news in self._ear.fresh() if self._wants(news)]

    def _greet(self) -> Reply:
        self.closed = self._deck.full_house
        if self.closed:
            return _refuse(hyperdeck.REJECTED)
        told = (("protocol version", self._deck.protocol), ("model", self._deck.model))
        return Reply(hyperdeck.GREETING, "connection info", told)

    def _answer(self, command: Command) -> Reply:
        if command.name == "quit":
            self.closed = True
            return _OK
        if command.name != "notify":
            return self._deck.obey(command)
        for name, word in command.parameters:
            (self._wanted.add if word == "true" else self._wanted.discard)(name)
        if command.parameters:
            return _OK
        told = tuple((name, str(name in self._wanted).lower()) for name in ("transport", "slot"))
        return Reply(hyperdeck.NOTIFY, "notify", told)

    def _wants(self, news: bytes) -> bool:
        kinds = {b"508": "transport", b"502": "slot", b"510": "remote"}
        return kinds[news[:3]] in self._wanted


def _refuse(code: int) -> Reply:
    return Reply(code, REFUSALS[code])


_OK = Reply(hyperdeck.OK, "ok")

MODELS: Mapping[str, Callable[[], HyperDeckEmulator]] = MappingProxyType(
    {"studio": HyperDeckEmulator}
)
