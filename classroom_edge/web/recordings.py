"""``/api/v1/recordings``: one of them. Only files that its manifest names can be had.

All of them, and the search, are at ``/api/v1/library``.
"""

from http import HTTPStatus
from pathlib import Path
from typing import Annotated, Final

from fastapi import APIRouter, Depends
from starlette.responses import FileResponse

from classroom_edge.library.indexing import ID
from classroom_edge.web.access import Action, May
from classroom_edge.web.commands import ANSWERS
from classroom_edge.web.errors import ApiError
from classroom_edge.web.schemas import RecordingOut
from classroom_edge.web.site import Site, site_of
from classroom_media.record.manifest import MANIFEST_FILE, Manifest

KINDS: Final = {
    ".mp4": "video/mp4",
    ".m4a": "audio/mp4",
    ".jpg": "image/jpeg",
    ".json": "application/json",
}

router = APIRouter(
    prefix="/api/v1/recordings",
    responses=ANSWERS,
    dependencies=[Depends(May(Action.WATCH))],
    tags=["recordings"],
)

Here = Annotated[Site, Depends(site_of)]


@router.get("/{recording}")
async def recording(recording: str, site: Here) -> RecordingOut:
    """One recording's manifest, with links to its files and what people say of it."""
    manifest = _manifest(site, recording)
    return RecordingOut.of(manifest, await site.room.shelf.cards.read(recording))


@router.get(
    "/{recording}/files/{file}",
    response_class=FileResponse,
    responses={206: {"description": "a part of it, asked for by Range"}},
)
async def file(recording: str, file: str, site: Here) -> FileResponse:
    """A file of a recording; takes Range, so that a player can jump."""
    path = _confined(site.room.folder(recording), file, _manifest(site, recording))
    site.room.shelf.watching.note(recording)
    return FileResponse(
        path,
        media_type=KINDS[path.suffix],
        filename=f"{recording}-{file}",
        content_disposition_type="inline",
        headers={"Cache-Control": "private, no-cache"},
    )


@router.get("/{recording}/thumbnail.jpg", response_class=FileResponse)
async def thumbnail(recording: str, site: Here) -> FileResponse:
    """A picture of the recording."""
    return await file(recording, _manifest(site, recording).thumbnail, site)


def _manifest(site: Site, recording: str) -> Manifest:
    if not ID.fullmatch(recording):
        raise ApiError(HTTPStatus.NOT_FOUND, "not-found")
    return site.room.recording(recording)


def _confined(folder: Path, name: str, manifest: Manifest) -> Path:
    """Give the path of a file that the manifest names and that really lies in the folder.

    Raises:
        ApiError: there is no such file, or it is not one of a recording.
    """
    named = {track.file for track in manifest.tracks} | {manifest.thumbnail, MANIFEST_FILE}
    named |= {chapter.picture for chapter in manifest.chapters}
    named |= {manifest.lesson.file} if manifest.lesson else set()
    named |= {manifest.filmstrip.file} if manifest.filmstrip else set()
    path = folder / name
    good = (
        name in named
        and path.suffix in KINDS
        and path.resolve().parent == folder.resolve()
        and path.is_file()
    )
    if not good:
        raise ApiError(HTTPStatus.NOT_FOUND, "not-found")
    return path
