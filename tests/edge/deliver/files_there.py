"""What files come to."""

import hashlib
from pathlib import Path

from classroom_edge.library.deliver.folder import MARKER


def digest_of(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def digests_in(folder: Path) -> dict[str, str]:
    """Give every file below a folder with its SHA-256."""
    files = (one for one in folder.rglob("*") if one.is_file() and one.name != MARKER)
    return {one.relative_to(folder).as_posix(): digest_of(one) for one in files}
