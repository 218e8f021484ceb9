"""Modbus: coils and registers of numbered units, in RTU frames or behind a TCP header. No I/O.

An RTU frame is the unit, the function, its data and a CRC, low byte first; nothing else tells
where it ends but its length and the quiet after it. Modbus TCP puts a transaction number and a
length before it, and has no CRC. An answer repeats unit and function; a refusal adds 0x80 to the
function and gives a code.

Source: Modbus Organization, "MODBUS Application Protocol Specification V1.1b3", sections 4 to 7;
"MODBUS over Serial Line V1.02", section 2.5 (RTU); "MODBUS Messaging on TCP/IP Implementation
Guide V1.0b", section 3.1.3 (header).
"""

import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from classroom_drivers.codecs.garbage import Garbage

READ_COILS, READ_DISCRETE, READ_HOLDING, READ_INPUT = 0x01, 0x02, 0x03, 0x04
WRITE_COIL, WRITE_REGISTER, WRITE_COILS, WRITE_REGISTERS = 0x05, 0x06, 0x0F, 0x10
IDENTIFY, IDENTIFY_TYPE, IDENTIFY_BASIC = 0x2B, 0x0E, 0x01
READS_BITS = {READ_COILS, READ_DISCRETE}
READS_WORDS = {READ_HOLDING, READ_INPUT}
WRITES = {WRITE_COIL, WRITE_REGISTER, WRITE_COILS, WRITE_REGISTERS}
OTHERS = {0x07: 4, 0x08: 8, 0x0B: 4, 0x0C: 4, 0x11: 4, 0x16: 10, 0x18: 6}  # questions' lengths
REFUSED = 0x80
ON, OFF = 0xFF00, 0x0000

UNIT_MAX = 247
FRAME_MAX = 256
CRC_LENGTH = 2
BITS_MAX, WORDS_MAX = 2000, 125
HEADER_LENGTH = 6

BUSY, NO_PATH, NO_TARGET = 0x06, 0x0A, 0x0B
REFUSALS = {
    0x01: "illegal function",
    0x02: "illegal data address",
    0x03: "illegal data value",
    0x04: "server device failure",
    0x05: "acknowledge: it will take long",
    BUSY: "server device busy",
    0x08: "memory parity error",
    NO_PATH: "gateway path unavailable",
    NO_TARGET: "gateway target device failed to respond",
}


@dataclass(frozen=True, slots=True)
class Frame:
    """A question or an answer, without what the framing adds."""

    unit: int
    function: int  # of a refusal, too: without the 0x80
    data: bytes = b""
    refusal: int = 0  # the code; 0 is none


def encode(frame: Frame) -> bytes:
    """Spell a frame as it is inside of any framing: unit, function, data."""
    if frame.refusal:
        return bytes([frame.unit, frame.function | REFUSED, frame.refusal])
    return bytes([frame.unit, frame.function]) + frame.data


def read(unit: int, function: int, address: int, count: int) -> Frame:
    """Ask for so many coils or registers from an address on."""
    return Frame(unit, function, struct.pack(">HH", address, count))


def write(unit: int, function: int, address: int, word: int) -> Frame:
    """Write one coil (ON or OFF) or one register."""
    return Frame(unit, function, struct.pack(">HH", address, word))


def write_coils(unit: int, address: int, values: Sequence[bool]) -> Frame:
    """Write coils that follow each other."""
    packed = pack_bits(values)
    head = struct.pack(">HHB", address, len(values), len(packed))
    return Frame(unit, WRITE_COILS, head + packed)


def write_registers(unit: int, address: int, words: Sequence[int]) -> Frame:
    """Write registers that follow each other."""
    head = struct.pack(">HHB", address, len(words), 2 * len(words))
    return Frame(unit, WRITE_REGISTERS, head + struct.pack(f">{len(words)}H", *words))


def identify(unit: int, first: int = 0) -> Frame:
    """Ask who it is: maker, model and revision."""
    return Frame(unit, IDENTIFY, bytes([IDENTIFY_TYPE, IDENTIFY_BASIC, first]))


def pack_bits(values: Sequence[bool]) -> bytes:
    """Put bits into bytes, the first into the lowest bit."""
    number = sum(1 << place for place, value in enumerate(values) if value)
    return number.to_bytes((len(values) + 7) // 8, "little")


def bits(data: bytes) -> list[bool]:
    """Take the bits out of an answer to READ_COILS or READ_DISCRETE; eight a byte."""
    return [bool(byte >> place & 1) for byte in data[1:] for place in range(8)]


def words(data: bytes) -> list[int]:
    """Take the registers out of an answer to READ_HOLDING or READ_INPUT."""
    return list(
        struct.unpack(f">{(len(data) - 1) // 2}H", data[1 : len(data) - (len(data) - 1) % 2])
    )


def objects(data: bytes) -> dict[int, str]:
    """Take the texts out of an answer to `identify`: 0 maker, 1 model, 2 revision."""
    found: dict[int, str] = {}
    rest = data[6:]
    while len(rest) >= 2 and len(rest) >= 2 + rest[1]:
        found[rest[0]] = rest[2 : 2 + rest[1]].decode("utf-8", "replace").strip("\0 ")
        rest = rest[2 + rest[1] :]
    return found


def crc(data: bytes) -> bytes:
    """Give the check of a frame, low byte first."""
    value = 0xFFFF
    for byte in data:
        value = value >> 8 ^ _CRC[(value ^ byte) & 0xFF]
    return value.to_bytes(2, "little")


def to_rtu(frame: Frame) -> bytes:
    """Spell an RTU frame."""
    data = encode(frame)
    return data + crc(data)


def to_tcp(frame: Frame, transaction: int) -> bytes:
    """Spell a frame behind a TCP header."""
    data = encode(frame)
    return struct.pack(">HHH", transaction & 0xFFFF, 0, len(data)) + data


Length = Callable[[bytes], int | None]  # of a whole RTU frame: 0 unknown yet, None is no frame


def answer_length(data: bytes) -> int | None:
    """Say how long an answer that begins like this is, with its CRC."""
    if data[0] > UNIT_MAX:
        return None
    if len(data) < 3:
        return 0
    function = data[1]
    if function & REFUSED:
        return 5 if data[2] in REFUSALS else None
    if function in READS_BITS | READS_WORDS:
        return 5 + data[2] if 0 < data[2] <= FRAME_MAX - 6 else None
    if function in WRITES:
        return 8
    return _identity_length(data) if function == IDENTIFY else None


def question_length(data: bytes) -> int | None:
    """Say how long a question that begins like this is, with its CRC."""
    if data[0] > UNIT_MAX:
        return None
    if len(data) < 2:
        return 0
    function = data[1]
    if function in READS_BITS | READS_WORDS | {WRITE_COIL, WRITE_REGISTER}:
        return 8
    if function in {WRITE_COILS, WRITE_REGISTERS}:
        return 0 if len(data) < 7 else 9 + data[6] if 0 < data[6] <= FRAME_MAX - 10 else None
    return 7 if function == IDENTIFY else OTHERS.get(function)


class RtuDecoder:
    """Cuts a byte stream, however it arrived, into RTU frames of one direction. Never raises."""

    def __init__(self, length: Length) -> None:
        self._length = length
        self._rest = b""

    def forget(self) -> None:
        """Begin anew: what came before belongs to nothing."""
        self._rest = b""

    def feed(self, data: bytes) -> list[Frame | Garbage]:
        """Take bytes as they arrive; give what they complete, noise included."""
        self._rest += data
        found: list[Frame | Garbage] = []
        while self._rest:
            length = self._length(self._rest)
            if length == 0 or (length and len(self._rest) < length):
                break
            if length and crc(self._rest[: length - 2]) == self._rest[length - 2 : length]:
                found.append(_frame(self._rest[: length - 2]))
                self._rest = self._rest[length:]
            else:
                found.append(Garbage(self._rest[:1]))
                self._rest = self._rest[1:]
        return found


@dataclass(frozen=True, slots=True)
class Message:
    """A frame with its transaction number."""

    transaction: int
    frame: Frame


class TcpDecoder:
    """Cuts a byte stream into frames of one direction behind TCP headers. Never raises."""

    def __init__(self, length: Length) -> None:
        self._length = length
        self._rest = b""

    def feed(self, data: bytes) -> list[Message | Garbage]:
        """Take bytes as they arrive; give what they complete, noise included."""
        self._rest += data
        found: list[Message | Garbage] = []
        while len(self._rest) >= HEADER_LENGTH:
            length = self._end()
            if length == 0 or (length and len(self._rest) < length):
                break
            if length:
                transaction = int.from_bytes(self._rest[:2], "big")
                found.append(Message(transaction, _frame(self._rest[HEADER_LENGTH:length])))
                self._rest = self._rest[length:]
            else:
                found.append(Garbage(self._rest[:1]))
                self._rest = self._rest[1:]
        return found

    def _end(self) -> int | None:
        """Say how long the message is: as its header and its function have it. 0 is not yet."""
        protocol, length = struct.unpack(">HH", self._rest[2:HEADER_LENGTH])
        if protocol or not 2 <= length <= FRAME_MAX - CRC_LENGTH:
            return None
        rest = self._rest[HEADER_LENGTH + 1 :]
        if not rest:
            return 0
        whole = self._length(b"\0" + rest)  # any unit: some gateways are 255
        return HEADER_LENGTH + length if whole == length + CRC_LENGTH else None if whole else whole


class RtuCodec:
    """The controller's side of RTU. What is heard before a question is no part of its answer."""

    def __init__(self) -> None:
        self._decoder = RtuDecoder(answer_length)

    def spell(self, data: bytes) -> list[bytes]:
        """Add the CRC."""
        self._decoder.forget()
        return [data + crc(data)]

    def feed(self, data: bytes) -> list[Frame | Garbage]:
        """Take bytes as they arrive; give what they complete, noise included."""
        return self._decoder.feed(data)


class TcpCodec:
    """The controller's side of Modbus TCP. An answer to an earlier question is garbage."""

    def __init__(self) -> None:
        self._decoder = TcpDecoder(answer_length)
        self._transaction = 0

    def spell(self, data: bytes) -> list[bytes]:
        """Add the header, with a number of its own."""
        self._transaction = self._transaction % 0xFFFF + 1
        return [struct.pack(">HHH", self._transaction, 0, len(data)) + data]

    def feed(self, data: bytes) -> list[Frame | Garbage]:
        """Take bytes as they arrive; give what they complete, noise included."""
        return [self._expected(found) for found in self._decoder.feed(data)]

    def _expected(self, found: Message | Garbage) -> Frame | Garbage:
        if isinstance(found, Message) and found.transaction == self._transaction:
            return found.frame
        return (
            found if isinstance(found, Garbage) else Garbage(to_tcp(found.frame, found.transaction))
        )


def _frame(data: bytes) -> Frame:
    unit, function = data[:2]
    if function & REFUSED:
        return Frame(unit, function & ~REFUSED, b"", data[2])
    return Frame(unit, function, data[2:])


def _identity_length(data: bytes) -> int | None:
    """Walk along the objects of an answer to `identify`."""
    if data[2] != IDENTIFY_TYPE:
        return None
    if len(data) < 8:
        return 0
    end = 8
    for _ in range(data[7]):
        if len(data) < end + 2:
            return 0 if end + 2 <= FRAME_MAX else None
        end += 2 + data[end + 1]
    return end + 2 if end + 2 <= FRAME_MAX else None


def _crc_of(byte: int) -> int:
    for _ in range(8):
        byte = byte >> 1 ^ (0xA001 if byte & 1 else 0)
    return byte


_CRC = tuple(map(_crc_of, range(256)))
