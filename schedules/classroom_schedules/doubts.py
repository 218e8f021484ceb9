"""What is not wrong but wants a person's eye: years without make-up days, changes that miss."""

from collections.abc import Iterator
from datetime import date

from classroom_schedules.book import Book
from classroom_schedules.calendar import Calendar, Kind, days
from classroom_schedules.plan import due
from classroom_schedules.timetable import Change, Timetable
from classroom_schedules.words import Remark, remark


def doubts(timetable: Timetable, calendar: Calendar, start: date, end: date) -> tuple[Remark, ...]:
    """Give the warnings about the days from `start` to `end`, which is excluded."""
    book = Book(timetable, calendar)
    return (
        *_years(calendar, start, end),
        *_make_ups(calendar, start, end),
        *_changes(book, start, end),
    )


def _years(calendar: Calendar, start: date, end: date) -> Iterator[Remark]:
    taught = {day.year for day in days(start, end) if calendar.term(day)}
    for year in sorted(taught - calendar.years):
        yield remark("doubt.year", year=year)


def _make_ups(calendar: Calendar, start: date, end: date) -> Iterator[Remark]:
    for one in calendar.days:
        if one.kind is not Kind.MAKE_UP or not start <= one.first < end:
            continue
        if not calendar.term(one.first):
            yield remark("doubt.make-up-outside", date=one.first, name=one.name)
        elif not one.teaches:
            yield remark("doubt.undecided", date=one.first, name=one.name)


def _changes(book: Book, start: date, end: date) -> Iterator[Remark]:
    """A change counts where its lesson is due, and where a moved one arrives."""
    for change in book.timetable.changes:
        if not start <= change.day < end:
            continue
        who = change.group or change.lesson
        if not _finds(book, change):
            yield remark("doubt.change", date=change.day, who=who, period=change.period)
        elif change.to_date and _is_empty(book, change):
            yield remark("doubt.move", date=change.to_date, who=who)


def _finds(book: Book, change: Change) -> bool:
    return any(
        occurrence.is_held and change.meets(lesson, slot)
        for lesson, slot, occurrence in due(book, change.day)
    )


def _is_empty(book: Book, change: Change) -> bool:
    day = change.to_date or change.day
    school_day = book.day(day)
    return bool(school_day and school_day.teaching((change.group,)).obstacle)
