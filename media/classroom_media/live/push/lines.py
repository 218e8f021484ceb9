"""The way to a platform: opened, fed with packets, closed. Every wait has a limit."""

import select
import socket
import ssl
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Final, Protocol

import av

from classroom_media.api import Kind
from classroom_media.live.push.address import Address
from classroom_media.live.push.call import WhipLine
from classroom_media.live.push.errors import PushError
from classroom_media.live.push.flv import Tagger
from classroom_media.live.push.publishing import Publishing
from classroom_media.live.push.transport_stream import TransportStream
from classroom_media.live.srt.connection import Connection
from classroom_media.live.srt.library import TIMEOUT, SrtError
from classroom_media.packets import Coded

OPEN_S: Final = 6.0
SEND_S: Final = 5.0
_RECEIVED: Final = 65_536  # bytes at once


class Line(Protocol):
    """One connection to a platform."""

    sent: int  # bytes

    def send(self, kind: Kind, packet: Coded) -> None:
        """Send a packet. Raises PushError."""

    def close(self) -> None:
        """Say goodbye, and let go."""


def _nobody() -> None:
    """Hear a wish for a keyframe that nobody can grant: the next one comes by itself."""


def open_line(address: Address, wish: Callable[[], None] = _nobody) -> Line:
    """Connect, and agree on what is sent; `wish` hears, in any thread, that a keyframe is wanted.

    Raises:
        PushError: it does not work; its code and text tell why.
    """
    match address.scheme:
        case "srt":
            return SrtLine(address)
        case "http" | "https":
            return WhipLine(address, wish)
        case _:
            return RtmpLine(address)


class RtmpLine:
    """RTMP, over TLS for rtmps."""

    def __init__(self, address: Address) -> None:
        self.sent = 0
        self._tagger = Tagger()
        self._publishing = Publishing(address)
        self._socket = _connected(address)
        try:
            self._agree()
        except PushError:
            self._socket.close()
            raise

    def send(self, kind: Kind, packet: Coded) -> None:
        """Send a packet, and hear what the server says meanwhile. Raises PushError."""
        for tag, at_ms, body in self._tagger.tags(kind, packet):
            self._tell(self._publishing.media(tag, at_ms, body))
        while select.select([self._socket], [], [], 0)[0]:
            self._hear()

    def close(self) -> None:
        """Say goodbye, and let go."""
        with suppress(PushError):
            self._tell(self._publishing.end())
        self._socket.close()

    def _agree(self) -> None:
        until_s = time.monotonic() + OPEN_S
        self._tell(self._publishing.begin())
        while not self._publishing.is_ready:
            if time.monotonic() > until_s:
                raise PushError("silent")
            self._hear()

    def _tell(self, data: bytes) -> None:
        if not data:
            return
        try:
            self._socket.sendall(data)
        except TimeoutError as error:
            raise PushError("silent") from error
        except OSError as error:
            raise PushError("lost", error.strerror or "") from error
        self.sent += len(data)

    def _hear(self) -> None:
        try:
            data = self._socket.recv(_RECEIVED)
        except (TimeoutError, ssl.SSLWantReadError) as error:
            raise PushError("silent") from error
        except OSError as error:
            raise PushError("lost", error.strerror or "") from error
        if not data:
            raise PushError("lost")
        self._tell(self._publishing.feed(data))


class SrtLine:
    """An MPEG transport stream over SRT."""

    def __init__(self, address: Address) -> None:
        self.sent = 0
        self._stream = TransportStream()
        try:
            self._connection = Connection(address, silence_s=SEND_S)
        except SrtError as error:
            raise PushError("library", error.text) from error
        try:
            self._connection.open()
        except SrtError as error:
            self._connection.close()
            raise _srt_problem(error) from error

    def send(self, kind: Kind, packet: Coded) -> None:
        """Send a packet. Raises PushError."""
        try:
            for piece in self._stream.pieces(kind, packet):
                self._connection.send(piece)
                self.sent += len(piece)
        except SrtError as error:
            raise PushError("lost", error.text) from error
        except (av.FFmpegError, ValueError) as error:
            raise PushError("strange", str(error)) from error

    def close(self) -> None:
        """Let go."""
        self._connection.close()


def _srt_problem(error: SrtError) -> PushError:
    if error.code in {TIMEOUT, 1001}:  # SRT_ENOSERVER: nobody answered in time
        return PushError("unreachable", error.text)
    return PushError("rejected", error.text)


def _connected(address: Address) -> socket.socket:
    """Connect by TCP, and by TLS if that is asked for.

    Raises:
        PushError: it does not work.
    """
    try:
        plain = socket.create_connection((address.host, address.port), OPEN_S)
        plain.settimeout(SEND_S)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if address.scheme != "rtmps":
            return plain
        return ssl.create_default_context().wrap_socket(plain, server_hostname=address.host)
    except ssl.SSLError as error:
        raise PushError("tls", error.reason or str(error)) from error
    except ConnectionRefusedError as error:
        raise PushError("refused") from error
    except TimeoutError as error:
        raise PushError("unreachable") from error
    except OSError as error:
        raise PushError("unreachable", error.strerror or str(error)) from error
