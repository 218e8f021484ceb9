"""The edits of a recording: ``edits/ID.json`` in its folder, and the films that were made of them.

The recorder's files are never touched. An edit that cannot be understood is set aside.
"""

import logging
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import msgspec

from classroom_edge.library.editing.history import History
from classroom_edge.library.editing.jobs import Kind
from classroom_media.api import RecordError
from classroom_media.edit.orders import Made
from classroom_media.edit.publish import made_of, record_of
from classroom_media.record.aside import put_aside
from classroom_media.record.durable import replace_durably, sync_folder

EDITS: Final = "edits"
EXPORTS: Final = "exports"
SUFFIXES: Final[Mapping[Kind, str]] = {
    Kind.PACKAGE: ".zip",
    Kind.SOUND: ".m4a",
    Kind.SLIDES: ".zip",
    Kind.FILM: ".mp4",
}

ID: Final = re.compile(r"[0-9a-f]{8}")  # of an edit
_NAME: Final = re.compile(r"(?:-([0-9a-f]+))?-(package|sound|slides)\.(?:zip|m4a)")
_decoder: Final = msgspec.json.Decoder(History)

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Exported:
    """A file that was exported."""

    path: Path
    kind: Kind
    edit: str  # "" = the whole recording
    bytes: int
    made_at: datetime


@dataclass(frozen=True, slots=True)
class EditFolder:
    """The edits of one recording, whose folder this is. It blocks."""

    recording: Path

    @property
    def path(self) -> Path:
        """Where they are; there when there is one."""
        return self.recording / EDITS

    @property
    def exports(self) -> Path:
        """Where exports are put."""
        return self.recording / EXPORTS

    def film(self, edit: str) -> Path:
        """Say where the film of an edit is, once it is made."""
        return self.path / f"{edit}.mp4"

    def export(self, edit: str, kind: Kind) -> Path:
        """Say where an export of an edit is put, or of the whole recording."""
        name = f"{self.recording.name}-{edit}" if edit else self.recording.name
        return self.exports / f"{name}-{kind}{SUFFIXES[kind]}"

    def made(self, edit: str) -> Made | None:
        """Tell what the film of an edit is like, if it is there."""
        return made_of(self.film(edit))

    def all(self) -> list[History]:
        """Give every edit, the oldest first. Raises RecordError."""
        names = sorted(one.stem for one in self.path.glob("*.json"))
        found = [one for one in map(self.read, names) if one is not None]
        return sorted(found, key=lambda one: one.lines[0].at)

    def read(self, edit: str) -> History | None:
        """Give an edit; None if there is none that can be understood.

        Raises:
            RecordError: the disk fails.
        """
        path = self._file(edit)
        if not ID.fullmatch(edit):
            return None
        try:
            history = _decoder.decode(path.read_bytes())
        except FileNotFoundError:
            return None
        except OSError as error:
            raise RecordError(f"{path}: {error.strerror}") from error
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            logger.warning("%s was unreadable (%s) and is now %s", path, error, put_aside(path))
            return None
        return history if history.id == edit and history.standing.past else None

    def write(self, history: History) -> None:
        """Replace an edit at once and durably.

        Raises:
            RecordError: it cannot be written; what was there is there still.
        """
        path = self._file(history.id)
        text = msgspec.json.format(msgspec.json.encode(history), indent=1)
        try:
            self.path.mkdir(exist_ok=True)
            replace_durably(path, text + b"\n")
        except OSError as error:
            raise RecordError(f"{path}: {error.strerror}") from error

    def remove(self, edit: str) -> None:
        """Remove an edit and its film; the recording stays. Raises RecordError."""
        try:
            for path in (self._file(edit), self.film(edit), record_of(self.film(edit))):
                path.unlink(missing_ok=True)
            sync_folder(self.path)
        except OSError as error:
            raise RecordError(f"{self.path}: {error.strerror}") from error

    def exported(self) -> list[Exported]:
        """Give what was exported, newest first."""
        found: list[Exported] = []
        for path in self.exports.glob("*-*"):
            name = _NAME.fullmatch(path.name.removeprefix(self.recording.name))
            with suppress(OSError, ValueError):
                if name is not None:
                    known = path.stat()
                    at = datetime.fromtimestamp(known.st_mtime, UTC)
                    found.append(Exported(path, Kind(name[2]), name[1] or "", known.st_size, at))
        return sorted(found, key=lambda one: one.made_at, reverse=True)

    def _file(self, edit: str) -> Path:
        return self.path / f"{edit}.json"
