"""What was recorded: found, and catalogued anew."""

# ruff: noqa: FBT002, PLC0415, PLR0917 - typer reads signatures; commands are imported when used

from datetime import datetime
from typing import Annotated

import typer

from classroom_edge.cli.root import AsJson, Data, RoomFile, app, finish

library = typer.Typer(help="library.help", no_args_is_help=True)
app.add_typer(library, name="library")

Day = Annotated[
    datetime | None,
    typer.Option(help="option.library-day", formats=["%Y-%m-%d"], show_default=False),
]
Limit = Annotated[int, typer.Option(help="option.library-limit", min=1, max=200)]
Said = Annotated[str, typer.Option(help="option.library-filter", show_default=False)]


@library.command("list", help="library.list.help")
def library_list(
    context: typer.Context,
    room: RoomFile,
    teacher: Said = "",
    subject: Said = "",
    class_name: Annotated[
        str, typer.Option("--class", help="option.library-filter", show_default=False)
    ] = "",
    since: Day = None,
    until: Day = None,
    limit: Limit = 50,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """List recordings, the newest first."""
    from classroom_edge.commands import library as command

    wanted = command.Wanted(
        teacher=teacher, subject=subject, class_name=class_name, since=since, until=until
    )
    finish(
        context,
        lambda: command.listed(
            room, data, wanted, limit=limit, as_json=as_json, language=context.obj
        ),
    )


@library.command("search", help="library.search.help")
def library_search(
    context: typer.Context,
    room: RoomFile,
    words: Annotated[list[str], typer.Argument(metavar="WORDS", help="argument.library-words")],
    limit: Limit = 50,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Find recordings by words that all occur."""
    from classroom_edge.commands import library as command

    wanted = command.Wanted(asked=" ".join(words))
    finish(
        context,
        lambda: command.listed(
            room, data, wanted, limit=limit, as_json=as_json, language=context.obj
        ),
    )


@library.command("rescan", help="library.rescan.help")
def library_rescan(
    context: typer.Context, room: RoomFile, data: Data = None, as_json: AsJson = False
) -> None:
    """Make the catalogue anew from the folders."""
    from classroom_edge.commands import library as command

    finish(context, lambda: command.rescan(room, data, as_json=as_json, language=context.obj))


@library.command("erase", help="library.erase.help")
def library_erase(
    context: typer.Context,
    recording: Annotated[
        str, typer.Argument(metavar="ID", help="argument.recording-id", show_default=False)
    ],
    room: RoomFile,
    reason: Annotated[str, typer.Option(help="option.reason", show_default=False)],
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Erase a recording for good."""
    from classroom_edge.commands import erase as command

    finish(
        context,
        lambda: command.erase(recording, room, reason, data, as_json=as_json, language=context.obj),
    )
