"""What is made is made aside, under names that begin with a dot, and renamed when it is whole."""

from pathlib import Path
from shutil import rmtree
from typing import Final

KEPT: Final = ".json."  # in the name of a small file that somebody else is writing just now


def clear(folder: Path) -> None:
    """Take away what an editor left who was killed; no other may be at work there."""
    for left in folder.glob(".*"):
        if left.is_dir():
            rmtree(left, ignore_errors=True)
        elif KEPT not in left.name:
            left.unlink(missing_ok=True)
