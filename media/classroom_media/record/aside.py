"""Setting a damaged file aside: nothing is thrown away that a person may still want to look at."""

from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from classroom_media.api import RecordError
from classroom_media.record.durable import sync_folder


def put_aside(path: Path) -> Path:
    """Rename a file so that its name tells it is damaged, and since when; give the new path.

    Raises:
        RecordError: it cannot be renamed.
    """
    at = datetime.now(UTC).strftime("%Y%m%d-%H%M%S-%f")
    aside = path.with_name(f"{path.name}.damaged-{at}")
    try:
        path.rename(aside)
    except OSError as error:
        raise RecordError(f"{path}: {error.strerror}") from error
    with suppress(OSError):
        sync_folder(path.parent)
    return aside


def laid_aside(path: Path) -> tuple[Path, ...]:
    """Give what was set aside of that name, the newest first."""
    with suppress(OSError):
        return tuple(sorted(path.parent.glob(f"{path.name}.damaged-*"), reverse=True))
    return ()
