"""``DELETE /api/v1/recordings/{id}`` and ``/api/v1/library/keeping``: what goes, and what went."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from classroom_edge.library.keeping.removals import Elsewhere, Removal
from classroom_edge.web.access import Action, May, Visitor
from classroom_edge.web.commands import ANSWERS
from classroom_edge.web.site import Site, site_of

SHOWN_MOST = 100

router = APIRouter(prefix="/api/v1", responses=ANSWERS, tags=["library"])

Here = Annotated[Site, Depends(site_of)]
Watcher = Annotated[Visitor, Depends(May(Action.WATCH))]


class EraseBody(BaseModel):
    """Why a recording is erased; it is kept in the record."""

    model_config = ConfigDict(extra="forbid", strict=True)

    reason: Annotated[str, Field(min_length=1, max_length=500)]


class ElsewhereOut(BaseModel):
    """Where a recording that is gone here may still be: ask there, too."""

    target: str
    what: str
    at: datetime | None
    where: list[str]

    @classmethod
    def of(cls, one: Elsewhere) -> "ElsewhereOut":
        """Tell of a place."""
        return cls(target=one.target, what=one.what, at=one.at, where=list(one.where))


class RemovalOut(BaseModel):
    """A recording that was deleted here, by a rule or because somebody asked for it."""

    recording: str
    at: datetime
    why: str
    by: str
    reason: str
    bytes: int
    elsewhere: list[ElsewhereOut]

    @classmethod
    def of(cls, one: Removal) -> "RemovalOut":
        """Tell of a deletion."""
        return cls(
            recording=one.recording,
            at=one.at,
            why=one.why,
            by=one.by,
            reason=one.reason,
            bytes=sum(file.bytes for file in one.files),
            elsewhere=[ElsewhereOut.of(place) for place in one.elsewhere],
        )


class OutlookOut(BaseModel):
    """How it will go on with the disk."""

    full_at: datetime | None
    spare_bytes: int
    wanted_bytes: int
    waiting: int
    withheld: int
    held: int


class KeepingOut(BaseModel):
    """The rules of room.toml, what they lead to, and what was deleted last."""

    rules: dict[str, Any] | None  # as [keeping] has them; None = nothing is deleted by itself
    only_by_age: bool  # no target gets every recording: no other rule deletes anything
    outlook: OutlookOut
    deleted: list[RemovalOut]  # the newest first


@router.get("/library/keeping")
async def keeping(site: Here, _visitor: Watcher) -> KeepingOut:
    """What is deleted by itself, when the disk is full, and what was deleted last."""
    shelf, rules = site.room.shelf, site.config.keeping
    gone = await shelf.erasing.removals()
    return KeepingOut(
        rules=rules.model_dump() if rules else None,
        only_by_age=not shelf.keeping.rules.delivers,
        outlook=OutlookOut(**asdict(shelf.keeping.outlook)),
        deleted=[RemovalOut.of(one) for one in reversed(gone[-SHOWN_MOST:])],
    )


@router.delete("/recordings/{recording}")
async def erase(recording: str, site: Here, visitor: Watcher, body: EraseBody) -> RemovalOut:
    """Erase a recording for good; the answer tells where else it had gone."""
    shelf = site.room.shelf
    removal = await shelf.erasing.erase(visitor.who, recording, body.reason)
    await shelf.catalogue.refresh(recording)
    return RemovalOut.of(removal)
