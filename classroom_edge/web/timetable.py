"""``/api/v1/timetable``: the school's timetable is sent in, shown as it would be, and agreed to."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Request
from pydantic import StringConstraints

from classroom_edge.room import Words
from classroom_edge.services.day.examine import CLASSES, WHOLE
from classroom_edge.web.access import Action, May, Visitor
from classroom_edge.web.commands import ANSWERS
from classroom_edge.web.schemas import Accepted, Body
from classroom_edge.web.site import Site, site_of

Here = Annotated[Site, Depends(site_of)]
Keeper = Annotated[Visitor, Depends(May(Action.ADMINISTER))]
FILE: Final = {
    "requestBody": {
        "required": True,
        "description": "the file as it is: TOML, CSV, XLSX or iCalendar, at most 4 MiB",
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}

router = APIRouter(prefix="/api/v1/timetable", responses=ANSWERS, tags=["day"])


class ChangeBody(Body):
    """One place of the week that differs."""

    kind: str
    text: Words


class PreviewBody(Body):
    """What a file would change; with mistakes nothing comes of it."""

    token: str
    mistakes: tuple[Words, ...]
    left_out: tuple[Words, ...]
    columns: dict[str, str]
    verdict: str
    told: Words
    lost_classes: tuple[str, ...]
    changes: tuple[ChangeBody, ...]
    more: int
    warnings: tuple[Words, ...]


class AgreedBody(Body):
    """Which preview, by its token; `sure` lets it empty or halve the timetable."""

    token: Annotated[str, StringConstraints(min_length=1, max_length=64)]
    sure: bool = False


@router.post("/preview", openapi_extra=FILE)
async def preview(
    site: Here,
    visitor: Keeper,
    request: Request,
    name: Annotated[str, Query(min_length=1, max_length=200, description="of the file")],
    scope: Annotated[
        str, Query(pattern=f"^({WHOLE}|{CLASSES})$", description="what a list or grid replaces")
    ] = CLASSES,
) -> PreviewBody:
    """Examine a file; nothing is changed."""
    content = await request.body()
    sent = await site.room.day.incoming.preview(visitor.who, name, content, scope)
    found = sent.preview
    return PreviewBody(
        token=sent.token,
        mistakes=found.mistakes,
        left_out=found.left_out,
        columns=found.columns,
        verdict=found.verdict,
        told=found.told,
        lost_classes=found.lost_classes,
        changes=tuple(ChangeBody(kind=one.kind, text=one.text) for one in found.changes),
        more=found.more,
        warnings=found.warnings,
    )


@router.post("/agree")
async def agree(site: Here, visitor: Keeper, body: AgreedBody) -> Accepted:
    """Let what was shown come into force."""
    await site.room.day.incoming.agree(visitor.who, body.token, sure=body.sure)
    return Accepted()


@router.post("/undo")
async def undo(site: Here, visitor: Keeper) -> Accepted:
    """Have the timetable back that was in force before the last one that was sent in."""
    await site.room.day.incoming.undo(visitor.who)
    return Accepted()
