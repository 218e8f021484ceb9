"""What was recorded: the manifests on disk, read again only when they have changed."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

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


@dataclass
class Library:
    """The recordings of a room; one that is not finished yet is told from its journal."""

    folder: Path
    _known: dict[Path, tuple[tuple[int, int], Manifest]] = field(default_factory=dict)

    def all(self) -> tuple[Manifest, ...]:
        """Give every recording, newest first."""
        return tuple(self._newest_first())

    def one(self, recording: str) -> Manifest:
        """Give one recording.

        Raises:
            Refused: there is none of that id.
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
        path = self.folder / recording
        if not recording or path.parent != self.folder or not path.is_dir():
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
        final = (one.id for one in self._newest_first() if one.state is State.FINISHED)
        return next(final, "")

    def newest_over(self) -> Manifest | None:
        """Give the newest recording that is over, whatever became of it."""
        over = (State.FINISHED, State.INCOMPLETE)
        return next((one for one in self._newest_first() if one.state in over), None)

    def rate(self) -> float:
        """Give the bytes of a second of recording, as the newest one took them; 0 = unknown."""
        for one in self._newest_first():
            if one.state is State.FINISHED and one.duration_s >= LASTED_S:
                return sum(track.bytes for track in one.tracks) / one.duration_s
        return 0.0

    def _newest_first(self) -> Iterator[Manifest]:
        paths = sorted(self.folder.iterdir(), reverse=True) if self.folder.is_dir() else []
        for path in paths:
            if (manifest := self._read(path)) is not None:
                yield manifest

    def _read(self, path: Path) -> Manifest | None:
        for name in (MANIFEST_FILE, JOURNAL_FILE):
            try:
                status = (path / name).stat()
            except OSError:
                continue
            stamp = status.st_mtime_ns, status.st_size
            if path not in self._known or self._known[path][0] != stamp:
                try:
                    self._known[path] = stamp, _manifest(path, name)
                except RecordError:
                    continue
            return self._known[path][1]
        return None


def _manifest(path: Path, name: str) -> Manifest:
    if name == MANIFEST_FILE:
        return read_manifest(path)
    story = tell(replay(path / name))
    return manifest_of(story, State.FINISHING if story.stopped else State.RECORDING)
