"""What the relay wants of the director: keyframes, mixes without those who hear them, rest.

The director may die and come back: what it makes is read from its heartbeats, and what lacks is
asked for again.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress

from classroom_media.api import CleanFeed, WorkerError
from classroom_media.messages import Feed, Heartbeat, Keyframe, Rest
from classroom_media.workers.client import WorkerClient
from classroom_media.workers.specs import Endpoints


class Desk:
    """Asks the director. `feeds` tells which mixes are wanted now."""

    def __init__(self, director: Endpoints, feeds: Callable[[], tuple[CleanFeed, ...]]) -> None:
        self._director, self._feeds = director, feeds
        self._keyframes: set[str] = set()  # streams that are to have one
        self._unwatched: tuple[str, ...] = ()  # streams that are to rest
        self._told: tuple[CleanFeed, ...] | None = None
        self._stirred = asyncio.Event()

    def keyframe(self, stream: str) -> None:
        """Have a keyframe in a stream soon."""
        self._keyframes.add(stream)
        self._stirred.set()

    def rest(self, streams: tuple[str, ...]) -> None:
        """Have nothing made of these streams, until there is a keyframe to be had again."""
        self._unwatched = streams
        self._stirred.set()

    def rearrange(self) -> None:
        """Have the mixes that are wanted now."""
        self._stirred.set()

    async def run(self) -> None:
        """Ask until cancelled; then the director need make no mixes any more."""
        async with WorkerClient(self._director) as client:
            try:
                async with asyncio.TaskGroup() as tasks:
                    tasks.create_task(self._listen(client))
                    tasks.create_task(self._ask(client))
            finally:
                with suppress(WorkerError):
                    await client.ask(Feed(feeds=()), timeout_s=1.0)

    async def _listen(self, client: WorkerClient) -> None:
        async for event in client.events():
            if isinstance(event, Heartbeat):
                if event.feeds.keys() != {one.name for one in self._told or ()}:
                    self._told = None
                self._stirred.set()

    async def _ask(self, client: WorkerClient) -> None:
        while True:
            await self._stirred.wait()
            self._stirred.clear()
            with suppress(WorkerError):  # later, then: its next heartbeat reminds us
                await self._send(client)

    async def _send(self, client: WorkerClient) -> None:
        streams, self._unwatched = self._unwatched, ()
        if streams:
            await client.ask(Rest(streams=streams))
        while self._keyframes:
            await client.ask(Keyframe(stream=self._keyframes.pop()))
        wanted = self._feeds()
        if wanted != self._told:
            await client.ask(Feed(feeds=wanted))
            self._told = wanted
