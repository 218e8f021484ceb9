"""The seam between the timetable and the room: what it may ask, and what it looks at."""

from dataclasses import dataclass
from typing import Protocol

from classroom_edge.room import Who
from classroom_media.record.journal import Taught
from classroom_schedules import Occurrence
from classroom_schedules.rules import Rule
from classroom_schedules.runner import Running


@dataclass(frozen=True, slots=True)
class Aired:
    """What is live: by which name it is ended ("" = somebody else ends it), and without whom."""

    name: str = ""
    without: tuple[str, ...] = ()  # sites that are not enrolled


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

    async def go_live(self, who: Who, lesson: Occurrence, rule: Rule, in_s: float) -> Aired:
        """Have a lesson be live as its rule says; its bell rings in so many seconds."""
        ...

    async def off_air(self, who: Who, aired: str) -> None:
        """End what is live; it may have ended by itself."""
        ...
