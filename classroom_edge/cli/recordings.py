"""What makes recordings, and looks at them."""

# ruff: noqa: FBT002, PLC0415, PLR0917 - typer reads signatures; commands are imported when used

from pathlib import Path
from typing import Annotated, Literal

import typer

from classroom_edge.cli.root import AsJson, Data, RoomFile, app, finish
from classroom_edge.words import words


@app.command(help="record.help")
def record(
    context: typer.Context,
    room: RoomFile,
    seconds: Annotated[
        float | None,
        typer.Option("--for", help="option.for", metavar="SECONDS", min=0.1, show_default=False),
    ] = None,
    minutes: Annotated[
        float | None,
        typer.Option(
            "--micro", help="option.micro", metavar="MINUTES", min=0.1, max=60, show_default=False
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="option.out", metavar="DIR", show_default=False)
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Record for some seconds."""
    from classroom_edge.commands import record as command

    if minutes is not None and seconds is None:
        length = command.Length(60 * minutes, micro=True)
    elif seconds is not None and minutes is None:
        length = command.Length(seconds)
    else:
        text = words("cli").say("record.length", context.obj)
        raise typer.BadParameter(text, param_hint="--for")
    finish(context, lambda: command.record(room, length, out, as_json))


@app.command(help="direct.help")
def direct(
    context: typer.Context,
    recording: Annotated[
        Path, typer.Argument(metavar="RECORDING", help="argument.recording", show_default=False)
    ],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="option.dry-direct")] = False,
    role: Annotated[
        list[str] | None,
        typer.Option(help="option.role", metavar="SOURCE=ROLE", show_default=False),
    ] = None,
    board: Annotated[
        list[str] | None,
        typer.Option(help="option.board", metavar="SOURCE=X,Y,WIDTH,HEIGHT", show_default=False),
    ] = None,
    room: Annotated[
        Path | None,
        typer.Option(help="option.room-of-rules", metavar="ROOM.toml", show_default=False),
    ] = None,
    png: Annotated[
        Path | None, typer.Option(help="option.png", metavar="FILE", show_default=False)
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Direct a recording by rules."""
    from classroom_edge.commands import direct as command

    finish(
        context,
        lambda: command.direct(
            recording,
            dry=dry_run,
            roles=tuple(role or ()),
            boards=tuple(board or ()),
            room=room,
            png=png,
            as_json=as_json,
            language=context.obj,
        ),
    )


@app.command(help="report.help")
def report(
    context: typer.Context,
    recording: Annotated[
        str,
        typer.Argument(metavar="RECORDING", help="argument.recording-or-id", show_default=False),
    ],
    data: Data = None,
    out: Annotated[
        Path | None, typer.Option(help="option.out-report", metavar="FOLDER", show_default=False)
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Tell what a recording is like."""
    from classroom_edge.commands import report as command

    finish(
        context,
        lambda: command.report(
            recording, data=data, out=out, as_json=as_json, language=context.obj
        ),
    )


@app.command(help="verify.help")
def verify(
    context: typer.Context,
    recording: Annotated[
        str,
        typer.Argument(metavar="RECORDING", help="argument.recording-or-id", show_default=False),
    ],
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Check a recording against its checksums."""
    from classroom_edge.commands import verify as command

    finish(
        context,
        lambda: command.verify_recording(
            recording, data=data, as_json=as_json, language=context.obj
        ),
    )


@app.command(help="edit.help")
def edit(
    context: typer.Context,
    recording: Annotated[
        str,
        typer.Argument(metavar="RECORDING", help="argument.recording-or-id", show_default=False),
    ],
    keep: Annotated[list[str], typer.Option(help="option.keep", metavar="FROM-TO[@TRACK]")],
    out: Annotated[Path, typer.Option(help="option.edit-out", metavar="FILE")],
    sound: Annotated[
        str, typer.Option(help="option.edit-sound", metavar="TRACK", show_default=False)
    ] = "",
    join: Annotated[
        list[str] | None,
        typer.Option(
            help="option.edit-join", metavar="RECORDING[#FROM-TO[@TRACK]]", show_default=False
        ),
    ] = None,
    title: Annotated[
        list[str] | None,
        typer.Option(help="option.edit-title", metavar="LINE", show_default=False),
    ] = None,
    loudness: Annotated[
        float | None,
        typer.Option(
            help="option.edit-loudness", metavar="LUFS", min=-31, max=-9, show_default=False
        ),
    ] = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Make a film of passages of a recording."""
    from classroom_edge.commands import edit as command

    wanted = command.Wanted(keep, out, sound, tuple(join or ()), tuple(title or ()), loudness)
    finish(
        context,
        lambda: command.edit(recording, wanted, data=data, as_json=as_json, language=context.obj),
    )


@app.command(help="export.help")
def export(
    context: typer.Context,
    recording: Annotated[
        str,
        typer.Argument(metavar="RECORDING", help="argument.recording-or-id", show_default=False),
    ],
    kind: Annotated[Literal["package", "sound", "slides"], typer.Option(help="option.export-kind")],
    out: Annotated[Path, typer.Option(help="option.export-out", metavar="FILE|FOLDER")],
    edit: Annotated[
        str, typer.Option("--edit", help="option.export-edit", metavar="ID", show_default=False)
    ] = "",
    school: Annotated[
        str, typer.Option(help="option.export-school", metavar="NAME", show_default=False)
    ] = "",
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Export a package for a platform, sound alone or slides alone."""
    from classroom_edge.commands import export as command

    wanted = command.Wanted(kind, out, edit, school)
    finish(
        context,
        lambda: command.export(recording, wanted, data=data, as_json=as_json, language=context.obj),
    )
