"""``classroom-edge``: every command, its arguments, and its exit status.

0 = good, 1 = the job failed, 2 = wrong use or configuration. The body of a command lives in
`classroom_edge.commands` and is imported when the command is used, so that help comes at once.
Help texts stand here as keys of the catalogue "cli"; `main` puts the language's words in.
"""

# ruff: noqa: FBT002 - typer reads signatures

import os
import sys
from collections.abc import Mapping, Sequence
from importlib import metadata
from typing import Annotated, Any, NoReturn

import typer

from classroom_edge.cli.root import HELP_NAMES, LANGUAGES_ASKED, app
from classroom_edge.words import words

# Each adds its commands to the root; help lists them in this order.
# isort: off
from classroom_edge.cli import room, recordings, library, deliver, devices  # noqa: F401
from classroom_edge.cli import timetable, schools, outlets, machine  # noqa: F401
# isort: on


def main() -> NoReturn:
    """Run the command line of this process."""
    language, arguments = language_of(sys.argv[1:], os.environ)
    os.environ["CLASSROOM_EDGE_LANG"] = language  # for what this process becomes, or starts
    sys.exit(run(arguments, language))


def run(arguments: Sequence[str], language: str) -> int:
    """Run one command; give its exit status."""
    command = typer.main.get_command(app)
    _translate(command, language)
    try:
        command.main(args=list(arguments), prog_name="classroom-edge", obj=language)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    return 0


def language_of(arguments: Sequence[str], environ: Mapping[str, str]) -> tuple[str, list[str]]:
    """Tell the language to speak, from ``--lang`` or the environment, and what else was said."""
    rest = list(arguments)
    asked = next((environ[n] for n in ("LC_ALL", "LC_MESSAGES", "LANG") if environ.get(n)), "")
    end = rest.index("--") if "--" in rest else len(rest)
    for at, word in enumerate(rest[:end]):
        name, _, value = word.partition("=")
        size = 1 if value else 2
        value = value or "".join(rest[at + 1 : end][:1])
        if name == "--lang" and value in LANGUAGES_ASKED:
            asked, rest[at : at + size] = value, []
            break
    return ("zh-CN" if asked.lower().startswith("zh") else "en"), rest


def _translate(command: Any, language: str) -> None:  # noqa: ANN401 - click's or typer's own
    say = words("cli").say
    command.help = say(command.help, language)
    command.rich_help_panel = say("panel.commands", language)
    help_option = command.get_help_option(typer.Context(command, help_option_names=HELP_NAMES))
    help_option.help = "option.help"
    for parameter in (*command.params, help_option):
        kind = "arguments" if parameter.param_type_name == "argument" else "options"
        parameter.help = say(parameter.help, language)
        parameter.rich_help_panel = say(f"panel.{kind}", language)
    for child in getattr(command, "commands", {}).values():
        _translate(child, language)


@app.callback(invoke_without_command=True)
def common(
    version: Annotated[bool, typer.Option("--version", help="option.version")] = False,
    lang: Annotated[str, typer.Option(help="option.lang", show_default=False)] = "",
) -> None:
    """Take what may stand before a command; a ``--lang`` that arrives here is no language."""
    if lang:
        raise typer.BadParameter(", ".join(LANGUAGES_ASKED), param_hint="--lang")
    if version:
        typer.echo(metadata.version("classroom-edge"))
        raise typer.Exit
