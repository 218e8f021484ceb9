"""KMTronic USB relay boards with one or two relays: screen, curtain, recording light.

Checked on: emulator only.
Source: KMTronic, "USB Relay Test software" (USB One and Two Relay commands).
"""

from classroom_drivers.api import Transport, UnsupportedError
from classroom_drivers.codecs.kmtronic import ASK, CLOSED, Message, MessageDecoder, encode
from classroom_drivers.codecs.plain import PlainCodec
from classroom_drivers.devices.about import About
from classroom_drivers.devices.line_device import LineDevice
from classroom_drivers.links.exchange import Exchange, Priority

REPLY_S = 1.0
CHANNELS_MAX = 2


class KMTronicRelay(LineDevice[Message]):
    """A relay board. Options: `channels`, 1 or 2."""

    ABOUT = About(
        title="KMTronic USB relay boards",
        reached_by=("serial:///dev/ttyUSB0", "tcp://host:port"),
        sources=('KMTronic, "USB Relay Test software", commands of USB One and Two Relay',),
    )

    def __init__(self, transport: Transport, *, channels: int = 1) -> None:
        super().__init__(transport, lambda: PlainCodec(MessageDecoder().feed))
        if not 1 <= channels <= CHANNELS_MAX:
            raise UnsupportedError(f"channels: {channels} is not 1 or 2")
        self._channels = range(1, channels + 1)

    async def set_relay(self, *, on: bool, channel: int = 1) -> None:
        """Close (True) or open a contact; return once written, for the board says nothing."""
        if channel not in self._channels:
            raise UnsupportedError(f"no relay {channel}; there are {len(self._channels)}")
        exchange = Exchange[Message, None](
            name=f"relay {channel}", data=encode(Message(channel, int(on))), kind=f"relay {channel}"
        )
        await self.line.ask(exchange)
        self.assume(f"relay-{channel}", on)

    async def probe(self) -> None:
        """Ask for the first relay."""
        await self._ask(1, Priority.SETUP)

    async def poll(self) -> None:
        """Ask for every relay."""
        for channel in self._channels:
            await self._ask(channel, Priority.POLL)

    async def _ask(self, channel: int, priority: Priority) -> None:
        def answer(heard: Message) -> int | None:
            return heard.word if heard.relay == channel and heard.word != ASK else None

        exchange = Exchange[Message, int](
            name=f"relay {channel}?",
            data=encode(Message(channel, ASK)),
            answer=answer,
            timeout_s=REPLY_S,
            priority=priority,
        )
        word = await self.line.ask(exchange)
        self.note(f"relay-{channel}", word == CLOSED)
