"""Interactive panels: the frame families of codecs.panels turned into verbs.

Checked on: emulator only.
Source: the manuals named in codecs.panels. Boards differ: the integrator's sheet wins.
"""

from classroom_drivers.api import (
    Plain,
    PowerState,
    RefusedError,
    ReplyTimeoutError,
    Transport,
    UnsupportedError,
    ValueSource,
)
from classroom_drivers.codecs.panels.families import FAMILIES
from classroom_drivers.codecs.panels.family import Family, Frame, PanelCodec, Words
from classroom_drivers.devices.about import About
from classroom_drivers.devices.ifp_models import MODELS
from classroom_drivers.devices.powered_device import PoweredDevice, Warmth
from classroom_drivers.links.exchange import Exchange, Priority

LATE_S = 5.0  # it may go on saying what it was for so long
RESEND = 1  # a lost byte on RS-232 is no reason to doubt the panel
LIFE_S = 0.5  # for a sign of life
DEAF_LIFE_S = 0.22  # the same, where silence is an answer: it must not delay a panel that returns
WAITING = ("input-select", "volume", "mute", "freeze", "keys")
NEEDS = {"input-select": "input", "volume": "volume", "freeze": "freeze"}
IDENTITY = ("serial-number",)


class InteractivePanel(PoweredDevice[Frame]):
    """A panel. What its family cannot both say and ask for, it does not offer.

    Options: `family` of its frames (a `model` names it); `set_id`, its number where the wire has
    numbers; `inputs` that it has, of those of its family ("hdmi-1, ops"); `warm_up_s`,
    `cool_down_s`, how long it takes to boot, and at most to be off; `deaf_in_standby`, for boards
    that hear nothing but the wake frame then, as some families always do: their silence is taken
    for standby; `gap_s` of quiet between messages.
    """

    ABOUT = About(
        title="Interactive panels: AA BB CC, HiteVision and Newline, BenQ, ViewSonic, MAXHUB, SICP",
        reached_by=(
            "serial:///dev/ttyUSB0?baud=9600 (115200 or 19200 for some models)",
            "tcp://host:4660 (BenQ), 4664 (Clevertouch Pro), 5000 (SICP, ViewSonic)",
        ),
        sources=(
            'Clevertouch, "RS232 code for Clevertouch Plus"',
            "HiteVision, manual of 90184, p. 47; com.newline.serialport",
            "BenQ, ST5501K_ST4301K RS232/LAN Control Protocol Installation Guide, p. 6 to 21",
            "ViewSonic, user guide of IFP7550, p. 83; LFD RS232 & LAN protocol",
            "MAXHUB, IFP V6 RS-232 & LAN Protocol Specification 0725",
            "Philips, SICP V2.03; Planar 020-1359-03A; Hisense, External RS232 Control Guide",
        ),
        quirks=MODELS,
    )

    def __init__(
        self,
        transport: Transport,
        *,
        family: str = "aabbcc",
        set_id: int = 1,
        inputs: str = "",
        warm_up_s: float = 15.0,
        cool_down_s: float = 5.0,
        deaf_in_standby: bool = False,
        gap_s: float = 0.0,
    ) -> None:
        self._family = _family(family)
        wire = self._family.wire
        if set_id not in wire.set_ids:
            ids = wire.set_ids
            raise UnsupportedError(f"set_id: {set_id} is not within {ids[0]} and {ids[-1]}")
        self._deaf = deaf_in_standby or self._family.deaf
        warmth = Warmth(
            warm_up_s=warm_up_s,
            cool_down_s=cool_down_s,
            late_s=warm_up_s if self._deaf else LATE_S,
            says_on_early=True,
            waiting=WAITING,
        )
        super().__init__(transport, lambda: PanelCodec(wire, set_id), warmth)
        self._gap_s = max(gap_s, self._family.gap_s)
        self._identified = False
        self._questions = _questions(self._family)
        self.choices["input"] = _inputs(self._family, inputs)
        self.choices["key"] = tuple(self._family.keys)
        muted = {"picture": "picture-mute", "sound": "sound-mute"}
        self.choices["mute"] = tuple(part for part, name in muted.items() if self._has(name))

    @property
    def capabilities(self) -> tuple[str, ...]:
        """What its family can do."""
        found = ["power"]
        found += [capability for capability, name in NEEDS.items() if self._has(name)]
        found += ["mute"] if self.choices["mute"] else []
        found += ["keys"] if self._family.keys else []
        return (*found, *(["identity"] if self._has(*IDENTITY) else []))

    async def switch(self, *, on: bool) -> None:
        """Send the frame; return once it is answered, if it ever is."""
        await self._set("power", on)

    async def select_input(self, *, name: str) -> None:
        """Show an input, by its name among the choices."""
        if name not in self.choices["input"]:
            there_are = ", ".join(self.choices["input"])
            raise UnsupportedError(f"no input {name!r}; there are {there_are}")
        self._check_usable("input-select")
        await self._set("input", name)
        self.assume("input", name)

    async def set_volume(self, *, percent: int) -> None:
        """Set the volume, 0 to 100."""
        if not 0 <= percent <= 100:
            raise UnsupportedError(f"percent: {percent} is not within 0 and 100")
        self._check_usable("volume")
        await self._set("volume", percent)
        self.assume("volume", percent)

    async def set_mute(self, *, picture: bool | None = None, sound: bool | None = None) -> None:
        """Mute (True), show again (False) or leave as it is (None)."""
        wanted = {"picture": picture, "sound": sound}
        for part, on in wanted.items():
            if on is not None and part not in self.choices["mute"]:
                raise UnsupportedError(f"{part}: the panel mutes {self.choices['mute']} only")
        self._check_usable("mute")
        for part, on in wanted.items():
            if on is not None:
                await self._set(f"{part}-mute", on)
                self.assume(f"{part}-mute", on)

    async def set_freeze(self, *, on: bool) -> None:
        """Hold the picture (True) or let it run (False)."""
        self._check_usable("freeze")
        await self._set("freeze", on)
        self.assume("freeze", on)

    async def press_key(self, *, name: str) -> None:
        """Press a key of the remote control."""
        body = self._family.keys.get(name)
        if body is None:
            raise UnsupportedError(f"no key {name!r}; there are {', '.join(self._family.keys)}")
        self._check_usable("keys")
        await self._say(f"key {name}", body, resend=0)  # twice would be two presses

    async def identify(self) -> None:
        """Ask again who it is."""
        for name in IDENTITY:
            await self._ask(name, Priority.COMMAND)

    async def begin(self) -> None:
        """Take nothing for granted on a new link."""
        self._identified = False

    async def probe(self) -> None:
        """Ask for power: the one thing that is answered in standby."""
        try:
            await self._ask("power", Priority.SETUP)
        except ReplyTimeoutError:
            if not self._deaf:
                raise
            self.note_power(PowerState.OFF)

    async def poll(self) -> None:
        """Ask for power, and for the rest when it is on and has booted."""
        if self._deaf and self.power is not PowerState.ON:
            await self._wonder()
            return
        await self._ask("power", Priority.POLL)
        if self.power is not PowerState.ON:
            return
        for name in self._questions:
            await self._ask_or_nothing(name)
        if not self._identified:
            for name in IDENTITY:
                await self._ask_or_nothing(name)
            self._identified = True

    def unasked(self, reply: Frame) -> None:
        """Take what somebody changed at the panel, and what comes late."""
        self._learn(reply.body, ValueSource.PUSHED)

    def _has(self, name: str) -> bool:
        row = self._family.properties.get(name)
        return bool(row and row.hear and (row.say or name in IDENTITY))

    def _learn(self, body: bytes, source: ValueSource) -> None:
        """Note whatever a body tells."""
        for name, row in self._family.properties.items():
            value = row.hear.read(body) if row.hear else None
            if value is None:
                continue
            if name == "power":
                self.note_power(PowerState.ON if value else PowerState.OFF)
            else:
                self.note(name, value, source)

    def _check_usable(self, capability: str) -> None:
        self.check_ready(capability)
        if self.power is PowerState.OFF:
            raise RefusedError(f"{capability}: the panel is in standby")

    async def _set(self, name: str, value: Plain) -> None:
        say = self._family.properties[name].say
        body = next(say.spell(value)) if say else b""
        await self._say(f"{name} {value}", body, kind=name, resend=RESEND)

    async def _say(self, name: str, body: bytes, *, kind: str = "", resend: int = 0) -> None:
        family = self._family
        waking = self._deaf and self.power is not PowerState.ON
        answered = family.yes is not None and body not in family.unanswered and not waking

        def done(heard: Frame) -> bool | None:
            refusal = family.verdict(body, heard.body)
            if refusal:
                raise RefusedError(f"{name}: {refusal}")
            return None if refusal is None else True

        exchange = Exchange[Frame, bool](
            name=name,
            data=body,
            answer=done if answered else None,
            timeout_s=family.reply_s,
            resend=resend,
            kind=kind,
            gap_s=self._gap_s,
        )
        await self.line.ask(exchange)

    async def _ask_or_nothing(self, name: str) -> None:
        """Ask for what a model, or a family, need not have."""
        if not self._has(name):
            return
        try:
            await self._ask(name, Priority.POLL)
        except RefusedError:
            self.forget(name)

    async def _ask(self, name: str, priority: Priority) -> None:
        row = self._family.properties[name]
        life_s = DEAF_LIFE_S if self._deaf else LIFE_S

        def answer(heard: Frame) -> bytes | None:
            if refusal := self._family.refusal(heard.body):
                raise RefusedError(f"{name}?: {refusal}")
            told = row.hear and row.hear.read(heard.body) is not None
            return heard.body if told else None

        exchange = Exchange[Frame, bytes](
            name=f"{name}?",
            data=row.ask,
            answer=answer,
            timeout_s=self._family.reply_s if priority is not Priority.SETUP else life_s,
            resend=RESEND,
            priority=priority,
            gap_s=self._gap_s,
        )
        self._learn(await self.line.ask(exchange), ValueSource.POLLED)

    async def _wonder(self) -> None:
        """Ask for power without waiting: in standby there is no answer, and that is no fault."""
        if self.power is PowerState.COOLING and not self.lockouts():
            self.note_power(PowerState.OFF)
        exchange = Exchange[Frame, bool](
            name="power?",
            data=self._family.properties["power"].ask,
            kind="power?",
            priority=Priority.POLL,
            gap_s=self._gap_s,
        )
        await self.line.ask(exchange)


def _family(name: str) -> Family:
    if name not in FAMILIES:
        raise UnsupportedError(f"no family {name!r}; there are {', '.join(FAMILIES)}")
    return FAMILIES[name]


def _inputs(family: Family, wanted: str) -> tuple[str, ...]:
    """Give the inputs of a family, or those of them that a panel is said to have."""
    say = family.properties["input"].say
    meaning = say.meaning if say else None
    known = tuple(map(str, meaning.values.values())) if isinstance(meaning, Words) else ()
    names = tuple(name.strip() for name in wanted.split(",")) if wanted else known
    if unknown := set(names) - set(known):
        raise UnsupportedError(f"inputs: no {', '.join(sorted(unknown))}; {', '.join(known)}")
    return names


def _questions(family: Family) -> tuple[str, ...]:
    """Name what is polled besides power: one property for each question."""
    asked = {row.ask: name for name, row in family.properties.items() if name not in IDENTITY}
    asked.pop(family.properties["power"].ask)
    return tuple(asked.values())
