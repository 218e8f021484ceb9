"""A hub's receiving of recordings: who may send, what goes on, and what is given up."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from http import HTTPStatus
from typing import Final, TypeVar

from classroom_edge.library.received.arrival import id_here
from classroom_edge.library.received.gate import Gate
from classroom_edge.library.received.inbox import Inbox
from classroom_edge.library.received.parcel import Answer, Parcel
from classroom_edge.library.received.tus import TusError
from classroom_edge.library.received.upload import Upload, of_disk
from classroom_edge.sessions.link.effects import Site

SWEEPS_EVERY_S: Final = 3600.0


Done = TypeVar("Done")


async def on_disk(work: Callable[[], Done]) -> Done:
    """Do something that blocks, on a thread. Raises TusError."""
    try:
        return await asyncio.to_thread(work)
    except OSError as error:
        raise of_disk(error) from error


@dataclass(kw_only=True)
class Receiving:
    """Has one request at a time change what is there of a recording. Raises TusError."""

    gate: Gate
    inbox: Inbox
    received: Callable[[str], None] = lambda _recording: None  # told the id of what has arrived
    _busy: set[tuple[str, str]] = field(default_factory=set, init=False)

    async def run(self) -> None:
        """Remove what was given up, now and then; run until cancelled."""
        while True:
            await asyncio.to_thread(self.inbox.sweep)
            await asyncio.sleep(SWEEPS_EVERY_S)

    @asynccontextmanager
    async def alone(self, site: Site, recording: str) -> AsyncIterator[None]:
        """Have nobody else change a recording. Raises TusError: somebody does."""
        if (site.id, recording) in self._busy:
            raise TusError(HTTPStatus.LOCKED, "another request of this recording goes on")
        self._busy.add((site.id, recording))
        try:
            yield
        finally:
            self._busy.discard((site.id, recording))

    async def announce(self, site: Site, parcel: Parcel) -> Answer:
        """Take note of what a site is going to send."""
        async with self.alone(site, parcel.recording):
            return await on_disk(partial(self.inbox.announce, site, parcel))

    async def withdraw(self, site: Site, recording: str) -> None:
        """Forget what was announced of a recording and has not arrived."""
        async with self.alone(site, recording):
            await on_disk(partial(self.inbox.withdraw, site, recording))

    async def arrived(self, site: Site, recording: str) -> Answer:
        """Tell how a recording stands, to who is alone with it; put it in its place if whole."""
        answer = await on_disk(partial(self.inbox.answer, site, recording))
        if answer.whole:
            self.received(id_here(site.id, recording))
        return answer

    async def create(self, site: Site, recording: str, name: str, length: int) -> Upload:
        """Begin an upload."""
        async with self.alone(site, recording):
            return await on_disk(partial(self.inbox.create, site, recording, name, length))

    async def upload(self, site: Site, recording: str, key: str) -> Upload:
        """Give an upload that was begun."""
        upload = await on_disk(partial(self.inbox.upload, site, recording, key))
        if not upload.is_open:
            raise TusError(HTTPStatus.NOT_FOUND, "no such upload")
        return upload
