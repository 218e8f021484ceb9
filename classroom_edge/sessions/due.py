"""What time alone does to a session: it opens, leases end, it is over."""

from classroom_edge.sessions import events as e
from classroom_edge.sessions.state import FLOOR_LEASE_NS, GRANT_MAX_NS, Session, Stage


def due(session: Session, now_ns: int) -> tuple[e.AnyEvent, ...]:
    """Give what has become due, the earliest first; each is stamped with its own instant."""
    found = [*_stages(session, now_ns), *_floors(session, now_ns), *_grants(session, now_ns)]
    return tuple(sorted(found, key=lambda event: event.at_ns))


def next_due_ns(session: Session) -> int | None:
    """Give the next instant at which something becomes due, or None."""
    instants = [hold.until_ns for hold in session.floor]
    instants += [grant.until_ns for grant in session.grants]
    if session.stage is Stage.OPENING:
        instants.append(session.opens_at_ns)
    if session.stage is Stage.CLOSING:
        instants.append(session.ends_at_ns)
    return min(instants, default=None)


def _stages(session: Session, now_ns: int) -> list[e.AnyEvent]:
    if session.stage is Stage.OPENING and session.opens_at_ns <= now_ns:
        return [e.Opened(at_ns=session.opens_at_ns)]
    if session.stage is Stage.CLOSING and session.ends_at_ns <= now_ns:
        return [e.Ended(at_ns=session.ends_at_ns)]
    return []


def _floors(session: Session, now_ns: int) -> list[e.AnyEvent]:
    return [
        e.FloorTaken(at_ns=min(hold.until_ns, now_ns), member=hold.member)
        for hold in session.floor
        if _is_over(hold.until_ns, FLOOR_LEASE_NS, now_ns)
    ]


def _grants(session: Session, now_ns: int) -> list[e.AnyEvent]:
    return [
        e.GrantEnded(at_ns=min(grant.until_ns, now_ns), room=grant.room, member=grant.to)
        for grant in session.grants
        if _is_over(grant.until_ns, GRANT_MAX_NS, now_ns)
    ]


def _is_over(until_ns: int, longest_ns: int, now_ns: int) -> bool:
    # A lease that ends later than any that is given now is from before the hub's clock was set.
    return until_ns <= now_ns or until_ns > now_ns + longest_ns
