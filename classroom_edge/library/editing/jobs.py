"""What is still to be made: one small file for each, so that no crash forgets it."""

import logging
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Final

import msgspec

from classroom_edge.room import Words
from classroom_media.record.durable import replace_durably

JOBS_MOST: Final = 200

logger = logging.getLogger(__name__)


class Kind(StrEnum):
    """What is made."""

    FILM = "film"  # of an edit
    PACKAGE = "package"
    SOUND = "sound"
    SLIDES = "slides"


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody wants something made of a recording, or of an edit of it."""

    number: int
    recording: str
    kind: Kind
    at: datetime  # aware
    by: str
    edit: str = ""  # "" = the whole recording
    problem: Words = {}  # why it cannot be made; then it waits for a person

    def is_like(self, other: "Job") -> bool:
        """Whether both ask for the same."""
        mine = (self.recording, self.kind, self.edit)
        return mine == (other.recording, other.kind, other.edit)


@dataclass(frozen=True, slots=True)
class Jobs:
    """The folder with the jobs. It blocks, for a moment."""

    path: Path

    def all(self) -> Iterator[Job]:
        """Give the jobs in the order in which they were asked for."""
        for path in sorted(self.path.glob("*.json")):
            try:
                yield msgspec.json.decode(path.read_bytes(), type=Job)
            except (OSError, msgspec.DecodeError) as error:
                logger.warning("%s is left out: %s", path, error)

    def keep(self, job: Job) -> None:
        """Keep a job, in place of the one of its number. Raises OSError."""
        self.path.mkdir(parents=True, exist_ok=True)
        replace_durably(self._file(job), msgspec.json.encode(job))

    def drop(self, job: Job) -> None:
        """Forget a job."""
        with suppress(OSError):
            self._file(job).unlink(missing_ok=True)

    def _file(self, job: Job) -> Path:
        return self.path / f"{job.number:08}.json"
