"""The index of recordings in the database: kept, forgotten, searched, page by page."""

import hashlib
from collections.abc import Collection, Iterable, Iterator
from dataclasses import asdict, fields
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import (
    ColumnElement,
    String,
    delete,
    func,
    insert,
    literal,
    select,
    text,
    tuple_,
    type_coerce,
)
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session as Work

from classroom_edge.library.card import Consent
from classroom_edge.library.deliver.waiting import Standing
from classroom_edge.library.entry import UNREADABLE, Entry, Page, Query, QueryError, wanted
from classroom_edge.store.tables import DeliveryRow, Instant, Recording
from classroom_media.record.manifest import State

SHOWN_MOST: Final = 20
AT_ONCE: Final = 500  # ids in one statement; databases have a limit

_NAMES: Final = tuple(one.name for one in fields(Entry))


def stamps(db: Work, ids: Collection[str] | None = None) -> dict[str, str]:
    """Give what is known of some recordings, or of all: by id the stamp under which it was read."""
    known = select(Recording.id, Recording.stamp)
    if ids is not None:
        known = known.where(Recording.id.in_(ids))
    return {row.id: row.stamp for row in db.execute(known)}


def unreadable(db: Work) -> tuple[str, ...]:
    """Give some of the recordings that cannot be read, the newest first."""
    ids = select(Recording.id).where(Recording.state == UNREADABLE)
    return tuple(db.scalars(ids.order_by(Recording.id.desc()).limit(SHOWN_MOST)))


def unmade(db: Work) -> tuple[str, ...]:
    """Give this room's recordings that are over and have no manifest, told from their journals."""
    ids = select(Recording.id).where(Recording.state == State.FINISHING, Recording.school == "")
    return tuple(db.scalars(ids))


def without_filmstrip(db: Work) -> tuple[str, ...]:
    """Give this room's recordings that are over and show no filmstrip, the newest first."""
    over = Recording.state.in_((State.FINISHED, State.INCOMPLETE))
    bare = over & (Recording.filmstrip == "") & (Recording.school == "")
    return tuple(db.scalars(select(Recording.id).where(bare).order_by(Recording.id.desc())))


def keep(db: Work, entries: Collection[Entry]) -> None:
    """Index recordings, in place of what was known of them; another process may do the same."""
    if db.get_bind().dialect.name == "postgresql":  # a SQLite file has one writer anyway
        db.execute(text("LOCK TABLE recordings IN SHARE ROW EXCLUSIVE MODE"))
    forget(db, [one.id for one in entries])
    if entries:
        db.execute(insert(Recording), [asdict(one) | {"digest": _digest(one)} for one in entries])


def purge(db: Work) -> None:
    """Forget what is not as it was written: the disk has changed it."""
    try:
        rows = db.scalars(select(Recording)).all()
        forget(db, [row.id for row in rows if row.digest != _digest(_entry(row))])
    except (SQLAlchemyError, ValueError, OverflowError):  # what stands there is no text, no date
        db.execute(delete(Recording))


def forget(db: Work, ids: Iterable[str]) -> None:
    """Take recordings out of the index."""
    gone = list(ids)
    for start in range(0, len(gone), AT_ONCE):
        some = gone[start : start + AT_ONCE]
        db.execute(delete(Recording).where(Recording.id.in_(some)))


def one(db: Work, recording: str) -> Entry | None:
    """Give one recording, or None."""
    row = db.get(Recording, recording)
    return _entry(row) if row else None


def on_their_way(db: Work, ids: Collection[str]) -> dict[str, frozenset[Standing]]:
    """Give how the deliveries of some recordings stand, of those that have any."""
    found: dict[str, set[Standing]] = {}
    asked = select(DeliveryRow.recording, DeliveryRow.state).where(DeliveryRow.recording.in_(ids))
    for row in db.execute(asked):
        found.setdefault(row.recording, set()).add(Standing(row.state))
    return {id_: frozenset(standings) for id_, standings in found.items()}


def page(db: Work, query: Query) -> Page:
    """Give a page of what is looked for, newest first.

    Raises:
        QueryError: `query.after` is the mark of no page.
    """
    conditions = tuple(_conditions(query))
    total = db.scalar(select(func.count()).select_from(Recording).where(*conditions)) or 0
    newest = select(Recording).where(*conditions, *_behind(query.after))
    order = newest.order_by(Recording.started_at.desc(), Recording.id.desc())
    found = db.scalars(order.limit(query.limit + 1)).all()
    items = tuple(_entry(row) for row in found[: query.limit])
    return Page(items, mark_of(items[-1]) if len(found) > query.limit else "", total)


def mark_of(entry: Entry) -> str:
    """Give the mark of the page that begins behind a recording."""
    return f"{_microseconds(entry.started_at)}.{entry.id}"


def _behind(after: str) -> Iterator[ColumnElement[bool]]:
    if not after:
        return
    at, dot, id_ = after.partition(".")
    try:
        instant = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=int(at))
    except (ValueError, OverflowError) as error:
        raise QueryError(after) from error
    if not dot or "\0" in id_:
        raise QueryError(after)
    mark = tuple_(literal(instant, Instant), literal(id_))
    yield tuple_(Recording.started_at, Recording.id) < mark


def _conditions(query: Query) -> Iterator[ColumnElement[bool]]:
    for word in wanted(query.asked):
        yield Recording.words.contains(word, autoescape=True)
    named = (
        (Recording.teachers, query.teacher),
        (Recording.classes, query.class_name),
        (Recording.sessions, query.session),
    )
    for column, name in named:
        if name:
            yield type_coerce(column, String).contains(f"\n{name}\n", autoescape=True)
    if query.subject:
        yield Recording.subject == query.subject
    if query.state:
        yield Recording.state == query.state
    if query.since:
        yield Recording.started_at >= query.since
    if query.until:
        yield Recording.started_at < query.until


def _digest(entry: Entry) -> str:
    return hashlib.blake2b(repr(entry).encode(), digest_size=16).hexdigest()


def _entry(row: Recording) -> Entry:
    values = {name: getattr(row, name) for name in _NAMES}
    return Entry(**values | {"consent": Consent(row.consent)})


def _microseconds(at: datetime) -> int:
    return (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
