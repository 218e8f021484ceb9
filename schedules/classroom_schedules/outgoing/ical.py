"""Writes what is held as iCalendar: dated, in UTC, so that no reader needs our time zone.

Source: RFC 5545.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from uuid import NAMESPACE_URL, uuid5

import icalendar

from classroom_schedules.occurrence import Occurrence


def to_ical(plan: Iterable[Occurrence], *, name: str, made_at: datetime, language: str) -> bytes:
    """Give a calendar of everything in a plan that is held.

    An event keeps its UID from export to export, so that readers update it.
    """
    calendar = icalendar.Calendar()
    calendar.add("PRODID", "-//Classroom Edge//classroom_schedules//EN")
    calendar.add("VERSION", "2.0")
    calendar.add("X-WR-CALNAME", name)
    for one in plan:
        if one.is_held:
            calendar.add_component(_event(one, made_at, language))
    return bytes(calendar.to_ical())


def _event(one: Occurrence, made_at: datetime, language: str) -> icalendar.Event:
    event = icalendar.Event()
    event.add("UID", str(uuid5(NAMESPACE_URL, f"classroom-schedules:{one.id}")))
    event.add("DTSTAMP", made_at.astimezone(UTC))
    event.add("DTSTART", one.starts_at.astimezone(UTC))
    event.add("DTEND", one.ends_at.astimezone(UTC))
    event.add("SUMMARY", one.title)
    event.add("DESCRIPTION", "\n".join((" / ".join(one.teachers), one.why(language))).strip())
    if one.rooms:
        event.add("LOCATION", one.room or one.rooms[0])
    if one.classes:
        event.add("CATEGORIES", list(one.classes))
    if one.teachers:
        organizer = icalendar.vCalAddress("invalid:nomail")
        organizer.params["CN"] = one.teachers[0]
        event.add("ORGANIZER", organizer)
    return event
