"""The origin's process: gives out the programme as low-latency HLS, and lessons that are over.

    python -m classroom_media.workers.origin < OriginSpec

One thread reads the programme's packets, one cuts them into parts and answers viewers, the main
one answers the daemon. A new process finds the lesson that was on the air, and goes on with it.
"""

import asyncio
import logging
import os
import sys
import time
from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from classroom_media.api import MediaError
from classroom_media.live.hls.archive import About, Archive
from classroom_media.live.hls.opening import open_soon
from classroom_media.live.hls.origin import Origin
from classroom_media.live.hls.pages import Pages
from classroom_media.live.hls.programme import Programme
from classroom_media.live.hls.serving import Serving, Where
from classroom_media.messages import Air, AnyCommand, BroadcastHealth, Heartbeat, OffAir
from classroom_media.record.journal import boot_id
from classroom_media.workers.shell import Answer, Shell, read_spec
from classroom_media.workers.specs import OriginSpec

NAME: Final = "broadcast"
ANSWERED_S: Final = 1.5  # by the thread that serves
SWEPT_S: Final = 3600.0

logger = logging.getLogger(__name__)


class Broadcaster:
    """One origin at work; a `Worker` of the shell."""

    def __init__(self, spec: OriginSpec, shell: Shell) -> None:
        """Serve, and go on with what an earlier process gave out.

        Raises:
            OSError: the folder of the lessons cannot be used.
        """
        self._spec = spec
        self._shell = shell
        self._archive = Archive(Path(spec.folder))
        pages = Pages(Path(spec.pages) if spec.pages else None)
        self._origin = Origin(self._archive, spec.key.encode(), pages=pages)
        self._serving = Serving(self._origin, _where(spec))
        self._on_air: Programme | None = None
        if found := self._archive.going_on(boot_id()):
            self._begin(*found)
        self._serving.start()
        self._in_loop(self._sweep())

    def heartbeat(self) -> Heartbeat:
        """Tell what is on the air, and how many watch."""
        told = BroadcastHealth(port=self._serving.port, serve_problem=self._serving.problem)
        if on_air := self._on_air:
            began_ns, last_ns = on_air.span_ns
            told = BroadcastHealth(
                lesson=on_air.name,
                title=on_air.about.title,
                began_ns=began_ns,
                last_ns=last_ns,
                viewers=self._origin.audience.count(on_air.name),
                port=told.port,
                serve_problem=told.serve_problem,
                disk_problem=on_air.disk_problem,
            )
        return Heartbeat(
            role="origin",
            name=NAME,
            pid=os.getpid(),
            at_ns=time.monotonic_ns(),
            recording=told.lesson,  # like a take, it is not to be disturbed
            broadcast=told,
        )

    def handle(self, command: AnyCommand) -> Answer:
        """Obey a command.

        Raises:
            MediaError: another lesson is on the air, or this one cannot be.
        """
        match command:
            case Air():
                self._air(command)
            case OffAir():
                self._off_air()
            case _:
                return Answer(f"an origin knows no {type(command).__name__.lower()}")
        return Answer()

    def close(self) -> None:
        """Leave the lesson as it is: the next process goes on with it."""
        if self._on_air:
            self._on_air.stop()
        self._serving.stop()

    def _air(self, command: Air) -> None:
        if self._on_air:
            if self._on_air.name != command.lesson:
                raise MediaError(f"{self._on_air.name} is on the air")
            return
        now_ns = time.monotonic_ns()
        about = About(
            title=command.title,
            epoch=datetime.now(UTC) - timedelta(microseconds=now_ns // 1000),
            boot=boot_id(),
            qualities=command.qualities,
        )
        try:
            self._begin(command.lesson, about)
        except (OSError, ValueError) as error:
            raise MediaError(str(error)) from error
        pictures = dict.fromkeys(one.picture for one in command.qualities)
        self._in_loop(open_soon(self._spec.director, pictures))

    def _begin(self, name: str, about: About) -> None:
        lesson = self._archive.begin(name, about)
        self._on_air = Programme(name, about, lesson, self._serving.loop)
        self._on_air.start(self._spec.director, failed=lambda: self._shell.stop(1))
        logger.info("%s is on the air", name)

    def _off_air(self) -> None:
        on_air, self._on_air = self._on_air, None
        if on_air is None:
            return
        on_air.stop()
        self._in_loop(on_air.end())
        try:
            self._archive.end(on_air.name)
        except OSError as error:
            raise MediaError(str(error)) from error
        logger.info("%s is over", on_air.name)

    def _in_loop(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._serving.loop)

    async def _sweep(self) -> None:
        """Delete lessons that nobody may watch any more."""
        keep = timedelta(days=self._spec.keep_days)
        while True:
            for name in self._archive.sweep(keep, datetime.now(UTC)):
                logger.info("%s is deleted: it ended more than %s days ago", name, keep.days)
            await asyncio.sleep(SWEPT_S)


def _where(spec: OriginSpec) -> Where:
    return Where(
        host=spec.host,
        port=spec.port,
        certificate=Path(spec.certificate) if spec.certificate else None,
        key=Path(spec.certificate_key) if spec.certificate_key else None,
    )


def main() -> int:
    """Read a specification, run the origin; give the exit status."""
    spec = read_spec(OriginSpec)
    shell = Shell(spec.endpoints, role="origin", name=NAME)
    try:
        broadcaster = Broadcaster(spec, shell)
    except OSError as error:
        logger.error("the origin cannot work: %s", error)  # noqa: TRY400 - no fault of ours
        return 1
    return shell.run(broadcaster)


if __name__ == "__main__":
    sys.exit(main())
