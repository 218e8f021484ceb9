"""Opencast's calendar for a room: events with attachments, kept as they were told.

Source: RFC 5545 (iCalendar), sections 3.1 (folding) and 3.8.1.1 (ATTACH); Opencast's documentation
for developers, "Capture Agent Communication Protocol", "Recording schedule".
"""

import base64
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final
from uuid import NAMESPACE_OID, uuid5

import msgspec
from icalendar import Calendar, Component

from classroom_edge.library.deliver.target import Parcel
from classroom_edge.library.opencast import wire
from classroom_media.api import RecordError
from classroom_media.record.durable import replace_durably
from classroom_media.record.manifest import read_manifest

PREFIX: Final = "opencast/"  # of the ids that its events have in the room's day
KEPT: Final = timedelta(days=30)  # after its end: until it was delivered
EVENTS_MAX: Final = 5000


class CalendarError(Exception):
    """What was told is no calendar."""


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """A recording that Opencast has planned for this room."""

    uid: str
    title: str
    starts_at: datetime
    ends_at: datetime
    catalogs: tuple[tuple[str, str], ...] = ()  # flavour and Dublin Core
    properties: str = ""  # of the agent: workflow, inputs

    @property
    def id(self) -> str:
        """What it is called in the room's day."""
        return f"{PREFIX}{self.uid}"

    @property
    def workflow(self) -> tuple[str, dict[str, str]]:
        """Which workflow it is ingested with, and with which values."""
        return wire.workflow_of(self.properties)


def read(text: bytes) -> tuple[Event, ...]:
    """Read the calendar, in the order of time. Raises CalendarError."""
    try:
        calendar = Calendar.from_ical(text)
        events = [_event(one) for one in calendar.walk("VEVENT")[:EVENTS_MAX]]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise CalendarError(str(error)) from error
    return tuple(sorted(events, key=lambda one: (one.starts_at, one.uid)))


def merged(before: Iterable[Event], told: Iterable[Event], now: datetime) -> tuple[Event, ...]:
    """Give what is to be kept: all that is told, and what is over and not delivered, perhaps."""
    found = {one.uid: one for one in before if now - KEPT < one.ends_at and one.starts_at <= now}
    found |= {one.uid: one for one in told}
    return tuple(sorted(found.values(), key=lambda one: (one.starts_at, one.uid)))


def load(path: Path) -> tuple[Event, ...]:
    """Give what was kept; nothing if there is none, or it is damaged."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=tuple[Event, ...])
    except (OSError, msgspec.MsgspecError):
        return ()


def keep(path: Path, events: tuple[Event, ...]) -> None:
    """Keep them. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_durably(path, msgspec.json.encode(events))


def event_of(schedule: Path, parcel: Parcel) -> Event | None:
    """Give the event that a parcel is the recording of; None where Opencast has planned none."""
    try:
        taught = read_manifest(Path(parcel.items[0].path).parent).taught
    except RecordError:
        return None
    if taught is None or not is_event(taught.occurrence):
        return None
    found = next((one for one in load(schedule) if one.id == taught.occurrence), None)
    return found if found and claimed(schedule, found, parcel) else None


def is_event(occurrence: str) -> bool:
    """Tell whether an occurrence of the room's day is one that Opencast planned."""
    return occurrence.startswith(PREFIX)


def claimed(schedule: Path, event: Event, parcel: Parcel) -> bool:
    """Claim an event for a parcel; False: another parcel of its recording has it.

    An event is one media package; what else is delivered of the recording is another.
    """
    path = schedule.parent / "claims" / f"{uuid5(NAMESPACE_OID, event.uid)}.txt"
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        replace_durably(path, parcel.id.encode())
    return path.read_text("utf-8") == parcel.id


def _event(one: Component) -> Event:
    starts_at, ends_at = (_instant(one.decoded(name)) for name in ("DTSTART", "DTEND"))
    attached = dict(_attached(one))
    catalogs = (
        (f"dublincore/{name.removesuffix('.xml')}", text)
        for name, text in attached.items()
        if name.endswith(".xml") and wire.DUBLIN_CORE in text
    )
    return Event(
        uid=str(one["UID"]),
        title=str(one.get("SUMMARY", "")),
        starts_at=starts_at,
        ends_at=ends_at,
        catalogs=tuple(catalogs),
        properties=attached.get(wire.PROPERTIES, ""),
    )


def _attached(one: Component) -> Iterator[tuple[str, str]]:
    found = one.get("ATTACH", [])
    for attachment in found if isinstance(found, list) else [found]:
        name = attachment.params.get("X-APPLE-FILENAME", "")
        data = attachment.to_ical()
        yield name, _plain(data)


def _plain(coded: bytes) -> str:
    return base64.b64decode(coded).decode("utf-8", "replace")


def _instant(value: object) -> datetime:
    if not isinstance(value, datetime):
        raise CalendarError("an event without a time of day")
    return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)
