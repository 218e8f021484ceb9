"""One SRT connection in live mode, that calls or is called. Blocks; for one thread at a time.

Source: libsrt 1.5, docs/API/API.md (live mode); docs/features/live-streaming.md.
"""

import ctypes
import socket
import struct
import sys
import time
from types import TracebackType
from typing import Final, Self

from classroom_media.live.push.address import Address
from classroom_media.live.srt.library import (
    AGAIN_READ,
    ERROR,
    TIMEOUT,
    Option,
    SrtError,
    checked,
    library,
)

CONNECT_MS: Final = 4000
LOOKS_EVERY_S: Final = 0.05  # whether somebody has called
KEY_BYTES: Final = 16
_BYTES_MAX: Final = 1456  # of one message


class Connection:
    """Opened by `open_`; a silence longer than `silence_s` is an error."""

    def __init__(self, address: Address, *, silence_s: float) -> None:
        """Make a socket with the options of the address.

        Raises:
            SrtError: there is no libsrt, or it does not take an option.
        """
        self._library = library()
        self._address = address
        self._listener = -1
        self._socket = checked(self._library.srt_create_socket())
        wait_ms = round(silence_s * 1000)
        numbers = {
            Option.CONNTIMEO: CONNECT_MS,
            Option.LATENCY: address.latency_ms,
            Option.SNDTIMEO: wait_ms,
            Option.RCVTIMEO: wait_ms,
        }
        for option, number in numbers.items():
            self._set(option, struct.pack("=i", number))
        if address.passphrase:
            self._set(Option.PBKEYLEN, struct.pack("=i", KEY_BYTES))
            self._set(Option.PASSPHRASE, address.passphrase.encode())
        if address.stream and not address.listens:
            self._set(Option.STREAMID, address.stream.encode())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def open(self) -> None:
        """Call the other side, or wait for its call.

        Raises:
            SrtError: nobody answers in time, or refuses.
        """
        try:
            self._agree(_place(self._address))
        except SrtError:
            self.close()
            raise

    def _agree(self, place: bytes) -> None:
        if self._address.listens:
            self._accept(place)
            return
        try:
            checked(self._library.srt_connect(self._socket, place, len(place)))
        except SrtError as error:
            reason = self._library.srt_getrejectreason(self._socket)
            if reason > 1:  # unknown: nobody said no
                told = self._library.srt_rejectreason_str(reason).decode()
                raise SrtError(error.code, told) from error
            raise

    def send(self, data: bytes) -> None:
        """Send one message of at most `PAYLOAD` bytes. Raises SrtError."""
        checked(self._library.srt_send(self._socket, data, len(data)))

    def receive(self) -> bytes:
        """Give the next message; empty at the end of the connection.

        Raises:
            SrtError: nothing came for too long.
        """
        buffer = ctypes.create_string_buffer(_BYTES_MAX)
        size = self._library.srt_recv(self._socket, buffer, _BYTES_MAX)
        if size == ERROR:
            code = int(self._library.srt_getlasterror(None))
            if code in {TIMEOUT, AGAIN_READ}:
                checked(size)
            return b""
        return buffer.raw[:size]

    def close(self) -> None:
        """Let go of it; any thread may."""
        for one in (self._socket, self._listener):
            if one >= 0:
                self._library.srt_close(one)
        self._socket = self._listener = -1

    def _accept(self, place: bytes) -> None:
        self._listener, self._socket = self._socket, -1
        checked(self._library.srt_bind(self._listener, place, len(place)))
        checked(self._library.srt_listen(self._listener, 1))
        self._set(Option.RCVSYN, bytes((0,)), self._listener)
        until_s = time.monotonic() + CONNECT_MS / 1000
        while (called := self._library.srt_accept(self._listener, None, None)) == ERROR:
            if time.monotonic() > until_s:
                raise SrtError(TIMEOUT, "nobody has called")
            time.sleep(LOOKS_EVERY_S)
        self._socket = called
        self._set(Option.RCVSYN, bytes((1,)), called)

    def _set(self, option: Option, value: bytes, socket_: int | None = None) -> None:
        one = self._socket if socket_ is None else socket_
        checked(self._library.srt_setsockflag(one, option, value, len(value)))


def _place(address: Address) -> bytes:
    """Spell a sockaddr, as the system has it.

    Raises:
        SrtError: there is no host of that name.
    """
    try:
        found = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_DGRAM)[0]
    except OSError as error:
        raise SrtError(0, error.strerror or str(error)) from error
    family, place = found[0], found[4]
    spelt = struct.pack("=H", family) if sys.platform != "darwin" else bytes((16, family))
    host, port = str(place[0]), struct.pack(">H", int(place[1]))
    packed = socket.inet_pton(family, host.partition("%")[0])
    if family == socket.AF_INET6:
        return spelt + port + bytes(4) + packed + bytes(4)
    return spelt + port + packed + bytes(8)
