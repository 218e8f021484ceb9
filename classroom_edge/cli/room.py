"""What runs a room, or looks at its file."""

# ruff: noqa: FBT002, PLC0415 - typer reads signatures; commands are imported when used

from typing import Annotated

import typer

from classroom_edge.cli.root import AsJson, Data, RoomFile, app, finish
from classroom_edge.profiles import Profile


@app.command(help="demo.help")
def demo(
    context: typer.Context,
    port: Annotated[int, typer.Option(help="option.port", min=1, max=65535)] = 8088,
    profile: Annotated[Profile, typer.Option(help="option.profile")] = Profile.STUDIO,
    data: Data = None,
) -> None:
    """Start the demo in a simulated room."""
    from classroom_edge.commands import demo as command

    finish(context, lambda: command.demo(port, data, profile))


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
