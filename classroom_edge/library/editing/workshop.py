"""Says what the editor's process is to do for a job: reads recordings and edits, and blocks."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from shutil import disk_usage
from typing import Final

from classroom_edge.library.editing.edit import Edit
from classroom_edge.library.editing.files import EditFolder
from classroom_edge.library.editing.history import History
from classroom_edge.library.editing.jobs import Job, Kind
from classroom_edge.library.editing.ordering import Facts, Orders, whole
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

    def order(self, job: Job) -> Order:
        """Say what the editor's process is to do for a job; blocks. Raises Refused."""
        folder = self.folder(job.recording)
        recorded = self.finder(job.recording)("")
        facts = self.facts(job.recording)
        orders = Orders(
            find=self.finder(job.recording),
            language=self.language,
            logo=self.logo,
            picture=self.picture,
        )
        lufs = PLATFORM_LUFS if job.kind is Kind.PACKAGE else None
        opening = facts.opening if job.kind is Kind.PACKAGE else ""
        edit = whole(recorded, opening=opening, lufs=lufs)
        if job.edit:
            edit = read_edit(folder, job.edit).edit
        self._require_room(folder, edit, job)
        into = str(folder.export(job.edit, job.kind))
        film = orders.film(edit, str(folder.film(job.edit)) if job.edit else "")
        match job.kind:
            case Kind.FILM:
                return film
            case Kind.PACKAGE:
                return orders.package(film, edit, facts, into)
            case Kind.SOUND:
                return orders.sound(film, into)
            case Kind.SLIDES:
                return orders.slides(edit, into)

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
