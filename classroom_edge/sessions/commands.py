"""What can be asked of a session. Who asks is told by the link, never by the command itself."""

from typing import Annotated

import msgspec

from classroom_edge.sessions.cameras import CAMERAS_MAX, MOVES, Camera, PresetName
from classroom_edge.sessions.forms import Role
from classroom_edge.sessions.state import ID_MAX, NAME_MAX
from classroom_edge.sessions.talk import (
    CHOICE_MAX,
    CHOICES_LEAST,
    CHOICES_MAX,
    LINE_MAX,
    QUESTION_MAX,
)

Id = Annotated[str, msgspec.Meta(min_length=1, max_length=ID_MAX)]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=NAME_MAX)]
Nanoseconds = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
Choice = Annotated[str, msgspec.Meta(min_length=1, max_length=CHOICE_MAX)]
Choices = Annotated[
    tuple[Choice, ...], msgspec.Meta(min_length=CHOICES_LEAST, max_length=CHOICES_MAX)
]


class Command(msgspec.Struct, frozen=True, kw_only=True, tag_field="verb"):
    """The common part of commands."""


class Invite(Command, frozen=True, kw_only=True, tag="invite"):
    """Put somebody into the roster; without a role, as is usual for the session's form."""

    member: Id
    name: Name
    role: Role | None = None


class Dismiss(Command, frozen=True, kw_only=True, tag="dismiss"):
    """Take somebody out of the roster."""

    member: Id


class Start(Command, frozen=True, kw_only=True, tag="start"):
    """Open at an instant (hub time) in every room at once; one in the past means now."""

    at_ns: Nanoseconds = 0


class Pause(Command, frozen=True, tag="pause"):
    """Interrupt: the floor is empty until the session is resumed."""


class Resume(Command, frozen=True, tag="resume"):
    """Go on after a pause."""


class End(Command, frozen=True, tag="end"):
    """Close: every room ends its recording, and then the session is over."""


class Join(Command, frozen=True, tag="join"):
    """Come in."""


class Leave(Command, frozen=True, tag="leave"):
    """Go; the place in the roster stays."""


class RaiseHand(Command, frozen=True, tag="raise-hand"):
    """Ask for the floor."""


class LowerHand(Command, frozen=True, tag="lower-hand"):
    """Ask for it no longer."""


class GiveFloor(Command, frozen=True, kw_only=True, tag="give-floor"):
    """Give somebody the floor; where there is one place only, whoever has it gives way."""

    member: Id


class TakeFloor(Command, frozen=True, kw_only=True, tag="take-floor"):
    """Take the floor back from somebody; everybody may do so with their own."""

    member: Id


class RenewFloor(Command, frozen=True, tag="renew-floor"):
    """Keep the floor for another lease; said by the link for a holder it hears of."""


class MuteAll(Command, frozen=True, tag="mute-all"):
    """Take the floor back from everybody."""


class AskCamera(Command, frozen=True, kw_only=True, tag="ask-camera"):
    """Ask a room to let one turn its cameras."""

    room: Id


class GrantCamera(Command, frozen=True, kw_only=True, tag="grant-camera"):
    """Let somebody who asked turn one's own cameras for a while; which, the room itself adds."""

    to: Id
    lasts_ns: Nanoseconds
    cameras: Annotated[tuple[Camera, ...], msgspec.Meta(max_length=CAMERAS_MAX)] = ()


class EndGrant(Command, frozen=True, kw_only=True, tag="end-grant"):
    """Take a grant back (the room), give it back or ask for it no longer (its holder)."""

    room: Id


class MoveCamera(Command, frozen=True, kw_only=True, tag="move-camera"):
    """Turn a camera of another room, as its grant allows."""

    room: Id
    camera: Id
    move: Annotated[str, msgspec.Meta(pattern=f"^({'|'.join(MOVES)})$")]
    preset: PresetName = ""  # whereto, by name


class Say(Command, frozen=True, kw_only=True, tag="say"):
    """Write a line that everybody reads."""

    text: Annotated[str, msgspec.Meta(min_length=1, max_length=LINE_MAX)]


class AskQuiz(Command, frozen=True, kw_only=True, tag="ask-quiz"):
    """Put a question to every site."""

    question: Annotated[str, msgspec.Meta(max_length=QUESTION_MAX)] = ""  # "" = asked aloud
    choices: Choices | None = None  # true or false


class AnswerQuiz(Command, frozen=True, kw_only=True, tag="answer-quiz"):
    """Answer that question, or answer it otherwise."""

    quiz: Annotated[int, msgspec.Meta(ge=1)]
    choice: Annotated[int, msgspec.Meta(ge=0, lt=CHOICES_MAX)]


class CloseQuiz(Command, frozen=True, tag="close-quiz"):
    """Take no more answers, and show everybody how many chose what."""


class ClearQuiz(Command, frozen=True, tag="clear-quiz"):
    """Take the question away."""


AnyCommand = (
    Invite
    | Dismiss
    | Start
    | Pause
    | Resume
    | End
    | Join
    | Leave
    | RaiseHand
    | LowerHand
    | GiveFloor
    | TakeFloor
    | RenewFloor
    | MuteAll
    | AskCamera
    | GrantCamera
    | EndGrant
    | MoveCamera
    | Say
    | AskQuiz
    | AnswerQuiz
    | CloseQuiz
    | ClearQuiz
)
