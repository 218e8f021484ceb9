"""The lessons of a folder: one that goes on, and those that can be watched again.

Each has a folder of its own with a `lesson.json` and one folder for each quality. A lesson that
was on the air when its process died is found again and goes on; one of an earlier run of the
machine is over.
"""

import os
import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import msgspec

from classroom_media.live.hls.lesson import Lesson
from classroom_media.live.hls.shelf import Shelf
from classroom_media.messages import Quality

ABOUT_FILE: Final = "lesson.json"
LOADED: Final = 8  # lessons in memory
_NAME: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,78}[A-Za-z0-9])?")


class About(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a lesson besides its shelves."""

    title: str
    epoch: datetime  # the timeline's 0 by the clock on the wall
    boot: str  # the run of the machine whose timeline that is
    qualities: tuple[Quality, ...]  # the best first
    ended: bool = False


class Archive:
    """All lessons of a folder, by name; for one event loop.

    Raises:
        OSError: the folder cannot be read or written.
        ValueError: from `begin`: the name is none for an address, or the lesson is over.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._loaded: dict[str, Lesson] = {}

    def get(self, name: str) -> Lesson | None:
        """Give a lesson, as the origin asks for it; one that does not go on is ended."""
        if name in self._loaded:
            return self._loaded[name]
        about = self._about(name)
        if about is None:
            return None
        lesson = self._load(name, about)
        for shelf in lesson.shelves.values():
            shelf.end()
        return lesson

    def begin(self, name: str, about: About) -> Lesson:
        """Begin a lesson, or go on with it."""
        if not _NAME.fullmatch(name):
            raise ValueError(f"{name!r} is no name for an address")
        if (known := self._about(name)) and known.ended:
            raise ValueError(f"{name} is over")
        self._write(name, about)
        self._loaded.pop(name, None)
        return self._load(name, about)

    def end(self, name: str) -> None:
        """Note that a lesson is over."""
        if about := self._about(name):
            self._write(name, msgspec.structs.replace(about, ended=True))

    def going_on(self, boot: str) -> tuple[str, About] | None:
        """Give the lesson that was on the air when the process before this one died."""
        for name, about in self._all():
            if not about.ended and about.boot == boot:
                return name, about
        return None

    def sweep(self, keep: timedelta, now: datetime) -> tuple[str, ...]:
        """Delete the lessons that ended longer ago; give their names."""
        old = [
            name
            for name, _about in self._all()
            if name not in self._loaded and now - _touched(self._folder / name) > keep
        ]
        for name in old:
            shutil.rmtree(self._folder / name, ignore_errors=True)
        return tuple(old)

    def _load(self, name: str, about: About) -> Lesson:
        shelves = {}
        for quality in about.qualities:
            folder = self._folder / name / quality.name
            folder.mkdir(parents=True, exist_ok=True)
            shelves[quality.name] = Shelf(folder)
        lesson = self._loaded[name] = Lesson(about.epoch, shelves)
        over = [one for one, known in self._loaded.items() if known.is_over]
        for one in over[:-LOADED]:
            del self._loaded[one]
        return lesson

    def _all(self) -> Iterator[tuple[str, About]]:
        if not self._folder.is_dir():
            return
        for path in sorted(self._folder.iterdir(), reverse=True):
            if about := self._about(path.name):
                yield path.name, about

    def _about(self, name: str) -> About | None:
        if not _NAME.fullmatch(name):
            return None
        try:
            told = (self._folder / name / ABOUT_FILE).read_bytes()
            return msgspec.json.decode(told, type=About)
        except (OSError, msgspec.DecodeError):
            return None

    def _write(self, name: str, about: About) -> None:
        folder = self._folder / name
        folder.mkdir(parents=True, exist_ok=True)
        new = folder / f"{ABOUT_FILE}.new"
        new.write_bytes(msgspec.json.encode(about))
        os.replace(new, folder / ABOUT_FILE)  # noqa: PTH105 - in one step, on every system


def _touched(folder: Path) -> datetime:
    return datetime.fromtimestamp((folder / ABOUT_FILE).stat().st_mtime, UTC)
