"""What has arrived at a hub: one recording after the other, with its school's name."""

from collections.abc import Iterator
from pathlib import Path

import msgspec

from classroom_edge.library.received.inbox import ASIDE, folder_name, read_arrival
from classroom_edge.library.received.parcel import Arrival
from classroom_media.api import RecordError
from classroom_media.record.manifest import Manifest, read_manifest


class Arrived(msgspec.Struct, frozen=True, kw_only=True):
    """A recording of another school; nothing is known of its lesson without a manifest."""

    arrival: Arrival
    manifest: Manifest | None


def arrived(folder: Path) -> Iterator[Arrived]:
    """Give what is there, of each school the newest recordings first. Blocks."""
    sites = sorted(folder.iterdir()) if folder.is_dir() else []
    for site in (one for one in sites if one.name != ASIDE and one.is_dir()):
        for place in sorted(site.iterdir(), reverse=True):
            if (arrival := read_arrival(place)) is not None:
                yield Arrived(arrival=arrival, manifest=_manifest(place))


def file_of(folder: Path, site: str, recording: str, name: str) -> Path | None:
    """Give the path of a file that has arrived; None = there is no such file."""
    place = folder / folder_name(site) / folder_name(recording)
    arrival = read_arrival(place)
    names = {content.name for content in arrival.contents} if arrival else set()
    path = place / name
    return path if name in names and path.is_file() else None


def _manifest(place: Path) -> Manifest | None:
    try:
        return read_manifest(place)
    except RecordError:
        return None
