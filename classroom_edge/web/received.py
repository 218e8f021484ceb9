"""``/api/v1/received`` and ``uploads``: what sites send their hub, by tus.

A site announces the files of a recording, sends each of them as an upload, and has sent it once
the hub has read all of it back from disk and put it in its place.

Source: tus resumable upload protocol 1.0.0, https://tus.io/protocols/resumable-upload
"""

import asyncio
from collections.abc import AsyncIterator
from functools import partial
from http import HTTPStatus
from typing import Annotated, Any, Final

import msgspec
from fastapi import APIRouter, Depends, Request
from starlette.requests import ClientDisconnect
from starlette.responses import Response

from classroom_edge.library.received import tus
from classroom_edge.library.received.gate import read_key
from classroom_edge.library.received.parcel import Answer, Parcel
from classroom_edge.library.received.receiving import Receiving, on_disk
from classroom_edge.library.received.tus import TusError
from classroom_edge.library.received.upload import Appending, Upload
from classroom_edge.sessions.link.effects import Site as School
from classroom_edge.sessions.link.passes import NONCE_BYTES, PassError
from classroom_edge.web.access import Action, May, Visitor, visitor_of
from classroom_edge.web.commands import ANSWERS
from classroom_edge.web.errors import ApiError
from classroom_edge.web.site import Site, site_of

OTHER_WAYS: Final[dict[int | str, dict[str, Any]]] = {
    400: {"description": "a header is not what tus says"},
    412: {"description": "another version of tus"},
    413: {"description": "more than was announced, or than is taken"},
    415: {"description": "another Content-Type than tus's"},
    423: {"description": "another request of this recording goes on"},
    460: {"description": "another checksum: nothing of it was kept"},
    507: {"description": "no space left"},
}

router = APIRouter(prefix="/api/v1", responses=ANSWERS | OTHER_WAYS, tags=["received"])

SILENT_S: Final = 30.0  # then a request that brings nothing more is over
UPLOADS: Final = "/api/v1/uploads"
SAID: Final = {"Tus-Resumable": tus.VERSION}

Here = Annotated[Site, Depends(site_of)]


def receiving_of(site: Here) -> Receiving:
    """Give what takes recordings in. Raises ApiError: this room is no hub."""
    if site.receiving is None:
        raise ApiError(HTTPStatus.NOT_FOUND, "not-found")
    return site.receiving


Hub = Annotated[Receiving, Depends(receiving_of)]


def school_of(visitor: Annotated[Visitor, Depends(visitor_of)]) -> School:
    """Give the site that sends."""
    if visitor.school is None:
        raise ApiError(HTTPStatus.UNAUTHORIZED, "login-needed")
    return visitor.school


Sender = Annotated[School, Depends(school_of)]
senders: Final = [Depends(May(Action.SEND))]


@router.get("/received/proof", dependencies=[Depends(May(Action.ENTER))])
async def proof(hub: Hub, key: str, nonce: str) -> dict[str, str]:
    """Prove to a site that the certificate it sees is its hub's."""
    try:
        asked = bytes.fromhex(nonce)
        if len(asked) != NONCE_BYTES:
            raise ApiError(HTTPStatus.NOT_FOUND, "not-found")
        return {"proof": await hub.gate.prove(read_key(key), asked)}
    except (PassError, ValueError) as error:
        raise ApiError(HTTPStatus.NOT_FOUND, "not-found") from error


@router.put("/received/{recording}", dependencies=senders)
async def announce(recording: str, request: Request, hub: Hub, school: Sender) -> Response:
    """Take note of the files of a recording; tell what is here of them."""
    try:
        parcel = msgspec.json.decode(await request.body(), type=Parcel)
    except msgspec.MsgspecError as error:
        raise ApiError(HTTPStatus.UNPROCESSABLE_ENTITY, "wrong-body", field="body") from error
    if parcel.recording != recording:
        raise ApiError(HTTPStatus.UNPROCESSABLE_ENTITY, "wrong-body", field="recording")
    return _said(await hub.announce(school, parcel))


@router.delete("/received/{recording}", dependencies=senders)
async def withdraw(recording: str, hub: Hub, school: Sender) -> Response:
    """Forget what was announced of a recording and has not arrived."""
    await hub.withdraw(school, recording)
    return Response(status_code=HTTPStatus.NO_CONTENT)


@router.options("/uploads", dependencies=[Depends(May(Action.ENTER))])
async def options(hub: Hub) -> Response:
    """Tell what is spoken here."""
    headers = {
        "Tus-Version": tus.VERSION,
        "Tus-Extension": tus.EXTENSIONS,
        "Tus-Checksum-Algorithm": ",".join(tus.ALGORITHMS),
        "Tus-Max-Size": str(hub.inbox.bytes_max),
    }
    return Response(status_code=HTTPStatus.NO_CONTENT, headers=SAID | headers)


@router.post("/uploads", dependencies=senders)
async def create(request: Request, hub: Hub, school: Sender) -> Response:
    """Begin the upload of a file that was announced."""
    tus.check_version(request.headers)
    length, said = tus.length_of(request.headers), tus.metadata_of(request.headers)
    recording = said.get("recording", "")
    upload = await hub.create(school, recording, said.get("name", ""), length)
    where = {"Location": f"{UPLOADS}/{recording}/{upload.content.key}"}
    return Response(status_code=HTTPStatus.CREATED, headers=_until(hub) | where)


@router.head("/uploads/{recording}/{key}", dependencies=senders)
async def offset(recording: str, key: str, request: Request, hub: Hub, school: Sender) -> Response:
    """Tell how much of a file is here."""
    tus.check_version(request.headers)
    upload = await hub.upload(school, recording, key)
    content = upload.content
    metadata = tus.metadata_said({"recording": recording, "name": content.name})
    headers = {
        "Upload-Offset": str(upload.offset),
        "Upload-Length": str(content.bytes),
        "Upload-Metadata": metadata,
    }
    return Response(status_code=HTTPStatus.OK, headers=_until(hub) | headers)


@router.patch("/uploads/{recording}/{key}", dependencies=senders)
async def append(recording: str, key: str, request: Request, hub: Hub, school: Sender) -> Response:
    """Take more of a file."""
    tus.check_version(request.headers)
    if request.headers.get("content-type") != tus.CONTENT_TYPE:
        raise TusError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"bytes come as {tus.CONTENT_TYPE}")
    begins = tus.length_of(request.headers, "upload-offset")
    checksum = tus.checksum_of(request.headers)
    async with hub.alone(school, recording):
        upload = await hub.upload(school, recording, key)
        end = await _taken(request, upload, begins, checksum)
        if upload.is_whole:
            await hub.arrived(school, recording)
    headers = _until(hub) | {"Upload-Offset": str(end)}
    return Response(status_code=HTTPStatus.NO_CONTENT, headers=headers)


@router.delete("/uploads/{recording}/{key}", dependencies=senders)
async def terminate(
    recording: str, key: str, request: Request, hub: Hub, school: Sender
) -> Response:
    """Forget what came of a file."""
    tus.check_version(request.headers)
    async with hub.alone(school, recording):
        upload = await hub.upload(school, recording, key)
        await on_disk(upload.terminate)
    return Response(status_code=HTTPStatus.NO_CONTENT, headers=SAID)


async def _taken(
    request: Request, upload: Upload, begins: int, checksum: tus.Checksum | None
) -> int:
    """Write a request's bytes to disk as they come; give how much is safe then."""
    appending = await on_disk(partial(Appending, upload, begins, checksum))
    blocks, is_cut = request.stream(), False
    try:
        while block := await _next(blocks):
            await on_disk(partial(appending.write, block))
    except TusError:
        await on_disk(appending.give_up)
        raise
    except (ClientDisconnect, TimeoutError):
        is_cut = True
    return await on_disk(partial(appending.end, is_cut=is_cut))


async def _next(blocks: AsyncIterator[bytes]) -> bytes:
    """Give the next bytes of a request, none at its end. Raises TimeoutError, ClientDisconnect."""
    async with asyncio.timeout(SILENT_S):
        return await anext(blocks, b"")


def _until(hub: Receiving) -> dict[str, str]:
    return SAID | {"Upload-Expires": tus.instant_said(hub.inbox.expires_at())}


def _said(answer: Answer) -> Response:
    return Response(msgspec.json.encode(answer), media_type="application/json")
