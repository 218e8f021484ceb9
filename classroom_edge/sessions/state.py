"""A session at one instant: who is in it, who has the floor, who may turn whose cameras."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from classroom_edge.sessions.cameras import Camera
from classroom_edge.sessions.forms import LEADERS, Form, Kind, Role, Style, form_of
from classroom_edge.sessions.talk import Line, Quiz

ID_MAX: Final = 40  # characters
NAME_MAX: Final = 64
TITLE_MAX: Final = 120

NS: Final = 1_000_000_000
FLOOR_LEASE_NS: Final = 10 * NS  # renewed while its holder is heard of
GRANT_LEAST_NS: Final = NS
GRANT_MAX_NS: Final = 3600 * NS  # cameras are never lent for longer
CLOSING_NS: Final = 10 * NS  # in which every room ends its recording
AHEAD_MAX_NS: Final = 7 * 24 * 3600 * NS  # a joint start is planned no earlier than this


class Stage(StrEnum):
    """Where a session stands."""

    PLANNED = "planned"
    OPENING = "opening"  # every room knows at which instant it opens
    OPEN = "open"
    PAUSED = "paused"  # nobody has the floor
    CLOSING = "closing"
    ENDED = "ended"


GOING_ON: Final = frozenset({Stage.OPENING, Stage.OPEN, Stage.PAUSED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """Somebody in the roster, present or not. Nobody takes part without standing here."""

    id: str
    name: str
    role: Role
    present: bool = False
    dark: bool = False  # present, but its link is lost
    hand_at_ns: int = 0  # since when its hand is up; 0 = it is down


@dataclass(frozen=True, slots=True)
class Hold:
    """A place on the floor, until its lease ends."""

    member: str
    since_ns: int
    until_ns: int


@dataclass(frozen=True, slots=True)
class Grant:
    """A room lets somebody turn its cameras, until the lease ends. The room's own hand stays."""

    room: str
    to: str
    until_ns: int
    cameras: tuple[Camera, ...] = ()


@dataclass(frozen=True, slots=True)
class Wish:
    """Somebody asked a room for its cameras, and waits for that room's answer."""

    room: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Everything about a session."""

    id: str
    title: str
    kind: Kind
    style: Style
    stage: Stage = Stage.PLANNED
    version: int = 0  # events so far
    members: tuple[Member, ...] = ()
    floor: tuple[Hold, ...] = ()
    grants: tuple[Grant, ...] = ()
    wishes: tuple[Wish, ...] = ()
    opens_at_ns: int = 0  # hub time; 0 = not said yet
    ends_at_ns: int = 0  # while CLOSING
    chat: tuple[Line, ...] = ()  # the newest lines, in order
    quiz: Quiz | None = None
    quizzes: int = 0  # asked so far
    watch: str = ""  # a site's: where its broadcast is, the host left out if it is the hub's own

    @property
    def form(self) -> Form:
        """What its kind and style allow."""
        return form_of(self.kind, self.style)

    def member(self, id_: str) -> Member | None:
        """Give somebody of the roster, or None."""
        return next((member for member in self.members if member.id == id_), None)

    def has(self, id_: str) -> bool:
        """Tell whether somebody is there."""
        member = self.member(id_)
        return member is not None and member.present

    def has_floor(self, id_: str) -> bool:
        """Tell whether somebody has a place on the floor."""
        return any(hold.member == id_ for hold in self.floor)

    def is_led_by(self, id_: str) -> bool:
        """Tell whether somebody leads the session: the hub, or an assistant who is present."""
        member = self.member(id_)
        return member is not None and member.present and member.role in LEADERS

    def grant_of(self, room: str) -> Grant | None:
        """Give the grant on a room's cameras that there is now, or None."""
        return next((grant for grant in self.grants if grant.room == room), None)

    @property
    def hands(self) -> tuple[Member, ...]:
        """Those whose hand is up, the longest first."""
        raised = (member for member in self.members if member.hand_at_ns)
        return tuple(sorted(raised, key=lambda member: member.hand_at_ns))

    @property
    def observers(self) -> tuple[Member, ...]:
        """Those who look on now; the teacher always sees who they are."""
        return tuple(m for m in self.members if m.role is Role.OBSERVER and m.present)
