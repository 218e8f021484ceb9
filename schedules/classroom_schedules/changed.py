"""One day's changes, applied to a lesson: cover, another room, another time, not held."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from classroom_schedules.book import Book
from classroom_schedules.occurrence import Occurrence
from classroom_schedules.timetable import Change, said
from classroom_schedules.words import Remark, remark


def changed(
    book: Book, occurrence: Occurrence, changes: Iterable[Change]
) -> tuple[Occurrence, ...]:
    """Give a lesson as changed; what is not held anyway is left as it is.

    A moved one is there twice: where it was, not held, and where it is.
    """
    places = [occurrence]
    for change in changes:
        *left, here = places
        if here.is_held:
            places = [*left, *_apply(book, here, change)]
    return tuple(places)


def _apply(book: Book, here: Occurrence, change: Change) -> tuple[Occurrence, ...]:
    if not change.is_held:
        return (_skipped(here, remark("skip.cancelled", why=_why(change))),)
    if change.teachers:
        here = _covered(here, change)
    if change.room:
        here = _in_room(here, change)
    return _moved(book, here, change) if change.is_move else (here,)


def _covered(here: Occurrence, change: Change) -> Occurrence:
    said = remark("held.cover", teachers=change.teachers, usual=here.teachers, why=_why(change))
    return replace(here, teachers=change.teachers, reasons=(*here.reasons, said))


def _in_room(here: Occurrence, change: Change) -> Occurrence:
    said = remark("held.room", room=change.room, usual=here.room, why=_why(change))
    return replace(here, room=change.room, reasons=(*here.reasons, said))


def _moved(book: Book, here: Occurrence, change: Change) -> tuple[Occurrence, Occurrence]:
    day, periods = change.to_date or here.date, change.to_period or here.periods
    gone = remark("skip.moved", date=day, periods=said(periods), why=_why(change))
    left = replace(_skipped(here, gone), id=f"{here.id}/left")
    came = remark("held.moved", date=here.date, periods=said(here.periods), why=_why(change))
    arrived = replace(here, date=day, periods=periods, reasons=(*here.reasons, came))
    return left, _timed(book, arrived, day, periods)


def _timed(book: Book, here: Occurrence, day: date, periods: str) -> Occurrence:
    school_day = book.day(day)
    teaching = school_day.teaching(here.classes) if school_day else None
    ends = book.timetable.bells.ends(periods)
    bells = teaching.bells if teaching else ""
    times = book.times(day, here.room, *ends, bells) if ends else None
    if times:
        here = replace(here, starts_at=times[0], ends_at=times[1])
    if teaching and teaching.obstacle:
        return replace(here, is_held=False, reasons=(*here.reasons, *teaching.obstacle))
    if not times:
        return _skipped(here, remark("skip.no-period", periods=said(periods), bells=bells))
    return here


def _why(change: Change) -> str | Remark:
    return change.why or remark("why.unsaid")


def _skipped(here: Occurrence, reason: Remark) -> Occurrence:
    return replace(here, is_held=False, reasons=(reason,))
