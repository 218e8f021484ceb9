"""Blackmagic Videohub routers. Everything they know is told at once, whoever changes it.

Checked on: emulator only.
Source: Blackmagic Design, Videohub Ethernet Protocol 2.3.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar

from classroom_drivers.api import RefusedError, Transport, UnsupportedError, ValueSource
from classroom_drivers.codecs import videohub
from classroom_drivers.codecs.plain import PlainCodec
from classroom_drivers.codecs.videohub import Block, BlockDecoder, encode
from classroom_drivers.devices.about import About
from classroom_drivers.devices.line_device import LineDevice
from classroom_drivers.links.exchange import Exchange, Priority

REPLY_S = 2.0
SIZE_MAX = 512
LOCKED_BY_OTHERS = "L"
IDENTITY = {"model name": "model", "friendly name": "name", "unique id": "serial-number"}
PRESENT = {"true": "ok", "false": "no router behind this server", "needs_update": "needs an update"}


class Videohub(LineDevice[Block]):
    """A router; sources and outputs have the names that it has for them."""

    ABOUT = About(
        title="Blackmagic Videohub routers",
        reached_by=("tcp://host",),
        sources=("Blackmagic Design, Videohub Ethernet Protocol 2.3",),
    )
    PORTS: ClassVar[Mapping[str, int]] = MappingProxyType({"tcp": 9990})

    def __init__(self, transport: Transport) -> None:
        super().__init__(transport, lambda: PlainCodec(BlockDecoder().feed))
        self._names: dict[str, dict[int, str]] = {"source": {}, "output": {}}
        self._sizes = {"source": 0, "output": 0}
        self._locked: set[int] = set()
        self._offer()

    async def set_route(self, *, source: int, output: int = 1) -> None:
        """Show a source on an output."""
        sources, outputs = len(self.choices["source"]), len(self.choices["output"])
        if not 1 <= source <= sources or not 1 <= output <= outputs:
            there_are = f"{sources} sources and {outputs} outputs"
            raise UnsupportedError(f"no way from {source} to {output}; there are {there_are}")
        if not await self._send(
            Block(videohub.ROUTING, (f"{output - 1} {source - 1}",)), f"route {output}"
        ):
            why = "locked by somebody" if output in self._locked else "refused"
            raise RefusedError(f"{source} on output {output}: {why}")
        self.assume(f"route-{output}", source)

    async def identify(self) -> None:
        """Ask again who it is."""
        await self._send(Block(videohub.DEVICE))

    async def check_health(self) -> None:
        """Ask whether there is a router behind the server."""
        await self._send(Block(videohub.DEVICE))

    async def probe(self) -> None:
        """Have it answer anything; an old one does not know videohub.PING, and says so."""
        await self._send(Block(videohub.PING), priority=Priority.SETUP)

    async def poll(self) -> None:
        """Have it tell all its routes; the block comes after the answer."""
        await self._send(Block(videohub.ROUTING), priority=Priority.POLL)

    def unasked(self, reply: Block) -> None:
        """Take what it tells, which is everything."""
        match reply.header:
            case videohub.ROUTING:
                for output, source in reply.numbered().items():
                    if source.isdecimal() and output < SIZE_MAX and int(source) < SIZE_MAX:
                        self.note(f"route-{output + 1}", int(source) + 1, ValueSource.PUSHED)
            case videohub.INPUTS | videohub.OUTPUTS:
                thing = {videohub.INPUTS: "source", videohub.OUTPUTS: "output"}[reply.header]
                self._names[thing] |= {n: t for n, t in reply.numbered().items() if n < SIZE_MAX}
                self._offer()
            case videohub.LOCKS:
                for output, word in reply.numbered().items():
                    now = word == LOCKED_BY_OTHERS
                    (self._locked.add if now else self._locked.discard)(output + 1)
            case videohub.DEVICE:
                self._take_device(reply.named())

    def _take_device(self, told: Mapping[str, str]) -> None:
        self.note("maker", "Blackmagic Design", ValueSource.PUSHED)
        for word, name in IDENTITY.items():
            if told.get(word):
                self.note(name, told[word], ValueSource.PUSHED)
        if "device present" in told:
            word = told["device present"].replace(" ", "_")
            self.note("health", PRESENT.get(word, word), ValueSource.PUSHED)
        for word, thing in (("video inputs", "source"), ("video outputs", "output")):
            if number := re.match(r"\d{1,3}", told.get(word, "")):
                self._sizes[thing] = min(int(number[0]), SIZE_MAX)
        self._offer()

    def _offer(self) -> None:
        """Offer what there is, by name; what has none, by number."""
        for thing, names in self._names.items():
            size = max([self._sizes[thing], *(number + 1 for number in names)])
            self.choices[thing] = tuple(names.get(n) or str(n + 1) for n in range(size))
        self.publish()

    async def _send(
        self, block: Block, kind: str = "", priority: Priority = Priority.COMMAND
    ) -> bool:
        """Send a block; say whether it was accepted."""

        def answer(heard: Block) -> bool | None:
            return {videohub.ACK: True, videohub.NAK: False}.get(heard.header)

        exchange = Exchange[Block, bool](
            name=" ".join((block.header, *block.lines)),
            data=encode(block),
            answer=answer,
            timeout_s=REPLY_S,
            priority=priority,
            kind=kind,
        )
        return await self.line.ask(exchange)
