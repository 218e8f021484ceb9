"""``/s/TOKEN``: a recording for whoever has the link; and where links are made and taken back.

The page needs neither login nor script. It is served where the panel is; whoever is to open it from
outside must be able to reach that address.
"""

import zoneinfo
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import FileResponse, Response

from classroom_edge.library.sharing.desk import Shared, ShareError, Wanted
from classroom_edge.library.sharing.share import Role, Share
from classroom_edge.web.access import Action, May, Visitor
from classroom_edge.web.commands import ANSWERS
from classroom_edge.web.errors import ApiError
from classroom_edge.web.forms import page
from classroom_edge.web.schemas import Accepted
from classroom_edge.web.site import Site, site_of
from classroom_edge.words import words

STATUS = {
    "unknown": HTTPStatus.NOT_FOUND,
    "over": HTTPStatus.GONE,
    "login": HTTPStatus.FORBIDDEN,
    "locked": HTTPStatus.TOO_MANY_REQUESTS,
}

router = APIRouter(prefix="/api/v1/recordings", responses=ANSWERS, tags=["library"])
pages = APIRouter(include_in_schema=False)

Here = Annotated[Site, Depends(site_of)]
Watcher = Annotated[Visitor, Depends(May(Action.WATCH))]
Anybody = Annotated[Visitor, Depends(May(Action.ENTER))]


class ShareBody(BaseModel):
    """What a link is to be."""

    model_config = ConfigDict(extra="forbid", strict=True)

    role: Annotated[Role, Field(strict=False)] = Role.WATCH
    edit: Annotated[str, Field(max_length=64, pattern=r"^[A-Za-z0-9_-]*$")] = ""
    days: Annotated[int, Field(ge=1, le=366)] = 14


class ShareOut(BaseModel):
    """A link; its address is told only when it is made."""

    id: str
    role: Role
    edit: str
    by: str
    at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    good: bool
    views: int
    path: str = ""  # "/s/TOKEN", behind the address of this room

    @classmethod
    def of(cls, share: Share, now: datetime, views: int, path: str = "") -> "ShareOut":
        """Tell of a link."""
        return cls(
            id=share.id,
            role=share.role,
            edit=share.edit,
            by=share.by,
            at=share.at,
            expires_at=share.expires_at,
            revoked_at=share.revoked_at,
            good=share.is_good(now),
            views=views,
            path=path,
        )


@router.post("/{recording}/shares")
async def share(recording: str, site: Here, visitor: Watcher, body: ShareBody) -> ShareOut:
    """Make a link to a recording, or to an edit of it."""
    desk = site.room.shelf.sharing
    wanted = Wanted(body.role, body.edit, timedelta(days=body.days))
    made, token = await desk.make(visitor.who, recording, wanted)
    return ShareOut.of(made, desk.clock(), 0, f"/s/{token}")


@router.get("/{recording}/shares")
async def shares(recording: str, site: Here, _visitor: Watcher) -> list[ShareOut]:
    """The links to a recording, and how often each was followed."""
    desk = site.room.shelf.sharing
    found = await desk.all(recording)
    return [ShareOut.of(one, desk.clock(), await desk.views(one)) for one in found]


@router.delete("/{recording}/shares/{id_}")
async def unshare(recording: str, id_: str, site: Here, visitor: Watcher) -> Accepted:
    """Take a link back, at once."""
    await site.room.shelf.sharing.revoke(visitor.who, recording, id_)
    return Accepted()


@pages.get("/s/{token}")
async def shared_page(token: str, request: Request, site: Here, visitor: Anybody) -> Response:
    """The page of a link."""
    desk = site.room.shelf.sharing
    try:
        shared = await _followed(token, site, visitor)
    except ShareError as error:
        return page(
            request,
            site,
            "share.html",
            part="share",
            path=f"/s/{token}",
            status=STATUS[error.code],
            shared=None,
            problem=error.code,
        )
    await desk.seen(shared, visitor.address)
    return page(
        request,
        site,
        "share.html",
        part="share",
        path=f"/s/{token}",
        shared=shared,
        **_told(shared, request, site),
    )


@pages.api_route("/s/{token}/film", methods=["GET", "HEAD"])
async def film(token: str, site: Here, visitor: Anybody, download: bool = False) -> FileResponse:  # noqa: FBT001, FBT002 - of the query
    """The film of a link; takes Range, so that a player can jump."""
    shared = await _opened(token, site, visitor)
    is_kept = download and shared.share.role is Role.DOWNLOAD
    site.room.shelf.watching.note(shared.recording)
    return FileResponse(
        shared.film,
        media_type="video/mp4",
        filename=f"{shared.recording}.mp4",
        content_disposition_type="attachment" if is_kept else "inline",
        headers={"Cache-Control": "private, no-store"},
    )


@pages.get("/s/{token}/picture")
async def picture(token: str, site: Here, visitor: Anybody) -> FileResponse:
    """What is seen before the film begins."""
    shared = await _opened(token, site, visitor)
    if shared.picture is None:
        raise ApiError(HTTPStatus.NOT_FOUND, "not-found")
    return FileResponse(shared.picture, media_type="image/jpeg")


async def _followed(token: str, site: Site, visitor: Visitor) -> Shared:
    desk = site.room.shelf.sharing
    return await desk.follow(token, visitor.address, has_account=visitor.may(Action.WATCH))


async def _opened(token: str, site: Site, visitor: Visitor) -> Shared:
    """Give what a link leads to. Raises ApiError."""
    try:
        return await _followed(token, site, visitor)
    except ShareError as error:
        message = words("share").both(f"{error.code}.text")
        raise ApiError(STATUS[error.code], f"share-{error.code}", message=message) from error


def _told(shared: Shared, request: Request, site: Site) -> dict[str, Any]:
    zone = zoneinfo.ZoneInfo(site.config.room.timezone)
    manifest, card = shared.manifest, shared.card
    language = request.query_params.get("lang", site.config.room.language)
    language = language if language in words("share").texts else site.config.room.language
    say = words("share").say
    began = manifest.started_at.astimezone(zone)
    return {
        "title": card.title or manifest.title or say("untitled", language),
        "facts": say(
            "facts",
            language,
            date=f"{began:%Y-%m-%d %H:%M}",
            minutes=max(1, round(manifest.duration_s / 60)),
        ),
        "picture": shared.picture is not None,
        "download": shared.share.role is Role.DOWNLOAD,
        "megabytes": max(1, round(shared.film.stat().st_size / 1e6)),
        "until": f"{shared.share.expires_at.astimezone(zone):%Y-%m-%d %H:%M}",
        "consent": card.standing.consent,
    }
