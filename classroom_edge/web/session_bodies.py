"""What the API takes and gives about sessions with other schools."""

from dataclasses import asdict
from typing import Annotated, Self

from pydantic import BaseModel, Field, StringConstraints

from classroom_edge.config.models import TurnConfig
from classroom_edge.sessions.attendance import Attendance
from classroom_edge.sessions.forms import Kind, Style
from classroom_edge.sessions.groups import Group
from classroom_edge.sessions.state import (
    AHEAD_MAX_NS,
    ID_MAX,
    NAME_MAX,
    NS,
    TITLE_MAX,
    Session,
)
from classroom_edge.web.schemas import Body, Finite

SITES_MAX = 2000  # as many as a session of any kind takes

Id = Annotated[str, StringConstraints(min_length=1, max_length=ID_MAX)]
Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=TITLE_MAX)]
Arguments = dict[str, int | str | list[str] | None]  # of a session's command


class SessionBody(Body):
    """A session that is to begin."""

    title: Title
    kind: Kind = Kind.DELIVERY
    style: Style | None = Field(default=None, description="as is usual for the kind")
    sites: list[Id] = Field(default=[], max_length=SITES_MAX)
    group: Annotated[str, StringConstraints(max_length=ID_MAX)] = ""
    in_s: Finite = Field(default=0, ge=0, le=AHEAD_MAX_NS / NS, description="from now")


class GuestBody(Body):
    """Somebody without a room who is to be invited."""

    session: Annotated[str, StringConstraints(max_length=ID_MAX)] = Field(
        default="", description="where there is only one, it is meant"
    )
    name: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=1, max_length=NAME_MAX)
    ]
    minutes: int = Field(default=120, ge=1, le=24 * 60, description="for so long it is good")


class TicketOut(BaseModel):
    """What lets a guest in."""

    ticket: str
    path: str = Field(description="of the guest's page, at this hub")


class HandBody(Body):
    """A guest's hand."""

    up: bool


class IceServer(BaseModel):
    """A TURN server, as a browser takes it (W3C WebRTC 1.0, 4.2.2; RFC 7065 for the address)."""

    urls: str
    username: str
    credential: str

    @classmethod
    def of(cls, turn: TurnConfig) -> Self:
        """Spell the server of a hub."""
        host = f"[{turn.host}]" if ":" in turn.host else turn.host
        scheme, transport = ("turns", "tcp") if turn.tls else ("turn", turn.transport)
        return cls(
            urls=f"{scheme}:{host}:{turn.port}?transport={transport}",
            username=turn.user,
            credential=turn.password.get_secret_value(),
        )


class GuestOut(BaseModel):
    """A session as its guest sees it."""

    title: str
    stage: str
    floor: bool = Field(description="everybody sees and hears the guest")
    hand: bool = Field(description="it is up")
    ice_servers: list[IceServer] = Field(description="by which the guest reaches the hub, too")

    @classmethod
    def of(cls, session: Session, guest: str, *, turn: TurnConfig | None) -> Self:
        """Pick what concerns a guest."""
        member = session.member(guest)
        return cls(
            title=session.title,
            stage=session.stage,
            floor=session.has_floor(guest),
            hand=member is not None and member.hand_at_ns > 0,
            ice_servers=[IceServer.of(turn)] if turn else [],
        )


class GroupsOut(BaseModel):
    """The standing groups of a hub."""

    groups: list[Group]
    sites: dict[str, str] = Field(description="every enrolled site: id -> name")


class PartOut(BaseModel):
    """What one member did in a session."""

    member: str
    name: str
    role: str
    attended: bool = Field(description="whether the session counts for it: half of it at least")
    present_s: float
    dark_s: float = Field(description="of these, without a link")
    floor_s: float
    hands: int
    floors: int
    answers: int
    lines: int


class CountsOut(BaseModel):
    """Who attends or attended a session, and how often they took part."""

    open_s: float
    interactions: int
    parts: list[PartOut]

    @classmethod
    def of(cls, counted: Attendance) -> Self:
        """Spell it in seconds."""
        parts = [
            PartOut(
                **{k: v for k, v in asdict(part).items() if k in PartOut.model_fields},
                attended=counted.attended(part),
                present_s=part.present_ns / NS,
                dark_s=part.dark_ns / NS,
                floor_s=part.floor_ns / NS,
            )
            for part in counted.parts
        ]
        return cls(open_s=counted.open_ns / NS, interactions=counted.interactions, parts=parts)
