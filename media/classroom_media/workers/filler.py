"""The filler: one process that does one step of bringing a missed lesson home, and ends.

It reads an `OfferSpec`, `CompareSpec` or `JoinSpec` as one JSON line from standard input, works at
low priority, and may be killed anywhere and started again. Exit status 0: it is done; 1: it is
not, and the log says why.
"""

import logging
import os
import signal
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import msgspec

from classroom_media.api import NS, RecordError
from classroom_media.fill.lesson import Entry, enter
from classroom_media.fill.needs import Place, needs
from classroom_media.fill.outline import VERSION, Outline, encoded
from classroom_media.fill.reading import film
from classroom_media.fill.spool import Spool
from classroom_media.fill.store import NEEDS, OUTLINE, PLACES, FilmFolder, Places, Spans, stamp_of
from classroom_media.workers.specs import CompareSpec, FillSpec, JoinSpec, OfferSpec

FOREVER_NS: Final = 1 << 62

logger = logging.getLogger(__name__)


def main() -> int:
    """Do what standard input says; give the exit status."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    for name in ("SIGINT", "SIGHUP"):  # they reach the whole group; the daemon decides
        if number := getattr(signal, name, None):
            signal.signal(number, signal.SIG_IGN)
    spec: FillSpec = msgspec.json.decode(sys.stdin.buffer.readline(), type=FillSpec)
    if hasattr(os, "nice"):
        os.nice(19)
    try:
        do(spec)
    except (RecordError, OSError):
        logger.exception("%s: not done", spec.folder)
        return 1
    return 0


def do(spec: FillSpec) -> None:
    """Do one step. Raises RecordError, OSError."""
    match spec:
        case OfferSpec():
            _offer(spec)
        case CompareSpec():
            _compare(spec)
        case JoinSpec():
            _join(spec)


def _offer(spec: OfferSpec) -> None:
    """Outline a stretch of a film; the outline is there last."""
    path = Path(spec.film)
    stamp = stamp_of(path)
    found = film(path)
    spans: dict[bytes, Spans] = {}
    groups = []
    for laid in found.groups(round(spec.from_s * NS), round(spec.to_s * NS)):
        groups.append(laid.group)
        spans[laid.group.pictures.digest] = laid.pictures
        if laid.group.sound is not None:
            spans[laid.group.sound.digest] = laid.sound
    folder = FilmFolder(Path(spec.folder))
    folder.path.mkdir(parents=True, exist_ok=True)
    folder.put(PLACES, Places(film=str(path.absolute()), stamp=stamp, spans=spans))
    folder.put(OUTLINE, encoded(Outline(VERSION, found.formats, tuple(groups))))


def _compare(spec: CompareSpec) -> None:
    folder = FilmFolder(Path(spec.folder))
    folder.put(NEEDS, needs(folder.outline(), _received(map(Path, spec.films))))


def _received(films: Iterable[Path]) -> dict[bytes, Place]:
    """List the groups of pictures that came live, by their looks."""
    found: dict[bytes, Place] = {}
    for path in films:
        try:
            for laid in film(path).groups(0, FOREVER_NS):
                sizes = laid.group.pictures.sizes
                found[laid.group.looks] = Place(str(path.absolute()), laid.pictures, sizes)
        except RecordError as error:
            logger.warning("nothing is taken from it: %s", error)
    return found


def _join(spec: JoinSpec) -> None:
    folder = FilmFolder(Path(spec.folder))
    to_do = folder.needs()
    entry = Entry(
        name=spec.name,
        session=spec.session,
        title=spec.title,
        hub_ns=spec.hub_ns,
        room=spec.room,
        source=spec.source,
        replaces=spec.replaces,
    )
    spool = Spool(folder.fetched, to_do.blobs)
    enter(entry, folder.outline(), to_do, spool, Path(spec.recording))


if __name__ == "__main__":
    sys.exit(main())
