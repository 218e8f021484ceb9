"""``classroom-edge session``: start, join, leave, end and look at sessions, by the daemon."""

import asyncio
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from classroom_edge.commands.session_tables import plain, show_met, show_status
from classroom_edge.config import load
from classroom_edge.door import LocalError, RequestError
from classroom_edge.paths import default_data_folder, runtime_folder
from classroom_edge.sessions import commands as c
from classroom_edge.sessions import local
from classroom_edge.sessions.forms import Kind, Style, usual_style
from classroom_edge.words import words

GOOD, FAILED, WRONG = 0, 1, 2
BY_WORD: Final[dict[str, c.AnyCommand]] = {"join": c.Join(), "leave": c.Leave(), "end": c.End()}


def start(
    room: Path,
    data: Path | None,
    *,
    title: str,
    kind: Kind,
    style: Style | None,
    sites: Sequence[str],
    group: str,
    in_s: float,
    language: str,
) -> int:
    """Begin a session in this room and invite sites; print its id. Gives 1 when it is refused.

    Raises:
        ConfigError: the room.toml cannot be used.
    """
    request = local.Begin(
        title=title,
        kind=kind,
        style=style or usual_style(kind),
        sites=tuple(sites),
        group=group,
        in_s=in_s,
    )

    def told(reply: local.Reply) -> None:
        sys.stdout.write(reply.session + "\n")

    return asked(room, data, request, told, language)


def do(room: Path, data: Path | None, word: str, session: str, *, language: str) -> int:
    """Join, leave or end a session, in the name of this room. Gives 1 when it is refused.

    Raises:
        ConfigError: the room.toml cannot be used.
    """
    request = local.Do(session=session, command=BY_WORD[word])
    return asked(room, data, request, lambda _reply: None, language)


def guest(
    room: Path, data: Path | None, session: str, *, name: str, minutes: int, language: str
) -> int:
    """Invite somebody in a browser; print the address for it. Gives 1 when it is refused.

    Raises:
        ConfigError: the room.toml cannot be used.
    """
    network = load(room).network
    host = next(iter(network.names), network.listen)
    shown = f"[{host}]" if ":" in host else host
    scheme = "http" if network.is_loopback else "https"

    def told(reply: local.Reply) -> None:
        sys.stdout.write(f"{scheme}://{shown}:{network.port}/guest/{reply.ticket}\n")

    named = name or words("sessions").say("role.guest", language)
    request = local.InviteGuest(session=session, name=named, minutes=minutes)
    return asked(room, data, request, told, language)


def keep_group(
    room: Path,
    data: Path | None,
    *,
    group: str,
    title: str,
    kind: Kind,
    style: Style | None,
    sites: Sequence[str],
    language: str,
) -> int:
    """Keep a standing group of a hub. Gives 1 when it is refused.

    Raises:
        ConfigError: the room.toml cannot be used.
    """
    request = local.KeepGroup(
        group=group,
        title=title or group,
        kind=kind,
        style=style or usual_style(kind),
        sites=tuple(sites),
    )
    return asked(room, data, request, lambda _reply: None, language)


def met(room: Path, data: Path | None, days: int, *, as_json: bool, language: str) -> int:
    """Tell how often a hub met each of its sites. Gives 1 without a daemon.

    Raises:
        ConfigError: the room.toml cannot be used.
    """

    def told(reply: local.Reply) -> None:
        pairs: list[dict[str, Any]] = msgspec.to_builtins(reply.pairs)
        if as_json:
            found = {"days": days, "held": reply.held, "pairs": pairs}
            sys.stdout.write(json.dumps(found, ensure_ascii=False) + "\n")
        else:
            show_met(reply, days, language)

    return asked(room, data, local.Met(days=days), told, language)


def status(room: Path, data: Path | None, *, as_json: bool, language: str) -> int:
    """Tell who is linked, and how the sessions stand. Gives 1 without a daemon.

    Raises:
        ConfigError: the room.toml cannot be used.
    """

    def told(reply: local.Reply) -> None:
        if as_json:
            sys.stdout.write(json.dumps(plain(reply), ensure_ascii=False) + "\n")
        else:
            show_status(reply, language)

    return asked(room, data, local.Status(), told, language)


def asked(
    room: Path,
    data: Path | None,
    request: local.AnyRequest,
    told: Callable[[local.Reply], None],
    language: str,
) -> int:
    """Ask the daemon, and tell what it says or why it refuses; give the exit status.

    Raises:
        ConfigError: the room.toml cannot be used.
    """
    try:
        reply = answered(room, data, request)
    except LocalError:
        return complain("no-daemon", language)
    except RequestError as error:
        complain("refused.wrong", language, text=error)
        return WRONG
    if reply.reason:
        return complain(f"refused.{reply.reason}", language)
    told(reply)
    return GOOD


def answered(room: Path, data: Path | None, request: local.AnyRequest) -> local.Reply:
    """Ask the daemon of a room.

    Raises:
        ConfigError: the room.toml cannot be used.
        LocalError: no daemon answers. RequestError: what is asked for cannot be said.
    """
    id_ = load(room).room.id
    folder = (data or default_data_folder(id_)).absolute()
    return asyncio.run(local.ask(runtime_folder(folder, id_), request))


def complain(key: str, language: str, **values: object) -> int:
    """Say on the error stream what went wrong; give the exit status."""
    sys.stderr.write(words("sessions").say(key, language, **values) + "\n")
    return FAILED
