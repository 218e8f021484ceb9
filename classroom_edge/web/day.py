"""``/api/v1/day``: what people ask of today's lessons; the day itself is in the room's state."""

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import Field, StringConstraints

from classroom_edge.web.access import Action, May, Visitor
from classroom_edge.web.commands import ANSWERS
from classroom_edge.web.schemas import Accepted, Body
from classroom_edge.web.site import Site, site_of

LessonId = Annotated[str, StringConstraints(min_length=1, max_length=400)]
Here = Annotated[Site, Depends(site_of)]
Teacher = Annotated[Visitor, Depends(May(Action.RECORD))]
Keeper = Annotated[Visitor, Depends(May(Action.ADMINISTER))]

router = APIRouter(prefix="/api/v1/day", responses=ANSWERS, tags=["day"])


class LessonBody(Body):
    """Which lesson, by its id in the room's state."""

    lesson: LessonId


class ExtendBody(Body):
    """How many minutes more."""

    minutes: int = Field(default=5, ge=1, le=60)
    lesson: Annotated[str, StringConstraints(max_length=400)] = Field(
        default="", description="the one of now where none is named"
    )


class StayBody(Body):
    """For how many minutes from now on."""

    minutes: int = Field(default=60, ge=1, le=720)


class SwapBody(LessonBody):
    """Which two lessons."""

    other: LessonId


@router.post("/extend")
async def extend(site: Here, visitor: Teacher, body: ExtendBody | None = None) -> Accepted:
    """Let a lesson, and its recording, last some minutes longer."""
    body = body or ExtendBody()
    await site.room.day.extend(visitor.who, body.minutes, body.lesson)
    return Accepted()


@router.post("/skip")
async def skip(site: Here, visitor: Teacher, body: LessonBody) -> Accepted:
    """Do nothing for a lesson that has not begun."""
    await site.room.day.skip(visitor.who, body.lesson)
    return Accepted()


@router.post("/begin-early")
async def begin_early(site: Here, visitor: Teacher, body: LessonBody) -> Accepted:
    """Begin a lesson of today now."""
    await site.room.day.begin_early(visitor.who, body.lesson)
    return Accepted()


@router.post("/swap")
async def swap(site: Here, visitor: Teacher, body: SwapBody) -> Accepted:
    """Let two lessons of this room change places."""
    await site.room.day.swap(visitor.who, body.lesson, body.other)
    return Accepted()


@router.post("/undo")
async def undo(site: Here, visitor: Teacher) -> Accepted:
    """Take back what was asked for last today."""
    await site.room.day.undo(visitor.who)
    return Accepted()


@router.post("/adopt")
async def adopt(site: Here, visitor: Teacher) -> Accepted:
    """Let the recording that somebody began be the waiting lesson's: it ends with the lesson."""
    await site.room.day.adopt(visitor.who)
    return Accepted()


@router.post("/give-way")
async def give_way(site: Here, visitor: Teacher) -> Accepted:
    """End the recording that somebody began, so that the waiting lesson's own begins."""
    await site.room.day.give_way(visitor.who)
    return Accepted()


@router.post("/stay")
async def stay(site: Here, visitor: Teacher, body: StayBody | None = None) -> Accepted:
    """Leave everything on for so long, whatever the room does by itself at night."""
    await site.room.day.stay(visitor.who, (body or StayBody()).minutes)
    return Accepted()


@router.post("/here")
async def here(site: Here, visitor: Teacher) -> Accepted:
    """Let the room know that somebody is there: it does not go off."""
    await site.room.day.here(visitor.who)
    return Accepted()


@router.post("/confirm")
async def confirm(site: Here, visitor: Keeper) -> Accepted:
    """Let a timetable come into force that is held, because it is empty or has lost half."""
    await site.room.day.confirm(visitor.who)
    return Accepted()
