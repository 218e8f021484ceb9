"""``/api/v1/sessions``: what a room says and asks in its sessions with other schools.

How a session stands is in the room's state, `link`; what comes of a command shows there.
"""

import re
from http import HTTPStatus
from typing import Annotated, Any, Final, get_args

import msgspec
from fastapi import APIRouter, Depends, Path, Query

from classroom_edge.sessions import commands as c
from classroom_edge.sessions import local
from classroom_edge.sessions.forms import usual_style
from classroom_edge.sessions.groups import Past
from classroom_edge.sessions.state import ID_MAX
from classroom_edge.web.access import Action, May, Visitor
from classroom_edge.web.commands import ANSWERS
from classroom_edge.web.errors import ApiError
from classroom_edge.web.schemas import Accepted, Started
from classroom_edge.web.session_bodies import Arguments, CountsOut, GroupsOut, SessionBody
from classroom_edge.web.site import Site, site_of

VERBS: Final[dict[str, type[c.AnyCommand]]] = {
    str(one.__struct_config__.tag): one
    for one in get_args(c.AnyCommand)
    if one is not c.RenewFloor  # said by the link
}

router = APIRouter(prefix="/api/v1/sessions", responses=ANSWERS, tags=["sessions"])

Here = Annotated[Site, Depends(site_of)]
Member = Annotated[Visitor, Depends(May(Action.MEET))]
Looker = Annotated[Visitor, Depends(May(Action.SEE))]
SessionId = Annotated[str, Path(min_length=1, max_length=ID_MAX)]


_PLACE: Final = re.compile(r"`\$\.(\w+)|field `(\w+)`")


@router.get("/groups")
async def groups(site: Here, visitor: Looker) -> GroupsOut:
    """The standing groups of a hub, and every site that is enrolled there."""
    reply = await site.room.session.ask(visitor.who, local.Groups())
    return GroupsOut(groups=list(reply.groups), sites=reply.sites)


@router.get("/held")
async def held(
    site: Here, visitor: Looker, days: Annotated[int, Query(ge=1, le=3660)] = 60
) -> list[Past]:
    """The sessions of a hub that ended within so many days, the newest first."""
    return list((await site.room.session.ask(visitor.who, local.Held(days=days))).past)


@router.get("/{session}/counts")
async def counts(session: SessionId, site: Here, visitor: Looker) -> CountsOut:
    """Who attends or attended a session of a hub, and how often they took part."""
    reply = await site.room.session.ask(visitor.who, local.Counts(session=session))
    return CountsOut.of(reply.counts)


@router.post("")
async def begin(site: Here, visitor: Member, body: SessionBody) -> Started:
    """Begin a session at a hub: with a standing group, with sites, or with both."""
    request = local.Begin(
        title=body.title,
        kind=body.kind,
        style=body.style or usual_style(body.kind),
        sites=tuple(body.sites),
        group=body.group,
        in_s=body.in_s,
    )
    return Started(id=(await site.room.session.ask(visitor.who, request)).session)


@router.post("/{session}/{verb}")
async def act(
    *,
    session: SessionId,
    verb: str,
    site: Here,
    visitor: Member,
    arguments: Arguments | None = None,
) -> Accepted:
    """Say something in a session; the body holds the verb's arguments by name.

    ``POST /sessions/20261123-080000-3f2a/give-floor`` with ``{"member": "hill"}``.
    """
    if verb not in VERBS:
        raise ApiError(HTTPStatus.NOT_FOUND, "not-found")
    command = _command(VERBS[verb], dict(arguments or {}))
    await site.room.session.ask(visitor.who, local.Do(session=session, command=command))
    return Accepted()


def _command(kind: type[c.AnyCommand], arguments: dict[str, Any]) -> c.AnyCommand:
    """Make a command of its arguments. Raises ApiError."""
    for unknown in arguments.keys() - set(kind.__struct_fields__):
        raise ApiError(HTTPStatus.UNPROCESSABLE_ENTITY, "wrong-body", field=unknown)
    try:
        return msgspec.convert(arguments, kind)
    except msgspec.ValidationError as error:
        named = _PLACE.search(str(error))
        field = (named[1] or named[2]) if named else "body"
        raise ApiError(HTTPStatus.UNPROCESSABLE_ENTITY, "wrong-body", field=field) from error
