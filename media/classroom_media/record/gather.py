"""Brings the parts that went to a second folder to where the recording belongs.

On the same disk a file is renamed. From another it is copied, synced, read back and compared before
the original goes away, one file after the other; killed anywhere, it is started again and changes
nothing that is there. What there is no room for stays where it is, and is tried again by the next
finisher.
"""

import errno
import hashlib
import logging
import shutil
from pathlib import Path
from typing import Final

from classroom_media.api import RecordError
from classroom_media.record.durable import replace_durably, sync_file, sync_folder
from classroom_media.record.journal import JOURNAL_FILE, merged
from classroom_media.record.manifest import MANIFEST_FILE

OWN: Final = {JOURNAL_FILE, MANIFEST_FILE}

logger = logging.getLogger(__name__)


def gather(folder: Path, second: Path, *, spare_bytes: int) -> None:
    """Move what is in `second` to `folder`, as far as there is room.

    Raises:
        OSError: a disk fails; nothing is lost.
        RecordError: a copy is not what was copied.
    """
    if not (second / JOURNAL_FILE).exists():
        return
    folder.mkdir(exist_ok=True)
    texts = [one.read_bytes() for at in (folder, second) if (one := at / JOURNAL_FILE).exists()]
    replace_durably(folder / JOURNAL_FILE, b"\n".join([*merged(*texts), b""]))
    for path in sorted(second.iterdir()):
        if path.name not in OWN and not path.name.startswith("."):
            _move(path, folder / path.name, spare_bytes)
    if {path.name for path in second.iterdir()} <= OWN:
        shutil.rmtree(second)


def _move(path: Path, to: Path, spare_bytes: int) -> None:
    try:
        path.replace(to)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        _copy(path, to, spare_bytes)
    else:
        sync_folder(to.parent)


def _copy(path: Path, to: Path, spare_bytes: int) -> None:
    """Bring a file from another disk, if there is room."""
    size = path.stat().st_size
    if shutil.disk_usage(to.parent).free < size + spare_bytes:
        logger.warning("%s stays where it is: no room for %d MiB", path, size >> 20)
        return
    fresh = to.with_name(f".gathering.{to.name}")
    shutil.copyfile(path, fresh)
    sync_file(fresh)
    if _digest(fresh) != _digest(path):
        raise RecordError(f"{fresh} is not what was copied")
    fresh.replace(to)
    sync_folder(to.parent)
    path.unlink()


def _digest(path: Path) -> bytes:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()
