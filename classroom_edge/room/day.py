"""The timetable's day as everybody sees it."""

from dataclasses import dataclass, field
from datetime import datetime

from classroom_edge.room.asking import Words


@dataclass(frozen=True, slots=True)
class JobView:
    """One thing that the timetable does for a lesson, and what became of it."""

    kind: str  # "prepare" | "record" | "live" | "stop" | "off-air" | "tidy"
    at: datetime
    state: str  # "waiting" | "begun" | "done" | "failed" | "missed" | "skipped"
    name: str = ""  # of the routine
    why: Words = field(default_factory=dict)  # empty while it waits


@dataclass(frozen=True, slots=True)
class LessonView:
    """A lesson of today, held or not, and why."""

    id: str
    title: str
    classes: tuple[str, ...]
    teachers: tuple[str, ...]
    periods: str
    starts_at: datetime
    ends_at: datetime  # minutes that people have added included
    state: str  # "coming" | "now" | "over" | "off": not held
    why: Words
    recorded: bool = False  # by the timetable
    jobs: tuple[JobView, ...] = ()


@dataclass(frozen=True, slots=True)
class ChoreView:
    """One thing that the room does by itself without a lesson, and what became of it."""

    kind: str  # "night" | "idle" | "shutdown" | "boot"
    at: datetime
    # "coming" | "warning": soon | "waits": something is in the way | "done" | "skipped" | "missed"
    # | "failed"
    state: str
    why: Words = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DayTime:
    """The time by which the timetable is kept: at the instant `real` it was `shown`, at the school.

    From then on it runs at `speed`; for an ordinary room that is 1, and the two are the same.
    """

    real: datetime
    shown: datetime
    speed: float = 1.0


@dataclass(frozen=True, slots=True)
class DayView:
    """The school day of the room: what will happen today, and what has."""

    date: str  # "2027-03-01", at the school
    heading: Words  # "Monday, week 1 (odd)", and what is special about the day
    time: DayTime
    clock: str  # "good" | "unsynchronised" | "wrong" | "stepped"
    lessons: tuple[LessonView, ...] = ()
    now: str = ""  # id of the lesson that goes on
    next: LessonView | None = None  # today's or a later day's
    waiting: str = ""  # id of the lesson that waits for a person's recording to end
    undo: Words = field(default_factory=dict)  # what "undo" would take back
    held: Words = field(default_factory=dict)  # a new timetable that a person has to confirm
    mistakes: tuple[Words, ...] = ()  # of the file: the last good one stays in force
    doubts: tuple[Words, ...] = ()
    chores: tuple[ChoreView, ...] = ()  # what the room does by itself without a lesson
    stays_until: datetime | None = None  # a person wants it left on
    quiet_until: datetime | None = None  # the end of the quiet hours, in one of them
