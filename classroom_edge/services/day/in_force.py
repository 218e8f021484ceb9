"""Which timetable is in force: the file's, or the last good one while the file is not."""

import logging
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from classroom_media.record.durable import replace_durably
from classroom_schedules import Changes, ScheduleError, School, changes, loads
from classroom_schedules.load import SIZE_MAX, read_bytes
from classroom_schedules.mistakes import Mistake

KEPT: Final = "in-force.toml"
BEFORE: Final = "before.toml"  # what the file was until somebody sent another one in

logger = logging.getLogger(__name__)


@dataclass(kw_only=True)
class InForce:
    """The school's file, watched, and a copy of the one that is in force. Its calls block.

    A file with mistakes does not come into force; one that is empty, or has lost half of its
    lessons, only once a person has confirmed it.
    """

    file: Path | None  # None: the room has no timetable
    folder: Path  # of the copy
    school: School | None = field(default=None, init=False)
    mistakes: tuple[Mistake, ...] = field(default=(), init=False)  # of the file as it is now
    held: Changes | None = field(default=None, init=False)  # what a person would have to confirm
    _seen: tuple[int, int] | None = field(default=None, init=False)
    _waiting: tuple[bytes, School] | None = field(default=None, init=False)

    def open(self) -> None:
        """Take the last good one for in force, then look at the file."""
        if self.file is None:
            return
        try:
            self.school = loads(read_bytes(self.folder / KEPT, SIZE_MAX))
        except ScheduleError:
            self.school = None  # the first time, or one that a newer version has outgrown
        self.look()

    def look(self) -> bool:
        """Look at the file; tell whether anything has changed."""
        if self.file is None:
            return False
        seen = self._stamp(self.file)
        if seen == self._seen:
            return False
        self._seen, self.held, self._waiting = seen, None, None
        try:
            content = read_bytes(self.file, SIZE_MAX)
            school = loads(content)
        except ScheduleError as error:
            self.mistakes = error.mistakes
            logger.warning("%s: %s", self.file, error.mistakes[0].tell("en"))
            return True
        self.mistakes = ()
        difference = changes(self.school.timetable, school.timetable) if self.school else None
        if difference and difference.before and difference.needs_person:
            self.held, self._waiting = difference, (content, school)
            logger.warning("%s: %s", self.file, difference.tell("en"))
        else:
            self._enforce(content, school)
        return True

    def confirm(self) -> bool:
        """Let what is held come into force; False if nothing is."""
        if self._waiting is None:
            return False
        self._enforce(*self._waiting)
        self.held = self._waiting = None
        return True

    def put(self, content: bytes) -> None:
        """Write another timetable into the file, and let it be in force: a person has agreed.

        Raises:
            ScheduleError: it has mistakes.
            OSError: the file cannot be written.
        """
        if self.file is None:
            return
        school = loads(content)
        self.folder.mkdir(parents=True, exist_ok=True)
        replace_durably(self.folder / BEFORE, read_bytes(self.file, SIZE_MAX))
        replace_durably(self.file, content)
        self.mistakes, self.held, self._waiting = (), None, None
        self._enforce(content, school)

    def before(self) -> bytes | None:
        """Give what the file was before somebody sent another one in; None: nobody has."""
        try:
            return read_bytes(self.folder / BEFORE, SIZE_MAX)
        except ScheduleError:
            return None

    def _enforce(self, content: bytes, school: School) -> None:
        self.school = school
        self.folder.mkdir(parents=True, exist_ok=True)
        try:
            replace_durably(self.folder / KEPT, content)
        except OSError as error:
            logger.warning("the timetable in force cannot be kept: %s", error)

    def _stamp(self, file: Path) -> tuple[int, int]:
        try:
            status = file.stat()
        except OSError:
            return (0, 0)  # it is not there: told once
        return status.st_mtime_ns, status.st_size
