"""A device that is derived from its code sheet: whatever the sheet describes, it does.

In standby it does what the sheet says: it is deaf, refuses, or is silent. What comes sooner after
a frame than the sheet allows is lost, and counted in `too_fast`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from classroom_drivers.api import PowerState
from classroom_drivers.code_sheet.device_side import (
    ASK,
    TOGGLE,
    DeviceSide,
    Request,
    first_state,
)
from classroom_drivers.code_sheet.lint import read
from classroom_drivers.code_sheet.sheet import VALUE, Control, Kind, Sheet
from classroom_drivers.codecs.sheet_format import Word
from classroom_drivers.codecs.sheet_stream import Heard
from classroom_drivers.devices.code_sheet import EXAMPLE, shipped_sheet
from classroom_drivers.emulators.session import NEVER

KEPT = 20  # keys and presets
REFUSED = ("refused", "busy", "unsupported")
UNKNOWN = ("unsupported", "refused")
ARRIVED = {PowerState.WARMING: PowerState.ON, PowerState.COOLING: PowerState.OFF}
COVERS = {"open": "open", "close": "closed", "stop": "stopped"}


@dataclass(kw_only=True)
class SheetEmulator:
    """The device; sessions share it. Its states are names, or numbers as they are on the wire."""

    sheet: Sheet
    options: dict[str, Word] = field(default_factory=dict)  # its own set id, for example
    warm_up_s: float = 0.0
    cool_down_s: float = 0.0
    pace: float = 1.0  # of the sheet's gaps, it wants so much
    power: PowerState = PowerState.OFF
    states: dict[tuple[str, int], Word] = field(default_factory=dict)
    acts: list[str] = field(default_factory=list)  # the newest keys and presets
    too_fast: int = 0
    _until_s: float = 0.0

    def __post_init__(self) -> None:
        """Be new: everything as the sheet has it first."""
        self.options = {**self.sheet.defaults(), **self.options}
        self.side = DeviceSide(self.sheet, self.options)
        for control in self.sheet.controls:
            for channel in range(1, control.channels + 1):
                self.states.setdefault((control.name, channel), first_state(self.sheet, control))

    def session(self, now_s: float) -> "SheetSession":
        """Begin a connection."""
        return SheetSession(self)

    def awake(self, now_s: float) -> PowerState:
        """Give its power; warming and cooling end by themselves."""
        if self.power in ARRIVED and now_s >= self._until_s:
            self.power = ARRIVED[self.power]
        return self.power

    def obey(self, request: Request, now_s: float) -> bytes:
        """Do what a frame asks for and give the answer, empty if it has none."""
        control = request.control
        if control.name == "power":
            return self._switch(request, now_s)
        if self.sheet.control("power") and self.awake(now_s) is not PowerState.ON:
            if self._deaf:
                return b""
            if not control.always:
                return self.side.standby_reply()
        if request.name == ASK:
            return self._tell(control, request.channel)
        self._change(request)
        return self.side.acceptance(request)

    @property
    def _deaf(self) -> bool:
        return self.sheet.power.deaf and self.power is PowerState.OFF

    def _switch(self, request: Request, now_s: float) -> bytes:
        power = self.awake(now_s)
        if self._deaf and request.name != "on":
            return b""
        if request.name == ASK:
            return self.side.answer(request.control, self._told(request.control, power))
        going_on = request.name == "on"
        if power in ARRIVED:
            same = (power is PowerState.WARMING) == going_on
            return self.side.acceptance(request) if same else self.side.refusal(*REFUSED)
        if going_on and power is PowerState.OFF:
            self.power, self._until_s = PowerState.WARMING, now_s + self.warm_up_s
        elif not going_on and power is PowerState.ON:
            self.power, self._until_s = PowerState.COOLING, now_s + self.cool_down_s
        return self.side.acceptance(request)

    def _told(self, control: Control, power: PowerState) -> str:
        """Give the word for its power that the sheet has."""
        known = {*control.words, *(answer.name for answer in control.answers)}
        if power in known:
            return str(power)
        early = power is PowerState.WARMING and self.sheet.power.says_on_early
        return "on" if early else "off"

    def _tell(self, control: Control, channel: int) -> bytes:
        state = self.states[control.name, channel]
        if control.bits and control.kind is Kind.SWITCH:
            on = (self.states[control.name, n + 1] == "on" for n in range(control.channels))
            state = sum(bit << n for n, bit in enumerate(on))
        return self.side.answer(control, state, channel)

    def _change(self, request: Request) -> None:
        control, key = request.control, (request.control.name, request.channel)
        if control.kind is Kind.ACT:
            number = request.words.get("number", "")
            self.acts = [*self.acts, f"{request.name} {number}".strip()][-KEPT:]
        elif request.name == TOGGLE:
            self.states[key] = "off" if self.states[key] == "on" else "on"
        elif control.kind is Kind.PERCENT:
            ends = sorted((control.low, control.high))
            self.states[key] = min(max(int(request.words[VALUE]), ends[0]), ends[1])
        else:
            self.states[key] = COVERS.get(request.name, request.name)


class SheetSession:
    """One connection."""

    def __init__(self, device: SheetEmulator) -> None:
        self.closed = False
        self._device = device
        self._decoder = device.sheet.commands.decoder()
        self._quiet_until_s = 0.0

    def due_s(self) -> float:
        """Never does anything by itself."""
        return NEVER

    def receive(self, data: bytes, now_s: float) -> list[bytes]:
        """Take what arrived; give what the device says."""
        said: list[bytes] = []
        for found in self._decoder.feed(data):
            if isinstance(found, Heard) and not self.closed:
                said += self._hear(found.data, now_s)
        return said

    def _hear(self, data: bytes, now_s: float) -> list[bytes]:
        device = self._device
        if now_s < self._quiet_until_s:
            device.too_fast += 1
            return []
        request = device.side.understand(data)
        echo = [data] if device.sheet.echo else []
        if request is None:
            answer = device.side.refusal(*UNKNOWN)
        else:
            answer = device.obey(request, now_s)
            gap_s = device.sheet.gap_s if request.name == ASK else request.control.gap_s
            self._quiet_until_s = now_s + gap_s * device.pace
            if device.side.for_everybody(request):
                return echo
        self.closed = bool(answer) and device.sheet.hang_up
        return [*echo, answer] if answer else echo


def emulator_of(sheet: Sheet) -> SheetEmulator:
    """Make the device of a sheet; it is a little faster than the sheet says."""
    habits = sheet.power
    return SheetEmulator(
        sheet=sheet, warm_up_s=0.8 * habits.warm_up_s, cool_down_s=0.8 * habits.cool_down_s
    )


def emulator_at(path: Path | str) -> SheetEmulator:
    """Make the device of a sheet in a file.

    Raises:
        UnsupportedError: there is none, or it has mistakes.
    """
    return emulator_of(read(path))


def shipped_models(place: str) -> Mapping[str, Callable[[], SheetEmulator]]:
    """Give the one device of a sheet in a package, under the sheet's name."""
    name = place.partition(":")[2].removesuffix(".toml")
    return MappingProxyType({name: lambda: emulator_of(shipped_sheet(place))})


MODELS: Mapping[str, Callable[[], SheetEmulator]] = MappingProxyType(
    {"example": lambda: emulator_at(EXAMPLE)}
)
