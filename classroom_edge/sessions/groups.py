"""Standing groups: a hub and the sites it teaches week by week, and how often each pair met."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from classroom_edge.sessions import commands as c
from classroom_edge.sessions import events as e
from classroom_edge.sessions.forms import Kind, Style
from classroom_edge.sessions.state import Member, Session
from classroom_edge.sessions.story import begun


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Rooms that meet again and again; with one site it is a pair of schools."""

    id: str
    title: str
    kind: Kind
    style: Style
    sites: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Held:
    """A session that is over: its group ("" = none), its hub, and the sites that attended."""

    session: str
    group: str
    hub: str
    attended: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Past:
    """A session that is over, for a list: how long it was open, and how many sites attended."""

    session: str
    title: str
    group: str  # "" = none
    ended_at: datetime
    open_s: float
    attended: int


def planned(
    session: str, title: str, form: tuple[Kind, Style], hub: Member, at_ns: int
) -> tuple[Session, e.Planned]:
    """Make a new session, led by a hub; give it and the event that it begins with."""
    kind, style = form
    plan = e.Planned(
        at_ns=at_ns,
        by=hub.id,
        session=session,
        title=title,
        kind=kind,
        style=style,
        name=hub.name,
    )
    return begun(plan), plan


def invitations(group: Group, names: dict[str, str]) -> tuple[c.Invite, ...]:
    """Give what puts a group's sites into a roster; sites that have no name any more are left."""
    return tuple(c.Invite(member=site, name=names[site]) for site in group.sites if site in names)


def meetings(held: Iterable[Held]) -> Counter[tuple[str, str]]:
    """Count how often each pair of a hub and a site met."""
    return Counter((one.hub, site) for one in held for site in one.attended)
