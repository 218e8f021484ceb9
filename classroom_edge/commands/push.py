"""``classroom-edge push``: the programme to platforms of others, and a trial of an address."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Final

import msgspec

from classroom_edge.commands.asking import FAILED, GOOD, asked, say
from classroom_edge.room import PushView
from classroom_edge.services import outlet_door as door
from classroom_edge.services.pushing import in_words, tried
from classroom_edge.words import words
from classroom_media.live.push import address

STDIN: Final = "-"


def test(pasted: str, seconds: float, *, language: str) -> int:
    """Send a test picture to an address, "-" = read from standard input; say what happened."""
    if pasted == STDIN:
        pasted = sys.stdin.readline().strip()
    trial = asyncio.run(tried(pasted, seconds))
    if trial.code:
        sys.stderr.write(in_words(trial.code, trial.said)[language] + "\n")
        return FAILED
    kbps = round(trial.sent_bytes * 8e-3 / max(trial.sent_s, 0.1))
    place = address.read(pasted).shown
    values = {"place": place, "ms": trial.connected_ms, "seconds": trial.sent_s, "kbps": kbps}
    say(words("cli").say("push.works", language, **values))
    return GOOD


def switch(room: Path, data: Path | None, name: str, *, on: bool, language: str) -> int:
    """Send to a platform from now on, or no more. Gives 1 when it is refused.

    Raises:
        ConfigError: the room.toml cannot be used.
    """
    return asked(
        room,
        data,
        door.LANGUAGE,
        door.Push(push=name, on=on),
        lambda _reply: None,
        language=language,
    )


def status(room: Path, data: Path | None, *, as_json: bool, language: str) -> int:
    """Tell how it goes with every push.

    Raises:
        ConfigError: the room.toml cannot be used.
    """

    def told(reply: door.Reply) -> None:
        if as_json:
            say(json.dumps(msgspec.to_builtins(reply.pushes), ensure_ascii=False))
        else:
            for view in reply.pushes:
                say(_line(view, language))

    return asked(room, data, door.LANGUAGE, door.Status(), told, language=language)


def _line(view: PushView, language: str) -> str:
    state = words("cli").say(f"push.state.{view.state}", language)
    problem = f": {view.problem[language]}" if view.problem else ""
    return f"{view.id}  {view.name}  {view.address}  {state}{problem}"
