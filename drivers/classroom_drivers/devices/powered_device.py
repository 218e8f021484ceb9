"""What all devices share that warm up and cool down: lock-outs that end, wishes that are kept.

A lock-out is computed from state and time and never a flag, so that it survives a reconnection and
always ends. A driver adds `switch`, and tells `note_power` what the device says.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType

from classroom_drivers.api import (
    Availability,
    DeviceError,
    DeviceState,
    Lockout,
    PowerState,
    RefusedError,
    Transport,
    Value,
    ValueSource,
)
from classroom_drivers.devices.line_device import LineDevice
from classroom_drivers.links.exchange import Codec, ReplyT

WISH_S = 600.0  # a wish that could not be granted for so long is forgotten
REFUSED_AGAIN_S = 5.0  # between attempts while the device is still on its way
ARRIVING = {PowerState.WARMING: True, PowerState.COOLING: False}
BEHIND = {PowerState.WARMING: PowerState.OFF, PowerState.COOLING: PowerState.ON}


@dataclass(frozen=True, slots=True, kw_only=True)
class Warmth:
    """How long a device usually takes to switch, and what has to wait meanwhile.

    `late_s`: it may go on saying what it was for so long after it accepted. `says_on_early`: it
    says "on" before it can be used, so that it is believed only after `warm_up_s`; `says_off_early`
    is the same for "off" and `cool_down_s`. `min_on_s` and `min_off_s`: it must stay so long
    before it may be switched again.
    """

    warm_up_s: float
    cool_down_s: float = 0.0
    min_on_s: float = 0.0
    min_off_s: float = 0.0
    late_s: float = 5.0
    says_on_early: bool = False
    says_off_early: bool = False
    waiting: tuple[str, ...] = ()  # capabilities that wait, besides power


@dataclass(frozen=True, slots=True)
class Wish:
    """What was asked for and has to wait."""

    on: bool
    at_s: float
    again_s: float = 0.0  # not before this


class PoweredDevice(LineDevice[ReplyT]):
    """A device with standby; see `Power` for what it promises."""

    def __init__(
        self,
        transport: Transport,
        codec: Callable[[], Codec[ReplyT]],
        warmth: Warmth,
        *,
        may_hang_up: bool = False,
    ) -> None:
        super().__init__(transport, codec, may_hang_up=may_hang_up)
        self.warmth = warmth
        self._wish: Wish | None = None
        self._wished = asyncio.Event()
        self._switched_s: float | None = None  # when it was seen to become on or off

    # what a driver adds

    async def switch(self, *, on: bool) -> None:
        """Send the command to switch on or to standby."""
        raise NotImplementedError

    # what a driver uses

    def note_power(self, reported: PowerState, source: ValueSource = ValueSource.POLLED) -> None:
        """Know what the device says of its power, unless it says so too late or too early."""
        known = self.power
        for_s = self.now_s() - self.since_s("power")
        if known is not None and BEHIND.get(known) is reported and for_s < self.warmth.late_s:
            return
        if known is not None and for_s < self._early_s(known, reported):
            return
        if known is not None and known is not reported:
            self._switched_s = self.now_s()
            self._wished.set()
        self.note("power", reported, source)

    @property
    def power(self) -> PowerState | None:
        """What is known of its power."""
        known = self.known("power")
        return PowerState(str(known)) if known is not None else None

    # what everybody may ask

    async def set_power(self, *, on: bool) -> None:
        """Switch on or to standby; return once accepted, not once warm."""
        self._keep(None)
        power = self.power
        if power is not None and ARRIVING.get(power) is on:
            return
        if not self._locked_until_s():
            await self._switch(on=on)
        elif (power in {PowerState.ON, PowerState.WARMING}) is not on:
            self._keep(Wish(on, self.now_s()))

    def state(self) -> DeviceState:
        """Give what is known at this moment, and where its power is going."""
        state = super().state()
        power = self.power
        target = self._wish.on if self._wish else ARRIVING.get(power) if power else None
        if target is None:
            return state
        going = Value("on" if target else "off", ValueSource.ASSUMED, datetime.now(UTC))
        values = MappingProxyType({**state.values, "power-target": going})
        return DeviceState(state.availability, values, state.choices, state.lockouts, state.problem)

    def lockouts(self) -> tuple[Lockout, ...]:
        """Compute what must wait, from state and time."""
        until_s = self._locked_until_s()
        if not until_s:
            return ()
        until, power = self.moment(until_s), self.power
        if power in ARRIVING:
            locked = ("power", *self.warmth.waiting)
            return tuple(Lockout(name, until, str(power)) for name in locked)
        return (Lockout("power", until, "min-on" if power is PowerState.ON else "min-off"),)

    async def tend(self) -> None:
        """Grant a wish the moment that it can be granted."""
        while True:
            self._wished.clear()
            try:
                async with asyncio.timeout_at(self._due_s()):
                    await self._wished.wait()
            except TimeoutError:
                await self._grant()

    def line_changed(self) -> None:
        """Forget a wish when the device is lost: nothing is replayed to one that returns."""
        if self.line.availability in {Availability.OFFLINE, Availability.AUTH_FAILED}:
            self._keep(None)
        super().line_changed()

    def _early_s(self, known: PowerState, reported: PowerState) -> float:
        """Say for how long the device may claim to be there without being so."""
        warmth = self.warmth
        if (known, reported) == (PowerState.WARMING, PowerState.ON) and warmth.says_on_early:
            return warmth.warm_up_s
        if (known, reported) == (PowerState.COOLING, PowerState.OFF) and warmth.says_off_early:
            return warmth.cool_down_s
        return 0.0

    def _locked_until_s(self) -> float:
        """Say until when power is locked; 0 when it is not."""
        warmth, power = self.warmth, self.power
        if power in ARRIVING:
            usual_s = warmth.warm_up_s if power is PowerState.WARMING else warmth.cool_down_s
            until_s = self.since_s("power") + usual_s
        elif self._switched_s is not None:
            least_s = warmth.min_on_s if power is PowerState.ON else warmth.min_off_s
            until_s = self._switched_s + least_s
        else:
            return 0.0
        return until_s if until_s > self.now_s() else 0.0

    async def _switch(self, *, on: bool) -> None:
        await self.switch(on=on)
        there = PowerState.ON if on else PowerState.OFF
        if self.power is there:
            return
        takes_s = self.warmth.warm_up_s if on else self.warmth.cool_down_s
        on_its_way = PowerState.WARMING if on else PowerState.COOLING
        self._switched_s = self.now_s()
        self.assume("power", on_its_way if takes_s else there)

    def _keep(self, wish: Wish | None) -> None:
        if wish != self._wish:
            self._wish = wish
            self._wished.set()
            self.publish()

    def _due_s(self) -> float | None:
        if self._wish is None:
            return None
        return max(self._locked_until_s(), self._wish.again_s, self.now_s())

    async def _grant(self) -> None:
        wish = self._wish
        if wish is None or self._locked_until_s():
            return
        try:
            await self._switch(on=wish.on)
        except RefusedError:
            again_s = self.now_s() + REFUSED_AGAIN_S
            patient = self.power in ARRIVING and again_s < wish.at_s + WISH_S
            self._replace(wish, Wish(wish.on, wish.at_s, again_s) if patient else None)
        except DeviceError:
            self._replace(wish, None)
        else:
            self._replace(wish, None)

    def _replace(self, old: Wish, new: Wish | None) -> None:
        """Put a newer wish in place of the old one, unless somebody has wished meanwhile."""
        if self._wish is old:
            self._keep(new)
