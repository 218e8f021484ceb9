"""``/api/v1/broadcast``, ``pushes``, ``screens``: what a room shows besides its recordings.

How it stands is in the room's state, `broadcast`, `pushes`, `screens`.
"""

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from classroom_edge.room import Words
from classroom_edge.services.broadcast import page_of
from classroom_edge.services.pushing import in_words
from classroom_edge.web.access import Action, May, Visitor
from classroom_edge.web.commands import ANSWERS
from classroom_edge.web.schemas import Accepted, Started
from classroom_edge.web.site import Site, site_of
from classroom_media.messages import Adjust
from classroom_media.workers.specs import Trial

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


class NewPushBody(Body):
    """A platform that the programme is to be sent to."""

    address: Annotated[str, Field(min_length=1, max_length=2000, description="whole, as given")]
    name: Annotated[str, Field(max_length=60, description="the address's host if empty")] = ""


class PushBody(Body):
    """Whether the programme is to be sent there."""

    on: bool


class TrialBody(Body):
    """The whole address, as a platform gives it."""

    address: Annotated[str, Field(min_length=1, max_length=2000)]


class TrialOut(BaseModel):
    """What came of a trial."""

    works: bool
    problem: Words  # empty when it works
    connected_ms: int
    sent_s: float
    sent_bytes: int


@router.post("/pushes/test")
async def try_push(site: Here, _visitor: Sender, body: TrialBody) -> TrialOut:
    """Send a test picture to an address for five seconds; tell what happened."""
    return _told(await site.room.outlets.pushing.tried(body.address))


@router.post("/pushes/{push}/test")
async def try_known_push(push: str, site: Here, _visitor: Sender) -> TrialOut:
    """Send a test picture to a platform that is kept, for five seconds; tell what happened."""
    return _told(await site.room.outlets.pushing.tried_again(push))


def _told(trial: Trial) -> TrialOut:
    return TrialOut(
        works=not trial.code,
        problem=in_words(trial.code, trial.said) if trial.code else {},
        connected_ms=trial.connected_ms,
        sent_s=trial.sent_s,
        sent_bytes=trial.sent_bytes,
    )


@router.post("/pushes")
async def add_push(site: Here, visitor: Sender, body: NewPushBody) -> Started:
    """Add a platform by its address; nothing is sent there until it is switched on."""
    pushing = site.room.outlets.pushing
    return Started(id=pushing.add(visitor.who, body.name.strip(), body.address))


@router.put("/pushes/{push}")
async def replace_push(push: str, site: Here, visitor: Sender, body: NewPushBody) -> Accepted:
    """Give a platform that was added here another address; it keeps its name if none is given."""
    site.room.outlets.pushing.replace(visitor.who, push, body.name.strip(), body.address)
    return Accepted()


@router.delete("/pushes/{push}")
async def remove_push(push: str, site: Here, visitor: Sender) -> Accepted:
    """Forget a platform that was added here."""
    await site.room.outlets.pushing.remove(visitor.who, push)
    return Accepted()


@router.post("/pushes/{push}")
async def switch_push(push: str, site: Here, visitor: Sender, body: PushBody) -> Accepted:
    """Send the programme to a platform from now on, or no more."""
    site.room.outlets.pushing.switch(visitor.who, push, on=body.on)
    return Accepted()


class ScreenBody(Body):
    """What is to be played: an address, or a recording's id."""

    what: Annotated[str, Field(min_length=1, max_length=2000)]


class AdjustBody(Body):
    """What is to be otherwise on the screen; what is not said stays."""

    volume: Annotated[int, Field(ge=0, le=100)] | None = None
    at_s: Annotated[float, Field(ge=0)] | None = None
    paused: bool | None = None


@router.post("/screens/{screen}/play")
async def play(screen: str, site: Here, visitor: Sender, body: ScreenBody) -> Accepted:
    """Play a broadcast or a recording on a screen of the room."""
    site.room.outlets.screens.of(screen).play(visitor.who, body.what)
    return Accepted()


@router.post("/screens/{screen}/stop")
async def stop_playing(screen: str, site: Here, visitor: Sender) -> Accepted:
    """Play no more: what was on the screen before is seen again."""
    site.room.outlets.screens.of(screen).stop(visitor.who)
    return Accepted()


@router.post("/screens/{screen}/adjust")
async def adjust(screen: str, site: Here, visitor: Sender, body: AdjustBody) -> Accepted:
    """Change volume, place or pause of what is played."""
    how = Adjust(volume=body.volume, at_s=body.at_s, paused=body.paused)
    await site.room.outlets.screens.of(screen).adjust(visitor.who, how)
    return Accepted()
