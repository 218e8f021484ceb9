"""``/api/v1/received``: the recordings that other schools have sent this hub, for its people."""

import asyncio
import mimetypes
from datetime import datetime
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel
from starlette.responses import FileResponse

from classroom_edge.library.received.arrived import Arrived, arrived, file_of
from classroom_edge.library.received.receiving import Receiving
from classroom_edge.web.access import Action, May
from classroom_edge.web.commands import ANSWERS
from classroom_edge.web.errors import ApiError
from classroom_edge.web.received import receiving_of

router = APIRouter(
    prefix="/api/v1",
    responses=ANSWERS,
    dependencies=[Depends(May(Action.WATCH))],
    tags=["received"],
)

Hub = Annotated[Receiving, Depends(receiving_of)]


class ArrivedFile(BaseModel):
    """A file of a recording."""

    name: str
    bytes: int
    sha256: str
    url: str


class ArrivedOut(BaseModel):
    """A recording that another school has sent."""

    id: str
    site: str
    school: str
    arrived_at: datetime
    title: str = ""
    started_at: datetime | None = None
    duration_s: float = 0.0
    files: list[ArrivedFile]

    @classmethod
    def of(cls, one: Arrived) -> "ArrivedOut":
        """Spell it."""
        arrival, manifest = one.arrival, one.manifest
        base = f"/api/v1/received/{arrival.site}/{arrival.recording}/files"
        files = [
            ArrivedFile(name=c.name, bytes=c.bytes, sha256=c.sha256, url=f"{base}/{c.name}")
            for c in arrival.contents
        ]
        return cls(
            id=arrival.recording,
            site=arrival.site,
            school=arrival.school,
            arrived_at=arrival.arrived_at,
            title=manifest.title if manifest else "",
            started_at=manifest.started_at if manifest else None,
            duration_s=manifest.duration_s if manifest else 0.0,
            files=files,
        )


@router.get("/received")
async def received(hub: Hub) -> list[ArrivedOut]:
    """Every recording that has arrived, school by school, the newest first."""
    found = await asyncio.to_thread(lambda: list(arrived(hub.inbox.folder)))
    return [ArrivedOut.of(one) for one in found]


@router.get(
    "/received/{site}/{recording}/files/{name:path}",
    response_class=FileResponse,
    responses={206: {"description": "a part of it, asked for by Range"}},
)
async def file(site: str, recording: str, name: str, hub: Hub) -> FileResponse:
    """A file that has arrived; takes Range, so that a player can jump."""
    path = await asyncio.to_thread(file_of, hub.inbox.folder, site, recording, name)
    if path is None:
        raise ApiError(HTTPStatus.NOT_FOUND, "not-found")
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return FileResponse(
        path,
        media_type=kind,
        filename=f"{recording}-{path.name}",
        content_disposition_type="inline",
        headers={"Cache-Control": "private, no-cache"},
    )
