"""Recordings on their way elsewhere."""

# ruff: noqa: FBT002, PLC0415, PLR0917 - typer reads signatures; commands are imported when used

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from classroom_edge.cli.root import AsJson, Data, RoomFile, app, finish

if TYPE_CHECKING:
    from classroom_edge.library.deliver.door import AnyRequest

deliver = typer.Typer(help="deliver.help", no_args_is_help=True)
app.add_typer(deliver, name="deliver")
Recording = Annotated[str, typer.Argument(metavar="RECORDING", help="argument.recording-id")]
Target = Annotated[str, typer.Argument(metavar="TARGET", help="argument.target-id")]
Number = Annotated[int, typer.Argument(metavar="NUMBER", help="argument.delivery", min=1)]


@deliver.command("list", help="deliver.list.help")
def list_(
    context: typer.Context,
    room: RoomFile,
    state: Annotated[str, typer.Option(help="option.delivery-state", show_default=False)] = "",
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """List deliveries."""
    from classroom_edge.commands import deliver as command

    finish(
        context,
        lambda: command.listed(room, data, state, as_json=as_json, language=context.obj),
    )


@deliver.command("targets", help="deliver.targets.help")
def targets(
    context: typer.Context, room: RoomFile, data: Data = None, as_json: AsJson = False
) -> None:
    """List targets."""
    from classroom_edge.commands import deliver as command

    finish(context, lambda: command.targets(room, data, as_json=as_json, language=context.obj))


@deliver.command("send", help="deliver.send.help")
def send(
    context: typer.Context,
    room: RoomFile,
    recording: Recording,
    target: Target,
    what: Annotated[str, typer.Option(help="option.deliver-what", show_default=False)] = "",
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Ask for a delivery."""
    from classroom_edge.library.deliver.door import Send

    request = Send(recording=recording, target=target, what=what)
    _change(context, room, data, request, as_json=as_json)


@deliver.command("retry", help="deliver.retry.help")
def retry(
    context: typer.Context,
    room: RoomFile,
    number: Number,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Try a delivery again."""
    from classroom_edge.library.deliver.door import Retry

    _change(context, room, data, Retry(number=number), as_json=as_json)


@deliver.command("drop", help="deliver.drop.help")
def drop(
    context: typer.Context,
    room: RoomFile,
    number: Number,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Deliver it no more."""
    from classroom_edge.library.deliver.door import Drop

    _change(context, room, data, Drop(number=number), as_json=as_json)


@deliver.command("test", help="deliver.test.help")
def try_target(
    context: typer.Context,
    room: RoomFile,
    target: Target,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Try a target."""
    from classroom_edge.commands import deliver as command

    finish(
        context,
        lambda: command.test(room, data, target, as_json=as_json, language=context.obj),
    )


def _change(
    context: typer.Context, room: Path, data: Path | None, request: "AnyRequest", *, as_json: bool
) -> None:
    from classroom_edge.commands import deliver as command

    finish(
        context,
        lambda: command.change(room, data, request, as_json=as_json, language=context.obj),
    )
