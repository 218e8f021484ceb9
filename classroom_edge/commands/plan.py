"""``classroom-edge plan``: what a room does in the next days, and why."""

import json
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from classroom_edge.commands.week_picture import WeekPicture
from classroom_edge.config import load
from classroom_edge.services.day.furnished import furniture
from classroom_edge.words import words
from classroom_schedules import Occurrence, ScheduleError, School, clashes, doubts, plan
from classroom_schedules import load as load_school
from classroom_schedules.furniture import missing
from classroom_schedules.outgoing.selection import Whose, of
from classroom_schedules.weeks import Weekday
from classroom_schedules.words import say

GOOD: Final = 0
WRONG_USE: Final = 2
SPAN_MAX_D: Final = 800


def plan_room(
    room: Path,
    *,
    days: int,
    start: date | None,
    end: date | None,
    as_json: bool,
    png: Path | None = None,
    language: str,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> int:
    """Print what a room has from `start` (today) to `end`, which is excluded.

    Raises:
        ConfigError: the room.toml cannot be used.
    """
    whole = load(room)
    config = whole.timetable
    if not config:
        return _refuse("plan.no-timetable", language, room=room)
    try:
        school = load_school(config.file)
    except ScheduleError as error:
        tell(config.file, error, language)
        return WRONG_USE
    start = start or now().astimezone(school.calendar.zone).date()
    end = end or start + timedelta(days=days)
    if not 0 < (end - start).days <= SPAN_MAX_D:
        return _refuse("plan.span", language, most=SPAN_MAX_D)
    planned = plan(school.timetable, school.calendar, start, end)
    mine = of(planned, Whose.ROOM, config.room)
    named = missing(school.timetable.rules, config.room, furniture(whole))
    warnings = [f"{config.file.name} {one.tell(language)}" for one in named]
    warnings += [one.tell(language) for one in doubts(*school, start, end)]
    found = clashes(school.timetable, planned)
    wanted = [one for one in found if config.room in {*one.first.rooms, *one.second.rooms}]
    warnings += [one.tell(language) for one in wanted]
    if png:
        return _draw(start, mine, config.room, png, language)
    if as_json:
        _print_json(mine, warnings, language)
    else:
        _print(config.room, mine, warnings, school, language)
    return GOOD


def tell(file: Path, error: ScheduleError, language: str) -> None:
    """Print what is wrong with a school's file, on standard error."""
    for mistake in error.mistakes:
        sys.stderr.write(f"{file}: {mistake.tell(language)}\n")


def _refuse(key: str, language: str, **values: object) -> int:
    sys.stderr.write(words("cli").say(key, language, **values) + "\n")
    return WRONG_USE


def _draw(start: date, mine: Sequence[Occurrence], room: str, png: Path, language: str) -> int:
    try:
        WeekPicture(start, mine, language).save(room, png)
    except OSError as error:
        return _refuse("plan.not-drawn", language, file=png, why=error.strerror or error)
    return GOOD


def _print_json(mine: Sequence[Occurrence], warnings: Sequence[str], language: str) -> None:
    told = {"occurrences": [_plain(one, language) for one in mine], "warnings": warnings}
    sys.stdout.write(json.dumps(told, ensure_ascii=False, indent=2) + "\n")


def _plain(one: Occurrence, language: str) -> dict[str, Any]:
    return {
        "id": one.id,
        "date": str(one.date),
        "starts_at": one.starts_at.isoformat(),
        "ends_at": one.ends_at.isoformat(),
        "periods": one.periods,
        "title": one.title,
        "classes": one.classes,
        "teachers": one.teachers,
        "room": one.room,
        "sites": one.sites,
        "is_held": one.is_held,
        "why": one.why(language),
    }


def _print(
    room: str,
    mine: Sequence[Occurrence],
    warnings: Sequence[str],
    school: School,
    language: str,
) -> None:
    console = Console(highlight=False)
    for day, occurrences in groupby(mine, key=lambda one: one.date):
        weekday = say(Weekday.of(day).word, language)
        term = school.calendar.term(day)
        week = term.week(day).said().tell(language) if term else ""
        console.print(_day(f"{day} {weekday} {week}".strip(), list(occurrences), language))
    for warning in warnings:
        console.print(f"! {warning}", style="yellow", markup=False)
    if not mine:
        console.print(words("cli").say("plan.nothing", language, room=room), markup=False)


def _day(title: str, occurrences: Sequence[Occurrence], language: str) -> Table:
    table = Table(title=title, title_justify="left", box=None, padding=(0, 1), expand=True)
    for name, ratio in (("time", None), ("lesson", 2), ("why", 4)):
        heading = words("cli").say(f"plan.{name}", language)
        table.add_column(heading, no_wrap=name == "time", ratio=ratio)
    for one in occurrences:
        who = " ".join((*one.classes, *one.teachers))
        clock = f"{one.starts_at:%H:%M}-{one.ends_at:%H:%M}"
        style = "" if one.is_held else "dim strike"
        table.add_row(clock, f"{one.title} {who}", one.why(language), style=style)
    return table
