"""Reads what differs on one day (cover, swaps, moves, lessons not held) and reservations."""

from collections.abc import Iterator
from typing import Any, Final

from classroom_schedules.bells import Bells
from classroom_schedules.reading.table import File, Table
from classroom_schedules.timetable import Change, Reservation

CHANGES_MAX: Final = 5_000  # of each kind
RESERVATIONS_MAX: Final = 20_000


def read_changes(file: File, bells: Bells) -> Iterator[Change]:
    """Give every change; a swap is two moves."""
    for table in file.all("cover", CHANGES_MAX):
        yield from _cover(table)
    for table in file.all("cancel", CHANGES_MAX):
        yield from _one(table, is_held=False)
    for table in file.all("move", CHANGES_MAX):
        yield from _move(table, bells)
    for table in file.all("swap", CHANGES_MAX):
        yield from _swap(table, bells)


def read_reservations(file: File) -> Iterator[Reservation]:
    """Give every reservation; one on several dates is as many."""
    for table in file.all("reservation", RESERVATIONS_MAX):
        days = table.days("date")
        start, end = table.clock("from", needed=True), table.clock("until", needed=True)
        more: dict[str, Any] = {
            "title": table.text("title", needed=True),
            "room": table.text("room"),
            "sites": table.texts("sites"),
            "teachers": table.texts("teacher"),
            "classes": table.texts("class"),
            "yields": table.flag("yields"),
            "id": table.text("id"),
        }
        table.finish()
        if "date" not in table.values:
            table.complain("missing", "date", name="date")
        if start and end and start >= end:
            table.complain("wrong-order", "until")
        if not more["room"] and not more["classes"]:
            table.complain("lesson-of-nobody")
        if start and end:
            yield from (Reservation(day=day, start=start, end=end, **more) for day in days)


def _one(table: Table, **more: Any) -> Iterator[Change]:  # noqa: ANN401 - fields of Change
    day, period = table.day("date", needed=True), table.text("period", needed=True)
    group, lesson = table.text("class"), table.text("lesson")
    why = table.text("why")
    table.finish()
    if not group and not lesson:
        table.complain("change-of-what")
    if day and period:
        yield Change(day=day, period=period, group=group, lesson=lesson, why=why, **more)


def _cover(table: Table) -> Iterator[Change]:
    teachers, room = table.texts("teacher"), table.text("room")
    if not teachers and not room:
        table.complain("cover-by-whom")
    yield from _one(table, teachers=teachers, room=room)


def _move(table: Table, bells: Bells) -> Iterator[Change]:
    to_date, to_period = table.day("to-date"), table.text("to-period")
    room = table.text("room")
    if not to_date and not to_period:
        table.complain("move-whither")
    _check_period(table, "to-period", to_period, bells)
    yield from _one(table, to_date=to_date, to_period=to_period, room=room)


def _swap(table: Table, bells: Bells) -> Iterator[Change]:
    with_date, with_period = table.day("with-date"), table.text("with-period", needed=True)
    _check_period(table, "with-period", with_period, bells)
    for there in _one(table):
        back_date, back_period = there.day, there.period
        more: dict[str, Any] = {"group": there.group, "lesson": there.lesson, "why": there.why}
        date = with_date or back_date
        yield Change(day=back_date, period=back_period, to_date=date, to_period=with_period, **more)
        yield Change(day=date, period=with_period, to_date=back_date, to_period=back_period, **more)


def _check_period(table: Table, key: str, periods: str, bells: Bells) -> None:
    if periods and not bells.ends(periods):
        table.complain("no-such-period", key, name=periods)
