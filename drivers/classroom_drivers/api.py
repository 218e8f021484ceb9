"""What a device is and can do: errors, values, capabilities. The rest of the library serves this.

The error tree::

    DeviceError
    ├── LinkError               the line is down, or what came back makes no sense
    │   └── ReplyTimeoutError   nothing came back in time
    ├── ExpiredError            not sent: its deadline passed while it waited
    ├── RefusedError            the device understood and said no
    │   └── LockedOutError      not sent: the device is warming up or cooling down
    ├── AuthenticationError     the device wants a password, or another one
    └── UnsupportedError        no such driver, capability, action, argument or choice

A device says what it is in its state, and is asked to change by the methods of its capabilities.
It has a capability because it has the right methods, not by inheritance. Every method returns
once the device has accepted, not once it has arrived: the state tells how it goes on.
"""

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Protocol, runtime_checkable

DEAD_MAN_S = 1.5  # a movement that nobody refreshes ends after this


class DeviceError(Exception):
    """Something about a device did not work; the text says what was asked and what came back."""


class LinkError(DeviceError):
    """The line is down, or what came back makes no sense."""


class ReplyTimeoutError(LinkError):
    """Nothing came back in time."""


class ExpiredError(DeviceError):
    """The command waited longer than it was good for, and was not sent."""


class RefusedError(DeviceError):
    """The device understood and said no."""


class LockedOutError(RefusedError):
    """The device cannot do it before `until`; nothing was sent."""

    def __init__(self, text: str, until: datetime) -> None:
        super().__init__(text)
        self.until = until


class AuthenticationError(DeviceError):
    """The device wants a password, or another one."""


class UnsupportedError(DeviceError):
    """There is no such driver, capability, action, argument or choice."""


class PowerState(StrEnum):
    """Warming and cooling are states of their own: neither on nor off."""

    OFF = "off"
    ON = "on"
    WARMING = "warming"
    COOLING = "cooling"


class Availability(StrEnum):
    """Whether the device can be spoken with."""

    CONNECTING = "connecting"  # not heard of yet
    ONLINE = "online"
    DEGRADED = "degraded"  # the newest question went unanswered
    OFFLINE = "offline"
    AUTH_FAILED = "auth-failed"


class ValueSource(StrEnum):
    """Where a value comes from."""

    PUSHED = "pushed"  # the device said so of its own accord
    POLLED = "polled"  # the device answered so
    ASSUMED = "assumed"  # we asked for it; the next poll confirms or repairs it


Plain = str | int | float | bool


@dataclass(frozen=True, slots=True)
class Value:
    """One value, with where it comes from and when it was last known to be true."""

    value: Plain
    source: ValueSource
    at: datetime = field(compare=False)


@dataclass(frozen=True, slots=True)
class Lockout:
    """A capability that must wait, and until when. Computed from state and time: always ends."""

    capability: str
    until: datetime = field(compare=False)
    reason: str  # "warming" | "cooling" | "min-on" | "min-off"


def _nothing() -> Mapping[str, Any]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True)
class DeviceState:
    """Everything known about a device at one instant; equal while nothing but ages changed."""

    availability: Availability
    values: Mapping[str, Value] = field(default_factory=_nothing)
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=_nothing)
    lockouts: tuple[Lockout, ...] = ()
    problem: str = ""


@runtime_checkable
class Power(Protocol):
    """Standby and on. Values: `power` (PowerState), `power-target` while it is not there yet.

    Choices: `power`, for a device that can be switched one way only (a PC that can be woken).
    While it warms or cools, the lock-outs of the other capabilities tell when it will be ready.
    """

    async def set_power(self, *, on: bool) -> None:
        """Switch on or to standby; return once accepted, not once warm.

        What is already on its way is accepted without being sent. What is asked for while the
        device is on its way to the other state, or has not been there for as long as it must, is
        kept as `power-target` and done the moment that it can be; a contrary wish, or the loss of
        the device, ends it. So nothing is switched later than somebody can remember having asked.
        """


@runtime_checkable
class InputSelect(Protocol):
    """Choosing what is shown. Values: `input`. Choices: `input`."""

    async def select_input(self, *, name: str) -> None:
        """Show an input, by its name among the choices, "hdmi-1"."""


@runtime_checkable
class Volume(Protocol):
    """Loudness. Values: `volume` (0 to 100, int)."""

    async def set_volume(self, *, percent: int) -> None:
        """Set the volume, 0 to 100."""


@runtime_checkable
class Mute(Protocol):
    """Hiding the picture, silencing the sound.

    Values: `picture-mute`, `sound-mute` (bool). Choices: `mute` (which of "picture", "sound").
    """

    async def set_mute(self, *, picture: bool | None = None, sound: bool | None = None) -> None:
        """Mute (True), show again (False) or leave as it is (None)."""


@runtime_checkable
class Freeze(Protocol):
    """Holding the picture still. Values: `freeze` (bool)."""

    async def set_freeze(self, *, on: bool) -> None:
        """Hold the picture (True) or let it run (False)."""


@runtime_checkable
class PanTiltZoom(Protocol):
    """Pointing a camera.

    Values: `pan-deg` (right is positive), `tilt-deg` (up is positive), `zoom` (0 wide to 1 tele),
    `moving` (bool). Choices: `ptz`, which of "drive", "move-to", "move-by" and "home" it can; the
    others raise UnsupportedError. Whatever drives can stop.
    """

    async def drive(
        self, *, pan: float = 0.0, tilt: float = 0.0, zoom: float = 0.0, for_s: float = DEAD_MAN_S
    ) -> None:
        """Move at -1 to 1 of full speed: right, up and in are positive, 0 stands still.

        The driver stops the camera by itself after `for_s` (at most 10 s) unless it is called
        again before, whatever happens to the caller.
        """

    async def stop(self) -> None:
        """Stop; overtakes everything that waits and is repeated until the camera confirms.

        On the wire within 50 ms. Movements that were asked for before and still wait are dropped.
        """

    async def move_to(
        self, *, pan_deg: float, tilt_deg: float, zoom: float | None = None, speed: float = 1.0
    ) -> None:
        """Point at a place, at `speed` (0 to 1) of full speed; zoom stays if not given."""

    async def move_by(self, *, pan_deg: float, tilt_deg: float, speed: float = 1.0) -> None:
        """Turn by so much from where it points, at `speed` (0 to 1) of full speed."""

    async def home(self) -> None:
        """Point straight ahead."""


@runtime_checkable
class Presets(Protocol):
    """Places a camera remembers. Values: `preset` (int), absent once it was moved from there."""

    async def recall_preset(self, *, number: int) -> None:
        """Go to a remembered place."""

    async def store_preset(self, *, number: int) -> None:
        """Remember the present place under a number."""


@runtime_checkable
class Focus(Protocol):
    """Sharpness. Values: `autofocus` (bool), `focus` (0 near to 1 far) where the camera tells."""

    async def set_autofocus(self, *, on: bool) -> None:
        """Leave sharpness to the camera (True) or keep it as it is (False)."""

    async def set_focus(self, *, position: float) -> None:
        """Focus at a distance, 0 near to 1 far; autofocus ends."""


@runtime_checkable
class Tracking(Protocol):
    """A camera that follows a person by itself. Values: `tracking` (bool)."""

    async def set_tracking(self, *, on: bool) -> None:
        """Let it follow (True) or stay (False)."""


@runtime_checkable
class Relay(Protocol):
    """Contacts that close. Values: `relay-1`, `relay-2` ... (bool)."""

    async def set_relay(self, *, on: bool, channel: int = 1) -> None:
        """Close (True) or open a contact; channels count from 1."""


@runtime_checkable
class Cover(Protocol):
    """Curtains, blinds, screens; the first is channel 1.

    Values: `cover-1` ("open", "closed", "opening", "closing", "stopped"), `cover-percent-1` (0
    closed to 100 open) where it is told. Choices: `cover`, which of "open", "close", "stop" and
    "position" it can; the others raise UnsupportedError.
    """

    async def open_cover(self, *, channel: int = 1) -> None:
        """Let light in; a projection screen goes up."""

    async def close_cover(self, *, channel: int = 1) -> None:
        """Keep light out; a projection screen comes down."""

    async def stop_cover(self, *, channel: int = 1) -> None:
        """Stay where it is."""

    async def set_cover(self, *, percent: float, channel: int = 1) -> None:
        """Go to 0 (closed) to 100 (open)."""


@runtime_checkable
class Level(Protocol):
    """Faders and dimmers; the first is channel 1.

    Values: `level-1`, `level-2` ... (0 to 100, of the fader's travel or of full light). Choices:
    `level`, the channels' names in their order, where they have names.
    """

    async def set_level(self, *, percent: float, channel: int = 1) -> None:
        """Set a channel, 0 to 100."""


@runtime_checkable
class Sensor(Protocol):
    """Measuring. Choices: `sensor`, the values that it tells; their names end in the unit.

    Values: `temperature-c`, `humidity-percent`, `co2-ppm`, `light-lux`, `power-w`, `energy-kwh`,
    `voltage-v`, `current-a`, `presence` (bool), `contact` (bool), or what the device has.
    """

    async def read_sensors(self) -> None:
        """Ask now; it is asked by itself from time to time."""


@runtime_checkable
class Route(Protocol):
    """A matrix or switcher. Values: `route-1` ... (int: the source on that output, 0 for none).

    Choices: `source` and `output`, the names or numbers of each, in order; both count from 1.
    """

    async def set_route(self, *, source: int, output: int = 1) -> None:
        """Show a source (0 for none, where it can) on an output."""


@runtime_checkable
class Tally(Protocol):
    """The lamp at a camera that tells people it is on air. Values: `tally` (bool)."""

    async def set_tally(self, *, on: bool) -> None:
        """Light it or put it out."""


@runtime_checkable
class Keys(Protocol):
    """Keys of the remote control. Choices: `key`."""

    async def press_key(self, *, name: str) -> None:
        """Press and let go, by the name among the choices, "home"."""


@runtime_checkable
class Identity(Protocol):
    """Who the device says it is.

    Values: `maker`, `model`, `name`, `firmware`, `serial-number` (those it tells, at least one).
    """

    async def identify(self) -> None:
        """Ask again; it is asked by itself at every connection."""


@runtime_checkable
class Health(Protocol):
    """How the device feels.

    Values: `health` ("ok" or what is wrong), `lamp-hours`, `run-hours` (int) where it tells.
    """

    async def check_health(self) -> None:
        """Ask now; it is asked by itself from time to time."""


CAPABILITIES: Mapping[str, type] = MappingProxyType(
    {
        "power": Power,
        "input-select": InputSelect,
        "volume": Volume,
        "mute": Mute,
        "freeze": Freeze,
        "pan-tilt-zoom": PanTiltZoom,
        "presets": Presets,
        "focus": Focus,
        "tracking": Tracking,
        "relay": Relay,
        "cover": Cover,
        "level": Level,
        "sensor": Sensor,
        "route": Route,
        "tally": Tally,
        "keys": Keys,
        "identity": Identity,
        "health": Health,
    }
)


@runtime_checkable
class Device(Protocol):
    """What `connect` gives: always there, however often the real one comes and goes.

    A command given while the device is offline raises `LinkError` at once; none is kept for
    later. To call a capability's methods with types: ``if isinstance(device, Power): ...``.
    """

    @property
    def capabilities(self) -> tuple[str, ...]:
        """What it can do, in kebab case: ("power", "input-select")."""

    def state(self) -> DeviceState:
        """Give what is known at this moment."""

    async def perform(
        self, capability: str, action: str, arguments: Mapping[str, Any] | None = None
    ) -> None:
        """Do an action by its name: ``perform("power", "set-power", {"on": True})``.

        Raises:
            UnsupportedError: it has no such capability or action, or the arguments do not fit.
            DeviceError: as the action itself.
        """


class Link(Protocol):
    """An open line. Closed by who opened it."""

    async def write(self, data: bytes) -> None:
        """Hand over bytes; raises LinkError when the line is down."""

    async def read(self) -> bytes:
        """Wait for bytes; empty means that the other side has closed."""


class Transport(Protocol):
    """The way to a device; opens a link to it as often as needed."""

    @property
    def byte_s(self) -> float:
        """How long one byte is on the wire; 0 where that does not matter."""

    def open(self) -> AbstractAsyncContextManager[Link]:
        """Open a link for the length of a block; raises LinkError when nobody is there."""
