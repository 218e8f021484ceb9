"""Brings one target what waits for it: one delivery at a time, each by a process of its own.

A try is never asked to stop, it is ended: when the target's hours are over, when a lesson becomes
live, when somebody drops the delivery, with the daemon. The next one goes on where it was.
"""

import asyncio
import logging
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from classroom_edge.config.models import TargetConfig
from classroom_edge.library.card import Consent, read_card
from classroom_edge.library.deliver import outcome
from classroom_edge.library.deliver.gate import Gate
from classroom_edge.library.deliver.hours import Hours
from classroom_edge.library.deliver.kinds import FILMS_ALONE
from classroom_edge.library.deliver.messages import AnyReport, Arrived, Done, Failed, Moved
from classroom_edge.library.deliver.parcels import packed
from classroom_edge.library.deliver.process import Try, working
from classroom_edge.library.deliver.progress import Progress
from classroom_edge.library.deliver.receipts import Delivered, add_receipt
from classroom_edge.library.deliver.target import Parcel, RefusedError
from classroom_edge.library.deliver.trying import log_of, task_of
from classroom_edge.library.deliver.waiting import Delivery, Patience, may_go
from classroom_edge.library.folders import Folders
from classroom_edge.room import Refused
from classroom_edge.store import Store, deliveries
from classroom_media.api import RecordError

LOOK_S: Final = 1.0  # whether it may still be delivered
IDLE_S: Final = 30.0  # whether something is due

logger = logging.getLogger(__name__)


@dataclass(kw_only=True)
class Courier:
    """One target, and what is brought to it now."""

    target: TargetConfig
    zone: ZoneInfo
    store: Store
    folders: Folders
    place: Path  # for its lock and its log
    is_live: Callable[[], bool]
    changed: Callable[[], None]
    settled: Callable[[], None] = lambda: None  # something was delivered, or was not
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    patience: Patience = field(default_factory=Patience)
    look_s: float = LOOK_S
    current: Delivery | None = field(default=None, init=False)
    title: str = field(default="", init=False)  # of the current one's recording
    progress: Progress | None = field(default=None, init=False)
    gate: Gate = field(init=False)
    _stirred: asyncio.Event = field(default_factory=asyncio.Event, init=False)
    _is_cut: bool = field(default=False, init=False)

    def __post_init__(self) -> None:
        text = self.target.hours
        self.gate = Gate(
            hours=Hours.read(text, self.zone) if text else None,
            is_live=lambda: self.target.pause_while_live and self.is_live(),
            now=self.now,
            patience=self.patience,
        )

    async def run(self) -> None:
        """Deliver until cancelled. Raises StoreError."""
        while True:
            wait_s = await self.round()
            with suppress(TimeoutError):
                async with asyncio.timeout(wait_s):
                    await self._stirred.wait()
            self._stirred.clear()

    def stir(self) -> None:
        """Look at once whether something is due; a target that rested is tried again."""
        self.gate.wake()
        self._stirred.set()

    def cut(self, number: int) -> None:
        """End the try of a delivery that nobody wants any more."""
        if self.current is not None and self.current.number == number:
            self._is_cut = True

    async def round(self) -> float:
        """Deliver what is due next; give for how long there is nothing to do, in seconds."""
        if self.gate.closed:
            return min(self.look_s, IDLE_S)
        delivery = await self.store.run(
            partial(deliveries.upcoming, target=self.target.id, now=self.now())
        )
        if delivery is not None:
            await self._bring(delivery)
            return 0.0
        due_at = await self.store.run(partial(deliveries.due_at, target=self.target.id))
        left_s = (due_at - self.now()).total_seconds() if due_at else IDLE_S
        return min(max(left_s, self.look_s), IDLE_S)

    async def _bring(self, delivery: Delivery) -> None:
        """Try it once; keep what has become of it."""
        self._is_cut = False
        self.current = outcome.begun(delivery)
        self.changed()
        try:
            last = await self._tried(self.current)
            await self._settle(self.current, last)
        finally:
            self.current = self.progress = None
            self.changed()

    async def _tried(self, delivery: Delivery) -> Done | Failed | None:
        """Try it; None = it was interrupted."""
        try:
            parcel = await asyncio.to_thread(self._parcel, delivery)
        except RefusedError as error:
            return Failed(kind="refused", code=error.code, said=error.said)
        except RecordError as error:
            return Failed(kind="transient", code="unreadable-here", said=str(error))
        self.title = parcel.about.title
        await self._keep(delivery)
        task = task_of(self.target, delivery, parcel, self.place)
        async with working(task, log_of(self.target, self.place)) as process:
            return await self._followed(process)

    async def _followed(self, process: Try) -> Done | Failed | None:
        """Take note of what a process reports, to its end or until it may go on no more."""
        self.progress = Progress(time.monotonic())
        while not self._is_cut and not self.gate.closed:
            try:
                async with asyncio.timeout(self.look_s):
                    report = await process.report()
            except TimeoutError:
                continue
            if report is None:
                return outcome.CRASHED
            if isinstance(report, (Done, Failed)):
                return report
            await self._note(report)
        return None

    async def _note(self, report: AnyReport) -> None:
        """Take note of what is told on the way."""
        if self.current is None or self.progress is None or self._is_cut:
            return
        self.current = outcome.told(self.current, report)
        if isinstance(report, Moved):
            self.progress.told(time.monotonic(), report.there, report.sent + report.read)
        else:
            await self._keep(self.current)
        if isinstance(report, Arrived):
            self.gate.works()
        self.changed()

    async def _settle(self, delivery: Delivery, last: Done | Failed | None) -> None:
        """Keep how it ended; what arrived is noted beside the recording first."""
        if isinstance(last, Done):
            try:
                await asyncio.to_thread(self._sign, delivery)
            except RecordError as error:
                last = Failed(kind="transient", code="unreadable-here", said=str(error))
        if last is None and self._is_cut:
            return  # whoever cut it has kept what he wants of it
        now = self.now()
        if last is None:
            settled = outcome.interrupted(delivery, now)
        else:
            settled = outcome.ended(delivery, last, now, self.patience)
            self.gate.judge(last)
            logger.info("%s to %s: %s %s", delivery.parcel, self.target.id, settled.state, last)
        await self._keep(settled)
        self.settled()

    def _sign(self, delivery: Delivery) -> None:
        folder = self.folders.place(delivery.recording)
        note = Delivered(
            target=delivery.target, what=delivery.what, at=self.now(), files=delivery.arrived
        )
        add_receipt(folder, note)

    async def _keep(self, delivery: Delivery) -> None:
        await self.store.run(partial(deliveries.keep, delivery=delivery))

    def _parcel(self, delivery: Delivery) -> Parcel:
        """Pack it, if its consent still allows that. Raises RefusedError, RecordError."""
        try:
            folder = self.folders.place(delivery.recording)
            manifest = self.folders.one(delivery.recording)
        except Refused as error:
            raise RefusedError(outcome.ERASED) from error
        if not may_go(read_card(folder).standing.consent, Consent(self.target.least_consent)):
            raise RefusedError("consent")
        films_alone = self.target.kind in FILMS_ALONE
        return packed(folder, manifest, delivery.what, films_alone=films_alone)
