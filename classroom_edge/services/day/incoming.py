"""A timetable that somebody sends in: examined, shown, and in force once that person agrees."""

import asyncio
import logging
import secrets
import sys
from asyncio.subprocess import PIPE
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import msgspec

from classroom_edge.room import Who
from classroom_edge.services.day.examine import Preview, Reading
from classroom_edge.services.day.in_force import InForce
from classroom_edge.services.refusals import refused

EXAMINED_WITHIN_S: Final = 30.0
MODULE: Final = "classroom_edge.services.day.examine"

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Sent:
    """What was sent in last; by its token somebody agrees to just that."""

    token: str
    preview: Preview


@dataclass(kw_only=True)
class Incoming:
    """Takes timetables in. Everything raises `Refused`. `wake` has the day looked at anew."""

    in_force: InForce
    wake: Callable[[], None]
    _sent: Sent | None = field(default=None, init=False)
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)

    async def preview(self, who: Who, name: str, content: bytes, how: Reading) -> Sent:
        """Examine a file; nothing is changed yet."""
        file = self._file()
        async with self._turn:
            found = await _examined(name, content, file, how)
            logger.info("timetable %s: %d mistakes, %s", name, len(found.mistakes), who.name)
            self._sent = Sent(secrets.token_urlsafe(12), found)
            return self._sent

    async def agree(self, who: Who, token: str, *, sure: bool) -> None:
        """Let what was shown come into force; what empties or halves it only if one is sure."""
        sent = self._sent
        if sent is None or sent.token != token or not sent.preview.content:
            raise refused("not-shown")
        if sent.preview.verdict != "fine" and not sure:
            raise refused("not-sure", **_told(sent.preview))
        await self._put(sent.preview.content.encode())
        self._sent = None
        logger.info("a new timetable is in force, says %s", who.name)

    async def undo(self, who: Who) -> None:
        """Have the timetable back that was in force before the last that was sent in."""
        before = await asyncio.to_thread(self.in_force.before)
        if before is None:
            raise refused("nothing-before")
        await self._put(before)
        logger.info("the timetable before is in force again, says %s", who.name)

    async def _put(self, content: bytes) -> None:
        try:
            await asyncio.to_thread(self.in_force.put, content)
        except OSError as error:
            raise refused("not-written", file=self._file(), text=error.strerror or "") from error
        self.wake()

    def _file(self) -> Path:
        if self.in_force.file is None:
            raise refused("no-timetable")
        return self.in_force.file


async def _examined(name: str, content: bytes, file: Path, how: Reading) -> Preview:
    reading = msgspec.json.encode(how).decode()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", MODULE, name, reading, str(file), stdin=PIPE, stdout=PIPE, stderr=PIPE
    )
    try:
        async with asyncio.timeout(EXAMINED_WITHIN_S):
            found, said = await process.communicate(content)
        return msgspec.json.decode(found, type=Preview)
    except (TimeoutError, msgspec.DecodeError) as error:
        text = error if isinstance(error, TimeoutError) else said.decode("utf-8", "replace")[-500:]
        logger.warning("timetable %s cannot be examined: %s", name, text)
        raise refused("not-examined") from error
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


def _told(preview: Preview) -> dict[str, str]:
    return {"text_zh": preview.told["zh-CN"], "text_en": preview.told["en"]}
