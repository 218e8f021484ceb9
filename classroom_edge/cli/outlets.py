"""What leaves a room besides its recordings."""

# ruff: noqa: FBT002, PLC0415 - typer reads signatures; commands are imported when used

from typing import Annotated

import typer

from classroom_edge.cli.root import AsJson, Data, RoomFile, app, finish

Lesson = Annotated[str, typer.Option(help="option.lesson", metavar="NAME", show_default=False)]
broadcast = typer.Typer(help="broadcast.help", no_args_is_help=True)
app.add_typer(broadcast, name="broadcast")
push = typer.Typer(help="push.help", no_args_is_help=True)
app.add_typer(push, name="push")
PushId = Annotated[str, typer.Argument(metavar="PUSH", help="argument.push")]


@broadcast.command("start", help="broadcast.start.help")
def broadcast_start(
    context: typer.Context,
    room: RoomFile,
    title: Annotated[str, typer.Option(help="option.title", show_default=False)] = "",
    data: Data = None,
) -> None:
    """Put the programme on the air."""
    from classroom_edge.commands import broadcast as command

    finish(context, lambda: command.start(room, data, title, language=context.obj))


@broadcast.command("stop", help="broadcast.stop.help")
def broadcast_stop(context: typer.Context, room: RoomFile, data: Data = None) -> None:
    """Take it off the air."""
    from classroom_edge.commands import broadcast as command

    finish(context, lambda: command.stop(room, data, language=context.obj))


@broadcast.command("status", help="broadcast.status.help")
def broadcast_status(
    context: typer.Context, room: RoomFile, data: Data = None, as_json: AsJson = False
) -> None:
    """Tell what is on the air."""
    from classroom_edge.commands import broadcast as command

    finish(context, lambda: command.status(room, data, as_json=as_json, language=context.obj))


@broadcast.command("address", help="broadcast.address.help")
def broadcast_address(
    context: typer.Context,
    room: RoomFile,
    lesson: Lesson = "",
    hours: Annotated[float, typer.Option(help="option.hours", min=0.01)] = 12,
    data: Data = None,
) -> None:
    """Print an address for viewers."""
    from classroom_edge.commands import broadcast as command

    finish(context, lambda: command.address(room, data, lesson, hours, language=context.obj))


@broadcast.command("nginx", help="broadcast.nginx.help")
def broadcast_nginx(
    context: typer.Context,
    room: RoomFile,
    cache: Annotated[
        str, typer.Option("--cache-folder", help="option.cache-folder")
    ] = "/var/cache/nginx/lessons",
    data: Data = None,
) -> None:
    """Print the configuration of an nginx for a county."""
    from classroom_edge.commands import broadcast as command

    finish(context, lambda: command.nginx(room, data, cache, language=context.obj))


@push.command("test", help="push.test.help")
def push_test(
    context: typer.Context,
    address: Annotated[str, typer.Argument(metavar="ADDRESS", help="argument.push-address")],
    seconds: Annotated[float, typer.Option(help="option.push-seconds", min=1, max=60)] = 5,
) -> None:
    """Try an address."""
    from classroom_edge.commands import push as command

    finish(context, lambda: command.test(address, seconds, language=context.obj))


@push.command("on", help="push.on.help")
def push_on(context: typer.Context, room: RoomFile, name: PushId, data: Data = None) -> None:
    """Send to a platform."""
    from classroom_edge.commands import push as command

    finish(context, lambda: command.switch(room, data, name, on=True, language=context.obj))


@push.command("off", help="push.off.help")
def push_off(context: typer.Context, room: RoomFile, name: PushId, data: Data = None) -> None:
    """Send no more."""
    from classroom_edge.commands import push as command

    finish(context, lambda: command.switch(room, data, name, on=False, language=context.obj))


@push.command("status", help="push.status.help")
def push_status(
    context: typer.Context, room: RoomFile, data: Data = None, as_json: AsJson = False
) -> None:
    """Tell how it goes."""
    from classroom_edge.commands import push as command

    finish(context, lambda: command.status(room, data, as_json=as_json, language=context.obj))


@app.command("play", help="play.help")
def play(
    context: typer.Context,
    room: RoomFile,
    what: Annotated[str, typer.Argument(metavar="[WHAT]", help="argument.play")] = "",
    data: Data = None,
    screen: Annotated[str, typer.Option(help="option.screen")] = "",
) -> None:
    """Play on a screen of the room."""
    from classroom_edge.commands import broadcast as command

    finish(context, lambda: command.play(room, data, what, screen=screen, language=context.obj))
