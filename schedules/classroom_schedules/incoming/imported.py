"""What an import has found, before anybody has agreed to it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from classroom_schedules.mistakes import Mistake, ScheduleError
from classroom_schedules.timetable import Lesson, Reservation


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """A preview: what was understood, what was not, and what was left out on purpose.

    `columns` says which column of a table was taken for which field.
    """

    lessons: tuple[Lesson, ...] = ()
    reservations: tuple[Reservation, ...] = ()
    mistakes: tuple[Mistake, ...] = ()
    left_out: tuple[Mistake, ...] = ()
    columns: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def check(self) -> None:
        """Raise what is wrong.

        Raises:
            ScheduleError: something is.
        """
        if self.mistakes:
            raise ScheduleError(self.mistakes)
