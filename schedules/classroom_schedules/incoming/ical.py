"""Reads iCalendar files of other programs: every dated lesson in them, within bounds.

What comes in is dated, so it becomes reservations that yield to the school's holidays. Title,
room and classes are SUMMARY, LOCATION and CATEGORIES; the teacher is the organizer's name.

Source: RFC 5545.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import icalendar

from classroom_schedules.incoming.event import Event, Span
from classroom_schedules.incoming.imported import Imported
from classroom_schedules.incoming.recurrence import UnclearRuleError
from classroom_schedules.mistakes import Findings, fail
from classroom_schedules.timetable import Reservation

SIZE_MAX: Final = 768 * 1024  # bytes; the parser may take a second for as much
LINES_MAX: Final = 40_000
VALUES_MAX: Final = 80_000  # parameters and items of lists
EVENTS_MAX: Final = 4_000
LENGTH_MAX: Final = timedelta(hours=24)
_WRONG: Final = (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError)


def read_ical(content: bytes, zone: ZoneInfo, start: date, end: date) -> Imported:
    """Give every timed event from `start` to `end`, which is excluded, in the order of time.

    Times without a zone are the school's. Events of whole days and those that last over
    midnight are no lessons and are left out.

    Raises:
        ScheduleError: it is no iCalendar file, or has more in it than a school needs.
    """
    events = [Event(one, number, zone) for number, one in enumerate(_parsed(content), start=1)]
    span, wrong, left_out = Span(zone, start, end), Findings(), Findings()
    moved = {key for event in events if (key := _replaced(event))}
    found: list[Reservation] = []
    for event in events:
        try:
            if _is_lesson(event, wrong, left_out):
                found.extend(_reservations(event, span, moved, left_out))
        except UnclearRuleError as error:
            wrong.add("bad-repeat", event.place, why=str(error)[:200])
        except _WRONG as error:
            wrong.add("bad-event", event.place, why=str(error)[:200])
    return Imported(
        reservations=tuple(sorted(found, key=lambda one: (one.day, one.start, one.room))),
        mistakes=tuple(wrong.mistakes),
        left_out=tuple(left_out.mistakes),
    )


def _parsed(content: bytes) -> list[Any]:
    """Give the components of all events; what stands inside an event (an alarm) is none."""
    if len(content) > SIZE_MAX:
        raise fail("too-big", most=SIZE_MAX // 1024)
    if content.count(b"\n") + content.count(b"\r") > 2 * LINES_MAX:
        raise fail("too-many-rows", most=LINES_MAX)
    if content.count(b",") + content.count(b";") > VALUES_MAX:
        raise fail("too-many-values", most=VALUES_MAX)
    try:
        calendars = icalendar.Calendar.from_ical(content, multiple=True)
    except (*_WRONG, RecursionError) as error:
        raise fail("not-calendar", why=str(error)[:200] or type(error).__name__) from error
    if any(calendar.name != "VCALENDAR" for calendar in calendars):
        raise fail("not-calendar", why="BEGIN:VCALENDAR?")
    events = [one for every in calendars for one in every.subcomponents if one.name == "VEVENT"]
    if len(events) > EVENTS_MAX:
        raise fail("too-many-events", most=EVENTS_MAX)
    if not events:
        raise fail("no-events")
    return events


def _replaced(event: Event) -> tuple[str, datetime] | None:
    try:
        at = event.replaces()
    except _WRONG:
        return None  # told when its turn comes
    return (event.uid, at) if at else None


def _is_lesson(event: Event, wrong: Findings, left_out: Findings) -> bool:
    trouble = event.trouble()
    if trouble:
        wrong.add("bad-event", event.place, why=trouble)
    elif event.is_cancelled:
        return False
    elif event.first is None:
        wrong.add("no-start", event.place)
    elif not isinstance(event.first, datetime):
        left_out.add("all-day", event.place)
    elif not timedelta(0) < event.length() <= LENGTH_MAX:
        left_out.add("wrong-length", event.place)
    else:
        return True
    return False


def _reservations(
    event: Event, span: Span, moved: set[tuple[str, datetime]], left_out: Findings
) -> Iterator[Reservation]:
    if event.is_exception:
        event.replaces()
    for at in event.starts(span):
        start, until = at.astimezone(span.zone), (at + event.length()).astimezone(span.zone)
        if not span.start <= start.date() < span.end:
            continue
        if not event.is_exception and (event.uid, at) in moved:
            continue
        if until.date() != start.date():
            left_out.add("wrong-length", event.place)
            return
        yield Reservation(
            day=start.date(),
            start=start.time(),
            end=until.time(),
            title=event.text("SUMMARY") or "?",
            room=event.text("LOCATION"),
            teachers=event.organizers(),
            classes=event.categories(),
            yields=True,
        )
