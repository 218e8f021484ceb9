"""The hub's part in measuring a line: one site at a time, for some seconds, within bounds.

It listens at the port of pictures and sound, because that is the one that has to be open; while
that port is in use there is a session, and lines are not measured then.
"""

import asyncio
import logging
import secrets
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any, Final

from classroom_edge.sessions.link import survey
from classroom_edge.sessions.link.survey import Datagram, Kind, Train

BUSY: Final = "busy"
IN_SESSION: Final = "in-session"
TOO_OFTEN: Final = "too-often"
PAUSE_S: Final = 10.0  # between two surveys of one key
TRAINS: Final = 32  # of one survey
_KEPT: Final = 200  # keys
_PACE_S: Final = 0.002

logger = logging.getLogger(__name__)


@dataclass(kw_only=True)
class SurveyDesk:
    """Opens the port for who asks over the link. `host`: None = every address."""

    host: str | None
    port: int
    _line: "_Line | None" = field(default=None, init=False)
    _asked_s: OrderedDict[str, float] = field(default_factory=OrderedDict, init=False)

    async def admit(self, key: str) -> tuple[bytes, str]:
        """Give a key the token by which it is heard, or b"" and a reason."""
        now_s = time.monotonic()
        if self._line is not None:
            return b"", BUSY
        if now_s - self._asked_s.get(key, -PAUSE_S) < PAUSE_S:
            return b"", TOO_OFTEN
        self._asked_s[key] = now_s
        if len(self._asked_s) > _KEPT:
            self._asked_s.popitem(last=False)
        line = self._line = _Line(survey.Allowance(secrets.token_bytes(survey.TOKEN)))
        try:
            await line.open(self.host or "::", self.port)
        except OSError as error:
            logger.info("link: no survey: %s", error)
            self._line = None
            return b"", IN_SESSION
        return line.allowed.token, ""

    async def serve(self) -> None:
        """Answer who was admitted, until it is over."""
        line = self._line
        if line is None:
            return
        try:
            async with asyncio.timeout(survey.LIFE_S):
                await line.ended.wait()
        except TimeoutError:
            logger.info("link: a survey was not ended by its site")
        finally:
            line.close()
            self._line = None

    def echoes(self, token: bytes, size: int) -> bool:
        """Tell whether bytes that came over the link are sent back, for who has a token."""
        line = self._line
        return line is not None and line.allowed.token == token and line.allowed.spend(size)


class _Line(asyncio.DatagramProtocol):
    """The open port."""

    def __init__(self, allowed: survey.Allowance) -> None:
        self.allowed = allowed
        self.ended = asyncio.Event()
        self._sending: asyncio.TimerHandle | None = None

    async def open(self, host: str, port: int) -> None:
        loop = asyncio.get_running_loop()
        self._out, _ = await loop.create_datagram_endpoint(lambda: self, local_addr=(host, port))

    def close(self) -> None:
        if self._sending is not None:
            self._sending.cancel()
        self._out.close()

    def datagram_received(self, data: bytes, addr: tuple[Any, ...]) -> None:
        said = survey.read(data)
        if said is None or not secrets.compare_digest(said.token, self.allowed.token):
            return
        match said.kind:
            case Kind.ECHO:
                self._count(said, len(data))
                host = str(addr[0]).removeprefix("::ffff:")
                seen = Datagram(
                    Kind.ECHOED, said.token, said.number, said.at_ns, f"{host} {addr[1]} ".encode()
                )
                self._send(seen.padded(len(data)), addr)
            case Kind.LOAD:
                self._count(said, len(data))
            case Kind.COUNT:
                came = self.allowed.trains.get(said.number, survey.Arrived())
                counted = Datagram(Kind.COUNTED, said.token, said.number, rest=came.spelt())
                self._send(counted.spelt(), addr)
            case Kind.SEND if (train := survey.train(said.rest)) and self._sending is None:
                self._go_on(train, said, addr, sent=0, began_s=time.monotonic())
            case Kind.END:
                self.ended.set()
            case _:
                return

    def _count(self, said: Datagram, size: int) -> None:
        number = 0 if said.kind is Kind.ECHO else said.number
        if number in self.allowed.trains or len(self.allowed.trains) < TRAINS:
            arrived = self.allowed.trains.setdefault(number, survey.Arrived())
            arrived.add(size, time.monotonic_ns())

    def _go_on(
        self, train: Train, said: Datagram, addr: tuple[Any, ...], *, sent: int, began_s: float
    ) -> None:
        """Send what of a train is due, and come back for the rest."""
        self._sending = None
        passed_s = time.monotonic() - began_s
        due = min(train.count, round(train.count * passed_s / train.seconds) + 1)
        load = Datagram(Kind.LOAD, said.token, said.number).padded(survey.TRAIN_BYTES)
        for _ in range(due - sent):
            self._send(load, addr)
        if due < train.count:
            loop = asyncio.get_running_loop()
            self._sending = loop.call_later(
                _PACE_S, lambda: self._go_on(train, said, addr, sent=due, began_s=began_s)
            )

    def _send(self, data: bytes, addr: tuple[Any, ...]) -> None:
        if self.allowed.spend(len(data)):
            self._out.sendto(data, addr)
