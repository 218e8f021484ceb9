"""What has arrived at a hub: a recording like its own, with a note that tells where it is from.

    received/ID/            the files that a site has sent, and what the hub's people add
    received/ID/arrival.json

ID is the hub's: rooms that begin a lesson in the same second may give it the same one.
"""

import hashlib
import logging
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Final

import msgspec

from classroom_edge.library.received.parcel import Arrival, Content, Parcel
from classroom_edge.sessions.link.effects import Site
from classroom_media.record.durable import replace_durably
from classroom_media.record.manifest import Manifest

ARRIVAL: Final = "arrival.json"
WHEN: Final = len("20261122-101500")  # the part of an id that tells when a recording began

logger = logging.getLogger(__name__)


def id_here(site: str, recording: str) -> str:
    """Give the id at the hub of a site's recording: always the same, and no other's."""
    mark = hashlib.sha256(f"{site}\0{recording}".encode()).hexdigest()[:16]
    return f"{recording[:WHEN]}-{mark}"


def read_arrival(folder: Path) -> Arrival | None:
    """Read what has arrived of a recording; None if that folder has none."""
    try:
        return msgspec.json.decode((folder / ARRIVAL).read_bytes(), type=Arrival)
    except (OSError, msgspec.MsgspecError):
        return None


def note(folder: Path, site: Site, parcel: Parcel, at: datetime) -> None:
    """Write down what has arrived, with what had before. Raises OSError."""
    before = read_arrival(folder)
    found: dict[str, Content] = {one.name: one for one in (before.contents if before else ())}
    found |= {one.name: one for one in parcel.contents}
    arrival = Arrival(
        site=site.id,
        school=site.name,
        recording=parcel.recording,
        arrived_at=at,
        contents=tuple(found.values()),
    )
    replace_durably(folder / ARRIVAL, msgspec.json.encode(arrival))


def as_here(manifest: Manifest, folder: Path) -> Manifest:
    """Give a site's manifest as it holds at the hub: its id here, and of its files those here."""
    strip = manifest.filmstrip
    changes: Mapping[str, object] = {
        "id": folder.name,
        "tracks": tuple(one for one in manifest.tracks if (folder / one.file).is_file()),
        "filmstrip": strip if strip and (folder / strip.file).is_file() else None,
        "chapters": tuple(
            msgspec.structs.replace(one, picture=_if_here(folder, one.picture))
            for one in manifest.chapters
        ),
        "lesson": manifest.lesson
        and msgspec.structs.replace(manifest.lesson, file=_if_here(folder, manifest.lesson.file)),
    }
    return msgspec.structs.replace(manifest, **changes)


def settle(received: Path) -> None:
    """Have what lies as ``received/SITE/RECORDING``, as it once did, lie as it does now. Blocks."""
    for found in sorted(received.glob(f"[!.]*/*/{ARRIVAL}")):
        folder, arrival = found.parent, read_arrival(found.parent)
        if arrival is None:
            continue
        try:
            folder.rename(received / id_here(arrival.site, arrival.recording))
            if not any(folder.parent.iterdir()):
                folder.parent.rmdir()
        except OSError as error:
            logger.warning("%s is not listed: %s", folder, error)


def _if_here(folder: Path, name: str) -> str:
    return name if name and (folder / name).is_file() else ""
