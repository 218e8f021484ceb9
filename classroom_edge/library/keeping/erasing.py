"""Deleting one recording for good, and all that is known of it. For the daemon and the command."""

import asyncio
import logging
import shutil
from collections.abc import Awaitable, Callable, Collection
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from classroom_edge import lock
from classroom_edge.library.card import read_card
from classroom_edge.library.keeping.bin import Bin
from classroom_edge.library.keeping.look import OVER
from classroom_edge.library.keeping.removals import (
    ERASURE,
    REMOVALS_FILE,
    Removal,
    erased,
    erased_sessions,
    read_removals,
)
from classroom_edge.paths import DataFolder
from classroom_edge.room import Who
from classroom_edge.services.refusals import refused
from classroom_edge.store import Store, kept
from classroom_media.api import RecordError
from classroom_media.record.manifest import MANIFEST_FILE, read_manifest

logger = logging.getLogger(__name__)


@dataclass(kw_only=True)
class Erasing:
    """Deletes recordings whole, with a record of it. `at_work` tells of which it must not."""

    folder: DataFolder
    roots: tuple[Path, ...]  # folders of recordings; one may have a part in several
    store: Store  # open
    at_work: Callable[[], frozenset[str]] = frozenset
    forget: Callable[[str], Awaitable[None]] | None = None  # what is still to be made of one
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)

    @property
    def file(self) -> Path:
        """The record of what was deleted."""
        return self.folder.path / REMOVALS_FILE

    def erased(self) -> Collection[str]:
        """Give the ids that were erased on request, and must not come back. Blocks."""
        return erased(read_removals(self.file))

    def sessions(self) -> frozenset[str]:
        """Give the sessions of which a recording was erased on request. Blocks. Raises OSError."""
        return erased_sessions(read_removals(self.file))

    async def erase(self, who: Who, recording: str, reason: str) -> Removal:
        """Delete a recording because a person wants it so; give the record of it.

        Raises:
            Refused: there is none of that id; it is being made, or held; the disk fails.
            StoreError: what the index knows of it goes with the next look at the folders.
        """
        await asyncio.to_thread(self._check, recording)
        removal = Removal(
            recording=recording, at=self.clock(), why=ERASURE, by=who.name, reason=reason
        )
        try:
            return await self.delete(removal)
        except (OSError, RecordError) as error:
            raise refused("erase-failed", text=str(error)) from error

    async def delete(self, removal: Removal) -> Removal:
        """Delete a recording. Raises OSError, RecordError, StoreError."""
        if self.forget is not None:
            await self.forget(removal.recording)
        async with self._turn:
            whole = await asyncio.to_thread(self._throw, removal)
        await self.store.run(partial(kept.erase, recording=removal.recording))
        return whole

    async def go_on(self) -> None:
        """Finish what was begun before, and delete again what was erased and has come back."""
        async with self._turn:
            done = await asyncio.to_thread(self._finish)
        for one in done:
            await self.store.run(partial(kept.erase, recording=one))

    async def removals(self) -> tuple[Removal, ...]:
        """Give what was deleted, the oldest first."""
        try:
            return await asyncio.to_thread(read_removals, self.file)
        except OSError as error:
            logger.warning("what was deleted cannot be read: %s", error)
            return ()

    def _check(self, recording: str) -> None:
        """Return if it may be erased. Blocks. Raises Refused."""
        folder = next(iter(self._folders(recording)), None)
        if folder is None or Path(recording).name != recording:
            raise refused("unknown-recording", id=recording)
        try:
            has_manifest = (folder / MANIFEST_FILE).exists()
            is_over = not has_manifest or read_manifest(folder).state in OVER
            is_held = read_card(folder).held
        except RecordError:
            is_over, is_held = True, False  # nobody can read it: all the more reason
        if recording in self.at_work() or not is_over:
            raise refused("erase-busy", id=recording)
        if is_held:
            raise refused("erase-held", id=recording)

    def _throw(self, removal: Removal) -> Removal:
        with lock.wait_for(self.file.with_suffix(".lock")):
            whole = Bin(self.roots, self.file).throw(removal)
        self._forget_films(removal.recording)
        return whole

    def _finish(self) -> list[str]:
        with lock.wait_for(self.file.with_suffix(".lock")):
            waste = Bin(self.roots, self.file)
            done = [one.recording for one in waste.go_on(self.clock())]
            for id_, removal in erased(read_removals(self.file)).items():
                if self._folders(id_):
                    logger.warning("%s was erased and has come back: it is erased again", id_)
                    waste.throw(removal)
                    done.append(id_)
        return done

    def _folders(self, recording: str) -> list[Path]:
        return [one for root in self.roots if (one := root / recording).is_dir()]

    def _forget_films(self, recording: str) -> None:
        """Take away what was prepared of it for rooms that missed a lesson."""
        for offered in (self.folder.path / "films" / "offered").glob(f"*.{recording}.*"):
            with suppress(OSError):
                shutil.rmtree(offered)
