"""``classroom-edge user add``: creates an account. There is none that nobody asked for."""

import asyncio
import getpass
import sys
from pathlib import Path
from typing import Final

from classroom_edge.config import load
from classroom_edge.paths import DataFolder, default_data_folder
from classroom_edge.store import Place, Store, StoreError, place_of
from classroom_edge.store.tables import NAME_MAX
from classroom_edge.web.accounts import Accounts, UserExistsError
from classroom_edge.web.passwords import weakness
from classroom_edge.words import words

GOOD: Final = 0
FAILED: Final = 1
WRONG_USE: Final = 2


def add(room: Path, name: str, data: Path | None, *, language: str = "zh-CN") -> int:
    """Create an account of a room; asks for the password, or reads it from a pipe.

    Works beside a running daemon. Gives 2 for a password that is too weak, 1 when there is an
    account of that name or the database cannot be written.

    Raises:
        ConfigError: the room.toml cannot be used.
    """
    config = load(room)
    folder = DataFolder(data or default_data_folder(config.room.id))

    def tell(key: str, **values: object) -> None:
        sys.stderr.write(words("web").say(f"user.{key}", language, **values) + "\n")

    if not name.strip() or name != name.strip() or len(name) > NAME_MAX or not name.isprintable():
        tell("name")
        return WRONG_USE
    password = _asked_for(language) if sys.stdin.isatty() else sys.stdin.readline().rstrip("\r\n")
    problem = "password-differs" if password is None else weakness(name, password)
    if password is None or problem:
        tell(problem)
        return WRONG_USE
    try:
        asyncio.run(_add(place_of(config.store, folder), name, password))
    except UserExistsError:
        tell("exists", name=name)
        return FAILED
    except StoreError as error:
        tell("store", error=error)
        return FAILED
    tell("added", name=name)
    return GOOD


def _asked_for(language: str) -> str | None:
    """Ask twice on the terminal; None when the answers differ."""
    first = getpass.getpass(words("web").say("user.ask", language))
    again = getpass.getpass(words("web").say("user.ask-again", language))
    return first if first == again else None


async def _add(database: Place, name: str, password: str) -> None:
    async with Store(database) as store:
        await Accounts(store=store).add(name, password)
