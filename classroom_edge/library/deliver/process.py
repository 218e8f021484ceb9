"""A try as the daemon sees it: a process that is told a task, reports, and can be ended."""

import asyncio
import logging
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from classroom_edge.library.deliver.messages import REPORTS, AnyReport, Task

MODULE: Final = "classroom_edge.library.deliver.worker"
LINE_MAX: Final = 1 << 20  # bytes of a report

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Try:
    """A process that works on a task."""

    process: asyncio.subprocess.Process
    target: str

    async def report(self) -> AnyReport | None:
        """Give its next report; None = it has ended. May be cancelled and asked again."""
        while self.process.stdout is not None and (line := await self.process.stdout.readline()):
            try:
                return REPORTS.decode(line)
            except msgspec.DecodeError:
                logger.warning("%s: not understood: %r", self.target, line[:200])
        return None


@asynccontextmanager
async def working(task: Task, log: Path) -> AsyncIterator[Try]:
    """Have a process work on a task; it ends with the context, at once.

    The pipe by which it is told stays open, as its end would end the process.

    Raises:
        OSError: there can be no process.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as errors:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", MODULE),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=errors,
            limit=LINE_MAX,
        )
    try:
        if process.stdin is not None:
            with suppress(ConnectionError):
                process.stdin.write(msgspec.json.encode(task) + b"\n")
                await process.stdin.drain()
        yield Try(process, task.target.id)
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
