"""What may happen in a session: a command and the time go in, events or a refusal come out."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from classroom_edge.sessions import commands as c
from classroom_edge.sessions import events as e
from classroom_edge.sessions.camera_rules import ask_camera, end_grant, grant_camera, move_camera
from classroom_edge.sessions.due import due
from classroom_edge.sessions.floor_rules import (
    give_floor,
    lower_hand,
    mute_all,
    raise_hand,
    renew_floor,
    take_floor,
)
from classroom_edge.sessions.refusals import Reason, Refused
from classroom_edge.sessions.roster_rules import dismiss, invite, join, leave
from classroom_edge.sessions.stage_rules import end, pause, resume, start
from classroom_edge.sessions.state import Session, Stage
from classroom_edge.sessions.story import after
from classroom_edge.sessions.talk_rules import answer_quiz, ask_quiz, clear_quiz, close_quiz, say

Rule = Callable[[Session, str, Any, int], tuple[e.AnyEvent, ...]]

_RULES: Final[dict[type[c.Command], Rule]] = {
    c.Invite: invite,
    c.Dismiss: dismiss,
    c.Start: start,
    c.Pause: pause,
    c.Resume: resume,
    c.End: end,
    c.Join: join,
    c.Leave: leave,
    c.RaiseHand: raise_hand,
    c.LowerHand: lower_hand,
    c.GiveFloor: give_floor,
    c.TakeFloor: take_floor,
    c.RenewFloor: renew_floor,
    c.MuteAll: mute_all,
    c.AskCamera: ask_camera,
    c.GrantCamera: grant_camera,
    c.EndGrant: end_grant,
    c.MoveCamera: move_camera,
    c.Say: say,
    c.AskQuiz: ask_quiz,
    c.AnswerQuiz: answer_quiz,
    c.CloseQuiz: close_quiz,
    c.ClearQuiz: clear_quiz,
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of something asked: all events since, those that time brought among them."""

    session: Session
    events: tuple[e.AnyEvent, ...] = ()
    refusal: Reason | None = None


def ask(session: Session, who: str, command: c.AnyCommand, now_ns: int) -> Outcome:
    """Carry out a command of `who`, or refuse it; asked twice, most change nothing the second time.

    `who` must be known for certain, by the key of a link or a login.
    """
    timely = passed(session, now_ns)
    try:
        caused = _decided(timely.session, who, command, now_ns)
    except Refused as refused:
        return Outcome(timely.session, timely.events, refused.reason)
    return Outcome(after(timely.session, caused), (*timely.events, *caused))


def passed(session: Session, now_ns: int) -> Outcome:
    """Let time pass."""
    events = due(session, now_ns)
    return Outcome(after(session, events), events)


def noticed(session: Session, who: str, *, dark: bool, now_ns: int) -> Outcome:
    """Tell that the link of somebody was lost, or is back."""
    timely = passed(session, now_ns)
    member = timely.session.member(who)
    if member is None or not member.present or member.dark == dark:
        return timely
    event = e.WentDark(at_ns=now_ns, by=who) if dark else e.CameBack(at_ns=now_ns, by=who)
    return Outcome(after(timely.session, (event,)), (*timely.events, event))


def _decided(
    session: Session, who: str, command: c.AnyCommand, now_ns: int
) -> tuple[e.AnyEvent, ...]:
    member = session.member(who)
    if member is None:
        raise Refused(Reason.NOT_A_MEMBER)
    if session.stage is Stage.ENDED:
        raise Refused(Reason.OVER)
    if not member.present and not isinstance(command, (c.Join, c.Leave)):
        raise Refused(Reason.NOT_PRESENT)
    return _RULES[type(command)](session, who, command, now_ns)
