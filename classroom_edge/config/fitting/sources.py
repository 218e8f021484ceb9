"""Sources: addresses, cameras that point them, spares, rooms elsewhere."""

from typing import Final
from urllib.parse import SplitResult

from classroom_edge.config.explain import suggestion
from classroom_edge.config.fitting.reading import Reading, Table, text
from classroom_edge.config.mistakes import Slip
from classroom_edge.config.models import ID, REMOTE, SOURCE_SCHEMES
from classroom_edge.config.scan import Path
from classroom_media.packets import small_of

HOSTED_SCHEMES: Final = {"rtsp", "rtsps", "http", "https", "tcp"}  # udp may listen anywhere
NEED_A_PORT: Final = {"udp", "tcp", "srt"}  # of a source
HUB: Final = "hub"  # what a site calls its hub


def check(reading: Reading) -> None:
    """Tell what is wrong with sources."""
    for table, path in reading.tables("source"):
        _source(reading, table, path)


def _source(reading: Reading, table: Table, path: Path) -> None:
    parts = reading.url(text(table, "url"), (*path, "url"), SOURCE_SCHEMES)
    if parts is not None:
        _source_address(reading, parts, (*path, "url"))
    _small_stream(reading, table, (*path, "small_url"))
    camera = text(table, "camera")
    if camera:
        reading.is_device(camera, (*path, "camera"), "pan-tilt-zoom")
    tracking = table.get("tracking")
    if isinstance(tracking, dict):
        _tracking(reading, camera, tracking, path)
    _spare(reading, text(table, "id"), text(table, "spare_of"), (*path, "spare_of"))


def _spare(reading: Reading, name: str, main: str, path: Path) -> None:
    """Tell when a spare microphone stands in for what cannot have one."""
    if not main:
        return
    if main not in reading.sources:
        found = suggestion(main, reading.sources)
        reading.tell("no-such-source", path, name=main, suggestion=found)
    elif reading.sources[main].get("sound") is not True:
        reading.tell("source-without-sound", path, name=main)
    elif main == name or text(reading.sources[main], "spare_of"):
        reading.tell("spare-of-spare", path, name=main)
    elif _spares_of(reading, main)[0] != name:
        reading.tell("spare-twice", path, name=main)


def _spares_of(reading: Reading, main: str) -> list[str]:
    return [id_ for id_, one in reading.sources.items() if text(one, "spare_of") == main]


def _small_stream(reading: Reading, table: Table, path: Path) -> None:
    name, url = text(table, "id"), text(table, "small_url")
    parts = reading.url(url, path, SOURCE_SCHEMES)
    if parts is not None:
        _source_address(reading, parts, path)
    if url and url == text(table, "url"):
        reading.tell("small-same", path)
    if url and small_of(name) in reading.sources:
        reading.tell("small-taken", path, name=small_of(name))


def _tracking(reading: Reading, camera: str, tracking: Table, path: Path) -> None:
    inner = (*path, "tracking")
    if not camera:
        place = reading.document.place(inner)
        reading.slips.append(Slip("tracking-without-camera", place, {}))
    elif camera in reading.devices:
        if tracking.get("by") == "camera":
            reading.is_device(camera, (*inner, "by"), "tracking")
        reading.preset(camera, tracking, (*inner, "lost_preset"))


def _source_address(reading: Reading, parts: SplitResult, path: Path) -> None:
    if parts.scheme in HOSTED_SCHEMES and not parts.hostname:
        reading.tell("url-host", path)
    elif parts.scheme in NEED_A_PORT and parts.port is None:
        reading.tell("url-port-missing", path)
    elif parts.scheme == "file" and (parts.netloc or not parts.path.startswith("/")):
        reading.tell("url-file", path)
    elif parts.scheme == "v4l2" and not parts.path:
        reading.tell("url-camera", path)
    elif parts.scheme == REMOTE:
        _remote(reading, parts.netloc, path)


def _remote(reading: Reading, peer: str, path: Path) -> None:
    """Tell when a room elsewhere cannot be a source of this one."""
    hub, site = (isinstance(reading.document.value((end,)), dict) for end in ("hub", "site"))
    room = reading.document.value(("room", "id"))
    others = [one for one in reading.sources.values() if text(one, "url") == f"{REMOTE}://{peer}"]
    if path[-1] == "small_url":
        reading.tell("remote-small", path)
    elif not (hub or site):
        reading.tell("remote-alone", path)
    elif not hub and peer != HUB:
        reading.tell("remote-not-hub", path)
    elif hub and (not ID.fullmatch(peer) or peer in {HUB, room}):
        reading.tell("remote-no-site", path, name=peer)
    elif len(others) > 1 and text(others[0], "id") != _id_at(reading, path):
        reading.tell("remote-twice", path, name=peer, first=text(others[0], "id"))


def _id_at(reading: Reading, path: Path) -> str:
    table = reading.document.value(path[:-1])
    return text(table, "id") if isinstance(table, dict) else ""
