"""``/api/v1/recordings/{recording}/edits`` and ``exports``: films that are made of recordings.

How far what is made is shows in the room's state, `renders`.
"""

from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import Annotated, Final

from fastapi import APIRouter, Depends
from starlette.responses import FileResponse

from classroom_edge.library.editing import acts
from classroom_edge.library.editing.desk import EditDesk
from classroom_edge.library.editing.edit import Edit
from classroom_edge.library.editing.jobs import Kind
from classroom_edge.web.access import Action, May, Visitor
from classroom_edge.web.commands import ANSWERS
from classroom_edge.web.edit_bodies import (
    AngleBody,
    EditBody,
    EditOut,
    EditsOut,
    ExportBody,
    ExportOut,
    JobOut,
    SplitBody,
    StretchBody,
)
from classroom_edge.web.errors import ApiError
from classroom_edge.web.schemas import Accepted
from classroom_edge.web.site import Site, site_of

KINDS: Final = {".zip": "application/zip", ".m4a": "audio/mp4", ".mp4": "video/mp4"}

router = APIRouter(prefix="/api/v1/recordings/{recording}", responses=ANSWERS, tags=["editing"])

Editor = Annotated[Visitor, Depends(May(Action.WATCH))]


def _desk(site: Annotated[Site, Depends(site_of)]) -> EditDesk:
    return site.room.shelf.edits


Desk = Annotated[EditDesk, Depends(_desk)]


@router.get("/edits")
async def edits(recording: str, desk: Desk, _visitor: Editor) -> EditsOut:
    """The edits of a recording, and words for an opening card."""
    seen = await desk.all(recording)
    items = [EditOut.of(recording, one) for one in seen]
    return EditsOut(items=items, opening=await desk.suggested_opening(recording))


@router.post("/edits")
async def begin(
    recording: str, desk: Desk, visitor: Editor, body: EditBody | None = None
) -> EditOut:
    """Begin an edit; without passages it has the whole recording."""
    asked = (body or EditBody()).edit
    return EditOut.of(recording, await desk.begin(visitor.who, recording, asked))


@router.post("/splits")
async def split(recording: str, body: SplitBody, desk: Desk, visitor: Editor) -> list[EditOut]:
    """Make one edit of each part between the recording's marks."""
    parts = await desk.split(visitor.who, recording, body.edit)
    return [EditOut.of(recording, one) for one in parts]


@router.get("/edits/{edit}")
async def one(recording: str, edit: str, desk: Desk, _visitor: Editor) -> EditOut:
    """An edit, and the film that was made of it."""
    return EditOut.of(recording, await desk.one(recording, edit))


@router.put("/edits/{edit}")
async def change(recording: str, edit: str, body: EditBody, desk: Desk, visitor: Editor) -> EditOut:
    """Let an edit be another one; what it was can be had back."""
    return await _changed(desk, visitor, recording, edit, lambda _before: body.edit)


@router.post("/edits/{edit}/cut-out")
async def cut_out(
    recording: str, edit: str, body: StretchBody, desk: Desk, visitor: Editor
) -> EditOut:
    """Leave a stretch of an edit out."""
    how = partial(acts.cut_out, from_s=body.from_s, to_s=body.to_s)
    return await _changed(desk, visitor, recording, edit, how)


@router.post("/edits/{edit}/angle")
async def angle(recording: str, edit: str, body: AngleBody, desk: Desk, visitor: Editor) -> EditOut:
    """Show a stretch of an edit as another track does; what is heard goes on."""

    def seen_by(before: Edit) -> Edit:
        return acts.seen_by(before, body.track, body.from_s, body.to_s)

    return await _changed(desk, visitor, recording, edit, seen_by)


@router.post("/edits/{edit}/undo")
async def undo(recording: str, edit: str, desk: Desk, visitor: Editor) -> EditOut:
    """Take the last change back."""
    return EditOut.of(recording, await desk.undo(visitor.who, recording, edit))


@router.post("/edits/{edit}/redo")
async def redo(recording: str, edit: str, desk: Desk, visitor: Editor) -> EditOut:
    """Do again what was taken back last."""
    return EditOut.of(recording, await desk.redo(visitor.who, recording, edit))


@router.post("/edits/{edit}/render")
async def render(recording: str, edit: str, desk: Desk, visitor: Editor) -> JobOut:
    """Have the film of an edit made."""
    job = await desk.make(visitor.who, recording, Kind.FILM, edit)
    return JobOut(number=job.number)


@router.delete("/edits/{edit}")
async def remove(recording: str, edit: str, desk: Desk, _visitor: Editor) -> Accepted:
    """Remove an edit and its film; the recording stays as it is."""
    await desk.remove(recording, edit)
    return Accepted()


@router.get(
    "/edits/{edit}/film.mp4",
    response_class=FileResponse,
    responses={206: {"description": "a part of it, asked for by Range"}},
)
async def film(recording: str, edit: str, desk: Desk, _visitor: Editor) -> FileResponse:
    """The film that was made of an edit; takes Range, so that a player can jump."""
    seen = await desk.one(recording, edit)
    if seen.made is None:
        raise ApiError(HTTPStatus.NOT_FOUND, "not-found")
    return _file(desk.folder(recording).film(edit), f"{recording}-{edit}.mp4")


@router.get("/exports")
async def exports(recording: str, desk: Desk, _visitor: Editor) -> list[ExportOut]:
    """What was exported, newest first."""
    return [ExportOut.of(recording, one) for one in await desk.exported(recording)]


@router.post("/exports")
async def export(recording: str, body: ExportBody, desk: Desk, visitor: Editor) -> JobOut:
    """Have a package for a platform made, or the sound alone, or the slides alone."""
    job = await desk.make(visitor.who, recording, Kind(body.kind), body.edit)
    return JobOut(number=job.number)


@router.get("/exports/{file}", response_class=FileResponse)
async def exported(recording: str, file: str, desk: Desk, _visitor: Editor) -> FileResponse:
    """A file that was exported."""
    for one in await desk.exported(recording):
        if one.path.name == file:
            return _file(one.path, file, disposition="attachment")
    raise ApiError(HTTPStatus.NOT_FOUND, "not-found")


@router.post("/jobs/{number}/drop")
async def drop(recording: str, number: int, desk: Desk, _visitor: Editor) -> Accepted:
    """Make something no more, or forget what could not be made."""
    await desk.drop(recording, number)
    return Accepted()


async def _changed(
    desk: EditDesk, visitor: Visitor, recording: str, edit: str, how: Callable[[Edit], Edit]
) -> EditOut:
    return EditOut.of(recording, await desk.change(visitor.who, recording, edit, how))


def _file(path: Path, name: str, *, disposition: str = "inline") -> FileResponse:
    return FileResponse(
        path,
        media_type=KINDS[path.suffix],
        filename=name,
        content_disposition_type=disposition,
        headers={"Cache-Control": "private, no-cache"},
    )
