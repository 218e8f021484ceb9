"""Shure microphones and processors on the network: ceiling arrays, table arrays, P300, ANI.

Everything that anybody changes is reported to everybody at once.

Checked on: emulator only.
Source: Shure, Command Strings for MXA910 and P300 (pubs.shure.com/command-strings/MXA910,
www.shure.com/en-US/docs/commandstrings/P300).
"""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar

from classroom_drivers.api import RefusedError, Transport, UnsupportedError, ValueSource
from classroom_drivers.codecs.plain import PlainCodec
from classroom_drivers.codecs.shure import (
    DEVICE,
    ERROR,
    GAIN_MAX,
    GAIN_ZERO_DB,
    GET,
    REPORT,
    SET,
    Message,
    MessageDecoder,
    encode,
)
from classroom_drivers.devices.about import About, Quirk
from classroom_drivers.devices.line_device import LineDevice
from classroom_drivers.links.exchange import Exchange, Priority

REPLY_S = 2.0
CHANNELS_MAX = 28
MUTE, GAIN, TITLE = "DEVICE_AUDIO_MUTE", "AUDIO_GAIN_HI_RES", "CHAN_NAME"
IDENTITY = {
    "MODEL": "model",
    "DEVICE_ID": "name",
    "FW_VER": "firmware",
    "SERIAL_NUM": "serial-number",
}


class ShureAudio(LineDevice[Message]):
    """A microphone or processor; its channels have the names that it has for them.

    Options: `channels` is how many it has; `least_db` and `most_db` are the gains at 0 and 100
    percent of a level.
    """

    ABOUT = About(
        title="Shure networked microphones and processors (command strings)",
        reached_by=("tcp://host",),
        sources=("Shure, Command Strings for MXA910 and P300",),
        quirks=(
            Quirk(
                model="mxa910",
                why="eight lobes and the automix",
                source="Shure, Command Strings for MXA910: channels 1 to 9",
                options=MappingProxyType({"channels": 9}),
            ),
            Quirk(
                model="p300",
                why="ten Dante inputs, two analog ones, USB and mobile",
                source="Shure, Command Strings for P300: channels 1 to 14 are inputs",
                options=MappingProxyType({"channels": 14}),
            ),
        ),
    )
    PORTS: ClassVar[Mapping[str, int]] = MappingProxyType({"tcp": 2202})

    def __init__(
        self,
        transport: Transport,
        *,
        channels: int = 9,
        least_db: float = -50.0,
        most_db: float = 10.0,
    ) -> None:
        super().__init__(transport, lambda: PlainCodec(MessageDecoder().feed))
        if not 1 <= channels <= CHANNELS_MAX or not -110 <= least_db < most_db <= 30:
            ends = f"{least_db} to {most_db} dB"
            raise UnsupportedError(f"{channels} channels, {ends}; there are -110 to 30 dB")
        self._ends_db = (least_db, most_db)
        self._names = {n: str(n) for n in range(1, channels + 1)}
        self._identified = False
        self.choices["mute"] = ("sound",)
        self.choices["level"] = tuple(self._names.values())

    async def set_mute(self, *, picture: bool | None = None, sound: bool | None = None) -> None:
        """Silence the whole device (True) or let it be heard (False)."""
        if picture is not None:
            raise UnsupportedError("it has no picture to mute; there is sound")
        if sound is not None:
            await self._set(Message(SET, MUTE, "ON" if sound else "OFF"))

    async def set_level(self, *, percent: float, channel: int = 1) -> None:
        """Set a channel's gain, 0 to 100 between the ends that were agreed."""
        if channel not in self._names or not 0 <= percent <= 100:
            raise UnsupportedError(f"no level {percent} of channel {channel}")
        least, most = self._ends_db
        tenths = round((least + (most - least) * percent / 100) * 10) + GAIN_ZERO_DB
        await self._set(Message(SET, GAIN, f"{tenths:04}", channel))

    async def identify(self) -> None:
        """Ask for model, name, firmware and serial number again."""
        self.note("maker", "Shure")
        for word, value in IDENTITY.items():
            told = await self._get(word)
            if told:
                self.note(value, told)
        self._identified = True

    async def begin(self) -> None:
        """Have it asked again who it is, and what its channels are called."""
        self._identified = False

    async def probe(self) -> None:
        """Ask whether it is muted."""
        await self._get(MUTE, priority=Priority.SETUP)

    async def poll(self) -> None:
        """Ask for mute and gains; once in a connection for names."""
        self._take(Message(REPORT, MUTE, await self._get(MUTE)), ValueSource.POLLED)
        for channel in self._names:
            told = await self._get(GAIN, channel)
            self._take(Message(REPORT, GAIN, told, channel), ValueSource.POLLED)
        if self._identified:
            return
        for channel in self._names:
            told = await self._get(TITLE, channel)
            self._take(Message(REPORT, TITLE, told, channel), ValueSource.POLLED)
        await self.identify()

    def unasked(self, reply: Message) -> None:
        """Take what somebody changed."""
        if reply.verb == REPORT:
            self._take(reply, ValueSource.PUSHED)

    def _take(self, report: Message, source: ValueSource) -> None:
        match report:
            case Message(name="DEVICE_AUDIO_MUTE", value="ON" | "OFF" as word):
                self.note("sound-mute", word == "ON", source)
            case Message(name="AUDIO_GAIN_HI_RES", value=tenths, channel=channel):
                if channel in self._names and tenths.isdecimal() and int(tenths) <= GAIN_MAX:
                    self.note(f"level-{channel}", self._percent(int(tenths)), source)
            case Message(name="CHAN_NAME", value=title, channel=channel) if channel in self._names:
                self._names[channel] = title or str(channel)
                self.choices["level"] = tuple(self._names.values())
                self.publish()

    def _percent(self, tenths: int) -> float:
        least, most = self._ends_db
        share = ((tenths - GAIN_ZERO_DB) / 10 - least) * 100 / (most - least)
        return round(min(max(share, 0.0), 100.0), 1)

    async def _set(self, wish: Message) -> None:
        """Have it set, and reported so."""
        channel = "" if wish.channel == DEVICE else str(wish.channel)
        kind = f"{wish.name} {channel}"
        told = await self._ask(wish, f"{kind} {wish.value}", Priority.COMMAND, kind)
        self._take(Message(REPORT, wish.name, told, wish.channel), ValueSource.POLLED)

    async def _get(
        self, name: str, channel: int = DEVICE, priority: Priority = Priority.POLL
    ) -> str:
        return await self._ask(Message(GET, name, channel=channel), f"{name}?", priority, "")

    async def _ask(self, message: Message, name: str, priority: Priority, kind: str) -> str:
        def answer(heard: Message) -> str | None:
            if heard.verb == REPORT and heard.name == ERROR:
                raise RefusedError(f"{name}: it does not know this, or not this value")
            about = (heard.verb, heard.name, heard.channel)
            if about != (REPORT, message.name, message.channel) or not _fits(heard):
                return None
            return heard.value if message.value in {"", heard.value} else None

        exchange = Exchange[Message, str](
            name=name,
            data=encode(message),
            answer=answer,
            timeout_s=REPLY_S,
            priority=priority,
            kind=kind,
        )
        return await self.line.ask(exchange)


def _fits(report: Message) -> bool:
    """Say whether a report has a value that its name wants."""
    wanted = {MUTE: "ON|OFF", GAIN: r"\d{4}"}
    return re.fullmatch(wanted.get(report.name, ".*"), report.value) is not None
