"""Deleting a recording whole: in one step it is gone for everybody, then its files go.

    the recording's folder ──rename──► .deleted/ID ──► its films ──► the record ──► the rest

The record comes after the films: on a full disk there is room for it only then. What a crash leaves
in ``.deleted`` is gone on with at the next start. What a person asked for lies in the folder before
it is renamed, so that who and why are known then, too.
"""

import logging
import shutil
from collections.abc import Collection
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Final

import msgspec

from classroom_edge.library.deliver.receipts import RECEIPTS_FILE
from classroom_edge.library.keeping.removals import ERASURE, Removal, add_removal, described
from classroom_edge.library.keeping.rules import Why
from classroom_media.api import RecordError
from classroom_media.record.durable import replace_durably, sync_folder
from classroom_media.record.journal import JOURNAL_FILE
from classroom_media.record.manifest import MANIFEST_FILE

BIN: Final = ".deleted"  # folder, beside the recordings
ORDER_FILE: Final = "deletion.json"
LAST: Final = frozenset({MANIFEST_FILE, JOURNAL_FILE, RECEIPTS_FILE, ORDER_FILE})

logger = logging.getLogger(__name__)


class Bin:
    """Deletes recordings. Its calls block, and are made one after the other."""

    def __init__(self, roots: Collection[Path], removals: Path) -> None:
        self._roots = roots  # folders of recordings
        self._removals = removals  # file of the record

    def throw(self, removal: Removal) -> Removal:
        """Delete a recording; give its record, as it is written.

        Once this has renamed the folder the recording is gone, whatever happens then.

        Raises:
            OSError: as the file system says; what is in the bin is deleted at the next start.
            RecordError: its receipts cannot be read.
        """
        folders = (root / removal.recording for root in self._roots)
        found = [one for one in folders if one.is_dir()]
        for folder in found:
            self._order(folder, removal)
        binned = [_renamed(folder) for folder in found]
        return self._empty(removal, binned)

    def go_on(self, now: datetime) -> tuple[Removal, ...]:
        """Finish what an earlier process has left in the bin; give what that was."""
        left: dict[str, list[Path]] = {}
        for root in self._roots:
            with suppress(OSError):
                for folder in (root / BIN).iterdir():
                    left.setdefault(folder.name, []).append(folder)
        done = []
        for recording, folders in left.items():
            try:
                done.append(self._empty(_ordered(recording, folders, now), folders))
            except (OSError, RecordError) as error:
                logger.warning("%s is not wholly deleted yet: %s", recording, error)
        return tuple(done)

    def _order(self, folder: Path, removal: Removal) -> None:
        """Note who wants it gone, and why; a rule goes without where there is no room for it."""
        try:
            replace_durably(folder / ORDER_FILE, msgspec.json.encode(removal))
        except OSError:
            if removal.why == ERASURE:
                raise

    def _empty(self, removal: Removal, folders: list[Path]) -> Removal:
        whole = removal
        for folder in folders:
            whole = described(whole, folder) if not whole.files else whole
            _delete_films(folder)
        add_removal(self._removals, whole)
        for folder in folders:
            shutil.rmtree(folder)
        for folder in folders:
            sync_folder(folder.parent)
        logger.info("%s is deleted: %s %s", whole.recording, whole.why, whole.by)
        return whole


def _renamed(folder: Path) -> Path:
    """Take a folder out of sight in one step, durably."""
    waste = folder.parent / BIN
    waste.mkdir(exist_ok=True)
    binned = waste / folder.name
    if binned.exists():  # of an earlier time; it came back meanwhile
        shutil.rmtree(binned)
    folder.rename(binned)
    sync_folder(waste)
    sync_folder(folder.parent)
    return binned


def _delete_films(folder: Path) -> None:
    for path in folder.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        elif path.name not in LAST:
            path.unlink()


def _ordered(recording: str, folders: list[Path], now: datetime) -> Removal:
    for folder in folders:
        with suppress(OSError, msgspec.DecodeError):
            return msgspec.json.decode((folder / ORDER_FILE).read_bytes(), type=Removal)
    return Removal(recording=recording, at=now, why=Why.SPACE)
