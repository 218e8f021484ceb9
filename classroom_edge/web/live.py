"""``/api/v1/live``: picture and sound of a session, for guests' browsers and screens of the room.

A browser posts its offer (SDP) and is given the answer, as with WHIP; DELETE on the Location that
comes with it says goodbye. A guest needs no login: the ticket in the address lets it in.

Source: RFC 9725 (WHIP), of which this takes the first exchange and the last; no trickle, no PATCH.
"""

from http import HTTPStatus
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Request, Response

from classroom_edge.sessions import local
from classroom_edge.sessions.link.wire import SDP_MAX
from classroom_edge.web.access import Action, May, Visitor
from classroom_edge.web.commands import ANSWERS
from classroom_edge.web.errors import ApiError
from classroom_edge.web.schemas import Accepted
from classroom_edge.web.session_bodies import GuestBody, GuestOut, HandBody, TicketOut
from classroom_edge.web.site import Site, site_of

SDP: Final = "application/sdp"
ANSWERED: Final[dict[int | str, dict[str, Any]]] = {
    201: {"content": {SDP: {"schema": {"type": "string"}}}, "description": "the answer"}
}
OFFERED: Final = {
    "requestBody": {"content": {SDP: {"schema": {"type": "string"}}}, "required": True}
}

router = APIRouter(prefix="/api/v1/live", responses=ANSWERS, tags=["live"])

Here = Annotated[Site, Depends(site_of)]


async def offer_of(request: Request) -> str:
    """Read an offer. Raises ApiError."""
    try:
        offer = (await request.body()).decode("utf-8")
    except UnicodeDecodeError:
        offer = ""
    if not offer.startswith("v=0") or len(offer) > SDP_MAX:
        raise ApiError(HTTPStatus.UNPROCESSABLE_ENTITY, "wrong-body", field="body")
    return offer


Offer = Annotated[str, Depends(offer_of)]


@router.post("/guests")
async def invite(
    site: Here, visitor: Annotated[Visitor, Depends(May(Action.MEET))], body: GuestBody
) -> TicketOut:
    """Invite somebody without a room: the address is good for a while, for that one alone."""
    request = local.InviteGuest(session=body.session, name=body.name, minutes=body.minutes)
    reply = await site.room.session.ask(visitor.who, request)
    return TicketOut(ticket=reply.ticket, path=f"/guest/{reply.ticket}")


@router.post(
    "/guest/{ticket}",
    status_code=201,
    response_class=Response,
    responses=ANSWERED,
    openapi_extra=OFFERED,
    dependencies=[Depends(May(Action.ENTER))],
)
async def meet_guest(ticket: str, site: Here, offer: Offer) -> Response:
    """Let a guest's browser into its session."""
    answer = await site.room.session.meet_guest(ticket, offer)
    return _answered(answer, f"/api/v1/live/guest/{ticket}")


@router.get("/guest/{ticket}", dependencies=[Depends(May(Action.ENTER))])
async def guest_sees(ticket: str, site: Here) -> GuestOut:
    """How the session of a guest stands, for that guest."""
    turn = site.config.hub.turn if site.config.hub else None
    return GuestOut.of(*site.room.session.guest_sees(ticket), turn=turn)


@router.post("/guest/{ticket}/hand", dependencies=[Depends(May(Action.ENTER))])
async def guest_raises_hand(ticket: str, site: Here, body: HandBody) -> Accepted:
    """Raise a guest's hand, or lower it."""
    await site.room.session.guest_raises_hand(ticket, up=body.up)
    return Accepted()


@router.delete("/guest/{ticket}", dependencies=[Depends(May(Action.ENTER))])
async def part_guest(ticket: str, site: Here) -> Accepted:
    """Let a guest go."""
    await site.room.session.part_guest(ticket)
    return Accepted()


@router.post(
    "/screen",
    status_code=201,
    response_class=Response,
    responses=ANSWERED,
    openapi_extra=OFFERED,
    dependencies=[Depends(May(Action.SEE))],
)
async def meet_screen(site: Here, offer: Offer, school: str = "") -> Response:
    """Let a screen of this room show the session, or at a hub one of its schools."""
    name, answer = await site.room.session.meet_screen(offer, school)
    return _answered(answer, f"/api/v1/live/screen/{name}")


@router.delete("/screen/{name}", dependencies=[Depends(May(Action.SEE))])
async def part_screen(name: str, site: Here) -> Accepted:
    """Let a screen go."""
    await site.room.session.part_screen(name)
    return Accepted()


@router.post("/layout/undo")
async def undo_layout(
    site: Here, visitor: Annotated[Visitor, Depends(May(Action.SHOW_LAYOUT))]
) -> Accepted:
    """Show again what was shown before somebody was given the floor."""
    await site.room.session.undo_layout(visitor.who)
    return Accepted()


def _answered(answer: str, location: str) -> Response:
    return Response(answer, status_code=201, media_type=SDP, headers={"Location": location})
