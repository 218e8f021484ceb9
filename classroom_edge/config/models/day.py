"""The school's timetable, and what the room does by itself."""

from datetime import time, timedelta
from pathlib import Path
from typing import Annotated, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from classroom_edge.config.models.fields import Clock, Id, Name, Part, beside_the_file
from classroom_schedules.runner.habits import Habits
from classroom_schedules.weeks import weekly


def _checked_weekly(value: str) -> str:
    if weekly(value) is None:
        raise PydanticCustomError("weekly_clock", "a weekday and a time of day")
    return value


WeeklyClock = Annotated[str, AfterValidator(_checked_weekly)]  # "Fri 22:30", "周五 22:30"


class TimetableConfig(Part):
    """``[timetable]``: the school's timetable, and what this room is called in it."""

    file: Annotated[Path, BeforeValidator(beside_the_file)]
    room: Name


class UnattendedConfig(Part):
    """``[unattended]``: what the room does by itself when there is neither anybody nor a lesson."""

    off_routine: Id | None = None  # that switches everything off
    night_off: Clock | None = None
    idle_off_min: Annotated[int, Field(ge=5, le=720)] | None = None
    warning_min: Annotated[int, Field(ge=1, le=30)] = 2  # on the panel, before anything goes off
    after_power_cut: bool = False  # what the timetable says: the lesson goes on, or all is off
    quiet_from: Clock | None = None
    quiet_to: Clock | None = None
    shutdown: tuple[WeeklyClock, ...] = ()  # of the machine: "Fri 22:30"
    shutdown_command: Annotated[tuple[Name, ...], Field(min_length=1)] = ("systemctl", "poweroff")

    @model_validator(mode="after")
    def _can_switch_off(self) -> Self:
        if not self.off_routine and (self.night_off or self.idle_off_min or self.after_power_cut):
            raise PydanticCustomError("off_by_what", "off, but no routine that does it")
        return self

    @model_validator(mode="after")
    def _has_whole_hours(self) -> Self:
        if (self.quiet_from is None) != (self.quiet_to is None) or (
            self.quiet_from is not None and self.quiet_from == self.quiet_to
        ):
            raise PydanticCustomError("quiet_half", "quiet hours need a begin and an end")
        return self

    @property
    def habits(self) -> Habits:
        """Give it as the timetable's runner has it."""
        hours = (self.quiet_from, self.quiet_to)
        begins, ends = (time.fromisoformat(one) if one else None for one in hours)
        return Habits(
            off_routine=self.off_routine or "",
            night_at=time.fromisoformat(self.night_off) if self.night_off else None,
            idle=timedelta(minutes=self.idle_off_min or 0),
            warning=timedelta(minutes=self.warning_min),
            shutdowns=tuple(clock for text in self.shutdown if (clock := weekly(text))),
            quiet=(begins, ends) if begins and ends else None,
            after_power_cut=self.after_power_cut,
        )
