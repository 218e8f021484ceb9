"""The daemon's side of a worker: ask, listen to events, look at previews."""

import asyncio
import itertools
from collections.abc import AsyncGenerator
from types import TracebackType
from typing import Final, Self

import zmq
import zmq.asyncio

from classroom_media.api import WorkerError
from classroom_media.messages import (
    EVENT_TOPIC,
    MULTIVIEW_TOPIC,
    PREVIEW_TOPIC,
    AnyCommand,
    AnyEvent,
    Reply,
    Request,
    event_from_wire,
    reply_from_wire,
    request_to_wire,
)
from classroom_media.workers.specs import Endpoints

EVENTS_KEPT: Final = 1000  # beyond it ZeroMQ drops the newest
PREVIEWS_KEPT: Final = 2


class WorkerClient:
    """Talks to one worker process, which may die and come back under the same endpoints.

    Several tasks may share it. Each command has a connection of its own, so that nothing is
    queued for a worker that is not there: a command reaches the process that runs now, or
    none, and a late answer is never taken for the next one.
    """

    def __init__(self, endpoints: Endpoints, *, context: zmq.asyncio.Context | None = None) -> None:
        self._endpoints = endpoints
        self._own = context is None
        self._context = context or zmq.asyncio.Context()
        self._numbers = itertools.count(1)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._own:
            self._context.destroy(linger=0)

    async def ask(self, command: AnyCommand, *, timeout_s: float = 2.0) -> Reply:
        """Send a command and give the worker's answer.

        Raises:
            WorkerError: the worker was silent for `timeout_s`, or refused.
        """
        what = type(command).__name__
        request = Request(id=next(self._numbers), command=command)
        with self._context.socket(zmq.DEALER) as socket:
            socket.set(zmq.LINGER, 0)
            socket.connect(self._endpoints.commands)
            try:
                async with asyncio.timeout(timeout_s):
                    await socket.send(request_to_wire(request))
                    reply = reply_from_wire((await socket.recv_multipart())[0])
            except TimeoutError as error:
                raise WorkerError(f"{what}: silent for {timeout_s} s") from error
        if reply.problem:
            raise WorkerError(f"{what}: {reply.problem}")
        return reply

    async def events(self) -> AsyncGenerator[AnyEvent, None]:
        """Give every event as it comes, for ever; silent while the worker is away."""
        async for frame in self._subscription(EVENT_TOPIC, EVENTS_KEPT):
            yield event_from_wire(frame)

    async def previews(self) -> AsyncGenerator[bytes, None]:
        """Give every preview picture (JPEG) as it comes, for ever."""
        async for frame in self._subscription(PREVIEW_TOPIC, PREVIEWS_KEPT):
            yield frame

    async def multiviews(self) -> AsyncGenerator[bytes, None]:
        """Give every picture of all sources (JPEG) as it comes, for ever."""
        async for frame in self._subscription(MULTIVIEW_TOPIC, PREVIEWS_KEPT):
            yield frame

    async def _subscription(self, topic: bytes, kept: int) -> AsyncGenerator[bytes, None]:
        with self._context.socket(zmq.SUB) as socket:
            socket.set(zmq.RCVHWM, kept)
            socket.set(zmq.LINGER, 0)
            socket.subscribe(topic)
            socket.connect(self._endpoints.packets)
            while True:
                _topic, frame = await socket.recv_multipart()
                yield frame
