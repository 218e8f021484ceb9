"""The recording of a room: what is wanted of it, kept in its journal, and what is on disk.

The journal is written first, then the recorders get their new order. Whatever dies in between:
who comes next reads the journal and knows what is wanted.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from classroom_edge.room import RecordingState, Who
from classroom_edge.services.finishing import is_final
from classroom_edge.services.noticing import Noticed
from classroom_edge.services.places import Places
from classroom_edge.services.progress import Progress
from classroom_edge.services.recorders import Recorder
from classroom_edge.services.refusals import refused
from classroom_edge.services.takes import (
    after_outage,
    ending,
    limit_left_s,
    lost_in,
    new_id,
    order_of,
    place_of,
    state_of,
)
from classroom_media.api import NS, Layout, RecordError
from classroom_media.compose.grid import Grid
from classroom_media.messages import Cut, Heartbeat
from classroom_media.record.journal import (
    DIRECTOR,
    AnyJournalEvent,
    ExpectedTrack,
    Journals,
    LayoutShown,
    Limited,
    Marked,
    RecordingStarted,
    RecordingStopped,
    SessionCompared,
    SourceBack,
    SourceLost,
    TakeHeld,
    TakeReleased,
    TakeStarted,
    Taught,
)
from classroom_media.record.story import Story, tell

GRACE_MAX_S: Final = 12.0  # the rings of the workers keep 15 s of what a hold leaves out
RESUME_AFTER_NS: Final = 100_000_000  # an instant that every worker hears of before it comes
AT_REST_WITHIN_S: Final = 12.0
COMPARED_NS: Final = 600 * NS  # between two looks at a session's time: clocks drift apart
MORE_S: Final = 300.0  # for who goes on at the end of a recording that ends by itself
TITLE_MAX: Final = 200  # characters
DAEMON: Final = "daemon"  # who stops a recording because the room's daemon ends

logger = logging.getLogger(__name__)


@dataclass(kw_only=True)
class RecordingService:
    """Starts, pauses, resumes and stops; one command after the other.

    `ready_ns` gives the instant since which the programme is there: no pre-roll reaches before
    it. `over` is called with the folder of a recording that is stopped and at rest.
    """

    room: str
    places: Places
    pre_roll_s: float
    grid: Grid  # of the programme's pictures: takes begin with a whole one
    boot: str
    tracks: tuple[ExpectedTrack, ...]
    recorders: Sequence[Recorder]
    ready_ns: Callable[[], int]
    changed: Callable[[], None]
    over: Callable[[Path], None]
    story: Story | None = field(default=None, init=False)
    progress: Progress = field(default_factory=Progress, init=False)
    undo_until: datetime | None = field(default=None, init=False)
    closing: str = field(default="", init=False)  # stopped, but its files are still being sealed
    problem: str = field(default="", init=False)  # the journal cannot be written
    _events: list[AnyJournalEvent] = field(default_factory=list, init=False)
    _journal: Journals | None = field(default=None, init=False)
    _ends: dict[tuple[str, int], int] = field(default_factory=dict, init=False)
    _lost: set[str] = field(default_factory=set, init=False)  # sources, as the journal tells it
    _compared_ns: dict[tuple[str, str], int] = field(default_factory=dict, init=False)  # sessions
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)
    _grace_over_s: asyncio.Queue[float] = field(default_factory=asyncio.Queue, init=False)
    _incidents: asyncio.Queue[AnyJournalEvent] = field(default_factory=asyncio.Queue, init=False)
    _noticed: Noticed = field(default_factory=Noticed, init=False)  # of the director, likewise
    _to_rest: asyncio.Queue[Path] = field(default_factory=asyncio.Queue, init=False)

    def __post_init__(self) -> None:
        for recorder in self.recorders:
            recorder.reached_ns = self.progress.reached_ns
            recorder.ended_ns = self._ended_ns

    @property
    def state(self) -> RecordingState:
        """Where the recording stands, its finishing aside."""
        return state_of(self.story)

    async def run(self) -> None:
        """Run until cancelled; the workers go on."""
        async with asyncio.TaskGroup() as tasks:
            for recorder in self.recorders:
                tasks.create_task(recorder.run())
            tasks.create_task(self._end_graces())
            tasks.create_task(self._hand_over())
            tasks.create_task(self._note_incidents())

    async def start(
        self,
        who: Who,
        *,
        title: str = "",
        pre_roll: bool = True,
        limit_s: float = 0.0,
        taught: Taught | None = None,
    ) -> str:
        """Begin a recording; give its id. With a limit it is a micro-lesson, and over after it.

        `taught` is the lesson that the timetable has it begun for.

        Raises:
            Refused: one runs already, or its journal cannot be written.
        """
        now_ns, now = time.monotonic_ns(), datetime.now(UTC)
        async with self._turn:
            if self.state is not RecordingState.IDLE:
                raise refused("already-recording")
            id_ = new_id(now)
            pre_roll_s = self.pre_roll_s if pre_roll else 0.0
            earliest_ns = max([self.ready_ns(), *self._ends.values()])
            wanted_ns = max(now_ns - int(pre_roll_s * NS), earliest_ns)
            from_ns = self.grid.at(self.grid.before(min(now_ns, wanted_ns)))
            started = RecordingStarted(
                at_ns=now_ns,
                recording=id_,
                room=self.room,
                title="".join(filter(str.isprintable, title)).strip()[:TITLE_MAX],
                wall=now,
                boot=self.boot,
                pre_roll_s=(now_ns - from_ns) / NS,
                tracks=self.tracks,
                micro=limit_s > 0,
                taught=taught,
            )
            take = TakeStarted(at_ns=now_ns, take=1, from_ns=from_ns, boot=self.boot, lead_in=True)
            first: list[AnyJournalEvent] = [started, take]
            first += [Limited(at_ns=now_ns, limit_s=limit_s)] if limit_s else []
            self.progress.forget()
            self._events, self._lost, self._noticed = [], set(), Noticed()
            try:
                self.places.make(id_)
                self._journal = self.places.journals(id_)
                for event in first:
                    await asyncio.to_thread(self._journal.append, event)
            except (OSError, RecordError) as error:
                logger.exception("recording cannot begin")
                raise refused("cannot-write", folder=self.places.folder) from error
            self._fold(*first)
        logger.info("recording %s begun by %s", id_, who.name)
        return id_

    async def pause(self, who: Who) -> None:
        """Keep nothing from now on, until resumed. Raises Refused."""
        now_ns = time.monotonic_ns()
        async with self._turn:
            story = self._in(RecordingState.RECORDING)
            await self._note(*ending(story, now_ns=now_ns, reason="pause"))
        logger.info("recording %s paused by %s", story.id, who.name)

    async def resume(self, who: Who) -> None:
        """Go on after a pause. Raises Refused."""
        async with self._turn:
            story = self._in(RecordingState.PAUSED)
            now_ns = time.monotonic_ns()
            number = story.takes[-1].number + 1
            from_ns = self.grid.at(self.grid.after(now_ns + RESUME_AFTER_NS))
            await self._note(
                TakeStarted(
                    at_ns=now_ns, take=number, from_ns=from_ns, boot=self.boot, reason="pause"
                )
            )
        logger.info("recording %s resumed by %s", story.id, who.name)

    async def stop(self, who: Who, *, grace_s: float = 0.0, at_ns: int | None = None) -> None:
        """End the recording at an instant, now if not told otherwise.

        With a grace it is held there, and ended for good once the grace is over. Stopping what
        is held already ends it at once, at the instant of the hold.

        Raises:
            Refused: there is nothing to stop.
        """
        now_ns = time.monotonic_ns()
        async with self._turn:
            story = self._in(
                RecordingState.RECORDING, RecordingState.PAUSED, RecordingState.STOPPING
            )
            grace_s = min(grace_s, GRACE_MAX_S)
            if grace_s > 0 and self.state is RecordingState.RECORDING:
                take, held_ns = story.takes[-1].number, at_ns or now_ns
                self.undo_until = datetime.now(UTC) + timedelta(seconds=grace_s)
                await self._note(TakeHeld(at_ns=now_ns, take=take, held_ns=held_ns))
                self._grace_over_s.put_nowait(time.monotonic() + grace_s)
            else:
                is_ours = self.state is not RecordingState.STOPPING and who.name == DAEMON
                await self._stop(at_ns or now_ns, reason="ended" if is_ours else "stop")
        logger.info("recording %s stopped by %s, grace %g s", story.id, who.name, grace_s)

    async def go_on(self, who: Who) -> None:
        """Undo a stop within its grace. Raises Refused."""
        async with self._turn:
            story = self._in(RecordingState.STOPPING)
            self.undo_until, now_ns = None, time.monotonic_ns()
            if story.limit_s and limit_left_s(story, now_ns) < GRACE_MAX_S:
                await self._note(Limited(at_ns=now_ns, limit_s=story.limit_s + MORE_S))
            await self._note(TakeReleased(at_ns=now_ns, take=story.takes[-1].number))
        logger.info("recording %s goes on, says %s", story.id, who.name)

    async def limit(self, who: Who, limit_s: float) -> None:
        """Have the recording be over after so many seconds, pauses left out; 0 = when stopped.

        Raises:
            Refused: nothing is recorded.
        """
        async with self._turn:
            self._in(RecordingState.RECORDING, RecordingState.PAUSED, RecordingState.STOPPING)
            await self._note(Limited(at_ns=time.monotonic_ns(), limit_s=limit_s))
        logger.info("the recording is limited to %g s by %s", limit_s, who.name)

    @property
    def is_over_limit(self) -> bool:
        """Whether a recording that ends by itself has come to its end."""
        if self.story is None or self.state is not RecordingState.RECORDING:
            return False
        is_limited = self.story.limit_s > 0
        return is_limited and limit_left_s(self.story, time.monotonic_ns()) <= 0

    async def mark(self, who: Who, text: str) -> float:
        """Mark this instant; give its file time in seconds. Raises Refused."""
        now_ns = time.monotonic_ns()
        async with self._turn:
            story = self._in(
                RecordingState.RECORDING, RecordingState.PAUSED, RecordingState.STOPPING
            )
            await self._note(Marked(at_ns=now_ns, text=text[:TITLE_MAX]))
        logger.info("mark by %s", who.name)
        return place_of(story, now_ns)

    async def shown(self, layout: Layout, *, by: str = "") -> None:
        """Note which layout the programme shows; asked again for the same, nothing is noted."""
        async with self._turn:
            if self.story is not None and self.story.layout != layout:
                await self._note(LayoutShown(at_ns=time.monotonic_ns(), layout=layout, by=by))

    def cut(self, cut: Cut) -> None:
        """Have it noted what the director's rules show, and why; does not wait for the disk."""
        self._incidents.put_nowait(
            LayoutShown(at_ns=cut.at_ns, layout=cut.layout, by=DIRECTOR, reason=cut.reason)
        )

    def sources_are(self, problems: Mapping[str, str | None]) -> None:
        """Have it noted which sources are lost, and why, or live (None); waits for no disk.

        Only what the journal does not say yet is noted, also after a daemon that died.
        """
        if self.story is None:
            return
        for source, problem in problems.items():
            if problem is None and source in self._lost:
                self._lost.discard(source)
                self._incidents.put_nowait(SourceBack(at_ns=time.monotonic_ns(), source=source))
            elif problem is not None and source not in self._lost:
                self._lost.add(source)
                self._incidents.put_nowait(
                    SourceLost(at_ns=time.monotonic_ns(), source=source, problem=problem)
                )

    def attends(self, sessions: Mapping[str, str], hub_ns: int | None) -> None:
        """Have it noted that the room is in sessions, by id with their titles, and their time.

        Noted once for each, and again after a while: clocks drift apart.
        """
        now_ns = time.monotonic_ns()
        if self.story is None or hub_ns is None:
            return
        for session, title in sessions.items():
            place = (self.story.id, session)
            compared_ns = self._compared_ns.get(place)
            if compared_ns is None or now_ns - compared_ns >= COMPARED_NS:
                self._compared_ns[place] = now_ns
                self._incidents.put_nowait(
                    SessionCompared(at_ns=now_ns, session=session, title=title, hub_ns=hub_ns)
                )

    def heard(self, beat: Heartbeat) -> None:
        """Take over how far a worker has come."""
        if self.story is not None and beat.recording == self.story.id:
            self.progress.heard(beat.take, beat.parts, time.monotonic())
            if beat.role == "director":
                for event in self._noticed.heard(beat):
                    self._incidents.put_nowait(event)

    def recover(self) -> None:
        """Take up what an earlier daemon left: go on with the newest, close what is older."""
        for id_ in self.places.ids():
            folder = self.places.folder / id_
            if is_final(folder):
                continue
            try:
                events = self.places.events(id_)
                story = tell(events)
            except RecordError as error:
                logger.warning("left alone: %s", error)
                continue
            self._remember_ends(story)
            if not story.stopped:
                self._take_up(folder, events, story)

    def _take_up(self, folder: Path, events: Iterable[AnyJournalEvent], story: Story) -> None:
        now_ns, events = time.monotonic_ns(), list(events)
        same_boot = all(take.boot == self.boot for take in story.takes[-1:])
        silent_s = (now_ns - max(event.at_ns for event in events)) / NS
        if not same_boot:
            silent_s = max(0.0, time.time() - self.places.written_at(folder.name))
        fresh = after_outage(story, boot=self.boot, now_ns=now_ns, outage_s=silent_s)
        if self.story is not None:  # two at once cannot be: the older one is over
            fresh = [
                *ending(story, now_ns=story.end_of(story.takes[-1]), reason="outage"),
                RecordingStopped(at_ns=now_ns, reason="outage"),
            ]
        try:
            journal = self.places.journals(folder.name)
            for event in fresh:
                journal.append(event)
        except RecordError as error:
            logger.warning("%s", error)
            return
        story = tell([*events, *fresh])
        self._remember_ends(story)
        logger.info("recording %s found: %s", story.id, state_of(story))
        if story.stopped:
            journal.close()
            return
        self._journal, self._events = journal, [*events, *fresh]
        self._lost, self._noticed = lost_in(self._events), Noticed.of(self._events)
        self.progress.remember(story, folder)
        self._fold()

    def _in(self, *states: RecordingState) -> Story:
        if self.story is None or self.state not in states:
            raise refused("not-recording" if self.story is None else f"not-while-{self.state}")
        return self.story

    async def _stop(self, at_ns: int, *, reason: str = "stop") -> None:
        if self.story is None:
            return
        self.closing, folder = self.story.id, self.places.folder / self.story.id
        stopped = RecordingStopped(at_ns=time.monotonic_ns(), reason=reason)
        await self._note(*ending(self.story, now_ns=at_ns, reason="stop"), stopped)
        if self._journal is not None:
            self._journal.close()
        self.story = self._journal = self.undo_until = None
        self._to_rest.put_nowait(folder)
        self.changed()

    async def _note(self, *events: AnyJournalEvent) -> None:
        """Write lines, then let them count. A disk that is full must not keep us from stopping."""
        for event in events:
            try:
                if self._journal is not None:
                    await asyncio.to_thread(self._journal.append, event)
                self.problem = ""
            except RecordError as error:
                logger.warning("%s", error)
                self.problem = str(error)
        self._fold(*events)

    def _fold(self, *events: AnyJournalEvent) -> None:
        self._events += events
        self.story = tell(self._events)
        self._remember_ends(self.story)
        order = order_of(self.story, *map(str, self.places.of(self.story.id)))
        for recorder in self.recorders:
            recorder.follow(order)
        self.changed()

    def _remember_ends(self, story: Story) -> None:
        if all(take.boot == self.boot for take in story.takes):
            self._ends |= {(story.id, take.number): take.end_ns or 0 for take in story.takes}

    def _ended_ns(self, recording: str, take: int) -> int:
        return self._ends.get((recording, take), 0) or time.monotonic_ns()

    async def _end_graces(self) -> None:
        while True:
            over_s = await self._grace_over_s.get()
            await asyncio.sleep(max(0.0, over_s - time.monotonic()))
            async with self._turn:
                if self.state is RecordingState.STOPPING and self._grace_over_s.empty():
                    await self._stop(time.monotonic_ns())

    async def _note_incidents(self) -> None:
        while True:
            event = await self._incidents.get()
            async with self._turn:
                if self.story is not None:
                    await self._note(event)

    async def at_rest(self) -> None:
        """Return once every recording that was stopped has been handed over."""
        await self._to_rest.join()

    async def _hand_over(self) -> None:
        while True:
            folder = await self._to_rest.get()
            try:
                async with asyncio.timeout(AT_REST_WITHIN_S):
                    for recorder in self.recorders:
                        await recorder.at_rest()
            except TimeoutError:
                logger.warning("%s: not every track could be sealed", folder.name)
            self.over(folder)
            if self._to_rest.empty():
                self.closing = ""
            self._to_rest.task_done()
