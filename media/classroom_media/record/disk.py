"""The disk that parts are written to, and the room that is left alone on it."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from classroom_media.record.durable import DISK_FULL, Sink, TrackError, problem_of


@dataclass(frozen=True, slots=True)
class Disk:
    """Where files go: how one is made, and how much room is left alone.

    The reserve is what finishing takes (an index of some megabytes for each track), or less on
    a small disk: `reserve_share` of it at most.
    """

    open: Callable[[Path], Sink]
    reserve_bytes: int
    reserve_share: float = 0.05

    def check_room(self, folder: Path, *, spare: float = 1.0) -> None:
        """Return if a file may grow; before opening a new one, ask for something to spare.

        Raises:
            TrackError: the reserve is reached, or the folder is gone.
        """
        try:
            usage = shutil.disk_usage(folder)
        except OSError as error:
            raise TrackError(problem_of(error), str(error)) from error
        reserve_bytes = min(self.reserve_bytes, usage.total * self.reserve_share)
        if usage.free < reserve_bytes * spare:
            raise TrackError(DISK_FULL, f"{folder}: {usage.free >> 20} MiB left")
