"""Where recordings lie: those of this room, and those that other schools sent it as their hub.

What the room's own disk failed lies on another until a finisher brings it home; where that disk
took nothing at all, it is the other folder that tells of the recording.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from classroom_edge.config.models import Config
from classroom_edge.paths import DataFolder
from classroom_media.record.journal import JOURNAL_FILE
from classroom_media.record.manifest import MANIFEST_FILE


@dataclass(frozen=True, slots=True)
class Roots:
    """The folders of recordings; an id of `own` may be in `second`, too, and no other in two."""

    own: Path
    received: Path | None = None
    second: Path | None = None  # on another disk, which may not be there

    def of(self, recording: str) -> Path:
        """Give the folder of a recording, there or not; the one that tells of it."""
        if self.received is not None and (found := self.received / recording).is_dir():
            return found
        own = self.own / recording
        if self.second is None or _tells(own) or not _tells(self.second / recording):
            return own
        return self.second / recording

    def has_at_home(self, recording: str) -> bool:
        """Whether the room's own folder tells of a recording."""
        return _tells(self.own / recording)

    def all(self) -> tuple[Path, ...]:
        """Give the folders that there are."""
        return tuple(filter(None, (self.own, self.received, self.second)))

    def names(self) -> Iterator[str]:
        """Give the names in all, each once. Raises OSError: one of them cannot be read."""
        found = set[str]()
        for root in self.all():
            if root == self.own or root.is_dir():
                found |= {one.name for one in root.iterdir()}
        yield from found


def roots_of(config: Config, folder: DataFolder) -> Roots:
    """Give where a room's recordings lie."""
    return Roots(
        config.recording.folder or folder.recordings,
        received_folder(config, folder),
        config.recording.second_folder,
    )


def received_folder(config: Config, folder: DataFolder) -> Path:
    """Give where what sites have sent lies; a room that is a hub no more still has it."""
    said = config.hub.received if config.hub is not None else None
    return said or folder.received


def _tells(folder: Path) -> bool:
    """Whether there is more in it than the beginning of a journal that had no room."""
    return any(
        path.is_file() and path.stat().st_size
        for path in (folder / MANIFEST_FILE, folder / JOURNAL_FILE)
    )
