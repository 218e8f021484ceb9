"""Who is in a session, and as what. Nobody is in it unseen: whoever joins stands in the roster."""

from classroom_edge.sessions import commands as c
from classroom_edge.sessions import events as e
from classroom_edge.sessions.forms import Role
from classroom_edge.sessions.refusals import Reason, Refused
from classroom_edge.sessions.stage_rules import led_by
from classroom_edge.sessions.state import GOING_ON, Session, Stage

Events = tuple[e.AnyEvent, ...]


def invite(session: Session, who: str, command: c.Invite, now_ns: int) -> Events:
    """Add somebody to the roster, in the role that is usual for the session's form."""
    led_by(session, who)
    role = command.role or session.form.joins_as
    known = session.member(command.member)
    if known is not None:
        if known.role is role:
            return ()
        raise Refused(Reason.KNOWN)
    if role is Role.HUB:
        raise Refused(Reason.ONE_HUB)
    if session.stage is Stage.CLOSING:
        raise Refused(Reason.OVER)
    if len(session.members) >= session.form.members_max:
        raise Refused(Reason.FULL)
    return (e.Invited(at_ns=now_ns, by=who, member=command.member, name=command.name, role=role),)


def dismiss(session: Session, who: str, command: c.Dismiss, now_ns: int) -> Events:
    """Remove somebody, and all that they had."""
    led_by(session, who)
    member = session.member(command.member)
    if member is None:
        return ()
    if member.role is Role.HUB:
        raise Refused(Reason.HUB_STAYS)
    return (e.Dismissed(at_ns=now_ns, by=who, member=member.id),)


def join(session: Session, who: str, _command: c.Join, now_ns: int) -> Events:
    """Let in who stands in the roster."""
    if session.stage is Stage.PLANNED:
        raise Refused(Reason.NOT_YET)
    if session.stage not in GOING_ON:
        raise Refused(Reason.OVER)
    member = session.member(who)
    return () if member is not None and member.present else (e.Joined(at_ns=now_ns, by=who),)


def leave(session: Session, who: str, _command: c.Leave, now_ns: int) -> Events:
    """Let somebody go; the hub goes by ending the session."""
    member = session.member(who)
    if member is None or not member.present:
        return ()
    if member.role is Role.HUB:
        raise Refused(Reason.HUB_STAYS)
    return (e.Left(at_ns=now_ns, by=who),)
