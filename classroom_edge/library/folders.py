"""The folders of recordings, one at a time: what their manifests say, read again when changed.

Whoever wants to find a recording among all asks the catalogue; here is what needs no database.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Final

from classroom_edge.library.received.arrival import ARRIVAL, as_here
from classroom_edge.library.roots import Roots
from classroom_edge.services.refusals import refused
from classroom_media.api import RecordError
from classroom_media.record.journal import JOURNAL_FILE, replay
from classroom_media.record.manifest import (
    MANIFEST_FILE,
    Manifest,
    State,
    manifest_of,
    read_manifest,
)
from classroom_media.record.story import tell

LASTED_S: Final = 300.0  # a shorter one says little of an ordinary lesson
NEWEST: Final = 50  # of which one is to be found for what needs any
LENIENT: Final = timedelta(days=2)  # by which a folder's name may be dated otherwise


@dataclass
class Folders:
    """The recordings of a room; one that is not finished yet is told from its journal.

    What other rooms sent this one as their hub is found by its id, and is never "the newest".
    """

    roots: Roots
    _known: dict[Path, tuple[tuple[int, int], Manifest]] = field(default_factory=dict)

    def since(self, at: datetime) -> tuple[Manifest, ...]:
        """Give the recordings since an instant, and some before it, newest first."""
        oldest = f"{at - LENIENT:%Y%m%d}"
        return tuple(self._newest_first(oldest))

    def one(self, recording: str) -> Manifest:
        """Give one recording.

        Raises:
            Refused: there is none of that id, or nothing can be read of it.
        """
        manifest = self._read(self.place(recording))
        if manifest is None:
            raise refused("unknown-recording", id=recording)
        return manifest

    def place(self, recording: str) -> Path:
        """Give the folder of a recording.

        Raises:
            Refused: there is none of that id.
        """
        path = self.roots.of(recording)
        if not recording or path.name != recording or not path.is_dir():
            raise refused("unknown-recording", id=recording)
        return path

    def film(self, recording: str) -> Path:
        """Give the film of a recording's programme.

        Raises:
            Refused: there is none of that id, or nothing of its programme.
        """
        for track in self.one(recording).tracks:
            if not track.source and (path := self.place(recording) / track.file).is_file():
                return path
        raise refused("unknown-recording", id=recording)

    def newest(self) -> str:
        """Give the id of the newest finished recording, or nothing."""
        return next((one.id for one in self._newest() if one.state is State.FINISHED), "")

    def newest_over(self) -> Manifest | None:
        """Give the newest recording that is over, whatever became of it."""
        over = (State.FINISHED, State.INCOMPLETE)
        return next((one for one in self._newest() if one.state in over), None)

    def rate(self) -> float:
        """Give the bytes of a second of recording, as the newest one took them; 0 = unknown."""
        for one in self._newest():
            if one.state is State.FINISHED and one.duration_s >= LASTED_S:
                return sum(track.bytes for track in one.tracks) / one.duration_s
        return 0.0

    def _newest(self) -> Iterator[Manifest]:
        return islice(self._newest_first(), NEWEST)

    def _newest_first(self, oldest: str = "") -> Iterator[Manifest]:
        own = self.roots.own
        paths = own.iterdir() if own.is_dir() else ()
        for path in sorted((one for one in paths if one.name >= oldest), reverse=True):
            if (manifest := self._read(path)) is not None:
                yield manifest

    def _read(self, path: Path) -> Manifest | None:
        if (path / ARRIVAL).is_file():
            return self._sent(path)
        for name in (MANIFEST_FILE, JOURNAL_FILE):
            try:
                status = (path / name).stat()
            except OSError:
                continue
            stamp = status.st_mtime_ns, status.st_size
            if path not in self._known or self._known[path][0] != stamp:
                try:
                    self._known[path] = stamp, manifest_in(path, name)
                except RecordError:
                    continue
            return self._known[path][1]
        return None

    def _sent(self, path: Path) -> Manifest | None:
        """Read what a site has sent so far: more of it may come."""
        try:
            return as_here(read_manifest(path), path)
        except RecordError:
            return None


def manifest_in(folder: Path, name: str) -> Manifest:
    """Read what a recording's manifest or its journal says. Raises RecordError."""
    if name == MANIFEST_FILE:
        return read_manifest(folder)
    story = tell(replay(folder / name))
    return manifest_of(story, State.FINISHING if story.stopped else State.RECORDING)
