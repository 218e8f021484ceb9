"""KMTronic relay boards with one, two, four or eight relays: screen, curtain, recording light.

Checked on: emulator only.
Source: KMTronic, "USB Relay Test software", info.kmtronic.com.
"""

from classroom_drivers.api import Transport, UnsupportedError
from classroom_drivers.codecs.kmtronic import (
    ASK,
    ASK_ALL,
    CLOSED,
    Message,
    MessageDecoder,
    States,
    StatesCodec,
    encode,
)
from classroom_drivers.codecs.plain import PlainCodec
from classroom_drivers.devices.about import About
from classroom_drivers.devices.line_device import LineDevice
from classroom_drivers.links.exchange import Codec, Exchange, Priority

REPLY_S = 1.0
LIFE_S = 0.5  # for a sign of life, so that a board that returns is back soon
SIZES = (1, 2, 4, 8)
SINGLY = 2  # boards up to this size are asked for one relay at a time

Heard = Message | States


class KMTronicRelay(LineDevice[Heard]):
    """A relay board. Options: `channels`, how many relays it has: 1, 2, 4 or 8."""

    ABOUT = About(
        title="KMTronic relay boards, one to eight relays",
        reached_by=("serial:///dev/ttyUSB0", "tcp://host:port"),
        sources=('KMTronic, "USB Relay Test software", commands of all boards', "R2S8CR manual"),
    )

    def __init__(self, transport: Transport, *, channels: int = 1) -> None:
        if channels not in SIZES:
            raise UnsupportedError(f"channels: {channels} is not one of {SIZES}: the board's own")

        def codec() -> Codec[Heard]:
            if channels > SINGLY:
                return StatesCodec(channels)
            return PlainCodec(MessageDecoder().feed)

        super().__init__(transport, codec)
        self._channels = range(1, channels + 1)

    async def set_relay(self, *, on: bool, channel: int = 1) -> None:
        """Close (True) or open a contact; return once written, for the board says nothing."""
        if channel not in self._channels:
            raise UnsupportedError(f"no relay {channel}; there are {len(self._channels)}")
        exchange = Exchange[Heard, None](
            name=f"relay {channel}", data=encode(Message(channel, int(on))), kind=f"relay {channel}"
        )
        await self.line.ask(exchange)
        self.assume(f"relay-{channel}", on)

    async def probe(self) -> None:
        """Ask for the first relay, or for all."""
        await self._ask(1, Priority.SETUP)

    async def poll(self) -> None:
        """Ask for every relay."""
        asked = self._channels if len(self._channels) <= SINGLY else (1,)
        for channel in asked:
            await self._ask(channel, Priority.POLL)

    async def _ask(self, channel: int, priority: Priority) -> None:
        """Ask for a relay, and note whatever is told about it and others."""
        singly = len(self._channels) <= SINGLY

        def answer(heard: Heard) -> dict[int, bool] | None:
            match heard:
                case States(closed):
                    return dict(enumerate(closed, 1))
                case Message(relay, word) if relay == channel and word != ASK:
                    return {channel: word == CLOSED}
            return None

        exchange = Exchange[Heard, dict[int, bool]](
            name=f"relay {channel}?" if singly else "relays?",
            data=encode(Message(channel, ASK) if singly else ASK_ALL),
            answer=answer,
            timeout_s=LIFE_S if priority is Priority.SETUP else REPLY_S,
            priority=priority,
        )
        for number, closed in (await self.line.ask(exchange)).items():
            self.note(f"relay-{number}", closed)
