"""``classroom-edge broadcast``: a lesson for everybody who may watch, by the daemon."""

import json
import sys
from pathlib import Path
from string import Template
from typing import Final

import msgspec

from classroom_edge.commands.asking import GOOD, asked, complain, say
from classroom_edge.config import load
from classroom_edge.paths import DataFolder, default_data_folder
from classroom_edge.room import BroadcastView
from classroom_edge.services import outlet_door as door
from classroom_edge.services.viewing import base_address
from classroom_edge.words import words

NGINX: Final = Path(__file__).parent / "templates" / "nginx.conf"


def start(room: Path, data: Path | None, title: str, *, language: str) -> int:
    """Put the programme on the air; print the lesson's name. Gives 1 when it is refused.

    Raises:
        ConfigError: the room.toml cannot be used.
    """
    return asked(
        room,
        data,
        door.LANGUAGE,
        door.Air(title=title),
        lambda reply: say(reply.lesson),
        language=language,
    )


def stop(room: Path, data: Path | None, *, language: str) -> int:
    """Take it off the air. Gives 1 when it is refused.

    Raises:
        ConfigError: the room.toml cannot be used.
    """
    return asked(room, data, door.LANGUAGE, door.OffAir(), lambda _reply: None, language=language)


def address(room: Path, data: Path | None, lesson: str, hours: float, *, language: str) -> int:
    """Print an address: of the lesson on the air, or of one that is over.

    Raises:
        ConfigError: the room.toml cannot be used.
    """
    request = door.Address(lesson=lesson, hours=hours, again=bool(lesson))
    return asked(
        room, data, door.LANGUAGE, request, lambda reply: say(reply.address), language=language
    )


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

    return asked(room, data, door.LANGUAGE, door.Status(), told, language=language)


def play(room: Path, data: Path | None, what: str, *, screen: str, language: str) -> int:
    """Play an address or a recording on a screen of the room; "" = nothing any more.

    Raises:
        ConfigError: the room.toml cannot be used.
    """
    request = door.Screen(what=what, at=screen)
    return asked(room, data, door.LANGUAGE, request, lambda _reply: None, language=language)


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


def _sentence(view: BroadcastView | None, language: str) -> str:
    speak = words("cli").say
    if view is None:
        return speak("outlets.no-broadcast", language)
    text = speak(f"broadcast.state.{view.state}", language, title=view.title, viewers=view.viewers)
    return f"{text}\n{view.address}" if view.address else text
