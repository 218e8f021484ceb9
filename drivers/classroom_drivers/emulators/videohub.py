"""A Videohub: tells everything at the beginning of a connection, and every change to everybody."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from classroom_drivers.codecs import videohub
from classroom_drivers.codecs.garbage import Garbage
from classroom_drivers.codecs.videohub import Block, BlockDecoder, encode
from classroom_drivers.emulators.news import NEWS_S, Ear, News


@dataclass(kw_only=True)
class VideohubEmulator:
    """The router; sessions share it."""

    version: str = "2.8"
    present: str = "true"
    model: str = "Blackmagic Smart Videohub 12 x 12"
    name: str = "Classroom"
    unique_id: str = "7C2E0D012345"
    old: bool = False  # knows neither videohub.PING nor END PRELUDE
    inputs: list[str] = field(default_factory=lambda: [f"Input {n}" for n in range(1, 13)])
    outputs: list[str] = field(default_factory=lambda: [f"Output {n}" for n in range(1, 13)])
    shown: dict[int, int] = field(default_factory=dict)  # output -> input, from 0
    locked: set[int] = field(default_factory=set)  # by somebody else
    news: News = field(default_factory=News, init=False)

    def session(self, now_s: float) -> "VideohubSession":
        """Begin a connection."""
        return VideohubSession(self, now_s)

    def tell(self, header: str) -> Block:
        """Give all that belongs under a header."""
        device = (
            f"Device present: {self.present}",
            f"Model name: {self.model}",
            f"Friendly name: {self.name}",
            f"Unique ID: {self.unique_id}",
            f"Video inputs: {len(self.inputs)}",
            "Video processing units: 0",
            f"Video outputs: {len(self.outputs)}",
            "Video monitoring outputs: 0",
            "Serial ports: 0",
        )
        places = range(len(self.outputs))
        lines = {
            videohub.DEVICE: device,
            videohub.INPUTS: [f"{n} {label}" for n, label in enumerate(self.inputs)],
            videohub.OUTPUTS: [f"{n} {label}" for n, label in enumerate(self.outputs)],
            videohub.LOCKS: [f"{n} {'L' if n in self.locked else 'U'}" for n in places],
            videohub.ROUTING: [f"{n} {self.shown.get(n, n % len(self.inputs))}" for n in places],
        }
        return Block(header, tuple(lines[header]))

    def greet(self) -> list[Block]:
        """Give all that a connection begins with."""
        blocks = [
            self.tell(header)
            for header in (
                videohub.DEVICE,
                videohub.INPUTS,
                videohub.OUTPUTS,
                videohub.LOCKS,
                videohub.ROUTING,
            )
        ]
        end = [] if self.old else [Block("END PRELUDE:")]
        return [Block("PROTOCOL PREAMBLE:", (f"Version: {self.version}",)), *blocks, *end]

    def change(self, block: Block) -> bool:
        """Do what a block wants, all of it or nothing; tell everybody."""
        given = block.numbered()
        match block.header:
            case videohub.ROUTING if self._can_route(given):
                self.shown |= {output: int(source) for output, source in given.items()}
            case videohub.INPUTS if given.keys() <= set(range(len(self.inputs))):
                for number, label in given.items():
                    self.inputs[number] = label
            case videohub.OUTPUTS if given.keys() <= set(range(len(self.outputs))):
                for number, label in given.items():
                    self.outputs[number] = label
            case _:
                return False
        self.news.tell(encode(block))
        return True

    def _can_route(self, given: dict[int, str]) -> bool:
        free = set(range(len(self.outputs))) - self.locked
        known = all(s.isdecimal() and int(s) < len(self.inputs) for s in given.values())
        return known and given.keys() <= free


class VideohubSession:
    """One connection."""

    def __init__(self, router: VideohubEmulator, now_s: float) -> None:
        self.closed = False
        self._router = router
        self._decoder = BlockDecoder()
        self._ear = Ear(router.news)
        self._greeted = False
        self._look_s = now_s + NEWS_S

    def due_s(self) -> float:
        """Look for news now and then."""
        return self._look_s

    def receive(self, data: bytes, now_s: float) -> list[bytes]:
        """Take what arrived; give what the router says."""
        self._look_s = now_s + NEWS_S
        said: list[bytes] = []
        if not self._greeted:
            self._greeted = True
            said += [encode(block) for block in self._router.greet()]
        for block in self._decoder.feed(data):
            if not isinstance(block, Garbage):
                said += [encode(answer) for answer in self._answer(block)]
        return said + self._ear.fresh()  # an answer comes before the news it makes

    def _answer(self, block: Block) -> list[Block]:
        router = self._router
        if block.header == videohub.PING:
            return [Block(videohub.NAK if router.old else videohub.ACK)]
        if not block.lines and block.header in {
            videohub.DEVICE,
            videohub.INPUTS,
            videohub.OUTPUTS,
            videohub.LOCKS,
            videohub.ROUTING,
        }:
            return [Block(videohub.ACK), router.tell(block.header)]
        return [Block(videohub.ACK if router.change(block) else videohub.NAK)]


MODELS: Mapping[str, Callable[[], VideohubEmulator]] = MappingProxyType(
    {
        "smart-12x12": VideohubEmulator,
        "old": lambda: VideohubEmulator(
            version="2.3", model="Blackmagic Micro Videohub", old=True, unique_id=""
        ),
    }
)
