"""Who may open, interrupt and close a session, and when."""

from classroom_edge.sessions import commands as c
from classroom_edge.sessions import events as e
from classroom_edge.sessions.refusals import Reason, Refused
from classroom_edge.sessions.state import AHEAD_MAX_NS, CLOSING_NS, Session, Stage

Events = tuple[e.AnyEvent, ...]


def led_by(session: Session, who: str) -> None:
    """Let only those pass who lead the session. Raises Refused."""
    if not session.is_led_by(who):
        raise Refused(Reason.NOT_A_LEADER)


def is_open(session: Session) -> None:
    """Let nothing pass while the lesson does not go. Raises Refused."""
    if session.stage is not Stage.OPEN:
        raise Refused(Reason.NOT_OPEN)


def start(session: Session, who: str, command: c.Start, now_ns: int) -> Events:
    """Set the instant at which all open; it can be moved until it has come."""
    led_by(session, who)
    if session.stage not in {Stage.PLANNED, Stage.OPENING}:
        raise Refused(Reason.BEGUN)
    at_ns = max(command.at_ns, now_ns)
    if at_ns > now_ns + AHEAD_MAX_NS:
        raise Refused(Reason.TOO_FAR)
    told = e.StartSet(at_ns=now_ns, by=who, opens_at_ns=at_ns)
    return (told,) if at_ns > now_ns else (told, e.Opened(at_ns=now_ns, by=who))


def pause(session: Session, who: str, _command: c.Pause, now_ns: int) -> Events:
    """Interrupt what goes."""
    led_by(session, who)
    if session.stage is Stage.PAUSED:
        return ()
    is_open(session)
    return (e.Paused(at_ns=now_ns, by=who),)


def resume(session: Session, who: str, _command: c.Resume, now_ns: int) -> Events:
    """Go on with what was interrupted."""
    led_by(session, who)
    if session.stage is Stage.OPEN:
        return ()
    if session.stage is not Stage.PAUSED:
        raise Refused(Reason.NOT_PAUSED)
    return (e.Resumed(at_ns=now_ns, by=who),)


def end(session: Session, who: str, _command: c.End, now_ns: int) -> Events:
    """Close what goes; what has not begun is over at once."""
    led_by(session, who)
    if session.stage is Stage.CLOSING:
        return ()
    if session.stage not in {Stage.OPEN, Stage.PAUSED}:
        return (e.Ended(at_ns=now_ns, by=who),)
    return (e.Closing(at_ns=now_ns, by=who, ends_at_ns=now_ns + CLOSING_NS),)
