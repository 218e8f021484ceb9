"""Projectors and displays that speak PJLink, class 1 and 2.

Class 2 has no volume, only steps up and down of which nothing is told: they are keys. News that
the projector sends by itself (`push`) comes on top of the polls, which stay: datagrams get lost.

Checked on: emulator only.
Source: JBMIA, PJLink Specifications (class 1 and 2), https://pjlink.jbmia.or.jp/english/
"""

import re
from collections.abc import Callable, Mapping
from secrets import token_hex
from types import MappingProxyType
from typing import ClassVar

from classroom_drivers.api import (
    AuthenticationError,
    Availability,
    LinkError,
    Lockout,
    PowerState,
    RefusedError,
    Transport,
    UnsupportedError,
    ValueSource,
)
from classroom_drivers.codecs.pjlink import (
    ASK_BETTER,
    CLASS_2,
    EITHER,
    REFUSALS,
    Challenge,
    ControllerCodec,
    Denied,
    Greeting,
    Heard,
    Reply,
    ReplyDecoder,
    encode,
)
from classroom_drivers.devices.about import About
from classroom_drivers.devices.input_names import InputNames
from classroom_drivers.devices.pjlink_words import (
    IDENTITY,
    IDENTITY_2,
    INPUT_KINDS,
    KEYS,
    MUTES,
    POWER,
    SIGNALS,
    faults_of,
    hours_of,
)
from classroom_drivers.devices.powered_device import PoweredDevice, Warmth
from classroom_drivers.links.exchange import Exchange, Priority, ResultT

REPLY_S = 2.0  # the specification's promise
GREETING_S = 1.5
HEALTH_S = 60.0
NEWS_PORT = 4352


class PJLinkProjector(PoweredDevice[Heard]):
    """A projector. Its inputs are called what it calls them (class 2), or "digital-1".

    Options: `inputs` gives names to codes ("hdmi-1=31, hdmi-2=32"); `pjlink_class` 1 or 2 saves
    asking; `push` listens to its news on UDP port 4352, for which our address must be entered in
    the projector; `sha256` proves the password as version 2.10 does; `warm_up_s`, `cool_down_s`
    are how long it usually takes, `min_on_s`, `min_off_s` how long it must stay before it may be
    switched again.
    """

    ABOUT = About(
        title="Projectors and displays with PJLink, class 1 and 2",
        reached_by=("tcp://host",),
        sources=(
            "JBMIA, PJLink Specifications Class 1 (5-1_PJLink_eng_20131210)",
            "JBMIA, PJLink Specifications Class 2, 2.00 and 2.10 (by way of pjlink-advance 0.2.0, "
            "aiopjlink2 1.2.0, Zulu-Inuoe/pjlink, AlanSRU/ioBroker.pjlink-class2)",
        ),
    )
    PORTS: ClassVar[Mapping[str, int]] = MappingProxyType({"tcp": 4352})

    def __init__(
        self,
        transport: Transport,
        *,
        password: str = "",
        inputs: str = "",
        pjlink_class: int = 0,
        push: bool = False,
        sha256: bool = False,
        warm_up_s: float = 30.0,
        cool_down_s: float = 60.0,
        min_on_s: float = 0.0,
        min_off_s: float = 0.0,
    ) -> None:
        if pjlink_class not in {0, 1, 2}:
            raise UnsupportedError(f"pjlink_class {pjlink_class} is not 1 or 2, or 0 to ask")
        warmth = Warmth(
            warm_up_s=warm_up_s,
            cool_down_s=cool_down_s,
            min_on_s=min_on_s,
            min_off_s=min_off_s,
            waiting=("input-select", "mute", "freeze", "keys"),
        )
        super().__init__(
            transport,
            lambda: ControllerCodec(password, token_hex(16) if sha256 else ""),
            warmth,
            may_hang_up=True,
        )
        self._password = password
        self._sha256 = sha256
        self._class = pjlink_class  # 0 until it has told
        self._lacks: set[str] = set()  # what it said it does not know
        self._inputs = InputNames(
            inputs,
            usual={f"{kind}1": f"{name}-1" for kind, name in INPUT_KINDS.items() if kind < "6"},
            fits=lambda code: re.fullmatch("[1-6][1-9A-Z]", code),
            example="hdmi-1=31",
        )
        self._identified = False
        self._health_due_s = 0.0
        self.notices_port = NEWS_PORT if push else 0
        self.choices["mute"] = ("picture", "sound")
        self.choices["input"] = self._inputs.offered
        self._offer_keys()

    @property
    def capabilities(self) -> tuple[str, ...]:
        """What it can do; freeze and keys are there once it has said that it is of class 2."""
        absent = set() if self._class == 2 else {"freeze", "keys"}
        if "FREZ" in self._lacks:
            absent.add("freeze")
        return tuple(name for name in super().capabilities if name not in absent)

    def lockouts(self) -> tuple[Lockout, ...]:
        """Compute what must wait, of what it can do."""
        return tuple(lock for lock in super().lockouts() if lock.capability in self.capabilities)

    async def switch(self, *, on: bool) -> None:
        """Send the command."""
        await self._ask("POWR", "1" if on else "0", kind="power")

    async def select_input(self, *, name: str) -> None:
        """Show an input, by its name among the choices."""
        code = self._inputs.code(name)
        self.check_ready("input-select")
        await self._ask("INPT", code, kind="input")
        self.assume("input", name)

    async def set_mute(self, *, picture: bool | None = None, sound: bool | None = None) -> None:
        """Mute (True), show again (False) or leave as it is (None)."""
        self.check_ready("mute")
        for part, digit, on in (("picture", "1", picture), ("sound", "2", sound)):
            if on is not None:
                await self._ask("AVMT", f"{digit}{int(on)}", kind=f"{part}-mute")
                self.assume(f"{part}-mute", on)

    async def set_freeze(self, *, on: bool) -> None:
        """Hold the picture (True) or let it run (False)."""
        self.check_ready("freeze")
        await self._ask("FREZ", str(int(on)), kind="freeze")
        self.assume("freeze", on)

    async def press_key(self, *, name: str) -> None:
        """Make the loudspeaker or the microphone one step louder or softer."""
        if name not in KEYS:
            raise UnsupportedError(f"no key {name!r}; there are {', '.join(KEYS)}")
        self.check_ready("keys")
        await self._ask(*KEYS[name])

    async def identify(self) -> None:
        """Ask for maker, model, name, serial number, firmware and spare parts again."""
        told = IDENTITY_2 if self._class == 2 else IDENTITY
        for command, name in told.items():
            if said := await self._ask_or_nothing(command):
                self.note(name, said)

    async def check_health(self) -> None:
        """Ask for faults and for the hours of lamps and filter now."""
        self._note_faults(await self._ask("ERST", "?"))
        hours = hours_of(await self._ask_or_nothing("LAMP"))  # a laser has none, and refuses
        if hours:
            self.note("lamp-hours", max(hours))
        for number, each in enumerate(hours if len(hours) > 1 else (), start=1):
            self.note(f"lamp-hours-{number}", each)
        for each in hours_of(await self._ask_or_nothing("FILT")) if self._class == 2 else ():
            self.note("filter-hours", each)

    async def begin(self) -> None:
        """Wait for the greeting, which says whether a password is wanted."""
        greeting = await self._hear("greeting", self._greeted)
        if self._sha256 and greeting.random:
            await self._hear("better proof", self._challenged, ASK_BETTER)

    async def probe(self) -> None:
        """Ask for power: the one thing that is answered in every state."""
        code = await self._ask("POWR", "?", priority=Priority.SETUP)
        if self._class or POWER.get(code) is not PowerState.ON:
            self._note_power(code)  # else the next poll does, once it knows what it can do

    async def poll(self) -> None:
        """Ask for power, and for the rest only when it is on: others freeze while cooling."""
        code = await self._ask("POWR", "?", priority=Priority.POLL, kind="ask power")
        try:
            if POWER.get(code) is PowerState.ON and not self._identified:
                await self._meet_inputs()
        finally:
            self._note_power(code)  # "on" means that the inputs have their names
        if self.power is not PowerState.ON:
            return
        if shown := await self._ask_or_nothing("INPT"):
            self.note("input", self._input_name(shown))
        muted = MUTES.get(await self._ask_or_nothing("AVMT"))
        if muted:
            self.note("picture-mute", muted[0])
            self.note("sound-mute", muted[1])
        if self._class == 2:
            await self._poll_class_2()
        if not self._identified:
            await self.identify()
            self._identified = True
        if self.now_s() >= self._health_due_s:
            self._health_due_s = self.now_s() + HEALTH_S
            await self.check_health()

    def noticed(self, data: bytes) -> None:
        """Take news that it sent by UDP. Power is told by halves there, and is asked for."""
        for heard in ReplyDecoder().feed(data):
            match heard:
                case Reply("LKUP"):
                    self._identified = False
                    self.line.doubt()
                case Reply("POWR", code) if POWER.get(code) in {
                    PowerState.COOLING,
                    PowerState.WARMING,
                }:
                    self.note_power(POWER[code], ValueSource.PUSHED)
                case Reply("POWR"):
                    self.poll_soon()
                case Reply("INPT", code):
                    self.note("input", self._input_name(code), ValueSource.PUSHED)
                case Reply("ERST", digits):
                    self._note_faults(digits, ValueSource.PUSHED)

    def line_changed(self) -> None:
        """Ask anew who it is once it was lost: another one may come back."""
        if self.line.availability in {Availability.OFFLINE, Availability.AUTH_FAILED}:
            self._identified = False
        super().line_changed()

    async def _find_class(self) -> None:
        said = await self._ask_or_nothing("CLSS")
        self._class = 2 if said.isdecimal() and int(said) >= 2 else 1
        self._offer_keys()
        if self._class == 2:
            await self._ask_or_nothing("FREZ")

    def _offer_keys(self) -> None:
        if self._class == 2:
            self.choices["key"] = tuple(KEYS)

    async def _poll_class_2(self) -> None:
        if frozen := await self._ask_or_nothing("FREZ"):
            self.note("freeze", frozen == "1")
        if shown := await self._ask_or_nothing("IRES"):
            self.note("signal", SIGNALS.get(shown, shown))

    async def _meet_inputs(self) -> None:
        if not self._class:
            await self._find_class()
        await self._learn_inputs()

    async def _learn_inputs(self) -> None:
        """Offer the inputs that it has, once it has told."""
        told: dict[str, str] = {}
        for code in (await self._ask_or_nothing("INST")).split():
            named = await self._ask_or_nothing("INNM", f"?{code}") if self._class == 2 else ""
            told[code] = named or f"{INPUT_KINDS.get(code[:1], 'input')} {code[1:]}"
        if told:
            self._inputs.learn(told)
            self.choices["input"] = self._inputs.offered

    def _input_name(self, code: str) -> str:
        return self._inputs.name(code.upper())

    def _note_power(self, code: str) -> None:
        if code not in POWER:
            raise LinkError(f"unknown power state {code!r}")
        self.note_power(POWER[code])

    def _note_faults(self, digits: str, source: ValueSource = ValueSource.POLLED) -> None:
        self.note("health", faults_of(digits), source)

    def _greeted(self, heard: Heard) -> Greeting | None:
        match heard:
            case Greeting(random) if random and not self._password:
                raise AuthenticationError("the projector wants a password")
            case Greeting():
                return heard
            case Denied():
                raise AuthenticationError("the projector does not take the password")
        return None

    def _challenged(self, heard: Heard) -> Challenge | None:
        if isinstance(heard, Denied):
            raise AuthenticationError("the projector knows no SHA-256; leave out sha256")
        return heard if isinstance(heard, Challenge) else None

    async def _ask_or_nothing(self, command: str, parameter: str = "?") -> str:
        """Ask what a projector need not answer at all times, or ever."""
        if command in self._lacks:
            return ""
        kind = f"ask {command} {parameter}"
        said = await self._say(command, parameter, priority=Priority.POLL, kind=kind)
        if said.upper() == "ERR1":
            self._lacks.add(command)
        return "" if said.upper() in REFUSALS else said

    async def _ask(
        self, command: str, parameter: str, *, priority: Priority = Priority.COMMAND, kind: str = ""
    ) -> str:
        said = await self._say(command, parameter, priority=priority, kind=kind)
        if said.upper() in REFUSALS:
            raise RefusedError(f"{command} {parameter}: {REFUSALS[said.upper()]}")
        return said

    async def _say(self, command: str, parameter: str, *, priority: Priority, kind: str) -> str:
        def answer(heard: Heard) -> str | None:
            match heard:
                case Denied():
                    raise AuthenticationError("the projector does not take the password")
                case Reply(command=letters, parameter=said) if letters == command:
                    return said
            return None

        newer = command in CLASS_2 or (self._class == 2 and command in EITHER)
        exchange = Exchange[Heard, str](
            name=f"{command} {parameter}",
            data=encode(command, parameter, in_class=2 if newer else 1),
            answer=answer,
            timeout_s=REPLY_S,
            priority=priority,
            kind=kind,
        )
        return await self.line.ask(exchange)

    async def _hear(
        self, name: str, answer: Callable[[Heard], ResultT | None], data: bytes = b""
    ) -> ResultT:
        exchange = Exchange[Heard, ResultT](
            name=name, data=data, answer=answer, timeout_s=GREETING_S, priority=Priority.SETUP
        )
        return await self.line.ask(exchange)
