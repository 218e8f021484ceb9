"""A Shure microphone or processor: reports every change to everybody."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from classroom_drivers.codecs.shure import (
    DEVICE,
    ERROR,
    GAIN_MAX,
    GET,
    REPORT,
    SET,
    Message,
    MessageDecoder,
    encode,
)
from classroom_drivers.emulators.news import NEWS_S, Ear, News

TEXT = 31  # a text is filled up to so many letters


@dataclass(kw_only=True)
class ShureEmulator:
    """The device; sessions share it."""

    channels: int = 9
    model: str = "MXA910"
    name: str = "Ceiling"
    firmware: str = "4.6.4.0"
    serial_number: str = "3VG4150123"
    muted: bool = False
    gains: dict[int, int] = field(default_factory=dict)
    titles: dict[int, str] = field(default_factory=dict)
    news: News = field(default_factory=News, init=False)

    def session(self, now_s: float) -> "ShureSession":
        """Begin a connection."""
        return ShureSession(self, now_s)

    def touch(self, message: Message) -> None:
        """Have somebody else change something; everybody hears of it."""
        self.news.tell(encode(self.obey(message)))

    def obey(self, message: Message) -> Message:
        """Do a command and give the report about it."""
        if message.verb == SET and not self._set(message):
            return Message(REPORT, ERROR)
        if message.verb not in {GET, SET}:
            return Message(REPORT, ERROR)
        told = self._tell(message.name, message.channel)
        return Message(REPORT, message.name, told, message.channel) if told else _ERROR

    def _set(self, message: Message) -> bool:
        match message:
            case Message(name="DEVICE_AUDIO_MUTE", value="ON" | "OFF" | "TOGGLE" as word):
                self.muted = not self.muted if word == "TOGGLE" else word == "ON"
                return True
            case Message(name="AUDIO_GAIN_HI_RES", value=tenths, channel=channel):
                fits = tenths.isdecimal() and int(tenths) <= GAIN_MAX
                if fits and 1 <= channel <= self.channels:
                    self.gains[channel] = int(tenths)
                    return True
        return False

    def _tell(self, name: str, channel: int) -> str:
        if channel == DEVICE:
            fixed = {
                "MODEL": _text(self.model),
                "DEVICE_ID": _text(self.name),
                "FW_VER": _text(self.firmware),
                "SERIAL_NUM": _text(self.serial_number),
                "DEVICE_AUDIO_MUTE": "ON" if self.muted else "OFF",
            }
            return fixed.get(name, "")
        if not 1 <= channel <= self.channels:
            return ""
        told = {
            "AUDIO_GAIN_HI_RES": f"{self.gains.get(channel, 1100):04}",
            "CHAN_NAME": _text(self.titles.get(channel, f"Channel {channel}")),
        }
        return told.get(name, "")


class ShureSession:
    """One connection."""

    def __init__(self, device: ShureEmulator, now_s: float) -> None:
        self.closed = False
        self._device = device
        self._decoder = MessageDecoder()
        self._ear = Ear(device.news)
        self._look_s = now_s + NEWS_S

    def due_s(self) -> float:
        """Look for news now and then."""
        return self._look_s

    def receive(self, data: bytes, now_s: float) -> list[bytes]:
        """Take what arrived; give what the device says."""
        self._look_s = now_s + NEWS_S
        said = self._ear.fresh()
        for found in self._decoder.feed(data):
            if not isinstance(found, Message):
                said.append(encode(_ERROR))
                continue
            report = self._device.obey(found)
            said.append(encode(report))
            if found.verb == SET and report != _ERROR:
                self._ear.tell(encode(report))
        return said


def _text(words: str) -> str:
    return f"{{{words:<{TEXT}}}}"


_ERROR = Message(REPORT, ERROR)

MODELS: Mapping[str, Callable[[], ShureEmulator]] = MappingProxyType(
    {
        "mxa910": ShureEmulator,
        "p300": lambda: ShureEmulator(channels=28, model="P300", name="Processor"),
    }
)
