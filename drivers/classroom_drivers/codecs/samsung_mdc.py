"""Samsung's Multiple Display Control on the wire: frames to bytes and back. No I/O.

``AA``, a command, the display's number, how many bytes of data, the data, and the sum of all but
``AA``. A question has no data. The display answers with the command ``FF``; its data are ``A`` or
``N``, the command that was given, and the value, or an error's code. Number FE speaks to all
displays, none of which answers.

With TLS the display says ``MDCSTART<<TLS>>`` in clear and then begins it; its PIN is the first that
it wants to hear, and it says ``MDCAUTH<<PASS>>`` or ``MDCAUTH<<FAIL:0001>>``.

Source: Samsung PM49F user's manual p23-25, UD55A p31-36 (frames, power, volume, input); MD40B p42.
TLS by way of python-samsung-mdc 1.18.0, connection.py.
"""

from dataclasses import dataclass
from enum import IntEnum

from classroom_drivers.codecs.cutter import Cutter
from classroom_drivers.codecs.garbage import Garbage

HEADER, ANSWER = 0xAA, 0xFF
ACK, NAK = ord("A"), ord("N")
LONGEST = 4 + 255 + 1
PIN_LENGTH = 4
TLS_OFFERED = b"MDCSTART<<TLS>>"
TLS_ANSWERS = (b"MDCAUTH<<PASS>>", b"MDCAUTH<<FAIL:")
TEXT_MAX = 20  # MDCAUTH<<FAIL:0001>>


class Word(IntEnum):
    """Commands."""

    SERIAL_NUMBER = 0x0B
    STATUS = 0x0D
    FIRMWARE = 0x0E
    POWER = 0x11
    VOLUME = 0x12
    MUTE = 0x13
    INPUT = 0x14
    PANEL_ON_TIME = 0x83  # in units of ten minutes
    MODEL = 0x8A
    KEY = 0xB0


@dataclass(frozen=True, slots=True)
class Frame:
    """A question or command, as the display reads it."""

    command: int
    display: int
    data: bytes = b""


@dataclass(frozen=True, slots=True)
class Reply:
    """A display's answer; of a refusal, `data` is the error's code."""

    command: int
    display: int
    data: bytes = b""
    refused: bool = False


@dataclass(frozen=True, slots=True)
class TlsOffered:
    """The display speaks only after TLS and a PIN."""


@dataclass(frozen=True, slots=True)
class PinAnswer:
    """Whether it took the PIN: 0 is yes, 1 wrong, 2 blocked after too many."""

    failure: int = 0


@dataclass(frozen=True, slots=True)
class Pin:
    """A PIN, as the display reads it."""

    digits: str


Heard = Reply | TlsOffered | PinAnswer


def encode(frame: Frame) -> bytes:
    """Spell a question or command."""
    return _spelled(frame.command, frame.display, frame.data)


def encode_reply(reply: Reply | PinAnswer) -> bytes:
    """Spell what a display says."""
    match reply:
        case Reply(command, display, data, refused):
            return _spelled(ANSWER, display, bytes([NAK if refused else ACK, command]) + data)
        case PinAnswer(0):
            return b"MDCAUTH<<PASS>>"
        case PinAnswer(failure):
            return f"MDCAUTH<<FAIL:{failure:04X}>>".encode()


class ReplyDecoder(Cutter[Heard]):
    """Turns what a display sends into replies."""

    def __init__(self) -> None:
        super().__init__(_first_reply)


class FrameDecoder(Cutter[Frame | Pin]):
    """The display's side: turns what a controller sends into frames.

    With `pin`, four digits are expected before everything else.
    """

    def __init__(self, *, pin: bool = False) -> None:
        super().__init__(self._first)
        self._pin = pin

    def _first(self, data: bytes) -> tuple[Frame | Pin | Garbage, int] | None:
        if self._pin:
            if len(data) < PIN_LENGTH:
                return None
            self._pin = False
            return Pin(data[:PIN_LENGTH].decode("ascii", "replace")), PIN_LENGTH
        frame, length = _first_frame(data)
        if frame is None:
            return (Garbage(data[:length]), length) if length else None
        return Frame(frame[1], frame[2], frame[4:-1]), length


def _spelled(command: int, display: int, data: bytes) -> bytes:
    body = bytes([command, display, len(data)]) + data
    return bytes([HEADER]) + body + bytes([sum(body) % 256])


def _first_frame(data: bytes) -> tuple[bytes | None, int]:
    """Give the frame that begins here and its length; None and a length of noise; 0 to wait."""
    if data[0] != HEADER:
        place = data.find(HEADER)
        return None, len(data) if place < 0 else place
    if len(data) < 4 or len(data) < data[3] + 5:
        return None, 0
    frame = data[: data[3] + 5]
    if sum(frame[1:-1]) % 256 != frame[-1]:
        return None, 1
    return frame, len(frame)


def _first_reply(data: bytes) -> tuple[Heard | Garbage, int] | None:
    if data[0] == TLS_OFFERED[0]:
        return _first_text(data)
    if data[0] == HEADER and not _may_be_reply(data):
        return Garbage(data[:1]), 1
    frame, length = _first_frame(data)
    if frame is not None:
        return Reply(frame[5], frame[2], frame[6:-1], refused=frame[4] == NAK), length
    if not length:
        return None
    places = (data.find(HEADER), data.find(TLS_OFFERED[:1]))
    nearest = min((place for place in places if place > 0), default=length)
    noise = min(length, nearest)
    return Garbage(data[:noise]), noise


def _may_be_reply(data: bytes) -> bool:
    """Say whether these bytes may begin a reply, so that noise does not keep us waiting."""
    fits = data[1:2] in {b"", bytes([ANSWER])} and data[4:5] in {b"", b"A", b"N"}
    return fits and (len(data) < 4 or data[3] >= 2)


def _first_text(data: bytes) -> tuple[Heard | Garbage, int] | None:
    passed, failed = TLS_ANSWERS
    for text, heard in ((TLS_OFFERED, TlsOffered()), (passed, PinAnswer())):
        if data.startswith(text):
            return heard, len(text)
    if data.startswith(failed) and len(data) >= TEXT_MAX:
        digits, end = data[len(failed) : TEXT_MAX - 2], data[TEXT_MAX - 2 : TEXT_MAX]
        if end == b">>" and all(digit in b"0123456789ABCDEFabcdef" for digit in digits):
            return PinAnswer(int(digits, 16) or -1), TEXT_MAX
        return Garbage(data[:1]), 1
    begun = any(text.startswith(data[: len(text)]) for text in (TLS_OFFERED, *TLS_ANSWERS))
    return None if begun else (Garbage(data[:1]), 1)
