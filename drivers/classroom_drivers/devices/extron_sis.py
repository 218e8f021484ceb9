"""Extron switchers and matrices that understand the Simple Instruction Set.

Changes at the device itself are told at once where it can do so (verbose mode 3), and asked for
where it cannot. Units that only take SSH on port 22023 are not reached.

Checked on: emulator only.
Source: Extron, DXP DVI, DXP DVI Pro and DXP HDMI Series user guide, pages 50-61; SW HDMI Series
user guide, page 22; SW HD 4K PLUS Series user guide, page 27; IN1608 xi user guide, page 48.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import ClassVar, TypeVar

from classroom_drivers.actions import capabilities_of
from classroom_drivers.api import (
    AuthenticationError,
    LinkError,
    RefusedError,
    ReplyTimeoutError,
    Transport,
    UnsupportedError,
    ValueSource,
)
from classroom_drivers.codecs.extron_sis import (
    FAILURES,
    Bare,
    Failure,
    Greeting,
    Loudness,
    Muted,
    Prompt,
    Reply,
    ReplyDecoder,
    Tie,
    Told,
    ask_level,
    ask_tie,
    long_command,
    set_level,
    tie,
)
from classroom_drivers.codecs.plain import PlainCodec
from classroom_drivers.devices.about import About, Quirk
from classroom_drivers.devices.line_device import LineDevice
from classroom_drivers.links.exchange import Exchange, Priority

REPLY_S = 1.0
PROMPT_S = 1.0  # it asks for the password at once, or not at all
BUSY = {17, 22}  # says so and may be asked again after REPLY_S
TRIES = 3
OLD = {10, 13}  # so answers what knows no verbose mode, or not this one
TAGGED = "3"  # verbose mode: answers with their word, and changes unasked
PARTS = {"picture": "B", "sound": "Z"}
WORDS = {"B": "Vmt", "Z": "Amt"}
SIZE_MAX = 128

ResultT = TypeVar("ResultT")


class ExtronSwitcher(LineDevice[Reply]):
    """A switcher (one output) or matrix.

    Options: `inputs` and `outputs` are its size. `main` is the output whose picture, sound and
    volume are worked. `mutes` says which it can mute ("picture, sound", "picture" or ""), and
    `sound_mute` the level that silences all its kinds of sound. `volume_steps` is the highest
    volume that it knows (100, or 64), 0 if it has none.
    """

    ABOUT = About(
        title="Extron switchers and matrices (SIS)",
        reached_by=("serial:///dev/ttyUSB0", "tcp://host"),
        sources=(
            "Extron, DXP DVI, DXP DVI Pro and DXP HDMI Series user guide, pages 50-61",
            "Extron, SW HDMI Series user guide, page 22",
            "Extron, SW HD 4K PLUS Series user guide, page 27",
            "Extron, IN1608 xi user guide, page 48 (password, errors)",
        ),
        quirks=(
            Quirk(
                model="sw-4k-plus",
                why="four inputs, one output, no volume",
                source="SW HD 4K PLUS Series user guide, page 27",
                options=MappingProxyType({"inputs": 4, "outputs": 1}),
            ),
            Quirk(
                model="dxp-88",
                why="eight by eight, no volume",
                source="DXP HDMI Series user guide, page 54",
                options=MappingProxyType({"inputs": 8, "outputs": 8}),
            ),
            Quirk(
                model="mav-88",
                why="eight by eight, a volume of 0 to 64 for each output",
                source="MAV Plus Series user guide (XP_Plus_MAV_D)",
                options=MappingProxyType({"inputs": 8, "outputs": 8, "volume_steps": 64}),
            ),
            Quirk(
                model="sw4-av",
                why="too old to say what it answers; every model can be asked whether it is",
                source="SW AV Series user guide, page 4-4",
                options=MappingProxyType({"inputs": 4, "outputs": 1}),
            ),
            Quirk(
                model="crosspoint-300",
                why="a volume of 0 to 64 for each output; sizes differ: say inputs and outputs",
                source="CrossPoint 300 Series user guide, page 4-6",
                options=MappingProxyType({"inputs": 8, "outputs": 8, "volume_steps": 64}),
            ),
        ),
    )
    PORTS: ClassVar[Mapping[str, int]] = MappingProxyType({"tcp": 23})

    def __init__(
        self,
        transport: Transport,
        *,
        password: str = "",
        inputs: int = 4,
        outputs: int = 1,
        main: int = 1,
        mutes: str = "picture, sound",
        sound_mute: int = 1,
        volume_steps: int = 0,
    ) -> None:
        super().__init__(transport, lambda: PlainCodec(ReplyDecoder().feed))
        if not 1 <= inputs <= SIZE_MAX or not 1 <= main <= outputs <= SIZE_MAX:
            raise UnsupportedError(f"inputs={inputs}, outputs={outputs}, main={main} do not fit")
        self._password = password
        self._inputs = inputs
        self._outputs = outputs
        self._main = main
        self._parts = [part for part in PARTS if part in mutes]
        self._levels = {"picture": 1, "sound": sound_mute}
        self._steps_max = volume_steps
        self._tagged = False
        self._greeted = ""  # the model, as it says of itself
        self._identified = False
        self.choices["source"] = tuple(map(str, range(1, inputs + 1)))
        self.choices["output"] = tuple(map(str, range(1, outputs + 1)))
        self.choices["mute"] = tuple(self._parts)

    @property
    def capabilities(self) -> tuple[str, ...]:
        """What it can do; not every model mutes or has a volume."""
        lacks = set() if self._parts else {"mute"}
        lacks |= set() if self._steps_max else {"volume"}
        return tuple(name for name in capabilities_of(type(self)) if name not in lacks)

    async def set_route(self, *, source: int, output: int = 1) -> None:
        """Show a source (0 for none) on an output, picture and sound."""
        if not 0 <= source <= self._inputs or not 1 <= output <= self._outputs:
            there_are = f"{self._inputs} sources and {self._outputs} outputs"
            raise UnsupportedError(f"no way from {source} to {output}; there are {there_are}")

        def answer(heard: Reply) -> bool | None:
            match heard:
                case Tie(shown, place) if shown == source and place in {0, output}:
                    return True
            return None

        data = tie(source, output, self._outputs)
        await self._ask(f"tie {source} to {output}", data, answer, kind=f"tie {output}")
        self.assume(f"route-{output}", source)

    async def set_mute(self, *, picture: bool | None = None, sound: bool | None = None) -> None:
        """Mute (True), show again (False) or leave as it is (None), at the main output."""
        for part, on in (("picture", picture), ("sound", sound)):
            if on is None:
                continue
            if part not in self._parts:
                raise UnsupportedError(f"cannot mute {part}; there are {', '.join(self._parts)}")
            letter, level = PARTS[part], self._levels[part] if on else 0

            data = set_level(letter, level, self._main, self._outputs)
            await self._ask(f"mute {part} {level}", data, _has(level, letter), kind=f"mute {part}")
            self.assume(f"{part}-mute", on)

    async def set_volume(self, *, percent: int) -> None:
        """Set the volume of the main output, 0 to 100."""
        if not 0 <= percent <= 100:
            raise UnsupportedError(f"volume {percent} is not between 0 and 100")
        steps = self._steps(percent)
        data = set_level("V", steps, self._main, self._outputs)
        await self._ask(f"volume {steps}", data, _has(steps), kind="volume")
        self.assume("volume", percent)

    async def identify(self) -> None:
        """Ask for firmware and model again; the part number stands for a model without a name."""
        self.note("maker", "Extron")
        self.note("firmware", await self._ask("firmware", b"Q", _text_of("Ver")))
        try:
            model = await self._ask("model", b"1I", _text_of("Inf"))
        except RefusedError:
            model = self._greeted or await self._ask("part number", b"N", _text_of("Pno"))
        self.note("model", model)
        self._identified = True

    async def begin(self) -> None:
        """Prove the password where one is wanted."""
        self._identified = False
        if self._password and await self._is_prompted():
            await self._log_in()

    async def probe(self) -> None:
        """Have answers say what they answer, and changes told; what cannot says no, and lives."""

        def answer(heard: Reply) -> bool | None:
            match heard:
                case Told("Vrb", mode) if mode == TAGGED:
                    return True
                case Failure(code) if code in OLD:
                    return False
            return None

        self._tagged = await self._ask(
            "verbose", long_command(f"{TAGGED}CV"), answer, Priority.SETUP
        )

    async def poll(self) -> None:
        """Ask for ties, mutes and volume."""
        for output in range(1, self._outputs + 1):
            data = ask_tie(output, self._outputs)
            answer = _source_on(output)
            source = await self._ask(f"tie {output}?", data, answer, Priority.POLL)
            self.note(f"route-{output}", source)
        for part in self._parts:
            letter = PARTS[part]
            self.note(f"{part}-mute", await self._ask_level(letter, _muted(letter)) != 0)
        if self._steps_max:
            self._note_volume(await self._ask_level("V", _loudness), ValueSource.POLLED)
        if not self._identified:
            await self.identify()

    def unasked(self, reply: Reply) -> None:
        """Take what it tells of changes at its panel, and by others."""
        match reply:
            case Tie(source, output, plane) if plane != "Aud":
                for place in [output] if output else range(1, self._outputs + 1):
                    self.note(f"route-{place}", source, ValueSource.PUSHED)
            case Muted(word, output, level) if output in {0, self._main}:
                part = "picture" if word == WORDS["B"] else "sound"
                self.note(f"{part}-mute", level != 0, ValueSource.PUSHED)
            case Loudness(output, steps) if self._steps_max and output in {0, self._main}:
                self._note_volume(steps, ValueSource.PUSHED)
            case Greeting(model=model):  # the beginning, or it was switched off and on
                self._greeted, self._identified = model, False
                self.line.doubt()
            case Told(word) if word in {"Qik", "Rpr", "Reconfig"}:
                self.poll_soon()

    def _steps(self, percent: int) -> int:
        return round(percent * self._steps_max / 100)

    def _note_volume(self, steps: int, source: ValueSource) -> None:
        """Know the volume; what was asked for is kept where it is the same step."""
        known = self.known("volume")
        same = isinstance(known, int) and self._steps(known) == steps
        percent = known if same and known is not None else round(steps * 100 / self._steps_max)
        self.note("volume", percent, source)

    async def _is_prompted(self) -> bool:
        prompt = Exchange[Reply, bool](
            name="password?",
            answer=lambda heard: True if isinstance(heard, Prompt) else None,
            timeout_s=PROMPT_S,
            priority=Priority.SETUP,
        )
        try:
            return await self.line.ask(prompt)
        except ReplyTimeoutError:
            return False

    async def _log_in(self) -> None:
        def answer(heard: Reply) -> bool | None:
            if isinstance(heard, Prompt):
                raise AuthenticationError("the password is not the right one")
            return True if isinstance(heard, Told) and heard.word == "Login" else None

        proof = Exchange[Reply, bool](
            name="login",
            data=f"{self._password}\r".encode(),
            answer=answer,
            timeout_s=REPLY_S,
            priority=Priority.SETUP,
        )
        await self.line.ask(proof)

    async def _ask_level(self, letter: str, answer: Callable[[Reply], int | None]) -> int:
        data = ask_level(letter, self._main, self._outputs)
        return await self._ask(f"{letter}?", data, answer, Priority.POLL)

    async def _ask(
        self,
        name: str,
        data: bytes,
        answer: Callable[[Reply], ResultT | None],
        priority: Priority = Priority.COMMAND,
        kind: str = "",
    ) -> ResultT:
        sure = self._tagged or priority is Priority.COMMAND  # a bare answer may be an old one
        tries = TRIES if sure and priority is not Priority.SETUP else 1
        busy = 0

        def judge(heard: Reply) -> ResultT | None:
            nonlocal busy
            bare = isinstance(heard, Bare) and self._tagged
            if not bare and (found := answer(heard)) is not None:
                return found
            match heard:
                case Failure(code) if code in BUSY and busy < tries - 1:
                    busy += 1
                    return None  # as if nothing had come: it is asked again when time is up
                case Failure(24):
                    raise AuthenticationError(f"{name}: the password does not allow it (E24)")
                case Failure(code):
                    raise RefusedError(f"{name}: {FAILURES.get(code, 'refused')} (E{code:02})")
                case Prompt() if not self._password:
                    raise AuthenticationError("it wants a password")
                case Prompt():
                    raise LinkError("it asks for the password again")
            return None

        exchange = Exchange[Reply, ResultT](
            name=name,
            data=data,
            answer=judge,
            timeout_s=REPLY_S,
            resend=tries - 1,
            priority=priority,
            kind=kind,
        )
        return await self.line.ask(exchange)


def _text_of(word: str) -> Callable[[Reply], str | None]:
    """Look for an answer that has a word before it, or had one if it were asked to."""

    def answer(heard: Reply) -> str | None:
        match heard:
            case Told(said, text) if said == word:
                return text
            case Bare(text):
                return text
        return None

    return answer


def _source_on(output: int) -> Callable[[Reply], int | None]:
    def answer(heard: Reply) -> int | None:
        match heard:
            case Tie(source, place, plane) if plane != "Aud" and place in {0, output}:
                return source
        return _number(heard)

    return answer


def _has(level: int, letter: str = "V") -> Callable[[Reply], bool | None]:
    """Look for the word that a level was set."""

    def answer(heard: Reply) -> bool | None:
        match heard:
            case Muted(word, level=told) if letter != "V" and word == WORDS[letter]:
                return True if told == level else None
            case Loudness(steps=told) if letter == "V":
                return True if told == level else None
        return None

    return answer


def _muted(letter: str) -> Callable[[Reply], int | None]:
    def answer(heard: Reply) -> int | None:
        told = isinstance(heard, Muted) and heard.word == WORDS[letter]
        return heard.level if told and isinstance(heard, Muted) else _number(heard)

    return answer


def _loudness(heard: Reply) -> int | None:
    return heard.steps if isinstance(heard, Loudness) else _number(heard)


def _number(heard: Reply) -> int | None:
    return int(heard.text) if isinstance(heard, Bare) and heard.text.isdecimal() else None
