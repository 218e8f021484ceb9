"""Has stopped recordings finished, one after the other, however often it takes.

A finished one is looked through for chapters, a few times at most: what kills the finisher
then keeps nobody from the recording, which is whole.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from shutil import disk_usage
from typing import Final

import msgspec

from classroom_edge.services.backoff import Backoff
from classroom_edge.services.places import Places
from classroom_edge.services.processes import Running, find, start
from classroom_edge.services.workers import endpoints_for
from classroom_media.api import RecordError
from classroom_media.record.manifest import (
    ELSEWHERE,
    MANIFEST_FILE,
    Manifest,
    State,
    read_manifest,
)
from classroom_media.record.story import tell
from classroom_media.workers.specs import FinishSpec

MODULE: Final = "classroom_media.workers.finisher"
FINAL: Final = (State.FINISHED, State.INCOMPLETE)
WORRYING: Final = 3  # failures that a person should know of, if the recording is not whole
LOOKS: Final = 3  # how often a finished recording is begun to be looked through

logger = logging.getLogger(__name__)


def is_final(folder: Path) -> bool:
    """Whether nothing is left to be done for a recording."""
    if not (folder / MANIFEST_FILE).exists():
        return False
    try:
        return read_manifest(folder).state in FINAL
    except RecordError:
        return False


def is_looked_through(folder: Path) -> bool:
    """Whether a recording's chapters were looked for; so it is with older ones."""
    try:
        return read_manifest(folder).looked_through
    except RecordError:
        return False


def is_apart(folder: Path) -> bool:
    """Whether parts of a recording are still in the second folder."""
    try:
        return any(track.problem == ELSEWHERE for track in read_manifest(folder).tracks)
    except RecordError:
        return False


@dataclass(kw_only=True)
class FinishingService:
    """Runs the finisher for every recording that is over."""

    places: Places
    runtime: Path  # folder of sockets and run files
    log: Path
    changed: Callable[[], None]
    done: Callable[[Manifest], None] = lambda _manifest: None
    screens: tuple[str, ...] = ()  # sources on which slides are shown
    opening: bool = False  # recordings begin with a card
    closing: bool = False
    chapter: str = "{page}"  # the title of one
    is_idle: Callable[[], bool] = lambda: True  # nothing is recorded: there is time for old ones
    idle_s: float = 20.0  # how often that is looked at
    failures: int = field(default=0, init=False)
    _waiting: set[Path] = field(default_factory=set, init=False)
    _later: list[Path] = field(default_factory=list, init=False)
    _looked: set[Path] = field(default_factory=set, init=False)  # once is enough
    _process: Running | None = field(default=None, init=False)
    _more: asyncio.Event = field(default_factory=asyncio.Event, init=False)
    _rest: asyncio.Event = field(default_factory=asyncio.Event, init=False)

    @property
    def name(self) -> str:
        """The recording that is being finished, or nothing."""
        return min(self._waiting).name if self._waiting else ""

    @property
    def waiting(self) -> frozenset[str]:
        """The recordings that are to be finished."""
        return frozenset(one.name for one in self._waiting)

    @property
    def pid(self) -> int:
        """The finisher's process, or 0."""
        return self._process.pid if self._process else 0

    def finish(self, folder: Path) -> None:
        """Have a recording finished that is stopped and at rest; older ones that are apart, too."""
        self._waiting |= {folder, *self._reunitable()}
        self._rest.clear()
        self._more.set()
        self.changed()

    def finish_again(self, folder: Path) -> None:
        """Have the manifest made anew of a recording that has lost its own, from its journal."""
        if not is_final(folder) and self._is_stopped(folder.name):
            self.finish(folder)

    def look_later(self, folder: Path) -> None:
        """Have a finished recording looked through once more when there is nothing else to do."""
        if folder not in self._looked:
            self._later.append(folder)
            self._more.set()

    def find_unfinished(self) -> None:
        """Have everything finished that an earlier daemon could not."""
        for id_ in reversed(self.places.ids()):
            folder = self.places.folder / id_
            due = not is_final(folder) or not is_looked_through(folder) or is_apart(folder)
            if due and self._is_stopped(id_):
                self.finish(folder)

    def _reunitable(self) -> Iterator[Path]:
        """Give recordings of which parts are in the second folder, and would fit into the first."""
        for id_ in self.places.ids():
            folder, *second = self.places.of(id_)
            with suppress(OSError):
                apart_bytes = sum(one.stat().st_size for at in second for one in at.glob("*"))
                if is_apart(folder) and apart_bytes < disk_usage(folder).free:
                    yield folder

    async def at_rest(self) -> None:
        """Return once nothing is left to be finished."""
        if self._waiting:
            await self._rest.wait()

    async def run(self) -> None:
        """Run until cancelled; a finisher at work goes on."""
        while True:
            self._more.clear()
            while self._waiting:
                folder = min(self._waiting)
                await self._finish(folder)
                self._waiting.discard(folder)
                self.changed()
            self._rest.set()
            if self._later and self.is_idle():
                await self._look(self._later.pop(0))
                continue
            with suppress(TimeoutError):
                async with asyncio.timeout(self.idle_s if self._later else None):
                    await self._more.wait()

    async def _look(self, folder: Path) -> None:
        """Run the finisher once over a recording that is finished."""
        if folder in self._looked or not is_final(folder):
            return
        self._looked.add(folder)
        self._process = find(self._run_file) or self._start(folder)
        await self._process.wait()
        self._process = None
        if is_final(folder):  # it may have been erased meanwhile
            self.done(read_manifest(folder))

    async def _finish(self, folder: Path) -> None:
        backoff = Backoff(longest_s=60.0)
        is_due, looks = is_apart(folder), 0
        while is_due or not is_final(folder) or (looks < LOOKS and not is_looked_through(folder)):
            is_due = False
            looks += is_final(folder)
            started_s = time.monotonic()
            self._process = find(self._run_file) or self._start(folder)
            self.changed()
            await self._process.wait()
            status, self._process = self._process.status, None
            if is_final(folder) and is_looked_through(folder):
                break
            now_s = time.monotonic()
            delay_s = backoff.delay_s(ran_s=now_s - started_s, now_s=now_s)
            self.failures += not is_final(folder)
            self.changed()
            logger.warning("%s not finished (%s); again in %g s", folder.name, status, delay_s)
            await asyncio.sleep(delay_s)
        self.failures = 0
        if is_final(folder):
            self.done(read_manifest(folder))

    def _start(self, folder: Path) -> Running:
        _first, *second = self.places.of(folder.name)
        spec = FinishSpec(
            folder=str(folder),
            second="".join(map(str, second)),
            screens=self.screens,
            opening=self.opening,
            closing=self.closing,
            chapter=self.chapter,
            endpoints=endpoints_for(self.runtime, "finisher", folder.name),
        )
        wire = msgspec.json.encode(spec)
        return start(MODULE, wire, folder.name, self._run_file, self.log)

    def _is_stopped(self, recording: str) -> bool:
        try:
            return tell(self.places.events(recording)).stopped
        except RecordError as error:
            logger.warning("left alone: %s", error)
            return False

    @property
    def _run_file(self) -> Path:
        return self.runtime / "finisher.json"
