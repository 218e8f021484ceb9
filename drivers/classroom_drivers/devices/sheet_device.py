"""What all devices of code sheets share: asking, polling, and knowing what was told."""

from collections.abc import Mapping
from typing import Any, ClassVar

from classroom_drivers.api import (
    PowerState,
    RefusedError,
    ReplyTimeoutError,
    Transport,
    UnsupportedError,
    ValueSource,
)
from classroom_drivers.code_sheet.controller_side import ControllerSide, Told
from classroom_drivers.code_sheet.sheet import Control, Kind, Sheet
from classroom_drivers.codecs.plain import PlainCodec
from classroom_drivers.codecs.sheet_format import Word
from classroom_drivers.codecs.sheet_stream import Heard
from classroom_drivers.devices.powered_device import PoweredDevice, Warmth
from classroom_drivers.devices.sheet_talk import SheetTalk
from classroom_drivers.links.exchange import Priority

HEALTH_S = 60.0
TIMES = ("warm_up_s", "cool_down_s", "min_on_s", "min_off_s")


class SheetDevice(PoweredDevice[Heard]):
    """A device of the sheet that its class has; what it can be told is added by the verbs."""

    SHEET: ClassVar[Sheet]

    def __init__(
        self,
        transport: Transport,
        *,
        inputs: str = "",
        pace: float = 1.0,
        echo: bool | None = None,
        **options: Any,  # noqa: ANN401 - times, and what the sheet has
    ) -> None:
        sheet = self.SHEET
        warmth = Warmth(
            **{name: options.pop(name, getattr(sheet.power, name)) for name in TIMES},
            says_on_early=sheet.power.says_on_early,
            says_off_early=sheet.power.says_off_early,
            waiting=tuple(name for name in sheet.capabilities if name != "power"),
        )
        super().__init__(
            transport,
            lambda: PlainCodec(sheet.replies.decoder().feed),
            warmth,
            may_hang_up=sheet.hang_up,
        )
        self.poll_s = sheet.poll_s
        self._side = ControllerSide(sheet, _own(sheet, options))
        self._talk = SheetTalk(
            self.line, self._side, pace=pace, echo=sheet.echo if echo is None else echo
        )
        self._unknown: set[str] = set()  # what this one does not answer, though the sheet does
        self._identified = False
        self._health_due_s = 0.0
        self._offer(inputs)

    # what the line asks of a driver

    async def begin(self) -> None:
        """Ask everything anew on a new link, unless it ends with every answer."""
        if not self.SHEET.hang_up:
            self._identified = False
            self._unknown.clear()

    async def probe(self) -> None:
        """Ask for power, or for whatever can be asked; a device without questions is believed."""
        control = self._first_question()
        if control is None:
            return
        try:
            self._note(control, await self._talk.ask(control, priority=Priority.SETUP))
        except RefusedError:
            return  # whoever says no is there
        except ReplyTimeoutError:
            if not self.SHEET.power.deaf:
                raise
            self.note_power(PowerState.OFF)

    async def poll(self) -> None:
        """Ask for power, and for the rest when it is on."""
        identified = self.power in {None, PowerState.ON}
        for control in self.SHEET.controls:
            if control.ask and self._due(control):
                told = await self._ask_all(control)
                identified &= told or control.capability != "identity"
        self._settle_covers()
        self._identified |= identified
        if self.now_s() >= self._health_due_s:
            self._health_due_s = self.now_s() + HEALTH_S

    async def switch(self, *, on: bool) -> None:
        """Send the command."""
        control, name = self.control("power"), "on" if on else "off"
        if name not in control.orders:
            raise UnsupportedError(f"power: the sheet has no order to switch {name}")
        await self._talk.tell(control, control.orders[name], name)

    def unasked(self, reply: Heard) -> None:
        """Take what the device says of its own accord, also that it will not obey."""
        if self._side.refusal(reply.data):
            self.poll_soon()  # to repair what was assumed
        for control in self.SHEET.controls:
            told = self._side.told(control, reply.data, pushed=True)
            if told is not None:
                self._note(control, told, ValueSource.PUSHED)
                return

    # what verbs use

    def control(self, name: str, channel: int = 1) -> Control:
        """Give a control that has a channel."""
        control = self.SHEET.control(name)
        if control is None or not 1 <= channel <= control.channels:
            last = control.channels if control else 0
            raise UnsupportedError(f"{name}: no channel {channel}; there are 1 to {last}")
        return control

    def check_usable(self, control: Control) -> None:
        """Raise RefusedError where a control is of no use in the state that the device is in."""
        if control.always:
            return
        self.check_ready(control.capability)
        if self.power is PowerState.OFF:
            raise RefusedError(f"{control.name}: the device is in standby")

    async def choose(self, name: str, choice: str, *, channel: int = 1) -> None:
        """Send the order of a choice, and know what came of it."""
        control = self.control(name, channel)
        order = control.orders.get(choice)
        if order is None:
            raise UnsupportedError(f"{name}: no {choice!r}; there are {', '.join(control.orders)}")
        self.check_usable(control)
        told = await self._talk.tell(control, order, choice, channel=channel)
        if control.kind is not Kind.ACT:
            self._take(control, told, choice, channel)

    async def switch_to(self, name: str, *, on: bool, channel: int = 1) -> None:
        """Switch something on or off, if need be by the toggle that is all there is."""
        control = self.control(name, channel)
        choice = "on" if on else "off"
        if choice in control.orders or control.toggle is None:
            await self.choose(name, choice, channel=channel)
            return
        self.check_usable(control)
        asked = await self._talk.ask(control, channel=channel, priority=Priority.COMMAND)
        self._note(control, asked, channel=channel)
        if asked.value is not on:
            await self._talk.tell(control, control.toggle, choice, channel=channel)
            self._take(control, None, choice, channel)

    async def set_number(
        self,
        control: Control,
        name: str,
        number: int,
        *,
        channel: int = 1,
        word: str = "",
    ) -> None:
        """Send an order with a number in it."""
        order = control.orders.get(word)
        if order is None:
            raise UnsupportedError(f"{control.name} {name}: the sheet has no order for it")
        self.check_usable(control)
        await self._talk.tell(control, order, name, channel=channel, number=number)

    async def order(self, control: Control, word: str, *, channel: int, priority: Priority) -> None:
        """Send an order, how urgent it may be."""
        order = control.orders[word]
        await self._talk.tell(control, order, word, channel=channel, priority=priority)

    async def ask_group(self, capability: str) -> None:
        """Ask everything of a capability now."""
        for control in self.SHEET.of(capability):
            self._note(control, await self._talk.ask(control, priority=Priority.COMMAND))

    # inside

    def _offer(self, inputs: str) -> None:
        """Say what can be chosen."""
        sheet = self.SHEET
        for control in sheet.controls:
            names = tuple(control.orders)
            if control.name == "input":
                self.choices["input"] = _chosen(inputs, names)
            elif control.name in {"keys", "cover"}:
                self.choices[control.name.removesuffix("s")] = names
        if mutes := [control.name for control in sheet.of("mute")]:
            self.choices["mute"] = tuple(name.removesuffix("-mute") for name in mutes)
        if sensors := tuple(control.name for control in sheet.of("sensor")):
            self.choices["sensor"] = sensors
        power = sheet.control("power")
        if power and len(power.orders) == 1:
            self.choices["power"] = tuple(power.orders)

    def _first_question(self) -> Control | None:
        asked = [control for control in self.SHEET.controls if control.ask]
        always = [control for control in asked if control.always]
        return next(iter([*always, *asked]), None)

    def _due(self, control: Control) -> bool:
        if control.name in self._unknown:
            return False
        if control.capability == "identity" and self._identified:
            return False
        if control.capability == "health" and self.now_s() < self._health_due_s:
            return False
        if self.SHEET.power.deaf and self.power is PowerState.OFF:
            return False
        return control.always or self.power in {None, PowerState.ON}

    async def _ask_all(self, control: Control) -> bool:
        """Ask each channel, or once for all where one answer has them; False is "not now"."""
        once = control.bits and control.kind is Kind.SWITCH
        for channel in range(1, 2 if once else control.channels + 1):
            try:
                told = await self._talk.ask(control, channel=channel)
            except UnsupportedError:
                self._unknown.add(control.name)
                return True
            except RefusedError:
                return False  # the next poll asks again
            self._note(control, told, channel=channel)
        return True

    def _take(self, control: Control, told: Told | None, choice: str, channel: int) -> None:
        """Know what an order did: what its acceptance told, or what we asked for."""
        if told is not None and told.value is not None:
            self._note(control, told, channel=channel)
            return
        value = choice == "on" if control.kind is Kind.SWITCH else choice
        self.assume(value_name(control, channel), value, ask=control.ask is not None)

    def _note(
        self,
        control: Control,
        told: Told,
        source: ValueSource = ValueSource.POLLED,
        *,
        channel: int = 0,
    ) -> None:
        value = told.value
        if value is None:
            return  # a word that the sheet does not know
        if control.name == "power":
            self.note_power(PowerState(str(value)))
            return
        for number, one in enumerate(told.all or (value,), start=channel or told.channel):
            self.note(value_name(control, number), self._as_asked(control, number, one), source)

    def _as_asked(self, control: Control, channel: int, value: Any) -> Any:  # noqa: ANN401
        """Keep what we asked for where the device counts in bigger steps than we do."""
        known = self.known(value_name(control, channel))
        if control.kind is not Kind.PERCENT or not isinstance(known, int | float):
            return value
        return known if control.to_wire(known) == control.to_wire(value) else value

    def _settle_covers(self) -> None:
        """Take a cover for arrived once it has had the time."""
        cover = self.SHEET.control("cover")
        if cover is None or cover.ask:
            return
        for channel in range(1, cover.channels + 1):
            name = f"cover-{channel}"
            arrived = {"opening": "open", "closing": "closed"}.get(str(self.known(name)))
            if arrived and self.now_s() >= self.since_s(name) + cover.travel_s:
                self.assume(name, arrived, ask=False)


def value_name(control: Control, channel: int) -> str:
    """Name the value that a control's channel keeps."""
    many = control.capability in {"relay", "level", "cover"}
    return f"{control.name}-{channel}" if many else control.name


def _own(sheet: Sheet, options: Mapping[str, Any]) -> dict[str, Word]:
    """Give the sheet's own options, checked."""
    words = sheet.defaults()
    for name, value in options.items():
        option = sheet.options.get(name)
        if option is None:
            there_are = ", ".join(sheet.options) or "none"
            raise UnsupportedError(f"unknown: {name}; there are: {there_are}")
        if isinstance(value, int) and not option.low <= value <= option.high:
            raise UnsupportedError(f"{name}: {value} is not within {option.low} and {option.high}")
        words[name] = value
    return words


def _chosen(inputs: str, names: tuple[str, ...]) -> tuple[str, ...]:
    wanted = tuple(name.strip() for name in inputs.split(",") if name.strip())
    if unknown := set(wanted) - set(names):
        there_are = ", ".join(names)
        raise UnsupportedError(f"inputs: no {', '.join(sorted(unknown))}; there are {there_are}")
    return wanted or names
