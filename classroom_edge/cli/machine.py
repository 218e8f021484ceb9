"""What concerns the machine and its people."""

# ruff: noqa: FBT002, PLC0415 - typer reads signatures; commands are imported when used

from pathlib import Path
from typing import Annotated

import typer

from classroom_edge.cli.root import AsJson, Data, RoomFile, app, finish

BackupFile = Annotated[
    Path, typer.Argument(metavar="FILE", help="argument.backup", show_default=False)
]
PassphraseFile = Annotated[
    Path | None, typer.Option(help="option.passphrase", metavar="FILE", show_default=False)
]

user = typer.Typer(help="user.help", no_args_is_help=True)
app.add_typer(user, name="user")


@app.command(help="doctor.help")
def doctor(context: typer.Context, as_json: AsJson = False) -> None:
    """Tell what the machine has and lacks."""
    from classroom_edge.commands import doctor as command

    finish(context, lambda: command.doctor(as_json=as_json, language=context.obj))


@app.command("unit", help="unit.help")
def unit_(context: typer.Context, room: RoomFile, data: Data = None) -> None:
    """Print the systemd unit that runs a room."""
    from classroom_edge.commands import unit as command

    finish(context, lambda: command.unit(room, data))


@app.command("update", help="update.help")
def update_(
    context: typer.Context,
    room: RoomFile,
    units: Annotated[
        Path | None, typer.Option(help="option.units", metavar="FOLDER", show_default=False)
    ] = None,
    now: Annotated[bool, typer.Option("--now", help="option.update-now")] = False,
) -> None:
    """Let this version take a room over."""
    from classroom_edge.commands import update as command

    finish(context, lambda: command.update(room, units, now=now, language=context.obj))


@user.command("add", help="user.add.help")
def user_add(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="argument.name", metavar="NAME")],
    room: RoomFile,
    data: Data = None,
) -> None:
    """Create an account."""
    from classroom_edge.commands import user as command

    finish(context, lambda: command.add(room, name, data, language=context.obj))


@app.command("backup", help="backup.help")
def backup(
    context: typer.Context,
    file: BackupFile,
    room: RoomFile,
    data: Data = None,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Write everything of a room but its films into one file."""
    from classroom_edge.commands import backup as command

    finish(context, lambda: command.backup(file, room, data, passphrase_file, language=context.obj))


@app.command("restore", help="restore.help")
def restore(
    context: typer.Context,
    file: BackupFile,
    room: RoomFile,
    data: Data = None,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Bring a backup back."""
    from classroom_edge.commands import backup as command

    finish(
        context, lambda: command.restore(file, room, data, passphrase_file, language=context.obj)
    )
