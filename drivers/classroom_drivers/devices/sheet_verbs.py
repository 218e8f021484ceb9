"""The verbs of code sheets, a class for each capability: a device has those that its sheet has."""

from classroom_drivers.api import UnsupportedError
from classroom_drivers.devices.sheet_device import SheetDevice, value_name
from classroom_drivers.links.exchange import Priority

PERCENT_MAX = 100
GOING = {"open": "opening", "close": "closing", "stop": "stopped"}


class InputVerbs(SheetDevice):
    """Choosing what is shown."""

    async def select_input(self, *, name: str) -> None:
        """Show an input, by its name among the choices."""
        if name not in self.choices["input"]:
            there_are = ", ".join(self.choices["input"])
            raise UnsupportedError(f"no input {name!r}; there are {there_are}")
        await self.choose("input", name)


class _Percent(SheetDevice):
    async def set_percent(self, name: str, percent: float, channel: int = 1) -> None:
        """Set a number that the device counts in its own way."""
        if not 0 <= percent <= PERCENT_MAX:
            raise UnsupportedError(f"percent: {percent:g} is not within 0 and {PERCENT_MAX}")
        control = self.control(name, channel)
        number = control.to_wire(percent)
        await self.set_number(control, f"{percent:g}", number, channel=channel)
        self.assume(value_name(control, channel), percent, ask=control.ask is not None)


class VolumeVerbs(_Percent):
    """Loudness."""

    async def set_volume(self, *, percent: int) -> None:
        """Set the volume, 0 to 100."""
        await self.set_percent("volume", percent)


class LevelVerbs(_Percent):
    """Faders and dimmers."""

    async def set_level(self, *, percent: float, channel: int = 1) -> None:
        """Set a channel, 0 to 100."""
        await self.set_percent("level", percent, channel)


class MuteVerbs(SheetDevice):
    """Hiding the picture, silencing the sound."""

    async def set_mute(self, *, picture: bool | None = None, sound: bool | None = None) -> None:
        """Mute (True), show again (False) or leave as it is (None)."""
        parts = {"picture": picture, "sound": sound}
        wanted = {part: on for part, on in parts.items() if on is not None}
        if missing := wanted.keys() - set(self.choices["mute"]):
            there_is = ", ".join(self.choices["mute"])
            raise UnsupportedError(f"{', '.join(missing)}: only {there_is} can be muted")
        for part, on in wanted.items():
            await self.switch_to(f"{part}-mute", on=on)


class FreezeVerbs(SheetDevice):
    """Holding the picture still."""

    async def set_freeze(self, *, on: bool) -> None:
        """Hold the picture (True) or let it run (False)."""
        await self.switch_to("freeze", on=on)


class TrackingVerbs(SheetDevice):
    """A camera that follows a person by itself."""

    async def set_tracking(self, *, on: bool) -> None:
        """Let it follow (True) or stay (False)."""
        await self.switch_to("tracking", on=on)


class TallyVerbs(SheetDevice):
    """The lamp at a camera."""

    async def set_tally(self, *, on: bool) -> None:
        """Light it or put it out."""
        await self.switch_to("tally", on=on)


class RelayVerbs(SheetDevice):
    """Contacts that close."""

    async def set_relay(self, *, on: bool, channel: int = 1) -> None:
        """Close (True) or open a contact; channels count from 1."""
        await self.switch_to("relay", on=on, channel=channel)


class CoverVerbs(SheetDevice):
    """Curtains, blinds, screens."""

    async def open_cover(self, *, channel: int = 1) -> None:
        """Let light in; a projection screen goes up."""
        await self._move("open", channel)

    async def close_cover(self, *, channel: int = 1) -> None:
        """Keep light out; a projection screen comes down."""
        await self._move("close", channel)

    async def stop_cover(self, *, channel: int = 1) -> None:
        """Stay where it is."""
        await self._move("stop", channel)

    async def set_cover(self, *, percent: float, channel: int = 1) -> None:
        """Refuse: a sheet knows open, close and stop."""
        self.control("cover", channel)
        raise UnsupportedError(f"percent {percent:g}: there are {', '.join(self.choices['cover'])}")

    async def _move(self, word: str, channel: int) -> None:
        control = self.control("cover", channel)
        if word not in control.orders:
            raise UnsupportedError(f"cover: no {word}; there are {', '.join(control.orders)}")
        urgent = Priority.STOP if word == "stop" else Priority.COMMAND
        await self.order(control, word, channel=channel, priority=urgent)
        self.assume(value_name(control, channel), GOING[word], ask=control.ask is not None)


class KeyVerbs(SheetDevice):
    """Keys of the remote control."""

    async def press_key(self, *, name: str) -> None:
        """Press and let go, by the name among the choices."""
        await self.choose("keys", name)


class PresetVerbs(SheetDevice):
    """Places a camera remembers."""

    async def recall_preset(self, *, number: int) -> None:
        """Go to a remembered place."""
        await self._preset("recall", number)
        self.assume("preset", number, ask=False)

    async def store_preset(self, *, number: int) -> None:
        """Remember the present place under a number."""
        await self._preset("store", number)

    async def _preset(self, word: str, number: int) -> None:
        control = self.control("presets")
        if not control.low <= number <= control.high:
            text = f"{word} preset {number}: there are {control.low} to {control.high}"
            raise UnsupportedError(text)
        await self.set_number(control, f"{word} {number}", number, word=word)


class IdentityVerbs(SheetDevice):
    """Who the device says it is."""

    async def identify(self) -> None:
        """Ask again."""
        await self.ask_group("identity")


class HealthVerbs(SheetDevice):
    """How the device feels."""

    async def check_health(self) -> None:
        """Ask now."""
        await self.ask_group("health")


class SensorVerbs(SheetDevice):
    """Measuring."""

    async def read_sensors(self) -> None:
        """Ask now."""
        await self.ask_group("sensor")


VERBS: dict[str, type[SheetDevice]] = {
    "input-select": InputVerbs,
    "volume": VolumeVerbs,
    "mute": MuteVerbs,
    "freeze": FreezeVerbs,
    "presets": PresetVerbs,
    "tracking": TrackingVerbs,
    "relay": RelayVerbs,
    "cover": CoverVerbs,
    "level": LevelVerbs,
    "sensor": SensorVerbs,
    "tally": TallyVerbs,
    "keys": KeyVerbs,
    "identity": IdentityVerbs,
    "health": HealthVerbs,
}
