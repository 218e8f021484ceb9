"""Behringer X32 and X-Air, Midas M32 and MR mixers: faders, and the loudness of the whole.

Every fader that is moved is followed by the question where it is now, for the mixer confirms
nothing by itself; what others move is told while it is asked for (every few seconds).

Checked on: emulator only.
Source: Behringer, OSC Remote Protocol (behringerwiki.musictribe.com, 2019): /xremote, /xinfo,
/ch/../mix; the addresses of X-Air mixers as in xair-api 2.4.3 (a client that others use).
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar

from classroom_drivers.api import Transport, UnsupportedError, ValueSource
from classroom_drivers.codecs.osc import Argument, ControllerCodec, Message, encode
from classroom_drivers.devices.about import About, Quirk
from classroom_drivers.devices.line_device import LineDevice
from classroom_drivers.links.exchange import Exchange, Priority

REPLY_S = 0.7
TRIES = 3  # datagrams get lost
TELL_S = 6.0  # /xremote holds for 10 s
AT_ONCE = 8  # channels that are asked for in one poll
CHANNELS_MAX = 40
STEP = 0.002  # a fader has 1024 places
MAINS = {"x32": "/main/st/mix", "xair": "/lr/mix"}


class Mixer(LineDevice[Message]):
    """A mixer. Level is the travel of its channels' faders, Volume that of its main fader.

    Options: `family` is "x32" (X32, M32) or "xair" (XR, MR; UDP port 10024), `channels` how many
    it has. Channels have the names that the mixer has for them.
    """

    ABOUT = About(
        title="Behringer X32 and X-Air, Midas M32 and MR mixers (OSC)",
        reached_by=("udp://host", "udp://host:10024"),
        sources=(
            "Behringer, OSC Remote Protocol (behringerwiki.musictribe.com, 2019)",
            "xair-api 2.4.3, addresses of X-Air mixers",
        ),
        quirks=tuple(
            Quirk(
                model=model,
                why=f"{channels} channels, another address of the main fader, UDP port 10024",
                source="xair-api 2.4.3, kinds.py and lr.py",
                options=MappingProxyType({"family": "xair", "channels": channels}),
            )
            for model, channels in (("xr12", 12), ("xr16", 16), ("xr18", 16), ("mr18", 16))
        ),
    )
    PORTS: ClassVar[Mapping[str, int]] = MappingProxyType({"udp": 10023})

    def __init__(self, transport: Transport, *, family: str = "x32", channels: int = 32) -> None:
        super().__init__(transport, ControllerCodec)
        if family not in MAINS or not 1 <= channels <= CHANNELS_MAX:
            known = ", ".join(MAINS)
            raise UnsupportedError(f"family {family!r}, {channels} channels; there are {known}")
        self._main = MAINS[family]
        self._faders = {f"/ch/{n:02}/mix/fader": n for n in range(1, channels + 1)}
        self._titles = {f"/ch/{n:02}/config/name": n for n in range(1, channels + 1)}
        self._names = {n: f"{n}" for n in range(1, channels + 1)}
        self._next = 1  # channel to be asked for
        self._tell_due_s = 0.0
        self._identified = False
        self.choices["mute"] = ("sound",)
        self.choices["level"] = tuple(self._names.values())

    async def set_level(self, *, percent: float, channel: int = 1) -> None:
        """Move a channel's fader, 0 to 100 percent of its travel."""
        if channel not in self._names or not 0 <= percent <= 100:
            raise UnsupportedError(f"no level {percent} of channel {channel}")
        await self._set(f"/ch/{channel:02}/mix/fader", percent / 100)

    async def set_volume(self, *, percent: int) -> None:
        """Move the main fader, 0 to 100 percent of its travel."""
        if not 0 <= percent <= 100:
            raise UnsupportedError(f"volume {percent} is not between 0 and 100")
        await self._set(f"{self._main}/fader", percent / 100)

    async def set_mute(self, *, picture: bool | None = None, sound: bool | None = None) -> None:
        """Silence the main output (True) or let it be heard (False)."""
        if picture is not None:
            raise UnsupportedError("a mixer has no picture to mute; there is sound")
        if sound is not None:
            await self._set(f"{self._main}/on", int(not sound))

    async def identify(self) -> None:
        """Ask for model, name and firmware again."""
        _, name, model, firmware = await self._ask("/xinfo", Priority.COMMAND)
        self.note("maker", "Midas" if str(model).startswith("M") else "Behringer")
        for word, told in (("name", name), ("model", model), ("firmware", firmware)):
            self.note(word, str(told))
        self._identified = True

    async def begin(self) -> None:
        """Have everything told and asked for again."""
        self._identified, self._tell_due_s, self._next = False, 0.0, 1

    async def probe(self) -> None:
        """Ask whether the main output is heard."""
        await self._ask(f"{self._main}/on", Priority.SETUP)

    async def poll(self) -> None:
        """Ask for the main output and some of the channels; stay one who is told."""
        if self.now_s() >= self._tell_due_s:
            self._tell_due_s = self.now_s() + TELL_S
            await self._be_told()
        for word in ("on", "fader"):
            await self._learn(f"{self._main}/{word}")
        if not self._identified:
            await self.identify()
        for channel in range(self._next, self._next + AT_ONCE):
            if channel in self._names:
                await self._learn(f"/ch/{channel:02}/mix/fader")
                await self._learn(f"/ch/{channel:02}/config/name")
        self._next = self._next + AT_ONCE if self._next + AT_ONCE in self._names else 1

    def unasked(self, reply: Message) -> None:
        """Take what others move."""
        if _fits(reply):
            self._take(reply.address, reply.values[0], ValueSource.PUSHED)

    def _take(self, address: str, value: Argument, source: ValueSource) -> None:
        if address == f"{self._main}/on":
            self.note("sound-mute", not value, source)
        elif address == f"{self._main}/fader":
            self.note("volume", round(float(value) * 100), source)
        elif channel := self._faders.get(address):
            self.note(f"level-{channel}", round(float(value) * 100, 1), source)
        elif channel := self._titles.get(address):
            self._names[channel] = str(value).strip() or str(channel)
            self.choices["level"] = tuple(self._names.values())
            self.publish()

    async def _learn(self, address: str) -> None:
        (value,) = await self._ask(address, Priority.POLL)
        self._take(address, value, ValueSource.POLLED)

    async def _be_told(self) -> None:
        wish = Exchange[Message, None](
            name="/xremote", data=encode(Message("/xremote")), priority=Priority.POLL
        )
        await self.line.ask(wish)

    async def _set(self, address: str, value: float) -> None:
        """Set a value and ask for it, again until it is so."""

        def answer(heard: Message) -> Argument | None:
            there = heard.address == address and _fits(heard)
            return heard.values[0] if there and _near(heard.values[0], value) else None

        exchange = Exchange[Message, Argument](
            name=f"{address} {value}",
            data=encode(Message(address, (value,))) + encode(Message(address)),
            answer=answer,
            timeout_s=REPLY_S,
            resend=TRIES - 1,
            kind=address,
        )
        self._take(address, await self.line.ask(exchange), ValueSource.POLLED)

    async def _ask(self, address: str, priority: Priority) -> tuple[Argument, ...]:
        def answer(heard: Message) -> tuple[Argument, ...] | None:
            return heard.values if heard.address == address and _fits(heard) else None

        exchange = Exchange[Message, tuple[Argument, ...]](
            name=address,
            data=encode(Message(address)),
            answer=answer,
            timeout_s=REPLY_S,
            resend=1 if priority is Priority.SETUP else TRIES - 1,
            priority=priority,
        )
        return await self.line.ask(exchange)


def _near(told: Argument, wanted: float) -> bool:
    return isinstance(told, int | float) and abs(told - wanted) <= STEP


def _fits(message: Message) -> bool:
    """Say whether a message has the values that its address wants."""
    match message.address.rpartition("/")[2], message.values:
        case "fader", [float(place)]:
            return 0 <= place <= 1
        case "on", [int(switch)]:
            return switch in {0, 1}
        case "name", [str()]:
            return True
        case "xinfo", [str(), str(), str(), str()]:
            return True
    return False
