"""Whether a room is at rest: nothing is recorded or being finished, and no lesson is near."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from classroom_edge.config.models import Config
from classroom_media.api import RecordError
from classroom_media.record.manifest import State, read_manifest
from classroom_schedules import load, plan

NEAR: Final = timedelta(minutes=15)  # before a lesson, and after it
NEWEST: Final = 3  # recordings that are looked at
AT_WORK: Final = frozenset({State.RECORDING, State.FINISHING})
RECORDING, LESSON = "recording", "lesson"


def why_not(config: Config, recordings: Path, now: datetime) -> str:
    """Tell why a room is not at rest: "recording", "lesson"; "" = it is. Blocks.

    Raises:
        ScheduleError: the timetable cannot be used.
    """
    if any(map(_is_at_work, _newest(recordings))):
        return RECORDING
    return LESSON if _teaches(config, now) else ""


def _newest(recordings: Path) -> list[Path]:
    found = recordings.iterdir() if recordings.is_dir() else ()
    return sorted(one for one in found if one.is_dir() and one.name[0] != ".")[-NEWEST:]


def _is_at_work(folder: Path) -> bool:
    """Whether a recording is being made; one that cannot be read is left to the room."""
    try:
        return read_manifest(folder).state in AT_WORK
    except RecordError:
        return False


def _teaches(config: Config, now: datetime) -> bool:
    if config.timetable is None:
        return False
    school = load(config.timetable.file)
    today = now.astimezone(school.calendar.zone).date()
    return any(
        one.is_held
        and config.timetable.room in one.rooms
        and one.starts_at - NEAR <= now <= one.ends_at + NEAR
        for one in plan(*school, today, today + timedelta(days=1))
    )
