"""Infrared, contacts and inputs over the network: Global Caché iTach and its relatives.

The serial port of an iTach needs no driver: it is ``tcp://host:4999`` for the device behind it.

Checked on: emulator only.
Source: Global Caché, Unified TCP API 1.1 (200113-01), sections 4.2-4.4 and appendix C.
"""

import tomllib
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType
from typing import ClassVar, TypeVar

from classroom_drivers.actions import capabilities_of
from classroom_drivers.api import RefusedError, Transport, UnsupportedError, ValueSource
from classroom_drivers.codecs.infrared import Infrared, read_code
from classroom_drivers.codecs.itach import (
    ERRORS,
    Busy,
    Failure,
    Module,
    Reply,
    ReplyDecoder,
    Sent,
    State,
    Version,
    encode,
    encode_code,
)
from classroom_drivers.codecs.plain import PlainCodec
from classroom_drivers.devices.about import About, Quirk
from classroom_drivers.devices.line_device import LineDevice
from classroom_drivers.links.exchange import Exchange, Priority

REPLY_S = 2.0
BETWEEN_S = 0.2  # between two codes, and before one is sent again that met a busy connector
TRIES = 15
NUMBERS = 65_536
KINDS = {"IR": "IR", "RELAY": "CC", "SERIAL": "SL"}  # as in IP2IR, WF2CC

ResultT = TypeVar("ResultT")


class ITach(LineDevice[Reply]):
    """Keys of remote controls, contacts that close, inputs that tell.

    Options: `codes` is a TOML file with a line for each key, `power = "38000,1,1,342,..."` or
    `power = "0000 006D ..."` (Pronto), or the lines themselves. `connector` is where codes are
    sent that do not name one. `relays` is how many contacts it has, `sensors` which connectors
    are inputs ("2, 3"); all in `module`.
    """

    ABOUT = About(
        title="Global Caché iTach, Flex and GC-100 (infrared, contacts, inputs)",
        reached_by=("tcp://host",),
        sources=(
            "Global Caché, Unified TCP API 1.1 (200113-01), sections 4.2-4.4, appendix C",
            "Global Caché, iTach API specification 1.5, section 6 (errors)",
        ),
        quirks=(
            Quirk(
                model="ip2cc",
                why="three contacts",
                source="Unified TCP API 1.1, 4.4.3",
                options=MappingProxyType({"relays": 3}),
            ),
            Quirk(
                model="gc-100-12",
                why="its contacts are module 3, its infrared module 2 (name it in the codes)",
                source="Unified TCP API 1.1, 4.2",
                options=MappingProxyType({"relays": 3, "module": 3}),
            ),
        ),
    )
    PORTS: ClassVar[Mapping[str, int]] = MappingProxyType({"tcp": 4998})

    def __init__(
        self,
        transport: Transport,
        *,
        codes: str = "",
        connector: int = 1,
        relays: int = 0,
        sensors: str = "",
        module: int = 1,
    ) -> None:
        super().__init__(transport, lambda: PlainCodec(ReplyDecoder().feed))
        self._codes = _read_codes(codes)
        self._connector = f"{module}:{connector}"
        self._names = {f"{module}:{n}": f"relay-{n}" for n in range(1, relays + 1)}
        self._inputs = {f"{module}:{n}": f"contact-{n}" for n in _numbers(sensors)}
        self._number = 0
        self._fresh = True  # of the link: not identified, nothing asked to be told
        self.choices["key"] = tuple(self._codes)
        self.choices["sensor"] = tuple(self._inputs.values())

    @property
    def capabilities(self) -> tuple[str, ...]:
        """What it can do, by what is connected to it."""
        has = {"keys": self._codes, "relay": self._names, "sensor": self._inputs}
        lacks = {name for name, things in has.items() if not things}
        return tuple(name for name in capabilities_of(type(self)) if name not in lacks)

    async def press_key(self, *, name: str) -> None:
        """Send a key's code; return once it has left. A busy connector is waited for."""
        if name not in self._codes:
            raise UnsupportedError(f"no key {name!r}; there are {', '.join(self._codes)}")
        code = self._codes[name]
        for _ in range(TRIES):
            if await self._send(name, code):
                return
        raise RefusedError(f"{name}: the connector stays busy with other codes")

    async def set_relay(self, *, on: bool, channel: int = 1) -> None:
        """Close (True) or open a contact."""
        place = next((p for p, name in self._names.items() if name == f"relay-{channel}"), "")
        if not place:
            raise UnsupportedError(f"no relay {channel}; there are {len(self._names)}")
        closed = await self._ask_state("setstate", place, int(on), kind=f"relay {channel}")
        self.note(f"relay-{channel}", closed)

    async def read_sensors(self) -> None:
        """Ask for every input now."""
        for place, name in self._inputs.items():
            self.note(name, await self._ask_state("getstate", place))

    async def identify(self) -> None:
        """Ask for firmware and modules again."""
        self.note("maker", "Global Caché")
        self.note("firmware", await self._ask_version(Priority.COMMAND))
        modules: list[Module] = []

        def answer(heard: Reply) -> bool | None:
            if isinstance(heard, Module):
                modules.append(heard)
            return True if isinstance(heard, Module) and not heard.kind else None

        await self._ask("modules", encode("getdevices"), answer, Priority.COMMAND)
        self.note("model", _model(modules))

    async def begin(self) -> None:
        """Have everything asked for again that a new connection does not know."""
        self._fresh = True

    async def probe(self) -> None:
        """Ask for the firmware."""
        await self._ask_version(Priority.SETUP)

    async def poll(self) -> None:
        """Ask for contacts and inputs; once in a connection, to be told of them and who it is."""
        for place, name in (self._names | self._inputs).items():
            if self._fresh:
                await self._ask_to_be_told(place)
            self.note(name, await self._ask_state("getstate", place))
        if self._fresh:
            await self.identify()
        self._fresh = False

    def unasked(self, reply: Reply) -> None:
        """Take what it tells of its contacts and inputs."""
        if isinstance(reply, State):
            name = (self._names | self._inputs).get(reply.connector)
            if name:
                self.note(name, reply.closed, ValueSource.PUSHED)

    async def _send(self, name: str, code: Infrared) -> bool:
        """Send once; False if another code is on its way."""
        self._number = (self._number + 1) % NUMBERS
        number, place = self._number, code.connector or self._connector

        def answer(heard: Reply) -> bool | None:
            match heard:
                case Sent(connector, told) if (connector, told) == (place, number):
                    return True
                case Busy(connector, told) if (connector, told) == (place, number):
                    return False
            return None

        exchange = Exchange[Reply, bool](
            name=name,
            data=encode_code(code, place, number),
            answer=_or_failure(name, place, answer),
            timeout_s=REPLY_S + code.seconds,
            gap_s=BETWEEN_S,
            once=True,
        )
        return await self.line.ask(exchange)

    async def _ask_to_be_told(self, place: str) -> None:
        with suppress(RefusedError):  # too old for it: it is polled
            await self._ask_state("getstate", place, "notify")

    async def _ask_state(self, word: str, place: str, *more: object, kind: str = "") -> bool:
        def answer(heard: Reply) -> bool | None:
            told = isinstance(heard, State) and heard.connector == place
            return heard.closed if told and isinstance(heard, State) else None

        priority = Priority.COMMAND if word == "setstate" else Priority.POLL
        judge = _or_failure(f"{word} {place}", place, answer)
        data = encode(word, place, *more)
        return await self._ask(f"{word} {place}", data, judge, priority, kind=kind)

    async def _ask_version(self, priority: Priority) -> str:
        def answer(heard: Reply) -> str | None:
            return heard.text if isinstance(heard, Version) else None

        return await self._ask("version", encode("getversion"), answer, priority)

    async def _ask(
        self,
        name: str,
        data: bytes,
        answer: Callable[[Reply], ResultT | None],
        priority: Priority,
        *,
        kind: str = "",
    ) -> ResultT:
        exchange = Exchange[Reply, ResultT](
            name=name,
            data=data,
            answer=answer,
            timeout_s=REPLY_S,
            priority=priority,
            kind=kind,
        )
        return await self.line.ask(exchange)


def _or_failure(
    name: str, place: str, answer: Callable[[Reply], ResultT | None]
) -> Callable[[Reply], ResultT | None]:
    """Look for an answer, or for the word that there will be none."""

    def judge(heard: Reply) -> ResultT | None:
        match heard:
            case Failure(connector, code) if connector in {"", place}:
                said = ERRORS.get(code, "refused")
                raise RefusedError(f"{name}: {said} (error {code:03})")
        return answer(heard)

    return judge


def _read_codes(text: str) -> dict[str, Infrared]:
    """Read the keys from a file, or from the text itself."""
    try:
        words = (
            tomllib.loads(text if "=" in text else Path(text).read_text("utf-8")) if text else {}
        )
    except (OSError, ValueError) as error:
        raise UnsupportedError(f"codes: {error}") from error
    codes = {}
    for name, code in words.items():
        try:
            codes[name] = read_code(str(code))
        except UnsupportedError as error:
            raise UnsupportedError(f"codes: {name}: {error}") from error
    return codes


def _numbers(text: str) -> list[int]:
    """Read "2, 3"."""
    words = [word.strip() for word in text.split(",")] if text else []
    if not all(word.isdecimal() for word in words):
        raise UnsupportedError(f"sensors: {text!r} is not like '2, 3'")
    return [int(word) for word in words]


def _model(modules: list[Module]) -> str:
    """Give the name on the box: IP2IR, WF2CC..."""
    kinds = [module.kind for module in modules]
    works = next((short for kind, short in KINDS.items() if kind in kinds), "")
    return f"{'WF2' if 'WIFI' in kinds else 'IP2'}{works}" if works else " + ".join(kinds)
