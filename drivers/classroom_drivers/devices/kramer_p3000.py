"""Kramer switchers and matrices that speak Protocol 3000.

Models differ in the words that they know: those that have ROUTE are worked with it (some answer it
with VID), the others with AV or VID. What is switched at the panel is told at once.

Checked on: emulator only.
Source: Kramer, VS-44H2A user manual, pages 38-45; VP-81K user manual, page 31; KIT-400 user manual,
page 85.
"""

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import ClassVar, TypeVar

from classroom_drivers.actions import capabilities_of
from classroom_drivers.api import (
    AuthenticationError,
    RefusedError,
    Transport,
    UnsupportedError,
    ValueSource,
)
from classroom_drivers.codecs.kramer_p3000 import ERRORS, Reply, ReplyDecoder, encode
from classroom_drivers.codecs.plain import PlainCodec
from classroom_drivers.devices.about import About, Quirk
from classroom_drivers.devices.line_device import LineDevice
from classroom_drivers.links.exchange import Exchange, Priority

REPLY_S = 1.0
TRIES = 3
UNKNOWN, DENIED, BUSY = 2, 4, 6
VIDEO = 1  # layer of ROUTE
OUTPUTS = 1  # of AUD-LVL: levels of outputs, not of inputs
SWITCHED = ("ROUTE", "AV", "VID")
WORDS = {"picture": "VMUTE", "sound": "MUTE"}
IDENTITY = {"MODEL?": "model", "VERSION?": "firmware", "SN?": "serial-number", "NAME?": "name"}
ROUTE_MAX = 256

ResultT = TypeVar("ResultT")


class KramerSwitcher(LineDevice[Reply]):
    """A switcher or matrix.

    Options: `inputs` and `outputs` are its size; without, it is asked. `main` is the output whose
    picture, sound and volume are worked; `mutes` says which it can mute ("picture, sound",
    "picture" or ""). `hidden` is the VMUTE flag that hides the picture: 0 on most, 1 on some.
    `volume_least` and `volume_most` are the ends of its AUD-LVL; where both are the same it has
    none. `machine` is its number, where several share a line. `user` goes with the password.
    """

    ABOUT = About(
        title="Kramer switchers and matrices (Protocol 3000)",
        reached_by=("tcp://host", "serial:///dev/ttyUSB0"),
        sources=(
            "Kramer, VS-44H2A user manual, pages 38-45",
            "Kramer, VP-81K user manual, page 31",
            "Kramer, KIT-400 user manual, page 85 (VMUTE)",
        ),
        quirks=(
            Quirk(
                model="vs-44h2a",
                why="levels from -60 to 30 dB",
                source="VS-44H2A user manual, page 38",
                options=MappingProxyType(
                    {"inputs": 4, "outputs": 4, "volume_least": -60, "volume_most": 30}
                ),
            ),
            Quirk(
                model="vs-42uhd",
                why="answers ROUTE with VID; no mute or level that is known",
                source="notes in a public driver (class KramerP3000) that was used with one",
                options=MappingProxyType({"inputs": 4, "outputs": 2, "mutes": ""}),
            ),
            Quirk(
                model="vs-211uhd",
                why="knows no ROUTE, and only 9600 baud; no mute or level that is known",
                source="notes in a public driver (class KramerP3000) that was used with one",
                options=MappingProxyType({"inputs": 2, "outputs": 1, "mutes": ""}),
            ),
            Quirk(
                model="kit-400",
                why="one output, levels from 0 to 100",
                source="KIT-400 user manual, page 85",
                options=MappingProxyType({"outputs": 1, "volume_most": 100}),
            ),
            Quirk(
                model="vs-88h2",
                why="VMUTE 1 hides the picture; no sound of its own to mute",
                source="VS-88H2 Protocol 3000 commands, VMUTE",
                options=MappingProxyType(
                    {"inputs": 8, "outputs": 8, "hidden": 1, "mutes": "picture"}
                ),
            ),
        ),
    )
    PORTS: ClassVar[Mapping[str, int]] = MappingProxyType({"tcp": 5000})
    BAUD: ClassVar[int] = 115200

    def __init__(
        self,
        transport: Transport,
        *,
        password: str = "",
        user: str = "Admin",
        inputs: int = 0,
        outputs: int = 0,
        main: int = 1,
        mutes: str = "picture, sound",
        hidden: int = 0,
        volume_least: int = 0,
        volume_most: int = 0,
        machine: int = 0,
    ) -> None:
        super().__init__(transport, lambda: PlainCodec(ReplyDecoder().feed))
        if not 0 <= inputs <= ROUTE_MAX or not 0 <= outputs <= ROUTE_MAX or main < 1:
            raise UnsupportedError(f"inputs={inputs}, outputs={outputs}, main={main} do not fit")
        if hidden not in {0, 1} or volume_least > volume_most:
            raise UnsupportedError("hidden is 0 or 1, volume_least is not above volume_most")
        self._login = f"{user},{password}" if password else ""
        self._main = main
        self._parts = [part for part in WORDS if part in mutes]
        self._hidden = hidden
        self._volume = (volume_least, volume_most)
        self._machine = machine
        self._switching = ""  # the word that it knows for it
        self._identified = False
        self.choices["mute"] = tuple(self._parts)
        self._offer(inputs, outputs)

    @property
    def capabilities(self) -> tuple[str, ...]:
        """What it can do; not every model mutes or has a volume."""
        lacks = set() if self._parts else {"mute"}
        lacks |= set() if self._volume[0] < self._volume[1] else {"volume"}
        return tuple(name for name in capabilities_of(type(self)) if name not in lacks)

    async def set_route(self, *, source: int, output: int = 1) -> None:
        """Show a source (0 for none, where it can) on an output, picture and sound."""
        inputs, outputs = len(self.choices["source"]), len(self.choices["output"])
        if not 0 <= source <= inputs or not 1 <= output <= outputs:
            there_are = f"{inputs} sources and {outputs} outputs"
            raise UnsupportedError(f"no way from {source} to {output}; there are {there_are}")

        def answer(heard: Reply) -> bool | None:
            return True if _route(heard) in {(source, output), (source, 0)} else None

        if self._switching == "ROUTE":
            await self._ask("ROUTE", f"{VIDEO},{output},{source}", answer, kind=f"route {output}")
        else:
            await self._ask(self._switching, f"{source}>{output}", answer, kind=f"route {output}")
        self.assume(f"route-{output}", source)

    async def set_mute(self, *, picture: bool | None = None, sound: bool | None = None) -> None:
        """Mute (True), show again (False) or leave as it is (None), at the main output."""
        for part, on in (("picture", picture), ("sound", sound)):
            if on is None:
                continue
            if part not in self._parts:
                raise UnsupportedError(f"cannot mute {part}; there are {', '.join(self._parts)}")
            flag = int(on) if part == "sound" else self._hidden if on else 1 - self._hidden
            wanted = f"{self._main},{flag}"
            word = WORDS[part]
            await self._ask(word, wanted, _says(word, wanted), kind=f"mute {part}")
            self.assume(f"{part}-mute", on)

    async def set_volume(self, *, percent: int) -> None:
        """Set the volume of the main output, 0 to 100."""
        if not 0 <= percent <= 100:
            raise UnsupportedError(f"volume {percent} is not between 0 and 100")
        wanted = f"{OUTPUTS},{self._main},{self._level(percent)}"
        await self._ask("AUD-LVL", wanted, _says("AUD-LVL", wanted), kind="volume")
        self.assume("volume", percent)

    async def identify(self) -> None:
        """Ask for model, firmware, serial number and name again."""
        self.note("maker", "Kramer")
        for question, name in IDENTITY.items():
            try:
                told = await self._ask(question, "", _parameters_of(question))
            except RefusedError:
                continue  # not every model has a name
            if told:
                self.note(name, told)
        self._identified = True

    async def begin(self) -> None:
        """Log in where a password is given."""
        self._identified = False
        if self._login:
            await self._ask("LOGIN", self._login, _parameters_of("LOGIN"), Priority.SETUP)

    async def probe(self) -> None:
        """Shake hands."""

        def answer(heard: Reply) -> bool | None:
            return True if not heard.word and not heard.error else None

        await self._ask("", "", answer, Priority.SETUP)

    async def poll(self) -> None:
        """Ask for routes, mutes and volume; first of all for its size and its words."""
        if not self._switching:
            self._switching = await self._find_word()
        if not self.choices["source"] or not self.choices["output"]:
            await self._learn_size()
        for output in range(1, len(self.choices["output"]) + 1):
            self.note(f"route-{output}", await self._ask_route(self._switching, output))
        for part in self._parts:
            flag = await self._ask_last(f"{WORDS[part]}?", f"{self._main}")
            self.note(f"{part}-mute", self._is_muted(part, flag))
        if self._volume[0] < self._volume[1]:
            level = await self._ask_last("AUD-LVL?", f"{OUTPUTS},{self._main}")
            self._note_volume(level, ValueSource.POLLED)
        if not self._identified:
            await self.identify()

    def unasked(self, reply: Reply) -> None:
        """Take what it tells of changes at its panel, and by others."""
        if reply.error or reply.machine != (self._machine or reply.machine):
            return
        if route := _route(reply):
            source, place = route
            for number in [place] if place else range(1, len(self.choices["output"]) + 1):
                self.note(f"route-{number}", source, ValueSource.PUSHED)
        *where, last = reply.parameters.split(",")
        if _is_number(last) and where and where[-1].strip() == str(self._main):
            self._take(reply.word, int(last))

    def _offer(self, inputs: int, outputs: int) -> None:
        self.choices["source"] = tuple(map(str, range(1, inputs + 1)))
        self.choices["output"] = tuple(map(str, range(1, outputs + 1)))

    def _take(self, word: str, number: int) -> None:
        """Take news of the main output."""
        for part in self._parts:
            if WORDS[part] == word:
                self.note(f"{part}-mute", self._is_muted(part, number), ValueSource.PUSHED)
        if word == "AUD-LVL":
            self._note_volume(number, ValueSource.PUSHED)

    async def _learn_size(self) -> None:
        told = await self._ask("INFO-IO?", "", _parameters_of("INFO-IO"), Priority.POLL)
        match = re.fullmatch(r"IN ?(\d+), ?OUT ?(\d+)", told)
        if not match:
            raise RefusedError(f"it tells its size as {told!r}: give inputs and outputs as options")
        self._offer(min(int(match[1]), ROUTE_MAX), min(int(match[2]), ROUTE_MAX))

    async def _find_word(self) -> str:
        """Try the words for switching; some models do not know the newest, or the oldest."""
        for word in SWITCHED[:-1]:
            try:
                await self._ask_route(word, 1)
            except RefusedError:
                continue
            return word
        return SWITCHED[-1]

    async def _ask_route(self, word: str, output: int) -> int:
        def answer(heard: Reply) -> int | None:
            route = _route(heard)
            return route[0] if route and route[1] in {0, output} else None

        where = f"{VIDEO},{output}" if word == "ROUTE" else f"{output}"
        return await self._ask(f"{word}?", where, answer, Priority.POLL)

    async def _ask_last(self, question: str, where: str) -> int:
        """Ask for the number that an answer ends with, after what was asked about."""

        def answer(heard: Reply) -> int | None:
            place, _, last = heard.parameters.rpartition(",")
            told = heard.word == question[:-1] and place.replace(" ", "") == where
            return int(last) if told and _is_number(last) else None

        return await self._ask(question, where, answer, Priority.POLL)

    def _is_muted(self, part: str, flag: int) -> bool:
        return flag != 1 - self._hidden if part == "picture" else flag != 0

    def _level(self, percent: int) -> int:
        least, most = self._volume
        return least + round(percent * (most - least) / 100)

    def _note_volume(self, level: int, source: ValueSource) -> None:
        """Know the volume; what was asked for is kept where it is the same level."""
        least, most = self._volume
        if least == most:
            return
        known = self.known("volume")
        same = isinstance(known, int) and self._level(known) == level
        percent = (
            known if same and known is not None else round((level - least) * 100 / (most - least))
        )
        self.note("volume", percent, source)

    async def _ask(
        self,
        word: str,
        parameters: str,
        answer: Callable[[Reply], ResultT | None],
        priority: Priority = Priority.COMMAND,
        *,
        kind: str = "",
    ) -> ResultT:
        name = f"{word} {parameters}" if word != "LOGIN" else word
        busy = 0

        def judge(heard: Reply) -> ResultT | None:
            nonlocal busy
            ours = heard.machine == (self._machine or heard.machine)
            if not ours or (heard.error and heard.word not in {"", word.rstrip("?")}):
                return None
            if heard.error == BUSY and busy < TRIES - 1:
                busy += 1
                return None  # as if nothing had come: it is asked again when time is up
            if heard.error == DENIED:
                raise AuthenticationError(f"{name}: it wants a password, or another one")
            if heard.error:
                said = ERRORS.get(heard.error, "refused")
                raise RefusedError(f"{name}: {said} (ERR {heard.error:03})")
            return answer(heard)

        exchange = Exchange[Reply, ResultT](
            name=name.strip() or "handshake",
            data=encode(word, parameters, self._machine),
            answer=judge,
            timeout_s=REPLY_S,
            resend=0 if priority is Priority.SETUP else TRIES - 1,
            priority=priority,
            kind=kind,
        )
        return await self.line.ask(exchange)


def _parameters_of(word: str) -> Callable[[Reply], str | None]:
    return lambda heard: heard.parameters if heard.word == word.rstrip("?") else None


def _says(word: str, parameters: str) -> Callable[[Reply], bool | None]:
    def answer(heard: Reply) -> bool | None:
        said = heard.parameters.replace(" ", "")
        return True if heard.word == word and said == parameters else None

    return answer


def _is_number(text: str) -> bool:
    return re.fullmatch(r" ?[+-]?\d{1,4}", text) is not None


def _route(reply: Reply) -> tuple[int, int] | None:
    """Read what is shown where: the source, and the output or 0 for all."""
    match reply.word:
        case "ROUTE":
            found = re.fullmatch(
                rf"(?:{VIDEO}|\*), ?(\d{{1,3}}|\*), ?(\d{{1,3}})", reply.parameters
            )
            return (int(found[2]), 0 if found[1] == "*" else int(found[1])) if found else None
        case "AV" | "VID":
            found = re.fullmatch(r"(\d{1,3}) ?> ?(\d{1,3}|\*)", reply.parameters)
            return (int(found[1]), 0 if found[2] == "*" else int(found[2])) if found else None
    return None
