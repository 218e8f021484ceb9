"""A Samsung display that speaks MDC; with a PIN when it is reached by TLS.

In standby it refuses all but power and what it is; for some seconds after it was switched on it
says that it is on and refuses the rest all the same. It answers to its own number, hears FE
without a word, and locks the PIN after a few wrong ones.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from classroom_drivers.codecs.samsung_mdc import (
    TLS_OFFERED,
    Frame,
    FrameDecoder,
    Pin,
    PinAnswer,
    Reply,
    Word,
    encode_reply,
)
from classroom_drivers.emulators.session import NEVER

ALL = 0xFE
WRONG_PIN, BLOCKED = 1, 2
TRIES = 5
NOT_NOW, NO_SUCH_COMMAND, NO_SUCH_VALUE = 1, 2, 3  # what it says by N; the manual has no table
ALWAYS = frozenset({Word.POWER, Word.SERIAL_NUMBER, Word.FIRMWARE, Word.MODEL})
READ_ONLY = frozenset(
    {Word.SERIAL_NUMBER, Word.FIRMWARE, Word.MODEL, Word.STATUS, Word.PANEL_ON_TIME}
)


@dataclass(kw_only=True)
class SamsungEmulator:
    """The display; sessions share it."""

    tls_after = TLS_OFFERED
    password: str = ""  # its PIN; it is asked for when there is one
    display: int = 1
    warm_up_s: float = 8.0
    hangs_up: bool = False  # when it is switched
    on: bool = False
    source: int = 0x21
    sources: frozenset[int] = frozenset({0x21, 0x23, 0x25, 0x50})
    volume: int = 20
    muted: bool = False
    speakers: bool = True
    errors: bytes = bytes([0, 0, 2, 0, 41, 0])  # lamp, heat, light sensor, signal, deg C, fan
    ten_minutes: int = 7404
    pressed: list[int] = field(default_factory=list)
    wrong_pins: int = 0
    _ready_s: float = field(default=0.0, init=False)

    def session(self, now_s: float) -> "SamsungSession":
        """Begin a connection."""
        return SamsungSession(self)

    def obey(self, frame: Frame, now_s: float) -> bytes | int:
        """Do a command; give its value, or the code of an error."""
        word, data = frame.command, frame.data
        if word not in ALWAYS and (not self.on or now_s < self._ready_s):
            return NOT_NOW
        if not data or word in READ_ONLY:
            return self._tell(word)
        return self._change(word, data[0], now_s)

    def _change(self, word: int, value: int, now_s: float) -> bytes | int:
        match word, value:
            case Word.POWER, 0 | 1:
                if value and not self.on:
                    self._ready_s = now_s + self.warm_up_s
                self.on = bool(value)
            case Word.INPUT, _ if value in self.sources:
                self.source = value
            case Word.VOLUME, _ if value <= 100 and self.speakers:
                self.volume = value
            case Word.MUTE, 0 | 1 if self.speakers:
                self.muted = bool(value)
            case Word.KEY, _:
                self.pressed.append(value)
            case ((Word.POWER | Word.INPUT | Word.VOLUME | Word.MUTE), _):
                return NO_SUCH_VALUE
            case _:
                return NO_SUCH_COMMAND
        return bytes([value])

    def _tell(self, word: int) -> bytes | int:
        told = {
            Word.POWER: bytes([self.on]),
            Word.INPUT: bytes([self.source]),
            Word.SERIAL_NUMBER: b"0ABCHCMF900001\0\0\0\0",
            Word.FIRMWARE: b"T-KTMLAKUC-1020.5",
            Word.MODEL: b"QM55R",
            Word.STATUS: self.errors,
            Word.PANEL_ON_TIME: self.ten_minutes.to_bytes(2, "big"),
        }
        if self.speakers:
            told |= {Word.VOLUME: bytes([self.volume]), Word.MUTE: bytes([self.muted])}
        return told.get(Word(word), NO_SUCH_COMMAND) if word in set(Word) else NO_SUCH_COMMAND


class SamsungSession:
    """One connection."""

    def __init__(self, panel: SamsungEmulator) -> None:
        self.closed = False
        self._panel = panel
        self._decoder = FrameDecoder(pin=bool(panel.password))

    def due_s(self) -> float:
        """Never does anything by itself."""
        return NEVER

    def receive(self, data: bytes, now_s: float) -> list[bytes]:
        """Take what arrived; give what the display says."""
        said: list[bytes] = []
        for found in self._decoder.feed(data):
            match found:
                case Pin(digits):
                    said.append(encode_reply(self._check(digits)))
                case Frame(display=number) if number == ALL and not self.closed:
                    self._panel.obey(found, now_s)
                case Frame(display=number) if number == self._panel.display and not self.closed:
                    said.append(encode_reply(self._answer(found, now_s)))
        return said

    def _check(self, digits: str) -> PinAnswer:
        panel = self._panel
        if panel.wrong_pins >= TRIES:
            self.closed = True
            return PinAnswer(BLOCKED)
        if digits != panel.password:
            panel.wrong_pins += 1
            self.closed = True
            return PinAnswer(WRONG_PIN)
        panel.wrong_pins = 0
        return PinAnswer()

    def _answer(self, frame: Frame, now_s: float) -> Reply:
        before = self._panel.on
        result = self._panel.obey(frame, now_s)
        self.closed = self._panel.hangs_up and self._panel.on is not before
        if isinstance(result, int):
            return Reply(frame.command, frame.display, bytes([result]), refused=True)
        return Reply(frame.command, frame.display, result)


MODELS: Mapping[str, Callable[[], SamsungEmulator]] = MappingProxyType(
    {
        "display": SamsungEmulator,
        "hangs-up": lambda: SamsungEmulator(hangs_up=True, speakers=False),
    }
)
