"""What runs a room, or looks at its file."""

# ruff: noqa: FBT002, PLC0415, PLR0917 - typer reads signatures; commands are imported when used

from datetime import datetime
from typing import Annotated

import typer

from classroom_edge.cli.root import AsJson, Data, RoomFile, app, finish
from classroom_edge.profiles import Profile


@app.command(help="demo.help")
def demo(
    context: typer.Context,
    port: Annotated[int, typer.Option(help="option.port", min=1, max=65535)] = 8088,
    profile: Annotated[Profile, typer.Option(help="option.profile")] = Profile.STUDIO,
    three: Annotated[bool, typer.Option("--three-classrooms", help="option.three")] = False,
    date: Annotated[
        datetime | None,
        typer.Option(help="option.demo-date", formats=["%Y-%m-%d"], show_default=False),
    ] = None,
    speed: Annotated[float, typer.Option(help="option.demo-speed", min=1, max=120)] = 1.0,
    data: Data = None,
) -> None:
    """Start the demo in a simulated room, or in three."""
    if three:
        from classroom_edge.commands import demo_three

        finish(context, lambda: demo_three.demo(port, data))
    from classroom_edge.commands import demo as command

    day = command.SchoolDay(date.date(), speed) if date else None
    finish(context, lambda: command.demo(port, data, profile, day))


@app.command("demo-cable", help="demo-cable.help")
def demo_cable(
    context: typer.Context,
    site: Annotated[str, typer.Argument(metavar="SITE", help="argument.site-of-demo")],
    state: Annotated[str, typer.Argument(metavar="STATE", help="argument.cable")],
    data: Data = None,
) -> None:
    """Pull a cable of the demo, or put it back."""
    from classroom_edge.commands import demo_three

    finish(context, lambda: demo_three.cable(site, state, data, language=context.obj))


@app.command("run", help="run.help")
def run_(context: typer.Context, room: RoomFile, data: Data = None) -> None:
    """Run a room."""
    from classroom_edge.commands import run as command

    finish(context, lambda: command.run(room, data))


@app.command(help="check.help")
def check(
    context: typer.Context,
    room: RoomFile,
    probe: Annotated[bool, typer.Option("--probe", help="option.probe")] = False,
    as_json: AsJson = False,
) -> None:
    """Check a room.toml."""
    from classroom_edge.commands import check as command

    finish(context, lambda: command.check(room, probe=probe, as_json=as_json, language=context.obj))
