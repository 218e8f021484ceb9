"""Where people ask something of edits: begin them, change them, take back, have them made."""

import asyncio
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Final, TypeVar

from msgspec.structs import replace

from classroom_edge.library.editing import acts
from classroom_edge.library.editing.edit import Edit
from classroom_edge.library.editing.files import EditFolder, Exported
from classroom_edge.library.editing.history import History, begun
from classroom_edge.library.editing.jobs import Job, Kind
from classroom_edge.library.editing.ordering import whole
from classroom_edge.library.editing.refusals import refused
from classroom_edge.library.editing.rendering import RenderingService
from classroom_edge.library.editing.takes import placed
from classroom_edge.library.editing.workshop import Workshop, read_edit
from classroom_edge.room import Who
from classroom_media.api import RecordError
from classroom_media.edit.orders import Made

EDITS_MOST: Final = 200  # of one recording

Change = Callable[[Edit], Edit]
Step = Callable[[History, str, datetime], History]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Seen:
    """An edit, and the film that was made of it, if there is one."""

    history: History
    made: Made | None

    @property
    def is_stale(self) -> bool:
        """Whether the film was made of another state of the edit."""
        return self.made is not None and self.made.of != self.history.edit.digest


@dataclass(kw_only=True)
class EditDesk:
    """The edits of all recordings; `told` is told of a recording that changed."""

    workshop: Workshop
    rendering: RenderingService
    told: Callable[[str], None] = lambda _recording: None
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)

    async def all(self, recording: str) -> list[Seen]:
        """Give the edits of a recording, the oldest first. Raises Refused."""
        folder = self.folder(recording)
        return await _kept(lambda: [_seen(folder, one) for one in folder.all()])

    async def one(self, recording: str, edit: str) -> Seen:
        """Give an edit. Raises Refused."""
        folder = self.folder(recording)
        return await _kept(lambda: _seen(folder, read_edit(folder, edit)))

    async def begin(self, who: Who, recording: str, edit: Edit) -> Seen:
        """Begin an edit; one without passages has the whole recording. Raises Refused."""
        (seen,) = await self._begun(who, recording, [edit])
        return seen

    async def split(self, who: Who, recording: str, edit: str) -> list[Seen]:
        """Make one edit of each part between the marks of a recording.

        Parts of `edit`, or of the whole recording; they are named after the mark that they begin
        with, or numbered.

        Raises:
            Refused: there are no marks between its ends.
        """
        recorded = self.workshop.finder(recording)("")
        whole_edit = (await self.one(recording, edit)).history.edit if edit else whole(recorded)
        named = sorted(
            (place, mark.text)
            for mark in recorded.manifest.marks
            for place in acts.places(whole_edit, "", mark.at_s)
        )
        parts = acts.split(whole_edit, [place for place, _ in named])
        if len(parts) < 2:
            raise refused("no-marks")
        titles = [whole_edit.title, *(text for place, text in named if place > 0)]
        return await self._begun(
            who,
            recording,
            [
                replace(part, title=title or f"{whole_edit.title} {n}".strip())
                for n, (part, title) in enumerate(zip(parts, titles, strict=False), 1)
            ],
        )

    async def change(self, who: Who, recording: str, edit: str, change: Change) -> Seen:
        """Change an edit. Raises Refused."""

        def step(history: History, by: str, at: datetime) -> History:
            changed = change(history.edit)
            placed(changed, self.workshop.finder(recording))
            return history.changed(changed, by, at)

        return await self._step(who, recording, edit, step)

    async def undo(self, who: Who, recording: str, edit: str) -> Seen:
        """Take the last change back. Raises Refused."""
        return await self._step(who, recording, edit, History.undone)

    async def redo(self, who: Who, recording: str, edit: str) -> Seen:
        """Do again what was taken back last. Raises Refused."""
        return await self._step(who, recording, edit, History.redone)

    async def remove(self, recording: str, edit: str) -> None:
        """Remove an edit and its film; the recording stays as it is. Raises Refused."""
        folder = self.folder(recording)
        async with self._turn:
            await _kept(lambda: read_edit(folder, edit))
            await self.rendering.forget(recording, edit)
            await _kept(lambda: folder.remove(edit))
        self.told(recording)

    async def suggested_opening(self, recording: str) -> str:
        """Give words for a card before a recording. Raises Refused."""
        return (await _kept(lambda: self.workshop.facts(recording))).opening

    async def exported(self, recording: str) -> list[Exported]:
        """Give what was exported of a recording, newest first. Raises Refused."""
        return await _kept(self.folder(recording).exported)

    async def drop(self, recording: str, number: int) -> None:
        """Make something of a recording no more. Raises Refused."""
        await self.rendering.drop(number, recording)

    async def make(self, who: Who, recording: str, kind: Kind, edit: str = "") -> Job:
        """Have the film of an edit made, or an export of it or of the whole recording.

        Raises:
            Refused: it cannot be made, or there is no room for it.
        """
        job = Job(number=0, recording=recording, kind=kind, edit=edit, at=self.clock(), by=who.name)
        await _kept(lambda: self.workshop.order(job))
        return await self.rendering.ask(who, recording, kind, edit)

    def folder(self, recording: str) -> EditFolder:
        """Give the folder of a recording's edits. Raises Refused."""
        return self.workshop.folder(recording)

    async def _begun(self, who: Who, recording: str, edits: list[Edit]) -> list[Seen]:
        folder, find = self.folder(recording), self.workshop.finder(recording)
        found: list[Seen] = []
        async with self._turn:
            there = await _kept(folder.all)
            if len(there) + len(edits) > EDITS_MOST:
                raise refused("too-many-edits", most=EDITS_MOST)
            for edit in edits:
                full = edit if edit.passages else replace(edit, passages=whole(find("")).passages)
                placed(full, find)
                history = begun(secrets.token_hex(4), full, who.name, self.clock())
                await _kept(partial(folder.write, history))
                found.append(Seen(history, None))
        self.told(recording)
        return found

    async def _step(self, who: Who, recording: str, edit: str, step: Step) -> Seen:
        folder = self.folder(recording)
        async with self._turn:
            before = await _kept(lambda: read_edit(folder, edit))
            after = step(before, who.name, self.clock())
            if after is not before:
                if before.is_full:
                    raise refused("edit-full")
                await _kept(lambda: folder.write(after))
            return await _kept(lambda: _seen(folder, after))


def _seen(folder: EditFolder, history: History) -> Seen:
    return Seen(history, folder.made(history.id))


async def _kept(work: Callable[[], T]) -> T:
    """Do something with the disk. Raises Refused: it fails."""
    try:
        return await asyncio.to_thread(work)
    except RecordError as error:
        raise refused("edit-unwritable", text=str(error)) from error
