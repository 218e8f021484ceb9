"""What the command line says to the daemon of its own machine about sessions."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, Final

import msgspec

from classroom_edge.door import WITHIN_S, Door, Language
from classroom_edge.door import ask as ask_at
from classroom_edge.sessions.attendance import Attendance
from classroom_edge.sessions.commands import AnyCommand, Id, Name
from classroom_edge.sessions.forms import Kind, Style
from classroom_edge.sessions.groups import Group, Past
from classroom_edge.sessions.missing import Missing
from classroom_edge.sessions.state import TITLE_MAX, Session

SOCKET: Final = "link"

Title = Annotated[str, msgspec.Meta(min_length=1, max_length=TITLE_MAX)]


class Request(msgspec.Struct, frozen=True, kw_only=True, tag_field="asks"):
    """The common part of requests."""


class Status(Request, frozen=True, tag="status"):
    """How things stand."""


class Begin(Request, frozen=True, kw_only=True, tag="begin"):
    """Make a session, invite sites or a standing group, and start it in so many seconds."""

    title: Title
    kind: Kind
    style: Style
    sites: tuple[Id, ...] = ()
    group: Annotated[str, msgspec.Meta(max_length=40)] = ""
    in_s: Annotated[float, msgspec.Meta(ge=0)] = 0.0


class Do(Request, frozen=True, kw_only=True, tag="do"):
    """Carry out a command in a session, in the name of this room; "" = the only one there is."""

    session: Annotated[str, msgspec.Meta(max_length=40)]
    command: AnyCommand


class NewCode(Request, frozen=True, kw_only=True, tag="new-code"):
    """Let a site be enrolled."""

    site: Id
    name: Name


class InviteGuest(Request, frozen=True, kw_only=True, tag="invite-guest"):
    """Invite somebody in a browser, for so long; "" = to the only session there is."""

    session: Annotated[str, msgspec.Meta(max_length=40)] = ""
    name: Name
    minutes: Annotated[int, msgspec.Meta(ge=1, le=24 * 60)] = 120


class StrikeOff(Request, frozen=True, kw_only=True, tag="strike-off"):
    """Let a site link no more: its machine is gone, or in wrong hands."""

    site: Id


class KeepGroup(Request, frozen=True, kw_only=True, tag="keep-group"):
    """Keep a standing group, in place of the one of that id."""

    group: Id
    title: Title
    kind: Kind
    style: Style
    sites: tuple[Id, ...]


class Met(Request, frozen=True, kw_only=True, tag="met"):
    """How often the hub met each site in sessions that ended within so many days."""

    days: Annotated[int, msgspec.Meta(ge=1, le=3660)]


class Groups(Request, frozen=True, tag="groups"):
    """The standing groups, and every site there is."""


class Counts(Request, frozen=True, kw_only=True, tag="counts"):
    """Who attends or attended a session, and how often they took part."""

    session: Id


class Held(Request, frozen=True, kw_only=True, tag="held"):
    """The sessions that ended within so many days, the newest first."""

    days: Annotated[int, msgspec.Meta(ge=1, le=3660)]


AnyRequest = (
    Status
    | Begin
    | Do
    | NewCode
    | InviteGuest
    | StrikeOff
    | KeepGroup
    | Met
    | Groups
    | Counts
    | Held
)


class Pair(msgspec.Struct, frozen=True, kw_only=True):
    """A site that the hub met, and in how many sessions."""

    site: str
    name: str
    sessions: int


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """The answer; with a `reason` nothing was done."""

    reason: str = ""  # a key of the catalogue "sessions" after "refused."
    role: str = ""  # "hub" | "site"
    site: str = ""  # what the hub calls this room
    linked: tuple[str, ...] = ()  # sites that are there; at a site its hub
    sessions: tuple[Session, ...] = ()
    missing: tuple[Missing, ...] = ()  # films that are still to come
    session: str = ""  # that was begun
    code: str = ""
    address: str = ""  # of the hub, for a site
    ticket: str = ""  # that lets a guest in
    pairs: tuple[Pair, ...] = ()
    groups: tuple[Group, ...] = ()
    sites: dict[str, str] = {}  # names by id
    counts: Attendance = Attendance(0, ())
    past: tuple[Past, ...] = ()
    held: int = 0  # sessions, whoever attended


LANGUAGE: Final = Language(
    SOCKET, msgspec.json.Decoder(AnyRequest), msgspec.json.Decoder(Reply), Reply(reason="nonsense")
)


def at_door(
    runtime: Path, answer: Callable[[AnyRequest], Awaitable[Reply]]
) -> Door[AnyRequest, Reply]:
    """Give the door at which a room's link is asked."""
    return Door(runtime=runtime, language=LANGUAGE, answer=answer)


async def ask(runtime: Path, request: AnyRequest, *, within_s: float = WITHIN_S) -> Reply:
    """Ask the daemon of a room.

    Raises:
        LocalError: there is none, or it does not answer.
        RequestError: the daemon would not understand it.
    """
    return await ask_at(runtime, LANGUAGE, request, within_s=within_s)
