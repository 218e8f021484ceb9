"""Live sessions on disk: what happened in them, event by event, and what came of it."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Final

import msgspec
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session as Work

from classroom_edge.sessions.attendance import count
from classroom_edge.sessions.conductor import News
from classroom_edge.sessions.events import AnyEvent, Ended, Planned
from classroom_edge.sessions.forms import Kind, Role, Style
from classroom_edge.sessions.groups import Group, Held, Past
from classroom_edge.sessions.state import NS
from classroom_edge.sessions.taught import Taught, taught
from classroom_edge.store.tables import (
    GroupSite,
    LiveEvent,
    LivePart,
    LiveSession,
    StandingGroup,
)

TAUGHT_MAX: Final = 32  # sessions told at once

_decoder = msgspec.json.Decoder(AnyEvent)


def keep(db: Work, news: Iterable[News]) -> None:
    """Keep what happened next in sessions, in one transaction."""
    for one in news:
        for number, event in enumerate(one.events, one.first):
            if isinstance(event, Planned):
                db.add(_planned(event, one.group))
                db.flush()
            written = msgspec.json.encode(event)
            db.add(LiveEvent(session=one.session, number=number, event=written))
            if isinstance(event, Ended):
                db.flush()
                _close(db, one.session, event.at_ns)


def story(db: Work, session: str) -> tuple[AnyEvent, ...]:
    """Give everything that happened in a session."""
    rows = db.scalars(
        select(LiveEvent.event).where(LiveEvent.session == session).order_by(LiveEvent.number)
    )
    return tuple(_decoder.decode(row) for row in rows)


def going_on(db: Work) -> dict[str, tuple[AnyEvent, ...]]:
    """Give the stories of the sessions that are not over, by their ids."""
    ids = db.scalars(select(LiveSession.id).where(LiveSession.ended_at.is_(None))).all()
    return {id_: story(db, id_) for id_ in ids}


def held(db: Work, since: datetime, until: datetime) -> tuple[Held, ...]:
    """Give the sessions that ended in a time, with who attended them."""
    ended = (LiveSession.ended_at >= since) & (LiveSession.ended_at < until)
    attended: dict[str, list[str]] = {}
    for part in db.scalars(select(LivePart).join(LiveSession).where(ended, LivePart.attended)):
        attended.setdefault(part.session, []).append(part.member)
    rows = db.scalars(select(LiveSession).where(ended).order_by(LiveSession.ended_at))
    return tuple(
        Held(row.id, row.group, row.hub, tuple(m for m in attended.get(row.id, ()) if m != row.hub))
        for row in rows
    )


def past(db: Work, since: datetime) -> tuple[Past, ...]:
    """Give the sessions that ended since then, the newest first."""
    sites = (LivePart.session == LiveSession.id) & (LivePart.role == Role.SITE)
    attended = select(func.count()).where(sites, LivePart.attended).scalar_subquery()
    newest = select(LiveSession, attended).where(LiveSession.ended_at >= since)
    return tuple(
        Past(row.id, row.title, row.group, row.ended_at, row.open_ns / NS, number)
        for row, number in db.execute(newest.order_by(LiveSession.ended_at.desc()))
        if row.ended_at
    )


def taught_to(db: Work, member: str, since_ns: int) -> tuple[Taught, ...]:
    """Give the oldest sessions that ended since an instant and that somebody was invited to."""
    wanted = (LivePart.member == member) & (LiveSession.ended_at > _instant(since_ns))
    ids = db.scalars(
        select(LiveSession.id)
        .join(LivePart, LivePart.session == LiveSession.id)
        .where(wanted)
        .order_by(LiveSession.ended_at)
        .limit(TAUGHT_MAX)
    ).all()
    found = (taught(story(db, id_)) for id_ in ids)
    return tuple(one for one in found if one is not None)


def keep_group(db: Work, group: Group) -> None:
    """Keep a standing group, in place of the one of that id."""
    db.execute(delete(GroupSite).where(GroupSite.group == group.id))
    db.merge(StandingGroup(id=group.id, title=group.title, kind=group.kind, style=group.style))
    db.flush()
    db.add_all(
        GroupSite(group=group.id, site=site, place=place) for place, site in enumerate(group.sites)
    )


def groups(db: Work) -> tuple[Group, ...]:
    """Give the standing groups."""
    sites: dict[str, list[str]] = {}
    for row in db.scalars(select(GroupSite).order_by(GroupSite.place)):
        sites.setdefault(row.group, []).append(row.site)
    return tuple(
        Group(
            id=row.id,
            title=row.title,
            kind=Kind(row.kind),
            style=Style(row.style),
            sites=tuple(sites.get(row.id, ())),
        )
        for row in db.scalars(select(StandingGroup).order_by(StandingGroup.id))
    )


def _planned(event: Planned, group: str) -> LiveSession:
    return LiveSession(
        id=event.session,
        group=group,
        title=event.title,
        kind=event.kind,
        style=event.style,
        hub=event.by,
        planned_at=_instant(event.at_ns),
    )


def _close(db: Work, session: str, at_ns: int) -> None:
    attendance = count(story(db, session), at_ns)
    row = db.get_one(LiveSession, session)
    row.ended_at, row.open_ns = _instant(at_ns), attendance.open_ns
    db.add_all(
        LivePart(
            session=session,
            member=part.member,
            name=part.name,
            role=part.role,
            attended=attendance.attended(part),
            present_ns=part.present_ns,
            dark_ns=part.dark_ns,
            floor_ns=part.floor_ns,
            hands=part.hands,
            floors=part.floors,
            moves=part.moves,
            answers=part.answers,
            lines=part.lines,
        )
        for part in attendance.parts
    )


def _instant(at_ns: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=at_ns // 1000)
