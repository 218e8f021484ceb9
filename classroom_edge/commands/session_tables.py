"""What ``classroom-edge session`` prints: who is linked, rosters, and how often schools met."""

from typing import Any

import msgspec
from rich.console import Console
from rich.table import Table
from rich.text import Text

from classroom_edge.sessions import local
from classroom_edge.sessions.state import Session
from classroom_edge.words import words


def plain(reply: local.Reply) -> dict[str, Any]:
    """Give what a status tells, for programs."""
    kept = ("role", "site", "linked", "sessions")
    found: dict[str, Any] = msgspec.to_builtins(reply)
    return {name: found[name] for name in kept}


def show_status(reply: local.Reply, language: str) -> None:
    """Print who is linked, and every session with its roster."""
    say, console = words("sessions").say, Console(highlight=False)
    console.print(Text(_link(reply, language)))
    for session in reply.sessions:
        heading = say(
            "status.session",
            language,
            title=session.title,
            kind=say(f"kind.{session.kind}", language),
            style=say(f"style.{session.style}", language),
            stage=say(f"stage.{session.stage}", language),
            id=session.id,
        )
        console.print(Text(heading, style="bold"))
        console.print(_roster(session, language))


def show_met(reply: local.Reply, days: int, language: str) -> None:
    """Print how often a hub met its sites."""
    say, console = words("sessions").say, Console(highlight=False)
    console.print(Text(say("met.held", language, held=reply.held, days=days)))
    table = Table(box=None, padding=(0, 2, 0, 0), show_header=False)
    for pair in reply.pairs:
        table.add_row(Text(pair.name), Text(pair.site), str(pair.sessions))
    console.print(table)


def _link(reply: local.Reply, language: str) -> str:
    say = words("sessions").say
    linked = ", ".join(reply.linked) or say("status.nobody", language)
    if reply.role == "hub":
        return say("status.hub", language, linked=linked)
    if not reply.site:
        return say("status.not-enrolled", language)
    return say("status.site", language, site=reply.site, linked=linked)


def _roster(session: Session, language: str) -> Table:
    say, table = words("sessions").say, Table(box=None, padding=(0, 2, 0, 0), show_header=False)
    for member in session.members:
        states = {
            "status.dark": member.dark,
            "status.present": member.present and not member.dark,
            "status.absent": not member.present,
            "status.floor": session.has_floor(member.id),
            "status.hand": bool(member.hand_at_ns),
        }
        table.add_row(
            Text(member.name),
            say(f"role.{member.role}", language),
            ", ".join(say(key, language) for key, holds in states.items() if holds),
        )
    return table
