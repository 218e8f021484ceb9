"""Has films and exports made: one after the other, by a process at the lowest priority.

It does not begin while a recording is in need of the machine. A process that dies is begun again,
a few times at most: what is not whole is not there, so nothing is lost but time.
"""

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import msgspec

from classroom_edge.library.editing.editor_process import EditorProcess
from classroom_edge.library.editing.jobs import JOBS_MOST, Job, Jobs, Kind
from classroom_edge.library.editing.refusals import refused
from classroom_edge.room import Refused, RenderView, Who, Words
from classroom_edge.services.processes import Running
from classroom_edge.words import words
from classroom_media.api import RecordError
from classroom_media.edit.aside import clear
from classroom_media.edit.orders import Order

WAITS_S: Final = 5.0  # before it is asked again whether one may begin
TRIES: Final = 3
SURE: Final = 0.05  # of the work: before that nothing is said of what remains

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class _Work:
    """The job that is being done."""

    job: Job
    began_s: float  # on the monotonic clock
    process: Running | None = None
    share: float = 0.0
    is_dropped: bool = False

    def left_s(self, now_s: float) -> float | None:
        """Say for how long it goes on, as far as can be told."""
        if self.share < SURE:
            return None
        return (now_s - self.began_s) * (1 - self.share) / self.share


@dataclass(kw_only=True)
class RenderingService:
    """The queue, and the process. `order` blocks."""

    folder: Path  # of the queue, and of what tells where the process stands
    log: Path
    order: Callable[[Job], Order]  # raises Refused
    changed: Callable[[], None]
    done: Callable[[Job], None] = lambda _job: None
    is_needed_elsewhere: Callable[[], bool] = lambda: False  # the machine, by a recording
    clock: Callable[[], float] = time.monotonic
    _jobs: list[Job] = field(default_factory=list, init=False)
    _work: _Work | None = field(default=None, init=False)
    _more: asyncio.Event = field(default_factory=asyncio.Event, init=False)

    def __post_init__(self) -> None:
        self._kept = Jobs(self.folder)  # made when there is a job
        self._editor = EditorProcess(self.folder, self.log)
        self._jobs = list(self._kept.all())

    @property
    def pid(self) -> int:
        """The process at work, or 0."""
        return self._work.process.pid if self._work and self._work.process else 0

    @property
    def views(self) -> tuple[RenderView, ...]:
        """What is being made, what waits, and what could not be made."""
        return tuple(map(self._view, self._jobs))

    async def ask(self, who: Who, recording: str, kind: Kind, edit: str = "") -> Job:
        """Have something made; asked twice, it is made once.

        Raises:
            Refused: too much is waiting, or the disk does not take it.
        """
        number = max((one.number for one in self._jobs), default=0) + 1
        job = Job(
            number=number,
            recording=recording,
            kind=kind,
            edit=edit,
            at=datetime.now(UTC),
            by=who.name,
        )
        same = [one for one in self._jobs if one.is_like(job)]
        if same and not same[0].problem:
            return same[0]
        for one in same:
            await self.drop(one.number, recording)
        if len(self._jobs) >= JOBS_MOST:
            raise refused("too-many-jobs")
        try:
            await asyncio.to_thread(self._kept.keep, job)
        except OSError as error:
            raise refused("edit-unwritable", text=str(error)) from error
        self._jobs.append(job)
        self._more.set()
        self.changed()
        return job

    async def drop(self, number: int, recording: str) -> None:
        """Make something of a recording no more; what of it was made is taken away.

        Raises:
            Refused: there is no such job.
        """
        job = next((one for one in self._jobs if one.number == number), None)
        if job is None or job.recording != recording:
            raise refused("unknown-job", number=number)
        self._jobs.remove(job)
        await asyncio.to_thread(self._kept.drop, job)
        if self._work and self._work.job.number == number:
            self._work.is_dropped = True
            if self._work.process:
                self._work.process.kill()
        self.changed()

    async def forget(self, recording: str, edit: str = "") -> None:
        """Drop what is to be made of a recording, or of one edit of it."""
        for one in list(self._jobs):
            if one.recording == recording and (not edit or one.edit == edit):
                await self.drop(one.number, recording)

    async def run(self) -> None:
        """Run until cancelled; the process at work ends then, and is begun again later."""
        while True:
            self._more.clear()
            while job := next((one for one in self._jobs if not one.problem), None):
                while self.is_needed_elsewhere():  # noqa: ASYNC110 - nobody tells when not any more
                    await asyncio.sleep(WAITS_S)
                await self._do(job)
                self.changed()
            await self._more.wait()

    async def _do(self, job: Job) -> None:
        self._work = _Work(job, self.clock())
        try:
            order = await asyncio.to_thread(self.order, job)
            problem = await self._made(self._work, order)
        except Refused as no:
            problem = no.words
        except (OSError, RecordError) as error:
            problem = words("editing").both("failed.made", text=str(error))
        finally:
            work, self._work = self._work, None
        if work.is_dropped or job not in self._jobs:
            return
        if problem:
            logger.warning("%s of %s is not made: %s", job.kind, job.recording, problem["en"])
            failed = msgspec.structs.replace(job, problem=problem)
            self._jobs[self._jobs.index(job)] = failed
            await asyncio.to_thread(self._kept.keep, failed)
            return
        self._jobs.remove(job)
        await asyncio.to_thread(self._kept.drop, job)
        self.done(job)

    async def _made(self, work: _Work, order: Order) -> Words:
        """Have it made; give why it could not be, or nothing."""
        into = Path(order.into)
        await asyncio.to_thread(into.parent.mkdir, exist_ok=True)
        for _ in range(TRIES):
            work.process, work.began_s, work.share = (
                await self._editor.begin(order),
                self.clock(),
                0.0,
            )
            if work.is_dropped:  # before there was a process that could be ended
                work.process.kill()
            async for told in self._editor.follow(work.process):
                work.share = told.share
                self.changed()
            if work.is_dropped:
                await asyncio.to_thread(clear, into.parent)
                return {}
            if problem := self._editor.told().problem:
                return words("editing").both("failed.made", text=problem)
            if work.process.status == 0:
                return {}
        await asyncio.to_thread(clear, into.parent)
        return words("editing").both("failed.died", tries=TRIES)

    def _view(self, job: Job) -> RenderView:
        is_at_work = self._work is not None and self._work.job is job
        state = "failed" if job.problem else "working" if is_at_work else "waiting"
        left_s = self._work.left_s(self.clock()) if self._work and is_at_work else None
        return RenderView(
            number=job.number,
            recording=job.recording,
            edit=job.edit,
            kind=job.kind,
            state=state,
            share=round(self._work.share, 2) if self._work and is_at_work else 0.0,
            left_s=None if left_s is None else round(left_s),
            problem=job.problem,
        )
