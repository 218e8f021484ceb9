"""Where recordings lie: those of this room, and those that other schools sent it as their hub."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from classroom_edge.config.models import Config
from classroom_edge.paths import DataFolder


@dataclass(frozen=True, slots=True)
class Roots:
    """The two folders of recordings; an id is in one of them, as one that was received is new."""

    own: Path
    received: Path | None = None

    def of(self, recording: str) -> Path:
        """Give the folder of a recording, there or not."""
        if self.received is not None and (found := self.received / recording).is_dir():
            return found
        return self.own / recording

    def all(self, *more: Path | None) -> tuple[Path, ...]:
        """Give the folders that there are, with `more` of them."""
        return tuple(filter(None, (self.own, self.received, *more)))

    def names(self) -> Iterator[str]:
        """Give the names in both. Raises OSError: one of them cannot be read."""
        for root in self.all():
            if root == self.own or root.is_dir():
                yield from (one.name for one in root.iterdir())


def roots_of(config: Config, folder: DataFolder) -> Roots:
    """Give where a room's recordings lie."""
    return Roots(config.recording.folder or folder.recordings, received_folder(config, folder))


def received_folder(config: Config, folder: DataFolder) -> Path:
    """Give where what sites have sent lies; a room that is a hub no more still has it."""
    said = config.hub.received if config.hub is not None else None
    return said or folder.received
