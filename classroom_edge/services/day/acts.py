"""The seam between the timetable and the room: what it may ask, and what it looks at."""

from typing import Protocol

from classroom_edge.room import Who
from classroom_media.record.journal import Taught
from classroom_schedules.runner import Running


class Acts(Protocol):
    """A room, for whoever carries the timetable out. Commands raise `Refused`."""

    def running(self) -> Running | None:
        """Give the recording that runs, with the lesson that it was begun for."""
        ...

    def was_cut(self, recording: str) -> bool:
        """Tell whether no person ended a recording: an outage did, or the daemon's end."""
        ...

    def is_speaking(self) -> bool:
        """Tell whether somebody speaks, or has just spoken."""
        ...

    async def routine(self, who: Who, name: str) -> None:
        """Have a routine run."""
        ...

    async def layout(self, who: Who, name: str, sources: tuple[str, ...]) -> None:
        """Have a layout shown."""
        ...

    async def record(self, who: Who, title: str, taught: Taught) -> str:
        """Begin a recording; give its id."""
        ...

    async def stop(self, who: Who, *, at_once: bool) -> None:
        """End the recording, at once or with a grace in which a person may go on."""
        ...
