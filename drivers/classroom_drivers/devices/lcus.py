"""USB relay boards that speak A0: LCUS-1 to LCUS-8, NOYITO and their copies.

Checked on: emulator only.
Source: sellers' sheets, see codecs.lcus. Boards that look alike differ: try `answers`.
"""

from classroom_drivers.api import Transport, UnsupportedError
from classroom_drivers.codecs.lcus import (
    ASK_TEXT,
    CHANNELS_MAX,
    Message,
    ReplyDecoder,
    Word,
    encode,
)
from classroom_drivers.codecs.plain import PlainCodec
from classroom_drivers.devices.about import About, Quirk
from classroom_drivers.devices.line_device import LineDevice
from classroom_drivers.links.exchange import Exchange, Priority

REPLY_S = 1.0
LIFE_S = 0.5
WAYS = ("frames", "text", "nothing")


class LcusRelay(LineDevice[Message]):
    """A relay board.

    Options: `channels`, 1 to 8; `answers`, how it tells its relays: "frames", "text", or "nothing",
    so that all is assumed, nothing is known after a start, and only a pulled plug is noticed.
    """

    ABOUT = About(
        title="USB relay boards LCUS, NOYITO and their copies",
        reached_by=("serial:///dev/ttyUSB0",),
        sources=(
            "Sellers' sheets of LCUS-1 (A0 01 01 A2); words 02 to 05 as quoted in public programs",
            "PyPI jumpstarter-driver-noyito-relay 0.9.0, driver.py (FF and its text)",
        ),
        quirks=(
            Quirk(
                model="lcus-1",
                why="the first ones answer nothing",
                source="github.com/darrylb123/usbrelay, issues 121 and 128",
                options={"answers": "nothing"},
            ),
            Quirk(
                model="noyito-2",
                why="tells its relays as text",
                source="PyPI jumpstarter-driver-noyito-relay 0.9.0, driver_test.py",
                options={"answers": "text", "channels": 2},
            ),
        ),
    )

    def __init__(self, transport: Transport, *, channels: int = 1, answers: str = "frames") -> None:
        super().__init__(transport, lambda: PlainCodec(ReplyDecoder().feed))
        if not 1 <= channels <= CHANNELS_MAX:
            raise UnsupportedError(f"channels: {channels} is not within 1 and {CHANNELS_MAX}")
        if answers not in WAYS:
            raise UnsupportedError(f"answers: {answers!r} is not one of {', '.join(WAYS)}")
        self._channels = range(1, channels + 1)
        self._answers = answers

    async def set_relay(self, *, on: bool, channel: int = 1) -> None:
        """Close (True) or open a contact; return once written, or answered where it answers."""
        if channel not in self._channels:
            raise UnsupportedError(f"no relay {channel}; there are {len(self._channels)}")
        name, kind = f"relay {channel}", f"relay {channel}"
        if self._answers == "frames":
            word = Word.CLOSE_AND_TELL if on else Word.OPEN_AND_TELL
            await self._ask(name, encode(Message(channel, word)), channel, kind=kind)
            return
        word = Word.CLOSE if on else Word.OPEN
        exchange = Exchange[Message, None](
            name=name, data=encode(Message(channel, word)), kind=kind
        )
        await self.line.ask(exchange)
        self.assume(f"relay-{channel}", on, ask=self._answers == "text")

    async def probe(self) -> None:
        """Ask for the first relay; a board that answers nothing is believed to be there."""
        if self._answers != "nothing":
            await self._ask_for(1, Priority.SETUP)

    async def poll(self) -> None:
        """Ask for every relay."""
        if self._answers == "nothing":
            return
        for channel in self._channels if self._answers == "frames" else (1,):
            await self._ask_for(channel, Priority.POLL)

    def unasked(self, reply: Message) -> None:
        """Take the lines of a text that are not its last."""
        self._note(reply)

    async def _ask_for(self, channel: int, priority: Priority) -> None:
        if self._answers == "text":
            await self._ask("relays?", ASK_TEXT, *self._channels, priority=priority)
        else:
            asking = encode(Message(channel, Word.ASK))
            await self._ask(f"relay {channel}?", asking, channel, priority=priority)

    async def _ask(
        self,
        name: str,
        data: bytes,
        *channels: int,
        priority: Priority = Priority.COMMAND,
        kind: str = "",
    ) -> None:
        """Ask, and wait until all these have been told."""
        missing = set(channels)

        def answer(heard: Message) -> Message | None:
            missing.discard(heard.relay)
            return None if missing else heard

        exchange = Exchange[Message, Message](
            name=name,
            data=data,
            answer=answer,
            timeout_s=LIFE_S if priority is Priority.SETUP else REPLY_S,
            priority=priority,
            kind=kind,
        )
        self._note(await self.line.ask(exchange))

    def _note(self, told: Message) -> None:
        if told.relay in self._channels:
            self.note(f"relay-{told.relay}", told.word is Word.CLOSE)
