"""``classroom-edge update``: this version takes the room over from the one that runs it.

It is asked for in the folder of the new version, and changes nothing before it has seen that it
can: room.toml is read, the database is brought up to date on a copy. Then it waits until nothing
is recorded and no lesson is near, stops the room, keeps the database as it is, lets the unit name
this version, and starts it. A version that does not come up, or not stay, is taken back: unit and
database are as they were, and the old one goes on.
"""

import os
import shutil
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from sqlalchemy.exc import SQLAlchemyError

from classroom_edge.config import Config, load
from classroom_edge.paths import DataFolder
from classroom_edge.store import Place, StoreError, place_of
from classroom_edge.updating import database
from classroom_edge.updating.rest import why_not
from classroom_edge.updating.service import UNITS, Service, ServiceError, data_of, run_by
from classroom_edge.words import words
from classroom_schedules import ScheduleError

GOOD, FAILED, WRONG = 0, 1, 2
LOOKS_S: Final = 20.0  # between two looks at a room that is at work
STAYS_S: Final = 30.0  # a version that came up has to stay for so long
FAULTS: Final = (StoreError, SQLAlchemyError, ServiceError, ScheduleError, OSError, ValueError)


@dataclass(frozen=True, kw_only=True)
class Update:
    """One room's update. `wait` lets so many seconds pass."""

    config: Config
    folder: DataFolder
    service: Service
    language: str
    python: str = sys.executable
    wait: Callable[[float], None] = time.sleep
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    @property
    def place(self) -> Place:
        """Where the room's database is."""
        return place_of(self.config.store, self.folder)

    def run(self, *, at_once: bool) -> int:
        """Do it; give 0, 1 when the old version goes on, 2 when it could not be begun."""
        try:
            before = self.service.text()
            after = run_by(before, self.python)
            database.rehearse(self.place)
            if not at_once:
                self._await_rest()
        except FAULTS as error:
            self._tell("cannot", text=_said(error, self.language))
            return WRONG
        return self._taken_over(before, after)

    def _await_rest(self) -> None:
        told = ""
        recordings = self.config.recording.folder or self.folder.recordings
        while why := why_not(self.config, recordings, self.now()):
            if why != told:
                self._tell(f"waits.{why}")
            told = why
            self.wait(LOOKS_S)

    def _taken_over(self, before: str, after: str) -> int:
        try:
            self.service.stop()
            database.keep(self.place)
            self.service.put(after)
            is_well = self.service.start() and self._stays()
        except FAULTS as error:
            self._tell("failed", text=_said(error, self.language))
            is_well = False
        if is_well:
            self._tell("done")
            return GOOD
        return self._taken_back(before)

    def _stays(self) -> bool:
        self.wait(STAYS_S)
        return self.service.is_steady()

    def _taken_back(self, before: str) -> int:
        try:
            self.service.stop()
            database.put_back(self.place)
            self.service.put(before)
            is_back = self.service.start()
        except FAULTS as error:
            self._tell("failed", text=_said(error, self.language))
            is_back = False
        self._tell("back" if is_back else "lost", unit=self.service.file.stem)
        return FAILED

    def _tell(self, key: str, **values: object) -> None:
        sys.stderr.write(words("cli").say(f"update.{key}", self.language, **values) + "\n")


def update(room: Path, units: Path | None, *, now: bool, language: str) -> int:
    """Let this version take a room over; give the exit status.

    Raises:
        ConfigError: the room.toml cannot be used by this version.
    """
    config = load(room)
    if shutil.which("systemctl") is None:
        return _wrong("no-systemd", language)
    service = Service((units or UNITS) / f"classroom-edge-{config.room.id}.service")
    try:
        folder = DataFolder(data_of(service.text()))
    except (OSError, ValueError) as error:
        return _wrong("cannot", language, text=error)
    if not os.access(service.file.parent, os.W_OK):
        return _wrong("not-root", language)
    done = Update(config=config, folder=folder, service=service, language=language)
    return done.run(at_once=now)


def _wrong(key: str, language: str, **values: object) -> int:
    sys.stderr.write(words("cli").say(f"update.{key}", language, **values) + "\n")
    return WRONG


def _said(error: Exception, language: str) -> str:
    if isinstance(error, ScheduleError):
        return "\n".join(one.tell(language) for one in error.mistakes)
    return str(error)
