"""``classroom-edge broadcast``: a lesson for everybody who may watch, by the daemon."""

import asyncio
import json
import sys
from collections.abc import Callable
from pathlib import Path
from string import Template
from typing import Final

import msgspec

from classroom_edge.config import load
from classroom_edge.door import LocalError, RequestError, ask
from classroom_edge.paths import DataFolder, default_data_folder, runtime_folder
from classroom_edge.room import BroadcastView
from classroom_edge.services import outlet_door as door
from classroom_edge.services.viewing import base_address
from classroom_edge.words import words

GOOD, FAILED, WRONG = 0, 1, 2
WITHIN_S: Final = 15.0
NGINX: Final = Path(__file__).parent / "templates" / "nginx.conf"


def start(room: Path, data: Path | None, title: str, *, language: str) -> int:
    """Put the programme on the air; print the lesson's name. Gives 1 when it is refused.

    Raises:
        ConfigError: the room.toml cannot be used.
    """
    return asked(room, data, door.Air(title=title), lambda reply: say(reply.lesson), language)


def stop(room: Path, data: Path | None, *, language: str) -> int:
    """Take it off the air. Gives 1 when it is refused.

    Raises:
        ConfigError: the room.toml cannot be used.
    """
    return asked(room, data, door.OffAir(), lambda _reply: None, language)


def address(room: Path, data: Path | None, lesson: str, hours: float, *, language: str) -> int:
    """Print an address: of the lesson on the air, or of one that is over.

    Raises:
        ConfigError: the room.toml cannot be used.
    """
    request = door.Address(lesson=lesson, hours=hours, again=bool(lesson))
    return asked(room, data, request, lambda reply: say(reply.address), language)


def status(room: Path, data: Path | None, *, as_json: bool, language: str) -> int:
    """Tell what is on the air, and how many watch.

    Raises:
        ConfigError: the room.toml cannot be used.
    """

    def told(reply: door.Reply) -> None:
        if as_json:
            say(json.dumps(msgspec.to_builtins(reply.broadcast), ensure_ascii=False))
        else:
            say(_sentence(reply.broadcast, language))

    return asked(room, data, door.Status(), told, language)


def play(room: Path, data: Path | None, what: str, *, language: str) -> int:
    """Play an address or a recording on the room's screen; "" = nothing any more.

    Raises:
        ConfigError: the room.toml cannot be used.
    """
    return asked(room, data, door.Screen(what=what), lambda _reply: None, language)


def nginx(room: Path, data: Path | None, cache: str, *, language: str) -> int:
    """Print the configuration of an nginx that stands between this room and a county.

    Raises:
        ConfigError: the room.toml cannot be used.
    """
    config = load(room)
    if config.broadcast is None:
        return complain("no-broadcast", language)
    folder = DataFolder((data or default_data_folder(config.room.id)).absolute())
    origin = base_address(config, config.broadcast.port)
    scheme, _, place = origin.partition("://")
    text = Template(NGINX.read_text("utf-8")).substitute(
        cache=cache,
        scheme=scheme,
        place=place,
        name=place.rpartition(":")[0].strip("[]"),
        authority=folder.certificates / "ca.crt",
    )
    if scheme == "http":
        text = "".join(line for line in text.splitlines(keepends=True) if "proxy_ssl" not in line)
    sys.stdout.write(text)
    return GOOD


def asked(
    room: Path,
    data: Path | None,
    request: door.AnyRequest,
    told: Callable[[door.Reply], None],
    language: str,
) -> int:
    """Ask the daemon, and tell what it says or why it refuses; give the exit status.

    Raises:
        ConfigError: the room.toml cannot be used.
    """
    id_ = load(room).room.id
    folder = (data or default_data_folder(id_)).absolute()
    runtime = runtime_folder(folder, id_)
    try:
        reply = asyncio.run(ask(runtime, door.LANGUAGE, request, within_s=WITHIN_S))
    except LocalError:
        return complain("no-daemon", language)
    except RequestError as error:
        complain("wrong", language, text=error)
        return WRONG
    if reply.problem:
        sys.stderr.write(reply.problem.get(language, reply.problem["en"]) + "\n")
        return FAILED
    told(reply)
    return GOOD


def say(text: str) -> None:
    """Write a line."""
    sys.stdout.write(text + "\n")


def complain(key: str, language: str, **values: object) -> int:
    """Say on the error stream what went wrong; give the exit status."""
    sys.stderr.write(words("cli").say(f"outlets.{key}", language, **values) + "\n")
    return FAILED


def _sentence(view: BroadcastView | None, language: str) -> str:
    speak = words("cli").say
    if view is None:
        return speak("outlets.no-broadcast", language)
    text = speak(f"broadcast.state.{view.state}", language, title=view.title, viewers=view.viewers)
    return f"{text}\n{view.address}" if view.address else text
