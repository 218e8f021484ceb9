"""The timetable's memory: which job was claimed by whom and what came of it; people's wishes."""

import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Select, delete, select, update
from sqlalchemy.orm import Session as Work

from classroom_edge.store.tables import TimetableJob, TimetableWish
from classroom_schedules import Remark
from classroom_schedules.runner import Entry, Outcome, Wish, WishKind

KEPT: Final = timedelta(days=800)  # two school years


def claim(db: Work, entry: Entry, by: str) -> bool:
    """Claim a turn of a job before doing it; False if another daemon is at it, or it is over."""
    row = db.get(TimetableJob, (entry.job, entry.turn))
    if row is None:
        db.add(_row(entry, by))
        return True
    is_others = row.outcome == Outcome.BEGUN and row.by != by
    if is_others or row.outcome == Outcome.VOID or _entry(row).is_final:
        return False
    db.merge(_row(entry, by))
    return True


def note(db: Work, entries: Iterable[Entry], by: str) -> None:
    """Note what came of jobs; what is over stays as it is, unless it turns out to be void."""
    for entry in entries:
        row = db.get(TimetableJob, (entry.job, entry.turn))
        if row is None or not _entry(row).is_final or entry.outcome is Outcome.VOID:
            db.merge(_row(entry, by))


def take_over(db: Work, by: str, now: datetime) -> None:
    """Take up the claims of a daemon that is no more, and forget what is very old."""
    begun = update(TimetableJob).where(TimetableJob.outcome == Outcome.BEGUN)
    db.execute(begun.values(by=by))
    db.execute(delete(TimetableJob).where(TimetableJob.at < now - KEPT))
    db.execute(delete(TimetableWish).where(TimetableWish.at < now - KEPT))


def entries(db: Work, since: datetime) -> tuple[Entry, ...]:
    """Give what became of jobs since then."""
    rows = db.scalars(select(TimetableJob).where(TimetableJob.at >= since))
    return tuple(map(_entry, rows))


def wish(db: Work, wished: Wish) -> None:
    """Keep what somebody asks for."""
    db.add(
        TimetableWish(
            lesson=wished.lesson,
            kind=wished.kind,
            by=wished.by,
            at=wished.at,
            minutes=wished.minutes,
            other=wished.other,
        )
    )


def undo(db: Work, since: datetime, at: datetime) -> Wish | None:
    """Take back the newest wish since then, and give it; None = there is none."""
    row = db.scalars(_standing(since).order_by(TimetableWish.id.desc())).first()
    if row is None:
        return None
    row.undone_at = at
    return _wish(row)


def wishes(db: Work, since: datetime) -> tuple[Wish, ...]:
    """Give what people asked for since then and did not take back, in order."""
    return tuple(map(_wish, db.scalars(_standing(since).order_by(TimetableWish.id))))


def _standing(since: datetime) -> Select[TimetableWish]:
    return select(TimetableWish).where(TimetableWish.at >= since, TimetableWish.undone_at.is_(None))


def _row(entry: Entry, by: str) -> TimetableJob:
    return TimetableJob(
        job=entry.job,
        turn=entry.turn,
        by=by,
        outcome=entry.outcome,
        at=entry.at,
        why=json.dumps([entry.why.key, dict(entry.why.values)], ensure_ascii=False, default=str),
        recording=entry.recording,
        starts_at=entry.starts_at,
        ends_at=entry.ends_at,
    )


def _entry(row: TimetableJob) -> Entry:
    key, values = json.loads(row.why)
    return Entry(
        job=row.job,
        turn=row.turn,
        outcome=Outcome(row.outcome),
        at=row.at,
        why=Remark(key, tuple(values.items())),
        recording=row.recording,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
    )


def _wish(row: TimetableWish) -> Wish:
    return Wish(
        lesson=row.lesson,
        kind=WishKind(row.kind),
        by=row.by,
        at=row.at,
        minutes=row.minutes,
        other=row.other,
    )
