"""The alarm clock: rings at instants, and knows nothing of what is to be done.

APScheduler keeps the instants of the next days. It is never the truth: whoever is woken decides
anew from the store and the room. A ring that comes late comes nevertheless.

Source: APScheduler 3.11, user guide, "Limiting the number of concurrently executing instances
of a job" and "Missed job executions and coalescing".
"""

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Final

from apscheduler.jobstores.base import JobLookupError
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.date import DateTrigger

from classroom_edge.services.day.clock import DayClock

NEXT: Final = "next"
PLANNED: Final = "planned"


class AlarmClock:
    """Rings (`rung`) at every instant that it was set to. To be used within a running loop."""

    def __init__(self, clock: DayClock) -> None:
        self.rung = asyncio.Event()
        self._clock = clock
        self._next: datetime | None = None
        self._scheduler = AsyncIOScheduler(
            timezone=UTC, job_defaults={"misfire_grace_time": None, "coalesce": True}
        )

    def __enter__(self) -> "AlarmClock":
        self._scheduler.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._scheduler.shutdown(wait=False)

    def plan(self, instants: Iterable[datetime]) -> None:
        """Set it to the instants of the next days, in place of those before."""
        self._next = None
        for job in self._scheduler.get_jobs():
            if job.id.startswith(PLANNED):
                job.remove()
        for number, at in enumerate(sorted(set(instants))):
            self._set(f"{PLANNED}-{number}", at)

    def next(self, at: datetime | None) -> None:
        """Set it to when something has to be looked at again; None: to nothing in between."""
        if at == self._next:
            return
        self._next = at
        if at is not None:
            self._set(NEXT, at)
            return
        with suppress(JobLookupError):
            self._scheduler.remove_job(NEXT)

    def ring(self) -> None:
        """Ring now."""
        self.rung.set()

    async def wait(self, within_s: float) -> None:
        """Return when it rings, or somebody else sets `rung`, or after so many real seconds."""
        with suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                await self.rung.wait()
        self.rung.clear()

    def _set(self, name: str, at: datetime) -> None:
        left = (at - self._clock.now()) / self._clock.speed
        real_at = datetime.now(UTC) + max(left, timedelta())
        self._scheduler.add_job(
            self._ring, DateTrigger(real_at, UTC), id=name, replace_existing=True
        )

    async def _ring(self) -> None:
        self.ring()
