"""A driver outside the library, in one file: a curtain motor that takes lines of text.

``OPEN``, ``CLOSE`` and ``STOP`` are answered ``OK``; ``?`` is answered ``OPENED``, ``CLOSED``,
``MOVING`` or ``HALTED``. All end in CR.

Checked on: emulator only.
Source: nobody's: there is no such motor. A real driver names the manual and the page here.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from classroom_drivers.api import Transport, UnsupportedError
from classroom_drivers.codecs.garbage import Garbage
from classroom_drivers.codecs.plain import PlainCodec
from classroom_drivers.devices.about import About
from classroom_drivers.devices.line_device import LineDevice
from classroom_drivers.emulators.session import NEVER
from classroom_drivers.links.exchange import Exchange, Priority

LINE_MAX = 16
STATES = {"OPENED": "open", "CLOSED": "closed", "MOVING": "opening", "HALTED": "stopped"}


# the codec: bytes and values, nothing else


class LineDecoder:
    """Cuts what arrives into lines, however it was cut before. Never raises."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> list[str | Garbage]:
        """Take bytes as they arrive; give what they complete, noise included."""
        *lines, self._rest = (self._rest + data).split(b"\r")
        found: list[str | Garbage] = [
            line.decode() if line.isascii() and line.isalpha() else Garbage(line) for line in lines
        ]
        if len(self._rest) > LINE_MAX:
            found.append(Garbage(self._rest))
            self._rest = b""
        return found


# the device: the protocol turned into verbs


class Curtain(LineDevice[str]):
    """One curtain. It has the capability `cover` because it has the methods of `Cover`."""

    ABOUT = About(
        title="The curtain motor of the README",
        reached_by=("serial:///dev/ttyUSB0", "tcp://host:port"),
        sources=("invented for the README; a real driver names manual and page",),
    )

    def __init__(self, transport: Transport) -> None:
        super().__init__(transport, lambda: PlainCodec(LineDecoder().feed))
        self.choices["cover"] = ("open", "close", "stop")

    async def open_cover(self, *, channel: int = 1) -> None:
        """Let light in."""
        await self._send("OPEN", channel, "opening")

    async def close_cover(self, *, channel: int = 1) -> None:
        """Keep light out."""
        await self._send("CLOSE", channel, "closing")

    async def stop_cover(self, *, channel: int = 1) -> None:
        """Stay where it is."""
        await self._send("STOP", channel, "stopped", Priority.STOP)

    async def set_cover(self, *, percent: float, channel: int = 1) -> None:
        """This motor does not know where it is."""
        raise UnsupportedError("this curtain can only open, close and stop")

    async def probe(self) -> None:
        """Ask the smallest thing that proves life."""
        await self._ask(Priority.SETUP)

    async def poll(self) -> None:
        """Ask what may have changed without us."""
        await self._ask(Priority.POLL)

    async def _ask(self, priority: Priority) -> None:
        exchange = Exchange[str, str](
            name="state?", data=b"?\r", answer=STATES.get, timeout_s=1.0, priority=priority
        )
        told = await self.line.ask(exchange)
        if told == "opening" and self.known("cover-1") == "closing":
            return  # it says only that it moves, and we know which way
        self.note("cover-1", told)

    async def _send(
        self, word: str, channel: int, becomes: str, priority: Priority = Priority.COMMAND
    ) -> None:
        if channel != 1:
            raise UnsupportedError(f"no curtain {channel}; there is 1")
        exchange = Exchange[str, bool](
            name=word,
            data=f"{word}\r".encode(),
            answer=lambda line: True if line == "OK" else None,
            timeout_s=1.0,
            priority=priority,
            kind="move",  # a newer one takes the place of one that still waits
            gap_s=0.1,  # the motor wants 100 ms of quiet between commands
        )
        await self.line.ask(exchange)
        self.assume("cover-1", becomes)  # the next poll comes soon and tells


# the emulator: the same protocol from the other side, a state machine that is told the time


class CurtainMotor:
    """The motor; it takes twelve seconds from end to end."""

    travel_s = 12.0

    def __init__(self) -> None:
        self.state, self.going, self.until_s = "CLOSED", "", 0.0

    def session(self, now_s: float) -> "CurtainSession":
        """Begin a connection."""
        return CurtainSession(self)

    def obey(self, word: str, now_s: float) -> str:
        """Do what a line says and give the answer."""
        if self.going and now_s >= self.until_s:
            self.state, self.going = self.going, ""
        if word == "STOP" and self.going:
            self.state, self.going = "HALTED", ""
        elif word in {"OPEN", "CLOSE"}:
            self.going = {"OPEN": "OPENED", "CLOSE": "CLOSED"}[word]
            self.state, self.until_s = "MOVING", now_s + self.travel_s
        return self.state if word == "?" else "OK"


class CurtainSession:
    """One connection."""

    closed = False

    def __init__(self, motor: CurtainMotor) -> None:
        self._motor = motor
        self._rest = b""

    def due_s(self) -> float:
        """Never does anything by itself."""
        return NEVER

    def receive(self, data: bytes, now_s: float) -> list[bytes]:
        """Take what arrived; give what the motor says."""
        *lines, self._rest = (self._rest + data).split(b"\r")
        words = (line.decode("ascii", "replace") for line in lines)
        return [f"{self._motor.obey(word, now_s)}\r".encode() for word in words]


MODELS: Mapping[str, Callable[[], CurtainMotor]] = MappingProxyType({"motor": CurtainMotor})
