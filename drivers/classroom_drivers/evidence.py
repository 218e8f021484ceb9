"""The transcripts that there are of a driver: in `transcripts`, in its package or beside it."""

from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from classroom_drivers.api import UnsupportedError
from classroom_drivers.registry import place_of
from classroom_drivers.transcript import Transcript, slug
from classroom_drivers.transcript_text import read

FOLDER = "transcripts"


@dataclass(frozen=True, slots=True)
class Found:
    """A file, and what is in it, or why it cannot be read."""

    path: Path
    transcript: Transcript | None
    problem: str = ""


def evidence(driver: str) -> tuple[Found, ...]:
    """Give every transcript of a driver.

    Raises:
        UnsupportedError: there is no such driver.
    """
    paths = (path for folder in _folders(driver) for path in folder.glob(f"{slug(driver)}_*.txt"))
    return tuple(_read(path) for path in sorted(paths))


def _folders(driver: str) -> Iterator[Path]:
    """Give the folders from that of the driver's module to that of its outermost package."""
    module = place_of(driver).partition(":")[0]
    spec = find_spec(module)
    if spec is None or spec.origin is None:
        return
    here = Path(spec.origin).parent
    for folder in (here, *here.parents[: module.count(".")]):
        yield folder / FOLDER


def _read(path: Path) -> Found:
    try:
        return Found(path, read(path.read_text(encoding="utf-8")))
    except (UnsupportedError, UnicodeDecodeError) as error:
        return Found(path, None, str(error))
