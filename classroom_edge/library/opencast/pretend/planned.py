"""The calendar of a pretend Opencast, as it tells a capture agent of it.

Source: RFC 5545; what Opencast attaches to an event: episode, series, the agent's properties.
"""

import base64
import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime

from classroom_edge.library.opencast import wire
from classroom_edge.library.opencast.calendar import Event


def planned(uid: str, title: str, starts_at: datetime, ends_at: datetime) -> Event:
    """Plan a recording."""
    duration_s = (ends_at - starts_at).total_seconds()
    episode = wire.episode({"title": title, "identifier": uid}, starts_at, duration_s)
    properties = f"{wire.DEFINITION}=fast\n{wire.CONFIG}publish=true\n"
    return Event(
        uid=uid,
        title=title,
        starts_at=starts_at,
        ends_at=ends_at,
        catalogs=((wire.EPISODE, episode),),
        properties=properties,
    )


def spelled(events: Iterable[Event], agent: str) -> bytes:
    """Spell the calendar of an agent."""
    lines = ["BEGIN:VCALENDAR", "PRODID:Pretend", "VERSION:2.0", "CALSCALE:GREGORIAN"]
    for event in events:
        lines += ["BEGIN:VEVENT", f"UID:{event.uid}", f"SUMMARY:{event.title}"]
        lines += [f"DTSTART:{_utc(event.starts_at)}", f"DTEND:{_utc(event.ends_at)}"]
        lines += [f"DTSTAMP:{_utc(event.starts_at)}", f"LOCATION:{agent}"]
        for flavor, text in event.catalogs:
            lines.append(_attached("application/xml", f"{flavor.partition('/')[2]}.xml", text))
        lines += [_attached("application/text", wire.PROPERTIES, event.properties), "END:VEVENT"]
    return "".join(f"{_folded(line)}\r\n" for line in (*lines, "END:VCALENDAR")).encode()


def tag_of(text: bytes) -> str:
    """Give the tag by which it is known whether a calendar has changed."""
    return f'"{hashlib.sha256(text).hexdigest()[:16]}"'


def _attached(kind: str, name: str, text: str) -> str:
    coded = base64.b64encode(text.encode()).decode()
    return f"ATTACH;FMTTYPE={kind};VALUE=BINARY;ENCODING=BASE64;X-APPLE-FILENAME={name}:{coded}"


def _folded(line: str) -> str:
    cuts = [line[at : at + 70] for at in range(0, len(line), 70)]
    return "\r\n ".join(cuts)


def _utc(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"
