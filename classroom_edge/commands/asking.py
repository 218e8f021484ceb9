"""How a command asks the daemon of its own machine, and says what came of it."""

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final, TypeVar

from classroom_edge.config import load
from classroom_edge.door import Answer, Language, LocalError, RequestError, ask
from classroom_edge.paths import default_data_folder, runtime_folder
from classroom_edge.words import words

GOOD, FAILED, WRONG = 0, 1, 2
WITHIN_S: Final = 15.0

Asked = TypeVar("Asked")
Told = TypeVar("Told", bound=Answer)


def asked(
    room: Path,
    data: Path | None,
    spoken: Language[Asked, Told],
    request: Asked,
    told: Callable[[Told], None],
    *,
    language: str,
) -> int:
    """Ask the daemon, and tell what it says or why it refuses; give the exit status.

    `spoken` is what can be said at the door, `language` that of the texts ("zh-CN", "en").

    Raises:
        ConfigError: the room.toml cannot be used.
    """
    id_ = load(room).room.id
    folder = (data or default_data_folder(id_)).absolute()
    runtime = runtime_folder(folder, id_)
    try:
        reply = asyncio.run(ask(runtime, spoken, request, within_s=WITHIN_S))
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


def complain(key: str, language: str, **values: object) -> int:
    """Say on the error stream what went wrong; give the exit status."""
    sys.stderr.write(words("cli").say(f"outlets.{key}", language, **values) + "\n")
    return FAILED


def say(text: str) -> None:
    """Write a line."""
    sys.stdout.write(text + "\n")
