"""The plan: which lessons and reservations a span of days has, and why."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime

from classroom_schedules.bells import instant
from classroom_schedules.book import Book
from classroom_schedules.calendar import Calendar, days
from classroom_schedules.changed import changed
from classroom_schedules.occurrence import Occurrence
from classroom_schedules.school_day import SchoolDay, Teaching
from classroom_schedules.timetable import Lesson, Reservation, Slot, Timetable, said
from classroom_schedules.words import Remark, remark


def plan(
    timetable: Timetable, calendar: Calendar, start: date, end: date
) -> tuple[Occurrence, ...]:
    """Give everything from `start` to `end`, which is excluded, in the order of time.

    What is due but not held is given as well, with its reason. Between terms there are
    reservations only.

    Raises:
        ValueError: `start` or `end` is an instant: which day it is depends on the school's zone.
        ScheduleError: a lesson's period is in no bell schedule.
    """
    if isinstance(start, datetime) or isinstance(end, datetime):
        raise ValueError("a plan goes from date to date")  # noqa: TRY004 - a datetime is a date
    book = Book(timetable, calendar)
    found = [*_lessons(book, start, end), *_reservations(book, start, end)]
    return tuple(sorted(found, key=_order))


def due(book: Book, day: date) -> Iterator[tuple[Lesson, Slot, Occurrence]]:
    """Give what the weekly timetable and the calendar say of a day, before anybody's changes."""
    school_day = book.day(day)
    if not school_day:
        return
    for lesson, slot in book.slots(day, school_day):
        yield lesson, slot, _occurrence(book, day, school_day, lesson, slot)


def _lessons(book: Book, start: date, end: date) -> Iterator[Occurrence]:
    from_elsewhere = {
        change.day
        for change in book.timetable.changes
        if change.to_date and start <= change.to_date < end
    }
    for day in {*days(start, end), *from_elsewhere}:
        for lesson, slot, occurrence in due(book, day):
            changes = book.changes(day, lesson, slot)
            for one in changed(book, occurrence, changes) if changes else (occurrence,):
                if start <= one.date < end:
                    yield one


def _occurrence(
    book: Book, day: date, school_day: SchoolDay, lesson: Lesson, slot: Slot
) -> Occurrence:
    teaching = school_day.teaching(lesson.classes)
    times = book.times(day, lesson.room, slot.first, slot.last, teaching.bells)
    starts_at, ends_at = times or book.usual_times(day, lesson.room, slot)
    obstacle = _obstacle(teaching, lesson, slot)
    if not obstacle and not times:
        obstacle = (remark("skip.no-period", periods=said(slot.periods), bells=teaching.bells),)
    if not obstacle and teaching.cuts(starts_at.time(), ends_at.time()):
        obstacle = (remark("skip.half-day", since=teaching.since, until=teaching.until),)
    return Occurrence(
        id=f"{day}/{slot.periods}/{lesson.name}",
        date=day,
        starts_at=starts_at,
        ends_at=ends_at,
        title=lesson.subject,
        room=lesson.room,
        is_held=not obstacle,
        reasons=obstacle or (*teaching.reasons, _weekly(teaching, slot)),
        classes=lesson.classes,
        teachers=lesson.teachers,
        sites=lesson.sites,
        periods=slot.periods,
    )


def _obstacle(teaching: Teaching, lesson: Lesson, slot: Slot) -> tuple[Remark, ...]:
    if teaching.obstacle:
        return teaching.obstacle
    week = teaching.week
    if slot.weekday is not teaching.weekday:
        return (remark("skip.replaced", weekday=teaching.weekday), *teaching.reasons)
    if not lesson.weeks.have(week):
        return (remark("skip.weeks", week=week.said(), weeks=lesson.weeks.said()),)
    return ()


def _weekly(teaching: Teaching, slot: Slot) -> Remark:
    periods, week = said(slot.periods), teaching.week.said()
    return remark("held.weekly", weekday=slot.weekday, periods=periods, week=week)


def _reservations(book: Book, start: date, end: date) -> Iterator[Occurrence]:
    for reservation in book.timetable.reservations:
        if start <= reservation.day < end:
            yield _reserved(book, reservation)


def _reserved(book: Book, reservation: Reservation) -> Occurrence:
    zone, day = book.calendar.zone, reservation.day
    reserved = Occurrence(
        id=f"{day}/{reservation.start:%H:%M}/{reservation.name}",
        date=day,
        starts_at=instant(day, reservation.start, zone),
        ends_at=instant(day, reservation.end, zone),
        title=reservation.title,
        room=reservation.room,
        is_held=True,
        reasons=(remark("held.imported" if reservation.yields else "held.reserved"),),
        classes=reservation.classes,
        teachers=reservation.teachers,
        sites=reservation.sites,
    )
    school_day = book.day(day) if reservation.yields else None
    obstacle = school_day.teaching(reservation.classes).obstacle if school_day else ()
    return replace(reserved, is_held=False, reasons=obstacle) if obstacle else reserved


def _order(occurrence: Occurrence) -> tuple[datetime, str, str]:
    return occurrence.starts_at, occurrence.room, occurrence.id
