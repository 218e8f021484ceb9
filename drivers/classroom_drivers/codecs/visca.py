"""VISCA on the wire: what cameras understand and what they answer. No I/O.

A packet is a header, one to fourteen bytes (fifteen from one camera) and FF. To camera 1 the header
is 81, from camera 1 it is 90, to all of a chain 88. A command is answered by an acknowledgement
that names one of two sockets (``90 41 FF``) and, when it is done, by a completion (``90 51 FF``);
an inquiry by its answer alone (``90 50 .. FF``). Bodies here are what stands between header and FF.

Source: Sony, EVI-D70 Technical Manual, p31-51; Sony, BRC-Z330 Command List, p5-8; PTZOptics, VISCA
over IP command list; ranges and angles: Telycam, TLC-700 User Manual, p13, "VISCA Pan Tilt
Absolute Position Value". Where a command belongs to one maker only, it says so.
"""

from dataclasses import dataclass

from classroom_drivers.codecs.garbage import Garbage

PACKET_MAX = 17  # bytes, header and FF included: the standard says 16, the FR7's places have 17
END = 0xFF
ALL = 8  # the address of everybody in a chain

PAN_SPEED_MAX = 0x18
TILT_SPEED_MAX = 0x14
ZOOM_SPEED_MAX = 7
ZOOM_TELE = 0x4000  # the end of the optical zoom
UNITS_PER_DEG = 14.4  # of pan and tilt
DIGITS = 4  # of a position, one a byte; some cameras have five
PRESET_PAGE = 0x10  # added to the verb for the second page of presets

SET_ADDRESS = bytes.fromhex("3001")
ADDRESSES_SET = 0x30  # begins what comes back: the number after the last camera's follows
CLEAR = bytes.fromhex("010001")
STOP = bytes.fromhex("010601 0101 0303")  # still with valid speeds: some refuse 00
ZOOM_STOP = bytes.fromhex("010407 00")
HOME = bytes.fromhex("010604")
ASK_POWER = bytes.fromhex("090400")
ASK_VERSION = bytes.fromhex("090002")
ASK_POSITION = bytes.fromhex("090612")
ASK_ZOOM = bytes.fromhex("090447")
ASK_AUTOFOCUS = bytes.fromhex("090438")
ASK_FOCUS = bytes.fromhex("090448")
ASK_FREEZE = bytes.fromhex("090462")
ASK_TALLY = bytes.fromhex("097E010A")

WRONG_LENGTH, NOT_UNDERSTOOD, BUSY, CANCELLED, NO_SOCKET, NOT_NOW = 1, 2, 3, 4, 5, 0x41
REFUSALS = {
    WRONG_LENGTH: "wrong length",
    NOT_UNDERSTOOD: "not understood",
    BUSY: "busy with two commands",
    CANCELLED: "cancelled",
    NO_SOCKET: "nothing to cancel",
    NOT_NOW: "not possible now",
}


@dataclass(frozen=True, slots=True)
class Ack:
    """The camera has accepted a command and does it in this socket."""

    address: int
    socket: int


@dataclass(frozen=True, slots=True)
class Completion:
    """The command in this socket is done."""

    address: int
    socket: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What the camera says to an inquiry."""

    address: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Refusal:
    """The camera does not do it; `code` is a key of REFUSALS, if it is a known one."""

    address: int
    socket: int
    code: int


@dataclass(frozen=True, slots=True)
class NetworkChange:
    """A camera got power, joined or left the chain: the addresses must be set anew.

    `address` is 0 from a camera that has none yet.
    """

    address: int


@dataclass(frozen=True, slots=True)
class Echo:
    """A packet to all came back round the chain; an address packet counts the cameras."""

    body: bytes


Reply = Ack | Completion | Answer | Refusal | NetworkChange | Echo


@dataclass(frozen=True, slots=True)
class Packet:
    """A whole packet, not yet understood: header, and what stands between it and FF."""

    header: int
    body: bytes


NAMELESS = Packet(0x80, b"\x38")  # a camera without an address says that it is there


def encode(address: int, body: bytes) -> bytes:
    """Spell a packet to a camera, 1 to 7, or to all."""
    return bytes([0x80 | address, *body, END])


def encode_reply(reply: Reply) -> bytes:
    """Spell what a camera says."""
    match reply:
        case Ack(address, socket):
            return _from(address, bytes([0x40 | socket]))
        case Completion(address, socket):
            return _from(address, bytes([0x50 | socket]))
        case Answer(address, data):
            return _from(address, b"\x50" + data)
        case Refusal(address, socket, code):
            return _from(address, bytes([0x60 | socket, code]))
        case NetworkChange(address):
            return _from(address, b"\x38")
        case Echo(body):
            return encode(ALL, body)


def drive(pan: int, tilt: int) -> bytes:
    """Move at these speeds, -24..24 to the right and -20..20 up; both 0 is STOP."""
    speeds = bytes([max(abs(pan), 1), max(abs(tilt), 1)])
    return b"\x01\x06\x01" + speeds + bytes([_way(pan, 2, 1), _way(tilt, 1, 2)])


def zoom(speed: int) -> bytes:
    """Zoom at this speed, -7..7, in is positive; 0 is ZOOM_STOP."""
    if not speed:
        return ZOOM_STOP
    return b"\x01\x04\x07" + bytes([(0x20 if speed > 0 else 0x30) | abs(speed)])


def move_to(
    pan: int, tilt: int, speeds: tuple[int, int], digits: tuple[int, int] = (DIGITS, DIGITS)
) -> bytes:
    """Point at a place, in the camera's units; speeds and digits are those of pan and tilt."""
    return b"\x01\x06\x02" + bytes(speeds) + _place(pan, tilt, digits)


def move_by(
    pan: int, tilt: int, speeds: tuple[int, int], digits: tuple[int, int] = (DIGITS, DIGITS)
) -> bytes:
    """Turn by so much, in the camera's units."""
    return b"\x01\x06\x03" + bytes(speeds) + _place(pan, tilt, digits)


def cancel(socket: int) -> bytes:
    """End the command in this socket."""
    return bytes([0x20 | socket])


def zoom_to(position: int) -> bytes:
    """Zoom to a place, 0 to ZOOM_TELE."""
    return b"\x01\x04\x47" + nibbles(position)


def autofocus(*, on: bool) -> bytes:
    """Leave sharpness to the camera, or keep it as it is."""
    return bytes([0x01, 0x04, 0x38, _on_off(on)])


def focus_to(position: int) -> bytes:
    """Focus at a distance, in the camera's units; only while autofocus is off."""
    return b"\x01\x04\x48" + nibbles(position)


def store_preset(number: int) -> bytes:
    """Remember the present place."""
    return bytes([0x01, 0x04, 0x3F, 0x01, number])


def recall_preset(number: int) -> bytes:
    """Go to a remembered place."""
    return bytes([0x01, 0x04, 0x3F, 0x02, number])


def on_second_page(preset: bytes) -> bytes:
    """Turn a preset's command into that of the preset 128 further on (Lumens VC-TR40, RS171)."""
    return preset[:3] + bytes([preset[3] + PRESET_PAGE]) + preset[4:]


def power(*, on: bool) -> bytes:
    """Switch on or to standby."""
    return bytes([0x01, 0x04, 0x00, _on_off(on)])


def freeze(*, on: bool) -> bytes:
    """Hold the picture still, or let it run (Sony FCB; Lumens VC-TR40; Crestron 1 Beyond)."""
    return bytes([0x01, 0x04, 0x62, _on_off(on)])


def tally(*, on: bool) -> bytes:
    """Light the lamp or put it out."""
    return bytes([0x01, 0x7E, 0x01, 0x0A, 0x00, _on_off(on)])


def nibbles(value: int, digits: int = DIGITS) -> bytes:
    """Spell a signed number with one hex digit a byte."""
    return bytes(value >> 4 * place & 0xF for place in reversed(range(digits)))


def from_nibbles(data: bytes, *, signed: bool = True) -> int:
    """Read a number spelled with one hex digit a byte."""
    value = 0
    for byte in data:
        value = value << 4 | byte & 0xF
    span = 1 << 4 * len(data)
    return value - span if signed and value >= span // 2 else value


class PacketDecoder:
    """Cuts a byte stream, however it arrived, into packets. Never raises."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> list[Packet | Garbage]:
        """Take bytes as they arrive; give what they complete, noise included."""
        *pieces, self._rest = (self._rest + data).split(bytes([END]))
        found = [packet for piece in pieces for packet in _packets(piece)]
        if len(self._rest) >= PACKET_MAX:
            found.append(Garbage(self._rest))
            self._rest = b""
        return found


class ReplyDecoder:
    """Turns what cameras send into replies. Never raises."""

    def __init__(self) -> None:
        self._packets = PacketDecoder()

    def feed(self, data: bytes) -> list[Reply | Garbage]:
        """Take bytes as they arrive; give what they complete, noise included."""
        return [
            found if isinstance(found, Garbage) else read(found)
            for found in self._packets.feed(data)
        ]


def read(packet: Packet) -> Reply | Garbage:
    """Understand what a camera says."""
    if packet.header == 0x80 | ALL:
        return Echo(packet.body)
    address, first = (packet.header >> 4) - 8, packet.body[0]
    socket, rest = first & 0x0F, packet.body[1:]
    found: Reply | Garbage = Garbage(bytes([packet.header, *packet.body, END]))
    if packet.header & 0x0F or not 1 <= address <= 7:
        return NetworkChange(0) if packet == NAMELESS else found
    match first & 0xF0, len(rest):
        case 0x40, 0:
            found = Ack(address, socket)
        case 0x50, 0:
            found = Completion(address, socket)
        case 0x50, _:
            found = Answer(address, rest)
        case 0x60, 1:
            found = Refusal(address, socket, rest[0])
        case 0x30, 0 if socket == 8:
            found = NetworkChange(address)
    return found


def _packets(piece: bytes) -> list[Packet | Garbage]:
    """Find the packet at the end of what stands before an FF; noise may precede it."""
    for start in range(max(len(piece) - PACKET_MAX + 1, 0), len(piece) - 1):
        if piece[start] >= 0x80 and (piece[start] & 0x0F == 0 or piece[start] >> 4 == 8):
            noise: list[Packet | Garbage] = [Garbage(piece[:start])] if start else []
            return [*noise, Packet(piece[start], piece[start + 1 :])]
    return [Garbage(piece)] if piece else []


def _from(address: int, body: bytes) -> bytes:
    return bytes([(8 + address) << 4, *body, END])


def _place(pan: int, tilt: int, digits: tuple[int, int]) -> bytes:
    return nibbles(pan, digits[0]) + nibbles(tilt, digits[1])


def _on_off(on: bool) -> int:  # noqa: FBT001 - it is the value itself
    return 0x02 if on else 0x03


def _way(speed: int, positive: int, negative: int) -> int:
    if not speed:
        return 3
    return positive if speed > 0 else negative
