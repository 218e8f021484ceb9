"""Says what the editor's process is to do for a job: reads recordings and edits, and blocks."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from shutil import disk_usage
from typing import Final

from classroom_edge.library.editing.edit import Edit
from classroom_edge.library.editing.facts import Facts
from classroom_edge.library.editing.files import EditFolder
from classroom_edge.library.editing.history import History
from classroom_edge.library.editing.jobs import Job, Kind
from classroom_edge.library.editing.ordering import Orders, whole
from classroom_edge.library.editing.refusals import refused
from classroom_edge.library.editing.takes import Find, Recorded, placed
from classroom_edge.library.folders import Folders
from classroom_media.edit.orders import PLATFORM_LUFS, Order

SPARE_BYTES: Final = 1_000_000_000  # left on the disk


@dataclass(frozen=True, slots=True, kw_only=True)
class Workshop:
    """What is needed to make something of the recordings of a room."""

    folders: Folders
    facts: Callable[[str], Facts]  # of a recording; raises Refused
    language: str
    logo: str = ""  # paths, as room.toml has them: a logo, and what is behind cards
    picture: str = ""

    def folder(self, recording: str) -> EditFolder:
        """Give the folder of a recording's edits. Raises Refused."""
        return EditFolder(self.folders.place(recording))

    def finder(self, recording: str) -> Find:
        """Give what finds the recordings that an edit of this one is made of."""
        return partial(self._recorded, recording)

    def order(self, job: Job, out: Path | None = None) -> Order:
        """Say what the editor's process is to do for a job.

        What is made goes beside the recording, or to `out`; then nothing else is written there.

        Raises:
            Refused: it cannot be made, or there is no room for it.
            RecordError: the disk fails.
        """
        folder, edit = self.folder(job.recording), self._edit(job)
        self._require_room(folder, edit, job)
        find, facts = self.finder(job.recording), self.facts(job.recording)
        orders = Orders(find=find, language=self.language, logo=self.logo, picture=self.picture)
        into = str(out or folder.export(job.edit, job.kind))
        made = folder.made(job.edit) if job.edit else None
        is_there = made is not None and made.of == edit.digest
        keeps = job.edit and (out is None or is_there)
        film = orders.film(edit, str(folder.film(job.edit)) if keeps else "")
        match job.kind:
            case Kind.FILM:
                return film
            case Kind.PACKAGE:
                return orders.package(film, edit, facts, into)
            case Kind.SOUND:
                return orders.sound(film, into)
            case Kind.SLIDES:
                return orders.slides(edit, into)

    def _edit(self, job: Job) -> Edit:
        """Give the edit; the whole recording where there is none, ready for platforms."""
        if job.edit:
            return read_edit(self.folder(job.recording), job.edit).edit
        recorded = self.finder(job.recording)("")
        if job.kind is not Kind.PACKAGE:
            return whole(recorded)
        return whole(recorded, opening=self.facts(job.recording).opening, lufs=PLATFORM_LUFS)

    def _recorded(self, own: str, recording: str) -> Recorded:
        id_ = recording or own
        return Recorded(self.folders.place(id_), self.folders.one(id_))

    def _require_room(self, folder: EditFolder, edit: Edit, job: Job) -> None:
        if job.kind is Kind.SLIDES:
            return
        stretches = placed(edit, self.finder(job.recording))
        needed = sum(
            _bytes(one.take.film, one.to_s - one.from_s, one.recorded) for one in stretches
        )
        if disk_usage(folder.recording).free < needed + SPARE_BYTES:
            raise refused("edit-no-room", needed_mb=round(needed / 1e6))


def read_edit(folder: EditFolder, edit: str) -> History:
    """Give an edit. Raises Refused, RecordError."""
    if (history := folder.read(edit)) is None:
        raise refused("unknown-edit", id=edit)
    return history


def _bytes(film: str, length_s: float, recorded: Recorded) -> float:
    """Say how many bytes a stretch of a file is, roughly."""
    track = next(one for one in recorded.manifest.tracks if one.file == Path(film).name)
    return track.bytes * min(length_s / max(track.duration_s, 1e-3), 1.0)
