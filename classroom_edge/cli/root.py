"""The command line's root: what all commands share, and how each one ends."""

# ruff: noqa: PLC0415 - what a command needs is imported when it is used

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, NoReturn

import typer

WRONG_USE = 2
LANGUAGES_ASKED = ("zh-CN", "zh", "en")
HELP_NAMES = ["--help", "-h"]

RoomFile = Annotated[
    Path, typer.Argument(metavar="ROOM.toml", help="argument.room", show_default=False)
]
Data = Annotated[Path | None, typer.Option(help="option.data", metavar="DIR", show_default=False)]
AsJson = Annotated[bool, typer.Option("--json", help="option.json")]

app = typer.Typer(
    help="app.help",
    no_args_is_help=True,
    add_completion=False,
    context_settings={"help_option_names": HELP_NAMES},
)


def finish(context: typer.Context, body: Callable[[], int]) -> NoReturn:
    """End the process with the body's exit status; a wrong room.toml is told and gives 2."""
    from classroom_edge.config import ConfigError

    try:
        status = body()
    except ConfigError as error:
        from classroom_edge.commands.check import tell

        tell(error.file, error.mistakes, language=context.obj)
        status = WRONG_USE
    raise typer.Exit(status)
