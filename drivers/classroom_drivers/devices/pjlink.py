"""Projectors and displays that speak PJLink class 1.

Checked on: emulator only.
Source: JBMIA, PJLink Specifications (class 1), https://pjlink.jbmia.or.jp/english/
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar

from classroom_drivers.api import (
    AuthenticationError,
    LinkError,
    PowerState,
    RefusedError,
    Transport,
    UnsupportedError,
)
from classroom_drivers.codecs.pjlink import (
    REFUSALS,
    ControllerCodec,
    Denied,
    Greeting,
    Reply,
    encode,
)
from classroom_drivers.devices.about import About
from classroom_drivers.devices.powered_device import PoweredDevice, Warmth
from classroom_drivers.links.exchange import Exchange, Priority

REPLY_S = 2.0  # the specification's promise
GREETING_S = 1.5
HEALTH_S = 60.0
POWER = {
    "0": PowerState.OFF,
    "1": PowerState.ON,
    "2": PowerState.COOLING,
    "3": PowerState.WARMING,
}
MUTES = {"10": (False, False), "11": (True, False), "21": (False, True)}
MUTES |= {"20": (False, False), "30": (False, False), "31": (True, True)}
INPUT_KINDS = {"1": "rgb", "2": "video", "3": "digital", "4": "storage", "5": "network"}
PARTS = ("fan", "lamp", "temperature", "cover", "filter", "other")
GRADES = {"1": "warning", "2": "error"}
IDENTITY = {"NAME": "name", "INF1": "maker", "INF2": "model", "INFO": "firmware"}

Heard = Reply | Greeting | Denied


class PJLinkProjector(PoweredDevice[Heard]):
    """A projector. Inputs are named after their kind, "digital-1", unless `inputs` says better.

    Options: `inputs` gives names to codes ("hdmi-1=31, hdmi-2=32"); `warm_up_s`, `cool_down_s`
    are how long it usually takes, `min_on_s`, `min_off_s` how long it must stay before it may be
    switched again.
    """

    ABOUT = About(
        title="Projectors and displays with PJLink class 1",
        reached_by=("tcp://host",),
        sources=("JBMIA, PJLink Specifications Class 1 (5-1_PJLink_eng_20131210)",),
    )
    PORTS: ClassVar[Mapping[str, int]] = MappingProxyType({"tcp": 4352})

    def __init__(
        self,
        transport: Transport,
        *,
        password: str = "",
        inputs: str = "",
        warm_up_s: float = 30.0,
        cool_down_s: float = 60.0,
        min_on_s: float = 0.0,
        min_off_s: float = 0.0,
    ) -> None:
        warmth = Warmth(
            warm_up_s=warm_up_s,
            cool_down_s=cool_down_s,
            min_on_s=min_on_s,
            min_off_s=min_off_s,
            waiting=("input-select", "mute"),
        )
        super().__init__(transport, lambda: ControllerCodec(password), warmth, may_hang_up=True)
        self._password = password
        self._names = _names(inputs)
        self._codes = {name: code for code, name in self._names.items()}
        self._identified = False
        self._health_due_s = 0.0
        self.choices["mute"] = ("picture", "sound")
        self.choices["input"] = tuple(self._codes)

    async def switch(self, *, on: bool) -> None:
        """Send the command."""
        await self._ask("POWR", "1" if on else "0", kind="power")

    async def select_input(self, *, name: str) -> None:
        """Show an input, by its name among the choices."""
        if name not in self._codes:
            raise UnsupportedError(f"no input {name!r}; there are {', '.join(self._codes)}")
        self.check_ready("input-select")
        await self._ask("INPT", self._codes[name], kind="input")
        self.assume("input", name)

    async def set_mute(self, *, picture: bool | None = None, sound: bool | None = None) -> None:
        """Mute (True), show again (False) or leave as it is (None)."""
        self.check_ready("mute")
        for part, digit, on in (("picture", "1", picture), ("sound", "2", sound)):
            if on is not None:
                await self._ask("AVMT", f"{digit}{int(on)}", kind=f"{part}-mute")
                self.assume(f"{part}-mute", on)

    async def identify(self) -> None:
        """Ask for maker, model, name and firmware again."""
        for command, name in IDENTITY.items():
            self.note(name, await self._ask(command, "?"))
        self._identified = True

    async def check_health(self) -> None:
        """Ask for faults and lamp hours now."""
        digits = await self._ask("ERST", "?")
        faults = [
            f"{part}: {GRADES[digit]}"
            for part, digit in zip(PARTS, digits, strict=False)
            if digit in GRADES
        ]
        self.note("health", ", ".join(faults) or "ok")
        hours, *_ = (await self._ask_or_nothing("LAMP")).split() or [""]
        if hours.isdigit():  # a laser projector has none, and refuses
            self.note("lamp-hours", int(hours))

    async def begin(self) -> None:
        """Wait for the greeting, which says whether a password is wanted."""
        self._identified = False
        greeting = Exchange[Heard, Greeting](
            name="greeting",
            answer=self._greeted,
            timeout_s=GREETING_S,
            priority=Priority.SETUP,
        )
        await self.line.ask(greeting)

    async def probe(self) -> None:
        """Ask for power: the one thing that is answered in every state."""
        self._note_power(await self._ask("POWR", "?", priority=Priority.SETUP))

    async def poll(self) -> None:
        """Ask for power, and for the rest only when it is on: others freeze while cooling."""
        self._note_power(await self._ask("POWR", "?", priority=Priority.POLL, kind="ask power"))
        if self.power is not PowerState.ON:
            return
        if shown := await self._ask_or_nothing("INPT"):
            self.note("input", self._names.get(shown, f"input-{shown}"))
        muted = MUTES.get(await self._ask_or_nothing("AVMT"))
        if muted:
            self.note("picture-mute", muted[0])
            self.note("sound-mute", muted[1])
        if not self._identified:
            await self._learn_inputs()
            await self.identify()
        if self.now_s() >= self._health_due_s:
            self._health_due_s = self.now_s() + HEALTH_S
            await self.check_health()

    async def _learn_inputs(self) -> None:
        """Offer the inputs that it has, once it has told."""
        codes = (await self._ask_or_nothing("INST")).split()
        if codes:
            self._names |= {code: name for code in codes if (name := _name(code, self._names))}
            self._codes = {self._names[code]: code for code in codes if code in self._names}
            self.choices["input"] = tuple(self._codes)

    def _note_power(self, code: str) -> None:
        if code not in POWER:
            raise LinkError(f"unknown power state {code!r}")
        self.note_power(POWER[code])

    def _greeted(self, heard: Heard) -> Greeting | None:
        match heard:
            case Greeting(random) if random and not self._password:
                raise AuthenticationError("the projector wants a password")
            case Greeting():
                return heard
            case Denied():
                raise AuthenticationError("the projector does not take the password")
        return None

    async def _ask_or_nothing(self, command: str) -> str:
        """Ask what a projector need not answer at all times, or ever."""
        try:
            return await self._ask(command, "?", priority=Priority.POLL, kind=f"ask {command}")
        except RefusedError:
            return ""

    async def _ask(
        self, command: str, parameter: str, *, priority: Priority = Priority.COMMAND, kind: str = ""
    ) -> str:
        def answer(heard: Heard) -> str | None:
            match heard:
                case Denied():
                    raise AuthenticationError("the projector does not take the password")
                case Reply(command=letters, parameter=said) if letters == command:
                    if said.upper() in REFUSALS:
                        raise RefusedError(f"{command} {parameter}: {REFUSALS[said.upper()]}")
                    return said
            return None

        exchange = Exchange[Heard, str](
            name=f"{command} {parameter}",
            data=encode(command, parameter),
            answer=answer,
            timeout_s=REPLY_S,
            priority=priority,
            kind=kind,
        )
        return await self.line.ask(exchange)


def _names(inputs: str) -> dict[str, str]:
    """Read "hdmi-1=31, hdmi-2=32" into codes and names; without, the first of each kind."""
    names: dict[str, str] = {}
    for pair in inputs.split(",") if inputs else ():
        name, equals, code = (part.strip() for part in pair.partition("="))
        if not (name and equals and len(code) == 2 and code[0] in INPUT_KINDS):
            raise UnsupportedError(f"inputs: {pair.strip()!r} is not like hdmi-1=31")
        names[code] = name
    return names or {f"{kind}1": f"{name}-1" for kind, name in INPUT_KINDS.items()}


def _name(code: str, known: Mapping[str, str]) -> str:
    kind = INPUT_KINDS.get(code[:1])
    return known.get(code) or (f"{kind}-{code[1:]}" if kind else "")
