"""Several files that belong together: a folder, or a zip, there at once when it is whole.

What is in a zip is stored as it is: films do not become smaller. Large ones take the 64 bit form.

Source: PKWARE, APPNOTE.TXT, 4.3 (overall format), 4.5.3 (Zip64).
"""

import os
import shutil
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from classroom_media.api import MediaError
from classroom_media.record.durable import sync_folder


@contextmanager
def bundled(into: Path) -> Iterator[Path]:
    """Give a folder to put files into; afterwards they are what `into` names.

    Raises:
        MediaError: a folder of that name is there already, or the disk does not take it.
    """
    try:
        if into.is_dir():
            raise MediaError(f"{into} is there already")
        with TemporaryDirectory(dir=into.parent, prefix=f".{into.stem}-") as name:
            folder = Path(name, "bundle")
            folder.mkdir()
            yield folder
            if into.suffix == ".zip":
                fresh = Path(name, into.name)
                _zip(folder, fresh)
                fresh.replace(into)
            else:
                folder.replace(into)
            sync_folder(into.parent)
    except OSError as error:
        raise MediaError(f"{into}: {error.strerror or error}") from error


def put(film: Path, into: Path) -> None:
    """Put a film into a bundle without copying it, where the disk can. Raises OSError."""
    with suppress(OSError):
        os.link(film, into)
        return
    shutil.copyfile(film, into)


def _zip(folder: Path, into: Path) -> None:
    with into.open("wb") as file:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as bundle:
            for one in sorted(folder.iterdir()):
                bundle.write(one, one.name)
        file.flush()
        os.fsync(file.fileno())
