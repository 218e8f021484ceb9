"""What belongs into a backup: everything that is no film, and cannot be made again from others.

room.toml           the room's file          beside/...       files that it names
data/...            keys, certificates, the timetable in force, the record of deletions
recordings/ID/...   manifest, card, edits, receipts, links   received/ID/...   of other schools' too
second/ID/...       of what the second folder alone tells of: the journal, too; it has no manifest
database.jsonl      the database
"""

import tomllib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from classroom_edge.library.card import CARD_FILE
from classroom_edge.library.deliver.receipts import RECEIPTS_FILE
from classroom_edge.library.editing.files import EDITS
from classroom_edge.library.indexing import ID
from classroom_edge.library.received.arrival import ARRIVAL
from classroom_edge.library.roots import Roots
from classroom_edge.library.sharing.share import SHARES_FILE
from classroom_edge.paths import DataFolder
from classroom_media.record.journal import JOURNAL_FILE
from classroom_media.record.manifest import MANIFEST_FILE

ROOM: Final = "room.toml"
BESIDE: Final = "beside"
DATA: Final = "data"
RECORDINGS: Final = "recordings"
RECEIVED: Final = "received"
SECOND: Final = "second"
DATABASE: Final = "database.jsonl"
BEFORE: Final = "before-restore-"  # folder of what a backup has replaced
SIZE_MAX: Final = 16 << 20  # bytes of one file that is no film
_OF_A_RECORDING: Final = (MANIFEST_FILE, CARD_FILE, RECEIPTS_FILE, SHARES_FILE, ARRIVAL)
_NOT_KEPT: Final = frozenset(
    {"recordings", "received", "films", "broadcasts", "log", "deliveries", "editing"}
)  # folders of the data folder: films, what is made again, locks and logs


def contents(room: Path, folder: DataFolder, roots: Roots) -> Iterator[tuple[str, Path]]:
    """Give every file that is there now, with its name in the backup; the database is apart."""
    yield ROOM, room
    for path in _beside(room):
        yield f"{BESIDE}/{path.relative_to(room.parent).as_posix()}", path
    for path in _data(folder):
        yield f"{DATA}/{path.relative_to(folder.path).as_posix()}", path
    for top, root in ((RECORDINGS, roots.own), (RECEIVED, roots.received), (SECOND, roots.second)):
        if root is None or not root.is_dir():
            continue
        for path in _recorded(root) if top != SECOND else _apart(root, roots):
            yield f"{top}/{path.relative_to(root).as_posix()}", path


def _beside(room: Path) -> list[Path]:
    """Give the files that a room.toml names and that lie in its folder."""
    found = set()
    for name in _texts(tomllib.loads(room.read_text(encoding="utf-8-sig"))):
        path = room.parent / name
        with suppress(OSError, ValueError):
            is_within = not Path(name).is_absolute() and path.resolve().is_relative_to(
                room.parent.resolve()
            )
            if name and is_within and path != room and _is_small(path):
                found.add(path)
    return sorted(found)


def _texts(value: Any) -> Iterator[str]:  # noqa: ANN401 - TOML
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)


def _data(folder: DataFolder) -> Iterator[Path]:
    for path in sorted(folder.path.iterdir()):
        if path.name in _NOT_KEPT or path.name.startswith((".", BEFORE, folder.database.name)):
            continue
        inner = sorted(path.rglob("*")) if path.is_dir() else [path]
        yield from (one for one in inner if one.suffix != ".lock" and _is_small(one))


def _recorded(recordings: Path) -> Iterator[Path]:
    for folder in sorted(recordings.iterdir()):
        if ID.fullmatch(folder.name):
            yield from _told_of(folder, _OF_A_RECORDING)


def _apart(second: Path, roots: Roots) -> Iterator[Path]:
    """Give what is kept of recordings that the room's own disk knows nothing of."""
    for folder in sorted(second.iterdir()):
        if ID.fullmatch(folder.name) and roots.of(folder.name) == folder:
            yield from _told_of(folder, (*_OF_A_RECORDING, JOURNAL_FILE))


def _told_of(folder: Path, names: Iterable[str]) -> Iterator[Path]:
    files = [folder / name for name in names]
    files += sorted((folder / EDITS).glob("*.json"))
    yield from (one for one in files if _is_small(one))


def _is_small(path: Path) -> bool:
    return path.is_file() and not path.is_symlink() and path.stat().st_size <= SIZE_MAX
