"""What a room's timetable says, and how it comes in and goes out."""

# ruff: noqa: FBT002, PLC0415, PLR0917 - typer reads signatures; commands are imported when used

from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import Annotated

import typer

from classroom_edge.cli.root import AsJson, RoomFile, app, finish


class Form(Enum):
    """What a timetable is exported as."""

    ICS = "ics"
    CSV = "csv"


class Whose(Enum):
    """Whose timetable is exported."""

    ROOM = "room"
    GROUP = "class"
    TEACHER = "teacher"


SchoolFile = Annotated[
    Path, typer.Argument(metavar="SCHOOL.toml", help="argument.school", show_default=False)
]
PlanFrom = Annotated[
    datetime | None,
    typer.Option("--from", help="option.plan-from", formats=["%Y-%m-%d"], show_default=False),
]
PlanTo = Annotated[
    datetime | None,
    typer.Option("--to", help="option.plan-to", formats=["%Y-%m-%d"], show_default=False),
]
timetable = typer.Typer(help="timetable.help", no_args_is_help=True)
app.add_typer(timetable, name="timetable")


@app.command("plan", help="plan.help")
def plan_(
    context: typer.Context,
    room: RoomFile,
    days: Annotated[int, typer.Option(help="option.plan-days", min=1, max=366)] = 14,
    start: PlanFrom = None,
    end: PlanTo = None,
    as_json: AsJson = False,
    png: Annotated[
        Path | None, typer.Option(help="option.week-png", metavar="FILE", show_default=False)
    ] = None,
) -> None:
    """Tell what a room does in the next days."""
    from classroom_edge.commands import plan as command

    finish(
        context,
        lambda: command.plan_room(
            room,
            days=days,
            start=start.date() if start else None,
            end=end.date() if end else None,
            as_json=as_json,
            png=png,
            language=context.obj,
        ),
    )


@timetable.command("check", help="timetable.check.help")
def timetable_check(
    context: typer.Context,
    school: SchoolFile,
    room: Annotated[
        Path | None,
        typer.Option(help="option.check-room", metavar="ROOM.toml", show_default=False),
    ] = None,
) -> None:
    """Check a school's file."""
    from classroom_edge.commands import timetable as command

    finish(context, lambda: command.check(school, room=room, language=context.obj))


@timetable.command("import", help="timetable.import.help")
def timetable_import(
    context: typer.Context,
    source: Annotated[
        Path,
        typer.Argument(metavar="FILE.ics|.csv|.xlsx|.txt", help="argument.timetable-source"),
    ],
    school: SchoolFile,
    column: Annotated[
        list[str] | None,
        typer.Option(help="option.column", metavar="FIELD=HEADER", show_default=False),
    ] = None,
    sheet: Annotated[str, typer.Option(help="option.workbook-sheet", show_default=False)] = "",
    year: Annotated[int | None, typer.Option(help="option.year", show_default=False)] = None,
    confirmed: Annotated[bool, typer.Option("--confirmed", help="option.confirmed")] = False,
) -> None:
    """Take in a timetable or a notice."""
    from classroom_edge.commands import timetable as command

    columns = {name: header for name, _, header in (one.partition("=") for one in column or ())}
    wanted = command.Source(source, columns, sheet, year)
    finish(
        context,
        lambda: command.import_(wanted, school, is_confirmed=confirmed, language=context.obj),
    )


@timetable.command("export", help="timetable.export.help")
def timetable_export(
    context: typer.Context,
    school: SchoolFile,
    whose: Annotated[Whose, typer.Argument(help="argument.whose")],
    name: Annotated[str, typer.Argument(help="argument.whose-name", metavar="NAME")],
    form: Annotated[Form, typer.Option(help="option.form")] = Form.ICS,
    start: PlanFrom = None,
    end: PlanTo = None,
) -> None:
    """Give out what a room, class or teacher has."""
    from classroom_edge.commands import timetable as command

    finish(
        context,
        lambda: command.export(
            school,
            whose.value,
            name,
            start=start.date() if start else None,
            end=end.date() if end else None,
            form=form.value,
            language=context.obj,
        ),
    )
