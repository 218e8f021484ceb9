"""Events make the state: the same events always give the same session."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any, Final

from classroom_edge.sessions import camera_story, talk_story
from classroom_edge.sessions import events as e
from classroom_edge.sessions.forms import Role
from classroom_edge.sessions.state import Hold, Member, Session, Stage


def begun(event: e.Planned) -> Session:
    """Give the session that a plan makes, with its hub present."""
    hub = Member(id=event.by, name=event.name, role=Role.HUB, present=True)
    return Session(
        id=event.session,
        title=event.title,
        kind=event.kind,
        style=event.style,
        version=1,
        members=(hub,),
    )


def retold(events: Iterable[e.AnyEvent]) -> Session:
    """Give the session to which these events, from its plan on, have led.

    Raises:
        ValueError: they do not begin with a plan.
    """
    rest = iter(events)
    first = next(rest, None)
    if not isinstance(first, e.Planned):
        raise ValueError("a session begins with its plan")  # noqa: TRY004 - a wrong story
    return after(begun(first), rest)


def after(session: Session, events: Iterable[e.AnyEvent]) -> Session:
    """Give the session after some more events."""
    for event in events:
        changed = _CHANGES.get(type(event), _unchanged)(session, event)
        session = replace(changed, version=session.version + 1)
    return session


def _unchanged(session: Session, _event: e.AnyEvent) -> Session:
    return session


def _changed(session: Session, id_: str, **values: Any) -> Session:  # noqa: ANN401 - of a Member
    members = (replace(m, **values) if m.id == id_ else m for m in session.members)
    return replace(session, members=tuple(members))


def _without(session: Session, id_: str) -> Session:
    """Take floor, wishes and grants from somebody."""
    return replace(
        session,
        floor=tuple(hold for hold in session.floor if hold.member != id_),
        grants=tuple(grant for grant in session.grants if id_ not in {grant.room, grant.to}),
        wishes=tuple(wish for wish in session.wishes if id_ not in {wish.room, wish.by}),
    )


def _invited(session: Session, event: e.Invited) -> Session:
    member = Member(id=event.member, name=event.name, role=event.role)
    return replace(session, members=(*session.members, member))


def _dismissed(session: Session, event: e.Dismissed) -> Session:
    members = tuple(member for member in session.members if member.id != event.member)
    return replace(_without(session, event.member), members=members)


def _start_set(session: Session, event: e.StartSet) -> Session:
    return replace(session, stage=Stage.OPENING, opens_at_ns=event.opens_at_ns)


def _opened(session: Session, _event: e.Opened) -> Session:
    return replace(session, stage=Stage.OPEN)


def _paused(session: Session, _event: e.Paused) -> Session:
    return replace(session, stage=Stage.PAUSED, floor=())


def _closing(session: Session, event: e.Closing) -> Session:
    members = tuple(replace(member, hand_at_ns=0) for member in session.members)
    return replace(
        talk_story.quiz_closed(session, event),
        stage=Stage.CLOSING,
        ends_at_ns=event.ends_at_ns,
        members=members,
        floor=(),
        grants=(),
        wishes=(),
    )


def _ended(session: Session, _event: e.Ended) -> Session:
    members = tuple(replace(m, present=False, dark=False) for m in session.members)
    return replace(session, stage=Stage.ENDED, members=members)


def _joined(session: Session, event: e.Joined) -> Session:
    return _changed(session, event.by, present=True, dark=False)


def _left(session: Session, event: e.Left) -> Session:
    gone = _changed(session, event.by, present=False, dark=False, hand_at_ns=0)
    return _without(gone, event.by)


def _went_dark(session: Session, event: e.WentDark) -> Session:
    return _changed(session, event.by, dark=True)


def _came_back(session: Session, event: e.CameBack) -> Session:
    return _changed(session, event.by, dark=False)


def _hand_raised(session: Session, event: e.HandRaised) -> Session:
    return _changed(session, event.by, hand_at_ns=event.at_ns)


def _hand_lowered(session: Session, event: e.HandLowered) -> Session:
    return _changed(session, event.by, hand_at_ns=0)


def _floor_given(session: Session, event: e.FloorGiven) -> Session:
    heard = _changed(session, event.member, hand_at_ns=0)
    hold = Hold(event.member, event.at_ns, event.until_ns)
    return replace(heard, floor=(*session.floor, hold))


def _floor_renewed(session: Session, event: e.FloorRenewed) -> Session:
    floor = tuple(
        replace(hold, until_ns=event.until_ns) if hold.member == event.by else hold
        for hold in session.floor
    )
    return replace(session, floor=floor)


def _floor_taken(session: Session, event: e.FloorTaken) -> Session:
    floor = tuple(hold for hold in session.floor if hold.member != event.member)
    return replace(session, floor=floor)


def _all_muted(session: Session, _event: e.AllMuted) -> Session:
    return replace(session, floor=())


_CHANGES: Final[dict[type[e.Event], Callable[[Session, Any], Session]]] = {
    e.Invited: _invited,
    e.Dismissed: _dismissed,
    e.StartSet: _start_set,
    e.Opened: _opened,
    e.Paused: _paused,
    e.Resumed: _opened,
    e.Closing: _closing,
    e.Ended: _ended,
    e.Joined: _joined,
    e.Left: _left,
    e.WentDark: _went_dark,
    e.CameBack: _came_back,
    e.HandRaised: _hand_raised,
    e.HandLowered: _hand_lowered,
    e.FloorGiven: _floor_given,
    e.FloorRenewed: _floor_renewed,
    e.FloorTaken: _floor_taken,
    e.AllMuted: _all_muted,
    **camera_story.CHANGES,
    **talk_story.CHANGES,
}
