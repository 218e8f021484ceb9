"""The folders that a take may be written to: the first, and one on another disk.

It goes on in the second when the first fails, and stays there; when both have failed, both are
tried again, the first one first.
"""

from collections.abc import Callable, Sequence
from typing import TypeVar

from classroom_media.record.durable import DISK_FULL, TrackError
from classroom_media.record.part import BROKEN
from classroom_media.record.scribe import Scribe

Opened = TypeVar("Opened")


class Folders:
    """Knows where a take is written now: `scribe` is that folder's."""

    def __init__(self, scribes: Sequence[Scribe]) -> None:
        """Begin in the first; `scribes` stand in the order of preference."""
        self._scribes = scribes
        self._failed: dict[Scribe, str] = {}  # and why
        self.scribe = scribes[0]

    @property
    def elsewhere(self) -> str:
        """Tell why it is not written to the first one; "" if it is."""
        return "" if self.scribe is self._scribes[0] else self._failed[self._scribes[0]]

    @property
    def is_another_left(self) -> bool:
        """Whether there is one that has not failed yet."""
        return len(self._failed) < len(self._scribes)

    def open(self, open_here: Callable[[], Opened]) -> Opened:
        """Give what can be opened in one of them, the best first.

        Raises:
            TrackError: it cannot be opened in any, or would be broken in all of them.
        """
        failure: TrackError | None = None
        for scribe in sorted(self._scribes, key=self._failed.__contains__):
            self.scribe = scribe
            try:
                return open_here()
            except TrackError as error:
                if error.problem == BROKEN:
                    raise
                self._failed[scribe] = error.problem
                failure = failure or error
        self.scribe = self._scribes[0]
        raise failure or TrackError(DISK_FULL, "no folder")

    def give_up(self, scribe: Scribe, problem: str) -> None:
        """Leave the folder of a scribe; what breaks a file would do so anywhere."""
        if problem != BROKEN:
            self._failed[scribe] = problem

    def close(self) -> None:
        """Give back their journals."""
        for scribe in self._scribes:
            scribe.close()
