"""Serial ports, by pyserial: one thread owns a port for as long as it is open.

The thread waits for bytes; a write wakes it (`cancel_read`), so that nothing waits longer than the
byte that is on the wire. The port is opened exclusively: a second program gets an error, not half
of the answers.
"""

import asyncio
import contextlib
import threading
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import serial

from classroom_drivers.api import LinkError

BITS_A_BYTE = 10  # 8N1: start, eight, stop
WAIT_S = 0.5  # the longest wait for bytes; a write cuts it short
WRITE_S = 2.0


class SerialTransport:
    """The way to a serial port: /dev/serial/by-id/..., /dev/ttyUSB0, COM3."""

    def __init__(self, path: str, baud: int) -> None:
        self.byte_s = BITS_A_BYTE / baud
        self._path = path
        self._baud = baud

    @asynccontextmanager
    async def open(self) -> AsyncIterator["SerialLink"]:
        """Open the port for the length of a block; LinkError when it is not there or taken."""
        link = SerialLink(self._path, self._baud, asyncio.get_running_loop())
        try:
            await link.opened
            yield link
        finally:
            link.close()


class SerialLink:
    """An open port; all methods are called on the loop."""

    def __init__(self, path: str, baud: int, loop: asyncio.AbstractEventLoop) -> None:
        self.opened: asyncio.Future[None] = loop.create_future()
        self._path = path
        self._baud = baud
        self._loop = loop
        self._arrived: asyncio.Queue[bytes | LinkError] = asyncio.Queue()
        self._waiting: deque[bytes] = deque()
        self._closing = threading.Event()
        self._port: serial.Serial | None = None
        threading.Thread(target=self._own, name=f"serial {path}", daemon=True).start()

    async def write(self, data: bytes) -> None:
        """Hand bytes to the thread that owns the port."""
        if self._port is None or self._closing.is_set():
            raise LinkError(f"{self._path} is closed")
        self._waiting.append(data)
        self._wake(self._port)

    async def read(self) -> bytes:
        """Wait for bytes; LinkError when the port is gone."""
        arrived = await self._arrived.get()
        if isinstance(arrived, LinkError):
            raise arrived
        return arrived

    def close(self) -> None:
        """Have the thread close the port and end; does not wait for it."""
        self._closing.set()
        if self._port is not None:
            self._wake(self._port)

    @staticmethod
    def _wake(port: serial.Serial) -> None:
        with contextlib.suppress(serial.SerialException, OSError, TypeError):  # closed meanwhile
            port.cancel_read()

    def _own(self) -> None:
        try:
            with serial.Serial(
                self._path, self._baud, timeout=WAIT_S, write_timeout=WRITE_S, exclusive=True
            ) as port:
                self._tell(self._set_open, port)
                while not self._closing.is_set():
                    self._turn(port)
        except (serial.SerialException, OSError, TypeError) as error:
            problem = LinkError(f"{self._path}: {error}")
            problem.__cause__ = error
            self._tell(self._set_gone, problem)

    def _turn(self, port: serial.Serial) -> None:
        """Write what waits, then read what is there or comes before the next wake-up."""
        while self._waiting:
            port.write(self._waiting.popleft())
        data = port.read(port.in_waiting or 1)
        if data:
            self._tell(self._arrived.put_nowait, data)

    def _tell(self, call: Callable[[Any], None], value: object) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody wants to know
            self._loop.call_soon_threadsafe(call, value)

    def _set_open(self, port: serial.Serial) -> None:
        self._port = port
        if not self.opened.done():
            self.opened.set_result(None)

    def _set_gone(self, problem: LinkError) -> None:
        self._closing.set()
        if self.opened.done():
            self._arrived.put_nowait(problem)
        else:
            self.opened.set_exception(problem)
