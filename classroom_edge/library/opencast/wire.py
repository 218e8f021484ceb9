"""What is said between a capture agent and Opencast: media packages, catalogs, services. No I/O.

Source: Opencast's documentation for developers, "Capture Agent Communication Protocol" and
"Ingest"; Dublin Core Metadata Initiative, DCMI Metadata Terms (temporal: DCMI Period, W3C-DTF).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Final
from uuid import UUID, uuid5
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape, quoteattr

import msgspec

from classroom_drivers.codecs import loose_xml

PACKAGE: Final = "{http://mediapackage.opencastproject.org}mediapackage"
DUBLIN_CORE: Final = "http://www.opencastproject.org/xsd/1.0/dublincore/"
TERMS: Final = "http://purl.org/dc/terms/"
EPISODE, SERIES = "dublincore/episode", "dublincore/series"
PROPERTIES: Final = "org.opencastproject.capture.agent.properties"
DEFINITION: Final = "org.opencastproject.workflow.definition"
CONFIG: Final = "org.opencastproject.workflow.config."
FLAVOR: Final = re.compile(r"[a-z0-9][a-z0-9.+_-]*/[a-z0-9][a-z0-9.+_-]*")
INGEST, ADMIN, SCHEDULER, WORKFLOW = (
    f"org.opencastproject.{one}" for one in ("ingest", "capture.admin", "scheduler", "workflow")
)
_OURS: Final = UUID("6f0f2d52-1c7b-5a35-9a30-2c9d0d1f6c1e")  # what our ids are made of


@dataclass(frozen=True, slots=True)
class Told:
    """What Opencast says of one element of a media package."""

    id: str
    flavor: str
    url: str


class _Service(msgspec.Struct, frozen=True):
    host: str
    path: str
    online: bool = True
    active: bool = True


class _Listed(msgspec.Struct, frozen=True):
    service: _Service | tuple[_Service, ...] = ()  # one alone is not in a list


class _Services(msgspec.Struct, frozen=True):
    services: _Listed | Annotated[str, msgspec.Meta(max_length=0)]  # none at all are ""


def package_id(room: str, parcel: str) -> str:
    """Give the id of the media package of a parcel: the same again, whatever was lost."""
    return str(uuid5(_OURS, f"{room}/{parcel}"))


def endpoints(body: bytes) -> tuple[str, ...]:
    """Read where a service is offered. Raises msgspec.MsgspecError."""
    listed = msgspec.json.decode(body, type=_Services).services
    if isinstance(listed, str):
        return ()
    found = listed.service if isinstance(listed.service, tuple) else (listed.service,)
    return tuple(one.host.rstrip("/") + one.path for one in found if one.online and one.active)


def elements(package: bytes) -> tuple[Told, ...] | None:
    """Read the elements of a media package; None if it is none."""
    root = loose_xml.read(package)
    if root is None or root.tag != PACKAGE or not root.get("id"):
        return None
    return tuple(_elements(root))


def _elements(root: Element) -> Iterator[Told]:
    for group in ("media", "metadata", "attachments"):
        for one in (each for each in root if _plain(each.tag) == group):
            yield from (Told(e.get("id", ""), e.get("type", ""), _text(e, "url")) for e in one)


def has_instances(body: bytes) -> bool:
    """Tell whether a list of workflows has any. Raises msgspec.MsgspecError."""
    said = msgspec.json.decode(body, type=dict[str, Any] | list[Any])
    if isinstance(said, dict):
        said = next(iter(said.values()), None) or []
    return bool(said.get("workflow")) if isinstance(said, dict) else bool(said)


def episode(fields: Mapping[str, str], starts_at: datetime, duration_s: float) -> str:
    """Spell the catalog of an episode: Dublin Core's terms by name; what is empty is left out."""
    starts_at = starts_at.astimezone(UTC)
    begin, end = (_instant(one) for one in (starts_at, starts_at + timedelta(seconds=duration_s)))
    period = f"start={begin}; end={end}; scheme=W3C-DTF;"
    lines = [f"<dcterms:{n}>{escape(v)}</dcterms:{n}>" for n, v in fields.items() if v]
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<dublincore xmlns="{DUBLIN_CORE}" xmlns:dcterms="{TERMS}" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f'<dcterms:created xsi:type="dcterms:W3CDTF">{begin}</dcterms:created>'
        f'<dcterms:temporal xsi:type="dcterms:Period">{period}</dcterms:temporal>'
        f"{''.join(lines)}</dublincore>"
    )


def properties(values: Mapping[str, str]) -> str:
    """Spell an agent's properties, as XML of Java's."""
    entries = "".join(
        f"<entry key={quoteattr(name)}>{escape(value)}</entry>" for name, value in values.items()
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<!DOCTYPE properties SYSTEM "http://java.sun.com/dtd/properties.dtd">'
        f"<properties>{entries}</properties>"
    )


def workflow_of(properties: str) -> tuple[str, dict[str, str]]:
    """Read from an agent's properties which workflow is wanted, and with which values."""
    said = dict(_line(line) for line in properties.splitlines() if "=" in line)
    config = {
        name.removeprefix(CONFIG): value for name, value in said.items() if name.startswith(CONFIG)
    }
    return said.get(DEFINITION, ""), config


def _line(line: str) -> tuple[str, str]:
    name, _, value = line.partition("=")
    return name.strip(), value.strip()


def _instant(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"


def _plain(tag: str) -> str:
    return tag.rpartition("}")[2]


def _text(element: Element, name: str) -> str:
    found = next((one for one in element if _plain(one.tag) == name), None)
    return (found.text or "").strip() if found is not None else ""
