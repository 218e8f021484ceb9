"""RTMP's messages in chunks: spelled, and read from whatever pieces of a stream come. Pure.

Source: Adobe, Real Time Messaging Protocol (2012), 5.3 (chunks) and 5.4 (protocol control).
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

SET_CHUNK_SIZE: Final = 1
CHUNK: Final = 60_000  # bytes of ours: a message is rarely more than one chunk
_FIRST_CHUNK: Final = 128  # of others, until they say otherwise
_EXTENDED: Final = 0xFFFFFF
_MESSAGE_MAX: Final = 1 << 20  # what a server may send us
_HEADS: Final = (11, 7, 3, 0)  # bytes, by format
_HEAD_MAX: Final = 18  # bytes: of the stream, of the message, an extended time stamp


@dataclass(frozen=True, slots=True)
class Message:
    """One message; `at_ms` counts from the begin of the stream."""

    kind: int
    stream: int
    at_ms: int
    data: bytes
    channel: int = 3  # chunk stream: messages of one keep their order


def spelled(message: Message, chunk: int = CHUNK) -> bytes:
    """Spell a message in chunks, each with all that a server must know."""
    told = min(message.at_ms, _EXTENDED)
    extended = struct.pack(">I", message.at_ms & 0xFFFFFFFF) if told == _EXTENDED else b""
    head = told.to_bytes(3, "big") + len(message.data).to_bytes(3, "big")
    head += bytes((message.kind,)) + struct.pack("<I", message.stream)
    pieces = [bytes((message.channel,)), head, extended, message.data[:chunk]]
    for at in range(chunk, len(message.data), chunk):
        pieces += [bytes((0xC0 | message.channel,)), extended, message.data[at : at + chunk]]
    return b"".join(pieces)


@dataclass(slots=True)
class _Channel:
    """What a chunk stream has said of its message, and what of it has come."""

    at_ms: int = 0
    length: int = 0
    kind: int = 0
    stream: int = 0
    is_extended: bool = False
    data: bytes = b""

    def take(self, head: bytes) -> None:
        """Take the head of a chunk, as long as its format has it."""
        if len(head) >= 3:
            self.at_ms = int.from_bytes(head[:3], "big")
            self.is_extended = self.at_ms == _EXTENDED
        if len(head) >= 7:
            self.length, self.kind = int.from_bytes(head[3:6], "big"), head[6]
        if len(head) == 11:
            self.stream = int.from_bytes(head[7:], "little")
        if self.length > _MESSAGE_MAX:
            raise ValueError("a message that is far too large")


class Reader:
    """Reads messages; what is not complete yet is kept."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._chunk = _FIRST_CHUNK
        self._channels: dict[int, _Channel] = {}

    def feed(self, data: bytes) -> Iterator[Message]:
        """Take some bytes; give the messages that are complete by them.

        Raises:
            ValueError: a message is far too large; this is hardly RTMP.
        """
        self._buffer += data
        while (number := self._one_chunk()) is not None:
            channel = self._channels[number]
            if len(channel.data) < channel.length:
                continue
            message = Message(channel.kind, channel.stream, channel.at_ms, channel.data, number)
            channel.data = b""
            if message.kind == SET_CHUNK_SIZE and len(message.data) >= 4:
                self._chunk = max(struct.unpack_from(">I", message.data)[0] & 0x7FFFFFFF, 1)
            else:
                yield message

    def _one_chunk(self) -> int | None:
        """Take the first chunk; give its chunk stream, or None while it is not complete."""
        buffer = bytes(self._buffer[:_HEAD_MAX])
        number, at = _channel_of(buffer)
        end = at + _HEADS[buffer[0] >> 6] if buffer else _HEAD_MAX
        if len(buffer) < end:
            return None
        known = self._channels.get(number, _Channel())
        channel = replace(known)
        channel.take(buffer[at:end])
        if channel.is_extended:
            channel.at_ms = int.from_bytes(buffer[end : end + 4], "big")
            end += 4
        size = min(self._chunk, channel.length - len(channel.data))
        if len(self._buffer) < end + size:
            return None
        channel.data += bytes(self._buffer[end : end + size])
        del self._buffer[: end + size]
        self._channels[number] = channel
        return number


def _channel_of(head: bytes) -> tuple[int, int]:
    """Give a chunk's stream, and where its head goes on (5.3.1.1)."""
    low = head[0] & 0x3F if head else 0
    if low == 0 and len(head) > 1:
        return head[1] + 64, 2
    if low == 1 and len(head) > 2:
        return head[1] + 256 * head[2] + 64, 3
    return low, 1
