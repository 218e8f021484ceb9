"""Sony's VISCA over IP: eight bytes before every VISCA packet. No I/O.

The header is a type, the length of what follows and a sequence number. RESET makes the camera
count from 0 again. Who hears nothing sends the same bytes again: a sequence error in return tells
that the first ones had arrived.

Source: Sony, SRG-300H Technical Manual, p31-32 ("If time out occurs on the controller"); BRC-X400
Command List, p10-12; that the number begins at 0 again after the greatest: Everet EVP230N User
Manual, p41. UDP port 52381.
"""

from dataclasses import dataclass
from enum import IntEnum

from classroom_drivers.codecs import visca
from classroom_drivers.codecs.garbage import Garbage

HEADER_LENGTH = 8
KEPT = 64  # sequence numbers whose answers are remembered
PAYLOAD_MAX = visca.PACKET_MAX
SEQUENCES = 1 << 32  # after the last comes 0 again
RESET = b"\x01"
SEQUENCE_ERROR = bytes.fromhex("0F01")
MESSAGE_ERROR = bytes.fromhex("0F02")


class Kind(IntEnum):
    """What a message is."""

    COMMAND = 0x0100
    INQUIRY = 0x0110
    REPLY = 0x0111
    SETTING = 0x0120
    CONTROL = 0x0200
    CONTROL_REPLY = 0x0201


@dataclass(frozen=True, slots=True)
class Message:
    """A payload in its envelope."""

    kind: Kind
    sequence: int
    payload: bytes


def encode(message: Message) -> bytes:
    """Spell a message: one datagram."""
    head = message.kind.to_bytes(2, "big") + len(message.payload).to_bytes(2, "big")
    return head + (message.sequence % SEQUENCES).to_bytes(4, "big") + message.payload


def kind_of(packet: bytes) -> Kind:
    """Tell commands from inquiries, by the packet's second byte."""
    return Kind.INQUIRY if packet[1:2] == b"\x09" else Kind.COMMAND


class MessageDecoder:
    """Turns datagrams, or a stream of messages, into messages. Never raises."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> list[Message | Garbage]:
        """Take bytes as they arrive; give what they complete, noise included."""
        self._rest += data
        found: list[Message | Garbage] = []
        while len(self._rest) >= HEADER_LENGTH:
            kind, length = self._rest[:2], int.from_bytes(self._rest[2:4], "big")
            if kind not in _KINDS or not 1 <= length <= PAYLOAD_MAX:
                found.append(Garbage(self._rest))
                self._rest = b""
                break
            end = HEADER_LENGTH + length
            if len(self._rest) < end:
                break
            sequence = int.from_bytes(self._rest[4:HEADER_LENGTH], "big")
            found.append(Message(_KINDS[kind], sequence, self._rest[HEADER_LENGTH:end]))
            self._rest = self._rest[end:]
        return found


@dataclass(frozen=True, slots=True)
class ResetDone:
    """The camera counts from 0 again."""


@dataclass(frozen=True, slots=True)
class OutOfStep:
    """The camera has taken this sequence number before, or expected another one."""


class ControllerCodec:
    """The controller's side: envelopes and counting. A repeated answer is given once only."""

    counter = (4, 8)  # where the sequence number is, in what is sent and in its answer

    def __init__(self) -> None:
        self._messages = MessageDecoder()
        self._next = 0
        self._answered: dict[int, None] = {}  # the last few, in order, against answers to a resend

    def spell(self, data: bytes) -> list[bytes]:
        """Put every packet, or RESET, into an envelope of its own: one datagram each."""
        if data == RESET:
            self._next, self._answered = 0, {}
            return [encode(Message(Kind.CONTROL, 0, RESET))]
        packets = [packet + bytes([visca.END]) for packet in data.split(bytes([visca.END]))[:-1]]
        return [self._envelope(packet) for packet in packets]

    def feed(self, data: bytes) -> list[visca.Reply | ResetDone | OutOfStep | Garbage]:
        """Take bytes as they arrive; give what they complete, noise included."""
        found: list[visca.Reply | ResetDone | OutOfStep | Garbage] = []
        for message in self._messages.feed(data):
            if isinstance(message, Garbage):
                found.append(message)
            elif message.kind == Kind.REPLY:
                found.extend(self._replies(message))
            elif message.payload == RESET:
                found.append(ResetDone())
            elif message.payload == SEQUENCE_ERROR:
                found.append(OutOfStep())
            else:
                found.append(Garbage(message.payload))
        return found

    def _envelope(self, packet: bytes) -> bytes:
        sequence, self._next = self._next, (self._next + 1) % SEQUENCES
        return encode(Message(kind_of(packet), sequence, packet))

    def _replies(self, message: Message) -> list[visca.Reply | Garbage]:
        found = visca.ReplyDecoder().feed(message.payload)
        fresh = message.sequence not in self._answered
        self._answered[message.sequence] = None
        if len(self._answered) > KEPT:
            del self._answered[next(iter(self._answered))]
        return [reply for reply in found if fresh or isinstance(reply, visca.Completion)]


_KINDS = {kind.to_bytes(2, "big"): kind for kind in Kind}
