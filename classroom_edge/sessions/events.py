"""What has happened in a session, each with its instant (hub time): its audit, its attendance.

Replayed they give the state, from which a hub that was killed goes on.
"""

import msgspec

from classroom_edge.sessions.cameras import Camera
from classroom_edge.sessions.forms import Kind, Role, Style


class Event(msgspec.Struct, frozen=True, kw_only=True, tag_field="event"):
    """The common part of events. `by` is who caused it; "" = the time did."""

    at_ns: int
    by: str = ""


class Planned(Event, frozen=True, kw_only=True, tag="planned"):
    """There is a session, led by `by`."""

    session: str
    title: str
    kind: Kind
    style: Style
    name: str  # of the hub


class Invited(Event, frozen=True, kw_only=True, tag="invited"):
    """Somebody stands in the roster."""

    member: str
    name: str
    role: Role


class Dismissed(Event, frozen=True, kw_only=True, tag="dismissed"):
    """Somebody stands there no longer, and lost all that comes with it."""

    member: str


class StartSet(Event, frozen=True, kw_only=True, tag="start-set"):
    """Every room knows when it opens."""

    opens_at_ns: int


class Opened(Event, frozen=True, tag="opened"):
    """The lesson goes."""


class Paused(Event, frozen=True, tag="paused"):
    """It is interrupted; nobody has the floor."""


class Resumed(Event, frozen=True, tag="resumed"):
    """It goes on."""


class Closing(Event, frozen=True, kw_only=True, tag="closing"):
    """Every room ends its recording until `ends_at_ns`."""

    ends_at_ns: int


class Ended(Event, frozen=True, tag="ended"):
    """It is over; nobody is in it any more."""


class Joined(Event, frozen=True, tag="joined"):
    """`by` came in."""


class Left(Event, frozen=True, tag="left"):
    """`by` went, and gave back floor, hand and cameras."""


class WentDark(Event, frozen=True, tag="went-dark"):
    """Nothing is heard of `by`, who keeps floor and grants until their leases end."""


class CameBack(Event, frozen=True, tag="came-back"):
    """`by` is heard of again."""


class HandRaised(Event, frozen=True, tag="hand-raised"):
    """`by` asks for the floor."""


class HandLowered(Event, frozen=True, tag="hand-lowered"):
    """`by` asks no longer."""


class FloorGiven(Event, frozen=True, kw_only=True, tag="floor-given"):
    """`member` is seen and heard by all until the lease ends."""

    member: str
    until_ns: int


class FloorRenewed(Event, frozen=True, kw_only=True, tag="floor-renewed"):
    """`by` keeps the floor."""

    until_ns: int


class FloorTaken(Event, frozen=True, kw_only=True, tag="floor-taken"):
    """`member` has the floor no longer."""

    member: str


class AllMuted(Event, frozen=True, tag="all-muted"):
    """Nobody has the floor."""


class CameraAsked(Event, frozen=True, kw_only=True, tag="camera-asked"):
    """`by` asks for the cameras of a room."""

    room: str


class CameraGranted(Event, frozen=True, kw_only=True, tag="camera-granted"):
    """The room `by` lets somebody turn its cameras."""

    to: str
    until_ns: int
    cameras: tuple[Camera, ...] = ()


class GrantEnded(Event, frozen=True, kw_only=True, tag="grant-ended"):
    """`member` turns a room's cameras no longer, or asks for them no longer."""

    room: str
    member: str


class CameraMoved(Event, frozen=True, kw_only=True, tag="camera-moved"):
    """`by` turned a camera of another room."""

    room: str
    camera: str
    move: str
    preset: str = ""


class Said(Event, frozen=True, kw_only=True, tag="said"):
    """`by` wrote a line."""

    text: str


class QuizAsked(Event, frozen=True, kw_only=True, tag="quiz-asked"):
    """There is a question; without choices it is true or false."""

    question: str = ""
    choices: tuple[str, ...] = ()


class QuizAnswered(Event, frozen=True, kw_only=True, tag="quiz-answered"):
    """`by` answers it so, whatever `by` had answered before."""

    choice: int


class QuizClosed(Event, frozen=True, tag="quiz-closed"):
    """No more answers are taken."""


class QuizCleared(Event, frozen=True, tag="quiz-cleared"):
    """The question is gone."""


AnyEvent = (
    Planned
    | Invited
    | Dismissed
    | StartSet
    | Opened
    | Paused
    | Resumed
    | Closing
    | Ended
    | Joined
    | Left
    | WentDark
    | CameBack
    | HandRaised
    | HandLowered
    | FloorGiven
    | FloorRenewed
    | FloorTaken
    | AllMuted
    | CameraAsked
    | CameraGranted
    | GrantEnded
    | CameraMoved
    | Said
    | QuizAsked
    | QuizAnswered
    | QuizClosed
    | QuizCleared
)
