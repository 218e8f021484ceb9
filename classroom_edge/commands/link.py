"""``classroom-edge link enrol``: a hub makes a code, and a site uses it."""

import asyncio
import sys
from pathlib import Path

from classroom_edge.commands.session import FAILED, GOOD, WRONG, asked, complain
from classroom_edge.config import load
from classroom_edge.paths import DataFolder, default_data_folder
from classroom_edge.sessions import local
from classroom_edge.sessions.link.enrolling import EnrolError
from classroom_edge.sessions.link.enrolling import enrol as enrol_at
from classroom_edge.sessions.link.keys import KeyFileError
from classroom_edge.words import words


def enrol(
    room: Path, data: Path | None, *, hub: str, code: str, site: str, name: str, language: str
) -> int:
    """Make a code for `site` at a hub, or use `code` of a `hub`; give the exit status.

    Raises:
        ConfigError: the room.toml cannot be used.
    """
    if site and not hub:
        return _make_code(room, data, site, name, language=language)
    if hub and code and not site:
        return _use_code(room, data, hub, code, language=language)
    complain("enrol.no-id", language)
    return WRONG


def strike_off(room: Path, data: Path | None, site: str, *, language: str) -> int:
    """Have a hub let a site link no more. Gives 1 when there is no such site.

    Raises:
        ConfigError: the room.toml cannot be used.
    """
    return asked(room, data, local.StrikeOff(site=site), lambda _reply: None, language)


def _make_code(room: Path, data: Path | None, site: str, name: str, *, language: str) -> int:
    """Have the daemon of a hub open a code for a site; print it, and what to do with it."""

    def told(reply: local.Reply) -> None:
        say = words("sessions").say
        hub = reply.address or say("enrol.this-hub", language)
        sys.stdout.write(reply.code + "\n")
        use = say("enrol.use", language, hub=hub, code=reply.code, name=name or site)
        sys.stderr.write(use + "\n")

    return asked(room, data, local.NewCode(site=site, name=name or site), told, language)


def _use_code(room: Path, data: Path | None, hub: str, code: str, *, language: str) -> int:
    """Enrol a room as a site of a hub; a daemon that runs links at once."""
    config = load(room)
    if config.site is None:
        complain("enrol.no-site", language)
        return WRONG
    folder = DataFolder((data or default_data_folder(config.room.id)).absolute())
    try:
        record = asyncio.run(enrol_at(folder.link, hub, code))
    except EnrolError as error:
        complain(f"enrol.{error.reason}", language, text=error)
        return WRONG if error.reason in {"mistyped", "address"} else FAILED
    except KeyFileError as error:
        return complain("enrol.keys", language, text=error)
    done = words("sessions").say("enrol.done", language, site=record.site, hub=record.address)
    sys.stdout.write(done + "\n")
    return GOOD
