"""``/api/v1/targets``, ``/api/v1/deliveries``: recordings on their way elsewhere.

How targets stand is in the room's state, too, `targets`.
"""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field

from classroom_edge.library.deliver.messages import Failed
from classroom_edge.library.deliver.views import in_words
from classroom_edge.room import DeliveryView, TargetView, Words
from classroom_edge.web.access import Action, May, Visitor
from classroom_edge.web.commands import ANSWERS
from classroom_edge.web.schemas import Body
from classroom_edge.web.site import Site, site_of

router = APIRouter(prefix="/api/v1", responses=ANSWERS, tags=["deliveries"])

Here = Annotated[Site, Depends(site_of)]
Watcher = Annotated[Visitor, Depends(May(Action.WATCH))]
State = Literal["", "waiting", "sending", "sent", "refused", "withheld", "dropped"]


class DeliverBody(Body):
    """Where to, and what; nothing said = what room.toml says of that target."""

    target: Annotated[str, Field(min_length=1, max_length=40)]
    what: Annotated[str, Field(pattern=r"^(|programme|tracks|all|edit:[A-Za-z0-9_-]{1,64})$")] = ""


class ProbeOut(BaseModel):
    """What came of trying a target."""

    works: bool
    problem: Words  # empty when it works
    proof: str = ""  # how it was known that the file arrived
    removed: bool = True
    took_ms: int = 0


@router.get("/targets")
async def targets(site: Here, _visitor: Watcher) -> tuple[TargetView, ...]:
    """Tell where recordings can be delivered to, and how it goes."""
    return site.room.shelf.deliveries.targets


@router.post("/targets/{target}/test")
async def try_target(target: str, site: Here, _visitor: Watcher) -> ProbeOut:
    """Write a small file there, prove that it arrived, remove it."""
    report = await site.room.shelf.deliveries.test(target)
    if isinstance(report, Failed):
        return ProbeOut(works=False, problem=in_words(report.code, report.said))
    found = report.probe
    return ProbeOut(
        works=True,
        problem={},
        proof=found.proof or "",
        removed=found.removed,
        took_ms=found.took_ms,
    )


@router.get("/deliveries")
async def deliveries(
    site: Here,
    _visitor: Watcher,
    state: State = "",
    recording: Annotated[str, Query(max_length=80)] = "",
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
) -> tuple[DeliveryView, ...]:
    """List deliveries, those of the newest recording first."""
    desk = site.room.shelf.deliveries
    return await desk.listed(state=state, recording=recording, limit=limit)


@router.post("/recordings/{recording}/deliveries")
async def deliver(recording: str, body: DeliverBody, site: Here, visitor: Watcher) -> DeliveryView:
    """Put something of a recording into the queue of a target."""
    desk = site.room.shelf.deliveries
    return await desk.send(visitor.who, recording, body.target, body.what)


@router.post("/deliveries/{number}/retry")
async def retry(number: int, site: Here, _visitor: Watcher) -> DeliveryView:
    """Try it again, now."""
    return await site.room.shelf.deliveries.retry(number)


@router.post("/deliveries/{number}/drop")
async def drop(number: int, site: Here, _visitor: Watcher) -> DeliveryView:
    """Deliver it no more; what arrived stays there."""
    return await site.room.shelf.deliveries.drop(number)
