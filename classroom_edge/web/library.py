"""``/api/v1/library``: all recordings, searched and paged; what people say of one of them."""

import zoneinfo
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from classroom_edge.library.entry import QueryError
from classroom_edge.room import Who
from classroom_edge.web.access import Action, May, Role, Visitor
from classroom_edge.web.commands import ANSWERS
from classroom_edge.web.errors import ApiError
from classroom_edge.web.library_bodies import (
    CardBody,
    ConsentBody,
    ConsentOut,
    ItemOut,
    PageOut,
    Wanted,
    delivered,
)
from classroom_edge.web.schemas import CardOut
from classroom_edge.web.site import Site, site_of

router = APIRouter(prefix="/api/v1", responses=ANSWERS, tags=["library"])

Here = Annotated[Site, Depends(site_of)]
Watcher = Annotated[Visitor, Depends(May(Action.WATCH))]


@router.get("/library")
async def library(site: Here, _visitor: Watcher, wanted: Annotated[Wanted, Query()]) -> PageOut:
    """Find recordings, newest first, page by page."""
    query = wanted.query(zoneinfo.ZoneInfo(site.config.room.timezone))
    try:
        page = await site.room.shelf.catalogue.page(query)
    except QueryError as error:
        raise ApiError(HTTPStatus.UNPROCESSABLE_ENTITY, "wrong-body", field="after") from error
    ids = [one.id for one in page.items]
    standings = await site.room.shelf.catalogue.on_their_way(ids)
    items = [ItemOut.of(one, delivered(one, standings.get(one.id, ()))) for one in page.items]
    return PageOut(items=items, next=page.next, total=page.total)


@router.put("/recordings/{recording}/card")
async def card(recording: str, body: CardBody, site: Here, visitor: Watcher) -> CardOut:
    """Say what a recording is called, whose lesson it is, and whether it must be kept."""
    said = body.model_dump(exclude_none=True)
    return CardOut.of(await site.room.shelf.cards.say(visitor.who, recording, **said))


@router.post("/recordings/{recording}/consent")
async def consent(recording: str, body: ConsentBody, site: Here, visitor: Watcher) -> ConsentOut:
    """Say who may see it; "public" holds once two people have said so. Kept: who, and when."""
    who = visitor.who
    if visitor.role is Role.LOCAL:
        if not body.name:
            raise ApiError(HTTPStatus.UNPROCESSABLE_ENTITY, "say-who", field="name")
        who = Who(name=f"local:{body.name}")
    return ConsentOut.of(await site.room.shelf.cards.consent(who, recording, body.consent))
