"""The catalogue: every recording on disk, found at once, kept as the disk is.

The folders are the truth. The index in the store is brought up to what they hold at the start,
whenever something happened to a recording, and every now and then, since people change things by
hand; of thousands of folders only those are read again that have changed.
"""

import asyncio
import logging
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Final

from classroom_edge.library.deliver.waiting import Standing
from classroom_edge.library.entry import Entry, Page, Query
from classroom_edge.library.indexing import DAMAGED, ID, read, stamp_of
from classroom_edge.library.roots import Roots
from classroom_edge.services.problems import Finding
from classroom_edge.store import Store
from classroom_edge.store import recordings as index
from classroom_media.api import RecordError
from classroom_media.record.manifest import read_manifest

SCAN_EVERY_S: Final = 30.0
AT_ONCE: Final = 100  # folders read before others have a turn at the store

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Scan:
    """What a look at all folders has found."""

    recordings: int
    read: tuple[str, ...]  # those that were new or changed
    gone: tuple[str, ...]
    damaged: tuple[str, ...]  # whose manifest cannot be understood


@dataclass(kw_only=True)
class Catalogue:
    """All recordings of a room.

    `damaged` is told of those that are to be finished again, and `bare` of those whose filmstrip
    is to be made when there is time.
    """

    roots: Roots
    store: Store  # open while anything is asked
    damaged: Callable[[Path], None] = lambda _folder: None
    bare: Callable[[Path], None] = lambda _folder: None
    changed: Callable[[], None] = lambda: None
    unreadable: tuple[str, ...] = field(default=(), init=False)  # some of them, newest first
    _told: set[str] = field(default_factory=set, init=False)  # whose manifest is to be made again
    _due: set[str] = field(default_factory=set, init=False)
    _more: asyncio.Event = field(default_factory=asyncio.Event, init=False)
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)

    async def run(self) -> None:
        """Follow the folders until cancelled. Raises StoreError."""
        await self.take_up()
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(SCAN_EVERY_S):
                    await self._follow()
            await self.scan()

    async def take_up(self) -> Scan:
        """Begin with what is known: lines that the disk has changed are made anew, as are others.

        Raises:
            StoreError: the store fails.
        """
        await self.store.run(index.purge)
        scan = await self.scan()
        self.unreadable = await self.store.run(index.unreadable)
        plain = await self.store.run(index.without_filmstrip)
        for folder in await asyncio.to_thread(lambda: list(self._bare(plain))):
            self.bare(folder)
        return scan

    def findings(self) -> Iterator[Finding]:
        """Tell which recordings cannot be read."""
        if self.unreadable:
            number, newest = len(self.unreadable), self.unreadable[0]
            yield Finding("E-LIB-003", "warning", values={"number": number, "recording": newest})

    def touch(self, recording: str) -> None:
        """Have a recording looked at again soon: something has happened to it."""
        self._due.add(recording)
        self._more.set()

    async def page(self, query: Query) -> Page:
        """Give a page of what is looked for. Raises QueryError, StoreError."""
        return await self.store.run(partial(index.page, query=query))

    async def on_their_way(self, ids: Collection[str]) -> Mapping[str, frozenset[Standing]]:
        """Give how the deliveries of some recordings stand. Raises StoreError."""
        return await self.store.run(partial(index.on_their_way, ids=ids))

    async def one(self, recording: str) -> Entry | None:
        """Give one recording's line, as it is on disk now. Raises StoreError."""
        await self.refresh(recording)
        return await self.store.run(partial(index.one, recording=recording))

    async def refresh(self, *recordings: str) -> None:
        """Look at some recordings now. Raises StoreError."""
        async with self._turn:
            some = [id_ for id_ in recordings if ID.fullmatch(id_)]
            there = await asyncio.to_thread(self._stamps, some)
            known = await self.store.run(partial(index.stamps, ids=some))
            await self._bring_up(there, known)

    async def scan(self, *, anew: bool = False) -> Scan:
        """Look at all folders; read what has changed, or `anew` everything.

        Where the folder of all recordings cannot be read, what is known of them stays.

        Raises:
            StoreError: the store fails.
        """
        async with self._turn:
            try:
                there = await asyncio.to_thread(lambda: self._stamps(self._names()))
            except OSError as error:
                logger.warning("recordings cannot be listed: %s", error)
                return Scan(0, (), (), ())
            known = await self.store.run(index.stamps)
            if anew:
                known = dict.fromkeys(known, "")
            scan = await self._bring_up(there, known)
        self._tell(await self.store.run(index.unmade))
        if scan.gone or not known.keys() >= set(scan.read):  # one under way changes often
            logger.info("catalogue: %d read, %d gone", len(scan.read), len(scan.gone))
        return scan

    async def _follow(self) -> None:
        while True:
            await self._more.wait()
            self._more.clear()
            due, self._due = self._due, set()
            await self.refresh(*due)

    async def _bring_up(self, there: Mapping[str, str], known: Mapping[str, str]) -> Scan:
        """Bring the index up to what is there."""
        gone = tuple(id_ for id_ in known if id_ not in there)
        changed = sorted((id_ for id_ in there if known.get(id_) != there[id_]), reverse=True)
        await self.store.run(partial(index.forget, ids=gone))
        damaged: list[str] = []
        rest = iter(changed)
        while some := list(islice(rest, AT_ONCE)):
            entries = await asyncio.to_thread(lambda ids: list(self._read(ids, there)), some)
            await self.store.run(partial(index.keep, entries=entries))
            damaged += [one.id for one in entries if one.problem == DAMAGED]
        self._told -= set(changed)
        self._tell(damaged)
        if gone or changed:
            self.unreadable = await self.store.run(index.unreadable)
            self.changed()
        return Scan(len(there), tuple(changed), gone, tuple(damaged))

    def _tell(self, unmade: Iterable[str]) -> None:
        """Have manifests made again, each asked for once until something of it has changed."""
        for id_ in unmade:
            if id_ not in self._told:
                self._told.add(id_)
                self.damaged(self.roots.of(id_))

    def _read(self, ids: Iterable[str], stamps: Mapping[str, str]) -> Iterator[Entry]:
        for id_ in ids:
            try:
                yield read(self.roots.of(id_), stamps[id_])
            except (RecordError, OSError) as error:  # gone meanwhile; or told again next time
                logger.warning("%s is not catalogued: %s", id_, error)

    def _bare(self, ids: Iterable[str]) -> Iterator[Path]:
        """Give the folders of those that nobody has tried to make a filmstrip for."""
        for id_ in ids:
            with suppress(RecordError):
                if read_manifest(self.roots.of(id_)).filmstrip is None:
                    yield self.roots.of(id_)

    def _names(self) -> list[str]:
        return [one for one in self.roots.names() if ID.fullmatch(one)]

    def _stamps(self, ids: Iterable[str]) -> dict[str, str]:
        """Give when each was changed, of those that are recordings; blocks."""
        found = ((id_, stamp_of(self.roots.of(id_))) for id_ in ids)
        return {id_: stamp for id_, stamp in found if stamp}
