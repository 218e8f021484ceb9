"""``classroom-edge library erase``: a recording goes for good, with a record of it."""

import asyncio
import sys
from pathlib import Path
from typing import Final

import msgspec

from classroom_edge.config import Config, load
from classroom_edge.library.keeping.erasing import Erasing
from classroom_edge.library.keeping.removals import Removal
from classroom_edge.library.roots import roots_of
from classroom_edge.paths import DataFolder, default_data_folder
from classroom_edge.room import Refused, Who
from classroom_edge.store import Store, StoreError, place_of
from classroom_edge.words import words

GOOD: Final = 0
FAILED: Final = 1
ME: Final = Who(name="command line")


def erase(
    recording: str, room: Path, reason: str, data: Path | None, *, as_json: bool, language: str
) -> int:
    """Erase a recording, beside a running daemon or without one; give 1 where that is refused.

    Raises:
        ConfigError: the room.toml cannot be used.
    """
    config = load(room)
    folder = DataFolder((data or default_data_folder(config.room.id)).absolute())
    try:
        removal = asyncio.run(_erase(config, folder, recording, reason))
    except Refused as refusal:
        sys.stderr.write(refusal.words[language] + "\n")
        return FAILED
    except StoreError as error:
        sys.stderr.write(f"{error}\n")
        return FAILED
    if as_json:
        sys.stdout.write(msgspec.json.encode(removal).decode() + "\n")
        return GOOD
    say = words("backup").say
    sys.stdout.write(say("erased", language, id=recording) + "\n")
    if places := [f"{one.target} ({one.what})" for one in removal.elsewhere]:
        sys.stdout.write(say("elsewhere", language, places=", ".join(places)) + "\n")
    return GOOD


async def _erase(config: Config, folder: DataFolder, recording: str, reason: str) -> Removal:
    roots = roots_of(config, folder).all()
    async with Store(place_of(config.store, folder)) as store:
        erasing = Erasing(folder=folder, roots=roots, store=store)
        return await erasing.erase(ME, recording, reason)
