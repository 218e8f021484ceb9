"""``classroom-edge session missing``: what a room still lacks of lessons with another room."""

import json
import sys
from pathlib import Path

import msgspec
from rich.console import Console
from rich.table import Table
from rich.text import Text

from classroom_edge.commands.session import asked
from classroom_edge.sessions import local
from classroom_edge.sessions.missing import Missing
from classroom_edge.words import words


def missing(room: Path, data: Path | None, session: str, *, as_json: bool, language: str) -> int:
    """Tell what is still to come, of one session or all. Gives 1 without a daemon.

    Raises:
        ConfigError: the room.toml cannot be used.
    """

    def told(reply: local.Reply) -> None:
        found = [one for one in reply.missing if session in {"", one.session}]
        if as_json:
            plain = json.dumps(msgspec.to_builtins(found), ensure_ascii=False)
            sys.stdout.write(plain + "\n")
        else:
            show(found, language)

    return asked(room, data, local.Status(), told, language)


def show(found: list[Missing], language: str) -> None:
    """Print a line for each film."""
    say, console = words("films").say, Console(highlight=False)
    if not found:
        console.print(Text(say("nothing", language)))
        return
    table = Table(box=None, padding=(0, 2, 0, 0), show_header=False)
    for one in found:
        begun = f"{one.began_at.astimezone():%Y-%m-%d %H:%M}"
        table.add_row(
            Text(one.title), begun, say(f"state.{one.state}", language), _left(one, language)
        )
    console.print(table)


def _left(one: Missing, language: str) -> str:
    """Say how much is left, and for how long that takes."""
    say = words("films").say
    if one.state == "gone" or not one.all_bytes:
        return ""
    megabytes = f"{one.left_bytes / 1e6:.1f}"
    if one.left_s is None:
        return say("left", language, megabytes=megabytes)
    minutes = max(1, round(one.left_s / 60))
    return say("left-for", language, megabytes=megabytes, minutes=minutes)
