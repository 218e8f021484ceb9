"""Where the daemon is asked by commands of its own machine: one JSON frame each way.

A socket in the room's runtime folder, which only the user who runs the daemon can reach: that is
what lets somebody speak for the room.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Generic, TypeVar

import msgspec
import zmq
import zmq.asyncio

WITHIN_S: Final = 5.0

Asked = TypeVar("Asked")
Told = TypeVar("Told", bound=msgspec.Struct)

logger = logging.getLogger(__name__)


class LocalError(Exception):
    """No daemon answers for this room."""


class RequestError(ValueError):
    """What is asked for cannot be said: a title too long, an id that is none."""


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """An answer that people read; with a `problem` nothing was done."""

    problem: dict[str, str] = {}  # language ("zh-CN", "en") -> text


@dataclass(frozen=True, slots=True)
class Language(Generic[Asked, Told]):
    """What can be said at a door, and how it is answered."""

    socket: str  # its file
    requests: msgspec.json.Decoder[Asked]
    replies: msgspec.json.Decoder[Told]
    nonsense: Told  # the answer to what nobody understands


@dataclass(kw_only=True)
class Door(Generic[Asked, Told]):
    """Where the daemon is asked. Questions are answered one after the other."""

    runtime: Path
    language: Language[Asked, Told]
    answer: Callable[[Asked], Awaitable[Told]]

    async def run(self) -> None:
        """Run until cancelled."""
        with zmq.asyncio.Context() as context, context.socket(zmq.REP) as socket:
            socket.linger = 0
            socket.bind(f"ipc://{self.runtime / self.language.socket}")
            while True:
                await socket.send(await self._answered(await socket.recv()))

    async def _answered(self, data: bytes) -> bytes:
        try:
            request = self.language.requests.decode(data)
        except msgspec.DecodeError as error:
            logger.warning("asked for nonsense: %s", error)
            return msgspec.json.encode(self.language.nonsense)
        return msgspec.json.encode(await self.answer(request))


async def ask(
    runtime: Path, language: Language[Asked, Told], request: Asked, *, within_s: float = WITHIN_S
) -> Told:
    """Ask the daemon of a room.

    Raises:
        LocalError: there is none, or it does not answer.
        RequestError: the daemon would not understand it.
    """
    data = msgspec.json.encode(request)
    try:
        language.requests.decode(data)
    except msgspec.ValidationError as error:
        raise RequestError(str(error)) from error
    if not (runtime / language.socket).exists():
        raise LocalError("no daemon has this door")
    with zmq.asyncio.Context() as context, context.socket(zmq.REQ) as socket:
        socket.linger = 0
        socket.connect(f"ipc://{runtime / language.socket}")
        try:
            async with asyncio.timeout(within_s):
                await socket.send(data)
                return language.replies.decode(await socket.recv())
        except (TimeoutError, msgspec.DecodeError) as error:
            raise LocalError("the daemon does not answer") from error
