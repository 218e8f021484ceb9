"""When a session that is over was really held, as its events tell it. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from classroom_edge.sessions import events as e


@dataclass(frozen=True, slots=True)
class Taught:
    """A session that was held, from its opening to its close (hub time), or a part of one."""

    session: str
    title: str
    from_ns: int
    to_ns: int
    part: str = ""  # tells parts of one session apart; "" = the whole


def taught(events: Iterable[e.AnyEvent]) -> Taught | None:
    """Give the session of these events, or None if it was never opened or is not over."""
    plan: e.Planned | None = None
    opens_ns = from_ns = to_ns = 0
    for event in events:
        match event:
            case e.Planned():
                plan = event
            case e.StartSet(opens_at_ns=opens_ns):
                pass
            case e.Opened(at_ns=at_ns):
                from_ns = min(opens_ns or at_ns, at_ns)
            case e.Closing(at_ns=at_ns):
                to_ns = at_ns
            case e.Ended(at_ns=at_ns):
                to_ns = to_ns or at_ns
    if plan is None or not 0 < from_ns < to_ns:
        return None
    return Taught(plan.session, plan.title, from_ns, to_ns)
