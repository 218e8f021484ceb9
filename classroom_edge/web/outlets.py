"""``/api/v1/broadcast``: what leaves the room besides its recordings.

How it stands is in the room's state, `broadcast`.
"""

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from classroom_edge.services.broadcast import page_of
from classroom_edge.web.access import Action, May, Visitor
from classroom_edge.web.commands import ANSWERS
from classroom_edge.web.schemas import Accepted, Started
from classroom_edge.web.site import Site, site_of

router = APIRouter(prefix="/api/v1", responses=ANSWERS, tags=["broadcast"])

Here = Annotated[Site, Depends(site_of)]
Sender = Annotated[Visitor, Depends(May(Action.BROADCAST))]


class Body(BaseModel):
    """What a request brings; nothing unknown in it."""

    model_config = ConfigDict(extra="forbid", strict=True)


class BroadcastBody(Body):
    """What a broadcast is to be called."""

    title: Annotated[str, Field(max_length=120)] = ""


class AddressBody(Body):
    """Of which lesson an address is wanted, and for how long."""

    lesson: Annotated[str, Field(max_length=80)] = ""  # "" = the one on the air
    hours: Annotated[float, Field(gt=0, le=24 * 366)] = 12.0
    again: bool = False  # of a lesson that is over


class AddressOut(BaseModel):
    """For players, and for people with a browser."""

    address: str
    page: str


@router.post("/broadcast/start")
async def start(site: Here, visitor: Sender, body: BroadcastBody | None = None) -> Started:
    """Put the programme on the air; give the lesson's name in addresses."""
    title = (body or BroadcastBody()).title
    return Started(id=await site.room.outlets.broadcast.start(visitor.who, title=title))


@router.post("/broadcast/stop")
async def stop(site: Here, visitor: Sender) -> Accepted:
    """Take it off the air; from then on it can be watched again."""
    await site.room.outlets.broadcast.stop(visitor.who)
    return Accepted()


@router.post("/broadcast/address")
async def address(site: Here, _visitor: Sender, body: AddressBody | None = None) -> AddressOut:
    """Give an address that is good for so long, to be sent to those who may watch."""
    asked = body or AddressBody()
    given = site.room.outlets.address(asked.lesson, asked.hours, again=asked.again)
    return AddressOut(address=given, page=page_of(given))
