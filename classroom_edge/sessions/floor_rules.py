"""Who is seen and heard by all: hands go up, and who leads gives the floor and takes it back."""

from classroom_edge.sessions import commands as c
from classroom_edge.sessions import events as e
from classroom_edge.sessions.forms import SPEAKERS
from classroom_edge.sessions.refusals import Reason, Refused
from classroom_edge.sessions.stage_rules import is_open, led_by
from classroom_edge.sessions.state import FLOOR_LEASE_NS, Member, Session

Events = tuple[e.AnyEvent, ...]


def raise_hand(session: Session, who: str, _command: c.RaiseHand, now_ns: int) -> Events:
    """Let somebody ask for the floor."""
    is_open(session)
    if not session.form.hands:
        raise Refused(Reason.ONE_WAY)
    if _speaker(session, who).hand_at_ns or session.has_floor(who):
        return ()
    return (e.HandRaised(at_ns=now_ns, by=who),)


def lower_hand(session: Session, who: str, _command: c.LowerHand, now_ns: int) -> Events:
    """Let somebody ask no longer."""
    member = session.member(who)
    is_up = member is not None and member.hand_at_ns
    return (e.HandLowered(at_ns=now_ns, by=who),) if is_up else ()


def give_floor(session: Session, who: str, command: c.GiveFloor, now_ns: int) -> Events:
    """Give a place on the floor; the only place there is moves from whoever has it."""
    led_by(session, who)
    is_open(session)
    places = session.form.floor_places
    if not places:
        raise Refused(Reason.ONE_WAY)
    speaker = _speaker(session, command.member)
    if not speaker.present:
        raise Refused(Reason.NO_SUCH_MEMBER)
    if speaker.dark:
        raise Refused(Reason.DARK)
    if session.has_floor(speaker.id):
        return ()
    if len(session.floor) >= places > 1:
        raise Refused(Reason.FLOOR_FULL)
    given = e.FloorGiven(at_ns=now_ns, by=who, member=speaker.id, until_ns=now_ns + FLOOR_LEASE_NS)
    gave_way = (
        (e.FloorTaken(at_ns=now_ns, by=who, member=hold.member) for hold in session.floor)
        if places == 1
        else ()
    )
    return (*gave_way, given)


def take_floor(session: Session, who: str, command: c.TakeFloor, now_ns: int) -> Events:
    """Take a place on the floor back: one's own, or as who leads."""
    if command.member != who:
        led_by(session, who)
    if not session.has_floor(command.member):
        return ()
    return (e.FloorTaken(at_ns=now_ns, by=who, member=command.member),)


def renew_floor(session: Session, who: str, _command: c.RenewFloor, now_ns: int) -> Events:
    """Begin the lease of somebody who is heard of anew, once half of it is over."""
    hold = next((hold for hold in session.floor if hold.member == who), None)
    if hold is None:
        raise Refused(Reason.NO_FLOOR)
    if hold.until_ns - now_ns > FLOOR_LEASE_NS // 2:
        return ()
    return (e.FloorRenewed(at_ns=now_ns, by=who, until_ns=now_ns + FLOOR_LEASE_NS),)


def mute_all(session: Session, who: str, _command: c.MuteAll, now_ns: int) -> Events:
    """Clear the floor."""
    led_by(session, who)
    return (e.AllMuted(at_ns=now_ns, by=who),) if session.floor else ()


def _speaker(session: Session, id_: str) -> Member:
    member = session.member(id_)
    if member is None:
        raise Refused(Reason.NO_SUCH_MEMBER)
    if member.role not in SPEAKERS:
        raise Refused(Reason.MAY_NOT_SPEAK)
    return member
