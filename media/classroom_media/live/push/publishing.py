"""The conversation by which a stream is published with RTMP. Pure: bytes in, bytes out.

Source: Adobe, Real Time Messaging Protocol (2012), 5.2 (handshake), 7.2 (commands); what servers
expect besides (releaseStream, FCPublish): nginx-rtmp-module, ngx_rtmp_cmd_module.c.
"""

import struct
from collections.abc import Iterator
from typing import Final

from classroom_media.live.push import amf
from classroom_media.live.push.address import Address
from classroom_media.live.push.chunks import CHUNK, SET_CHUNK_SIZE, Message, Reader, spelled
from classroom_media.live.push.errors import PushError

HANDSHAKE: Final = 1536  # bytes
COMMAND: Final = 20
DATA: Final = 18
PICTURE: Final = 9
SOUND: Final = 8
_USER_CONTROL: Final = 4
_PING: Final = 6
_PONG: Final = 7
_CONNECT: Final = 1  # transactions
_CREATE: Final = 4
_VERSION: Final = b"\3"
_SELF: Final = "FMLE/3.0 (compatible; Classroom Edge)"


class Publishing:
    """One connection. `begin` first; `feed` gives what is to be sent; then `is_ready`."""

    def __init__(self, address: Address) -> None:
        self.is_ready = False
        self._address = address
        self._greeting = bytearray()  # of the server
        self._greeted = False
        self._stream = 0
        self._reader = Reader()

    def begin(self) -> bytes:
        """Give the first bytes."""
        return _VERSION + bytes(HANDSHAKE)

    def feed(self, data: bytes) -> bytes:
        """Take what the server sent; give what it is to be told.

        Raises:
            PushError: it says no ("rejected"), or speaks something else ("strange").
        """
        if not self._greeted:
            self._greeting += data
            if len(self._greeting) < 1 + 2 * HANDSHAKE:
                return b""
            if self._greeting[:1] != _VERSION:
                raise PushError("strange")
            self._greeted = True
            told = bytes(self._greeting[1 : 1 + HANDSHAKE]) + self._connect()
            return told + self.feed(bytes(self._greeting[1 + 2 * HANDSHAKE :]))
        try:
            return b"".join(self._answers(data))
        except ValueError as error:
            raise PushError("strange") from error

    def media(self, kind: int, at_ms: int, data: bytes) -> bytes:
        """Spell a message of picture, sound or data."""
        channel = 6 if kind == PICTURE else 4
        return spelled(Message(kind, self._stream, at_ms, data, channel))

    def end(self) -> bytes:
        """Say that nothing follows."""
        unpublish = amf.spelled("FCUnpublish", 6, None, self._address.key)
        delete = amf.spelled("deleteStream", 7, None, self._stream)
        return self._command(unpublish) + self._command(delete)

    def _answers(self, data: bytes) -> Iterator[bytes]:
        for message in self._reader.feed(data):
            if message.kind == COMMAND and (values := amf.read(message.data)):
                yield self._heard(values)
            elif message.kind == _USER_CONTROL and message.data[:2] == bytes((0, _PING)):
                pong = struct.pack(">H", _PONG) + message.data[2:6]
                yield spelled(Message(_USER_CONTROL, 0, 0, pong, 2))

    def _heard(self, values: list[amf.Value]) -> bytes:
        name, transaction, rest = values[0], values[1:2], values[2:]
        if name == "_error":
            raise PushError("rejected", _said(rest))
        if name == "_result" and transaction == [_CONNECT]:
            return self._create()
        if name == "_result" and transaction == [_CREATE]:
            self._stream = int(next((one for one in rest if isinstance(one, float)), 1.0))
            publish = amf.spelled("publish", 5, None, self._address.key, "live")
            return spelled(Message(COMMAND, self._stream, 0, publish, 4))
        if name == "onStatus":
            self._told(rest)
        elif name == "close":
            raise PushError("lost")
        return b""

    def _told(self, rest: list[amf.Value]) -> None:
        status = next((one for one in rest if isinstance(one, dict)), {})
        if status.get("level") == "error":
            raise PushError("rejected", _said(rest))
        if status.get("code") == "NetStream.Publish.Start":
            self.is_ready = True

    def _connect(self) -> bytes:
        size = spelled(Message(SET_CHUNK_SIZE, 0, 0, struct.pack(">I", CHUNK), 2))
        host = f"[{self._address.host}]" if ":" in self._address.host else self._address.host
        place = f"{self._address.scheme}://{host}:{self._address.port}/{self._address.app}"
        told: dict[str, amf.Value] = {
            "app": self._address.app,
            "type": "nonprivate",
            "flashVer": _SELF,
            "tcUrl": place,
        }
        return size + self._command(amf.spelled("connect", _CONNECT, told))

    def _create(self) -> bytes:
        key = self._address.key
        return b"".join(
            (
                self._command(amf.spelled("releaseStream", 2, None, key)),
                self._command(amf.spelled("FCPublish", 3, None, key)),
                self._command(amf.spelled("createStream", _CREATE, None)),
            )
        )

    def _command(self, data: bytes) -> bytes:
        return spelled(Message(COMMAND, 0, 0, data))


def _said(values: list[amf.Value]) -> str:
    """Give what a server says in words, or its code."""
    status = next((one for one in values if isinstance(one, dict)), {})
    said = status.get("description") or status.get("code") or ""
    return str(said)[:200]
