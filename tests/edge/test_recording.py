"""The rules of a recording, and the service that follows them, over pretend workers."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from classroom_edge.room import RecordingState, Refused, Who
from classroom_edge.services.places import Places
from classroom_edge.services.progress import FRESH_S, Progress
from classroom_edge.services.recorders import Doing, Order, Recorder, next_command
from classroom_edge.services.recording import RecordingService
from classroom_edge.services.takes import (
    FORGOTTEN_AFTER_S,
    after_outage,
    limit_left_s,
    place_of,
    state_of,
)
from classroom_media.api import NS, Kind, WorkerError
from classroom_media.compose.grid import Grid
from classroom_media.messages import (
    AnyCommand,
    Begin,
    End,
    Heartbeat,
    Hold,
    PartProgress,
    Release,
    StandIn,
)
from classroom_media.record.journal import (
    JOURNAL_FILE,
    AnyJournalEvent,
    ExpectedTrack,
    Limited,
    PartStarted,
    PartSynced,
    RecordingStarted,
    RecordingStopped,
    SourceBack,
    SourceLost,
    SparesHeard,
    TakeEnded,
    TakeHeld,
    TakeStarted,
    durably,
    replay,
)
from classroom_media.record.story import Story, tell
from tests.waiting import eventually_async

ME = Who(name="test")
BOOT = "this boot"
PROGRAMME = ExpectedTrack(name="programme", source="", kind=Kind.PICTURE)
STARTED = RecordingStarted(
    at_ns=10 * NS, recording="r1", room="attic", title="", wall=datetime.now(UTC), boot=BOOT
)
TAKE_1 = TakeStarted(at_ns=10 * NS, take=1, from_ns=5 * NS, boot=BOOT, lead_in=True)
ENDED_1 = TakeEnded(at_ns=20 * NS, take=1, end_ns=20 * NS, reason="pause")
TAKE_2 = TakeStarted(at_ns=30 * NS, take=2, from_ns=30 * NS, boot=BOOT, reason="pause")
HELD_2 = TakeHeld(at_ns=40 * NS, take=2, held_ns=40 * NS)
STOPPED = RecordingStopped(at_ns=50 * NS)
ON_DISK = (
    PartStarted(at_ns=0, track="programme", part=1, take=1, zero_ns=5 * NS, file="programme.mp4"),
    PartSynced(at_ns=0, track="programme", part=1, synced_ns=18 * NS, synced_bytes=1000),
)

ORDER = Order(recording="r1", folder="/r1", take=1, from_ns=5 * NS, lead_in=True)
BEGIN = Begin(recording="r1", folder="/r1", take=1, from_ns=5 * NS, lead_in=True)


@pytest.mark.parametrize(
    ("events", "state"),
    [
        ((STARTED, TAKE_1), RecordingState.RECORDING),
        ((STARTED, TAKE_1, ENDED_1), RecordingState.PAUSED),
        ((STARTED, TAKE_1, ENDED_1, TAKE_2), RecordingState.RECORDING),
        ((STARTED, TAKE_1, ENDED_1, TAKE_2, HELD_2), RecordingState.STOPPING),
        ((STARTED, TAKE_1, ENDED_1, STOPPED), RecordingState.IDLE),
    ],
)
def test_the_journal_tells_the_state(
    events: tuple[AnyJournalEvent, ...], state: RecordingState
) -> None:
    assert state_of(tell(events)) is state


@pytest.mark.parametrize(
    ("doing", "order", "command"),
    [
        (Doing(), ORDER, BEGIN),
        (Doing("r1", 1), ORDER, None),
        (Doing("r1", 1), Order(), End(end_ns=9)),
        (Doing("r0", 1), ORDER, End(end_ns=9)),
        (Doing("r1", 2), ORDER, End(end_ns=9)),
        (Doing(), Order(), None),
        (Doing("r1", 1), Order(recording="r1", take=1, held_ns=7), Hold(at_ns=7)),
        (Doing("r1", 1, held=True), Order(recording="r1", take=1, held_ns=7), None),
        (Doing("r1", 1, held=True), ORDER, Release()),
        (Doing(), Order(recording="r1", take=1, held_ns=7), None),
    ],
)
def test_the_next_command_leads_from_what_is_done_to_what_is_wanted(
    doing: Doing, order: Order, command: AnyCommand | None
) -> None:
    assert next_command(doing, order, ended_ns=9) == command


def outage(*events: AnyJournalEvent, boot: str = BOOT, outage_s: float = 1.0) -> Story:
    story = tell(events)
    return tell([*events, *after_outage(story, boot=boot, now_ns=100 * NS, outage_s=outage_s)])


def test_after_a_short_outage_the_same_take_goes_on() -> None:
    before = (STARTED, TAKE_1, *ON_DISK)
    assert outage(*before, outage_s=59) == tell(before)


@pytest.mark.parametrize(("boot", "outage_s"), [(BOOT, 61.0), ("another boot", 5.0)])
def test_after_a_long_outage_or_a_reboot_another_take_begins(boot: str, outage_s: float) -> None:
    story = outage(STARTED, TAKE_1, *ON_DISK, boot=boot, outage_s=outage_s)
    assert [take.end_ns for take in story.takes] == [18 * NS, None]  # as far as it is on disk
    assert story.takes[1].from_ns == 100 * NS
    assert story.takes[1].boot == boot


def test_after_hours_nobody_is_recorded_any_more() -> None:
    story = outage(STARTED, TAKE_1, *ON_DISK, boot="another boot", outage_s=FORGOTTEN_AFTER_S + 1)
    assert state_of(story) is RecordingState.IDLE
    assert story.end_of(story.takes[0]) == 18 * NS


def test_a_stop_that_was_asked_for_is_carried_out_after_an_outage() -> None:
    story = outage(STARTED, TAKE_1, ENDED_1, TAKE_2, HELD_2)
    assert story.stopped
    assert story.takes[1].end_ns == 40 * NS


def test_a_pause_stays_a_pause_after_a_reboot() -> None:
    story = outage(STARTED, TAKE_1, ENDED_1, boot="another boot", outage_s=300)
    assert state_of(story) is RecordingState.PAUSED


def test_a_recording_that_ended_before_it_began_is_over() -> None:
    assert outage(STARTED).stopped


def test_a_mark_has_its_place_without_the_pauses() -> None:
    assert place_of(tell([STARTED, TAKE_1, ENDED_1, TAKE_2]), 33 * NS) == 15 + 3
    assert place_of(tell([STARTED, TAKE_1, ENDED_1]), 25 * NS) == 15
    assert place_of(tell([STARTED, TAKE_1, ENDED_1, TAKE_2, HELD_2]), 45 * NS) == 15 + 10


def said(part: int, first_s: float, synced_s: float, problem: str = "") -> PartProgress:
    return PartProgress(
        track="programme",
        part=part,
        first_ns=int(first_s * NS),
        written_ns=int(synced_s * NS) + NS,
        synced_ns=int(synced_s * NS),
        synced_bytes=int(synced_s * 1000),
        problem=problem,
    )


def test_seconds_are_those_on_disk_and_nothing_of_what_is_missing_between_parts() -> None:
    progress = Progress()
    progress.heard(1, [said(1, 10, 15)], 0)
    progress.heard(1, [said(2, 18, 20)], 1)  # three seconds were lost
    progress.heard(2, [said(3, 60, 61)], 2)  # after a pause
    assert progress.seconds("programme") == 5 + 2 + 1


def test_the_light_goes_out_three_seconds_after_the_last_byte() -> None:
    progress = Progress()
    assert not progress.advances("programme", 0)
    progress.heard(1, [said(1, 10, 11)], 100)
    progress.heard(1, [said(1, 10, 11)], 102)  # alive, but nothing more is on disk
    assert progress.advances("programme", 100 + FRESH_S)
    assert not progress.advances("programme", 100.1 + FRESH_S)


def test_a_full_disk_is_named() -> None:
    progress = Progress()
    progress.heard(1, [said(1, 10, 11, problem="disk-full")], 0)
    assert progress.view("programme", 0, is_there=True).state == "disk-full"


@dataclass
class PretendWorker:
    """Obeys and remembers; or is silent."""

    role: str = "director"
    name: str = "programme"
    pid: int = 7
    silent: bool = False
    asked: int = 0
    told: list[AnyCommand] = field(default_factory=list)

    async def ask(self, command: AnyCommand, *, timeout_s: float) -> None:
        self.asked += 1
        if self.silent:
            await asyncio.sleep(min(timeout_s, 0.01))
            raise WorkerError("silent")
        self.told.append(command)


@dataclass
class Taking:
    service: RecordingService
    worker: PretendWorker
    recorder: Recorder
    over: list[Path]

    def is_told(self, *kinds: type) -> bool:
        return [type(command) for command in self.worker.told] == list(kinds)


@asynccontextmanager
async def taking(folder: Path, *, recover: bool = False) -> AsyncIterator[Taking]:
    worker, over = PretendWorker(), list[Path]()
    recorder = Recorder(worker=worker, tracks=("programme",))
    service = RecordingService(
        room="attic",
        places=Places(folder),
        pre_roll_s=10,
        grid=Grid(25),
        boot=BOOT,
        tracks=(PROGRAMME,),
        recorders=(recorder,),
        ready_ns=lambda: 0,
        changed=lambda: None,
        over=over.append,
    )
    if recover:
        service.recover()
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(service.run())
        yield Taking(service, worker, recorder, over)
        running.cancel()


async def test_a_recording_begins_ten_seconds_ago_and_ends_now(tmp_path: Path) -> None:
    async with taking(tmp_path) as it:
        before_ns = time.monotonic_ns()
        id_ = await it.service.start(ME)
        await eventually_async(lambda: it.is_told(Begin))
        await it.service.stop(ME)
        await eventually_async(lambda: it.over == [tmp_path / id_])
    begin, end = it.worker.told
    assert isinstance(begin, Begin)
    assert isinstance(end, End)
    assert -NS / 25 <= begin.from_ns + 10 * NS - before_ns < NS  # a whole picture earlier at most
    assert begin.lead_in
    assert end.end_ns >= before_ns


async def test_no_second_recording_begins_and_none_is_stopped_twice(tmp_path: Path) -> None:
    async with taking(tmp_path) as it:
        await it.service.start(ME)
        with pytest.raises(Refused) as again:
            await it.service.start(ME)
        await it.service.stop(ME)
        with pytest.raises(Refused) as stopped:
            await it.service.stop(ME)
    assert (again.value.code, stopped.value.code) == ("already-recording", "not-recording")
    assert set(again.value.words) == {"zh-CN", "en"}
    assert len(list(tmp_path.iterdir())) == 1


async def test_nothing_of_a_pause_is_asked_for(tmp_path: Path) -> None:
    async with taking(tmp_path) as it:
        await it.service.start(ME)
        await eventually_async(lambda: it.is_told(Begin))
        await it.service.pause(ME)
        await eventually_async(lambda: it.is_told(Begin, End))
        paused_ns = time.monotonic_ns()
        await it.service.resume(ME)
        await eventually_async(lambda: it.is_told(Begin, End, Begin))
    resumed = it.worker.told[-1]
    assert isinstance(resumed, Begin)
    assert resumed.from_ns > paused_ns
    assert not resumed.lead_in
    assert resumed.take == 2


async def test_a_stop_can_be_undone_within_its_grace(tmp_path: Path) -> None:
    async with taking(tmp_path) as it:
        await it.service.start(ME)
        await eventually_async(lambda: it.is_told(Begin))
        await it.service.stop(ME, grace_s=10)
        await eventually_async(lambda: it.is_told(Begin, Hold))
        assert it.service.undo_until is not None
        await it.service.go_on(ME)
        await eventually_async(lambda: it.is_told(Begin, Hold, Release))
    assert it.service.state is RecordingState.RECORDING


async def test_after_its_grace_a_stop_counts_from_when_it_was_asked_for(tmp_path: Path) -> None:
    async with taking(tmp_path) as it:
        await it.service.start(ME)
        await eventually_async(lambda: it.is_told(Begin))
        await it.service.stop(ME, grace_s=0.2)
        await eventually_async(lambda: it.over)
    _begin, hold, end = it.worker.told
    assert isinstance(hold, Hold)
    assert end == End(end_ns=hold.at_ns)


def test_pauses_do_not_count_towards_the_end_of_a_micro_lesson() -> None:
    limited = Limited(at_ns=10 * NS, limit_s=30)
    assert limit_left_s(tell((STARTED, TAKE_1, limited)), 20 * NS) == 15
    paused = tell((STARTED, TAKE_1, limited, ENDED_1, TAKE_2))
    assert limit_left_s(paused, 40 * NS) == 5


async def test_a_micro_lesson_is_over_after_its_limit_unless_that_is_changed(
    tmp_path: Path,
) -> None:
    async with taking(tmp_path) as it:
        id_ = await it.service.start(ME, limit_s=5)  # the pre-roll counts
        assert it.service.is_over_limit
        await it.service.limit(ME, 600)
        assert not it.service.is_over_limit
        await it.service.limit(ME, 0)
        assert not it.service.is_over_limit
    told = tell(replay(tmp_path / id_ / JOURNAL_FILE))
    assert (told.limit_s, told.micro) == (0, True)


async def test_who_goes_on_at_the_end_of_a_micro_lesson_gets_more_time(tmp_path: Path) -> None:
    async with taking(tmp_path) as it:
        await it.service.start(ME, limit_s=0.1)
        await eventually_async(lambda: it.service.is_over_limit)
        await it.service.stop(ME, grace_s=10)
        await it.service.go_on(ME)
        assert not it.service.is_over_limit
        assert it.service.story is not None
        assert it.service.story.limit_s == pytest.approx(300.1)


async def test_stopped_again_before_the_instant_of_a_stop_it_ends_at_once(tmp_path: Path) -> None:
    async with taking(tmp_path) as it:
        await it.service.start(ME)
        await eventually_async(lambda: it.is_told(Begin))
        ahead_ns = time.monotonic_ns() + 9 * NS
        await it.service.stop(ME, grace_s=10, at_ns=ahead_ns)
        await it.service.stop(ME)
        await eventually_async(lambda: it.over)
    end = it.worker.told[-1]
    assert isinstance(end, End)
    assert end.end_ns < ahead_ns - 4 * NS


async def test_a_stop_after_an_undone_one_has_a_grace_of_its_own(tmp_path: Path) -> None:
    async with taking(tmp_path) as it:
        await it.service.start(ME)
        await it.service.stop(ME, grace_s=0.3)
        await it.service.go_on(ME)
        await it.service.stop(ME, grace_s=10)
        await eventually_async(it.service._grace_over_s.empty)  # the first grace is over
        assert it.service.state is RecordingState.STOPPING


async def test_a_restarted_worker_goes_on_after_what_it_had_on_disk(tmp_path: Path) -> None:
    async with taking(tmp_path) as it:
        id_ = await it.service.start(ME, pre_roll=False)
        await eventually_async(lambda: it.is_told(Begin))
        reached_ns = time.monotonic_ns() + NS
        parts = (
            PartProgress(
                track="programme", part=1, first_ns=0, written_ns=0, synced_ns=reached_ns,
                synced_bytes=1,
            ),
        )  # fmt: skip
        it.service.heard(
            Heartbeat(
                role="director", name="programme", pid=7, at_ns=1, recording=id_, take=1,
                parts=parts,
            )
        )  # fmt: skip
        it.worker.pid = 8
        it.recorder.replaced()
        await eventually_async(lambda: it.is_told(Begin, Begin))
    again = it.worker.told[-1]
    assert isinstance(again, Begin)
    assert (again.take, again.from_ns) == (1, reached_ns)


async def test_a_silent_worker_is_told_until_it_listens(tmp_path: Path) -> None:
    async with taking(tmp_path) as it:
        it.worker.silent = True
        await it.service.start(ME)
        await eventually_async(lambda: it.worker.asked > 1)
        assert not it.worker.told
        it.worker.silent = False
        await eventually_async(lambda: it.is_told(Begin))


async def test_another_daemon_goes_on_with_what_it_finds(tmp_path: Path) -> None:
    async with taking(tmp_path) as it:
        id_ = await it.service.start(ME)
        await it.service.mark(ME, "here")
        await eventually_async(lambda: it.is_told(Begin))
    async with taking(tmp_path, recover=True) as later:
        assert later.service.story is not None
        assert later.service.story.id == id_
        assert len(later.service.story.marks) == 1
        await eventually_async(lambda: later.is_told(Begin))
    assert later.worker.told == it.worker.told  # the same take: idempotent


async def test_a_spare_microphone_that_is_heard_stands_in_the_journal(tmp_path: Path) -> None:
    dead = (StandIn(source="camera", spare="ceiling", why="dead"),)

    def noted(id_: str) -> list[tuple[StandIn, ...]]:
        events = replay(tmp_path / id_ / JOURNAL_FILE)
        return [event.stand_ins for event in events if isinstance(event, SparesHeard)]

    def beat(id_: str, stand_ins: tuple[StandIn, ...], role: str = "director") -> Heartbeat:
        return Heartbeat(
            role=role, name="x", pid=7, at_ns=9, recording=id_, take=1, stand_ins=stand_ins
        )

    async with taking(tmp_path) as it:
        id_ = await it.service.start(ME)
        for stand_ins in ((), dead, dead):
            it.service.heard(beat(id_, stand_ins))
            it.service.heard(beat(id_, (), "source"))
        await eventually_async(lambda: noted(id_) == [dead])
    async with taking(tmp_path, recover=True) as later:  # that daemon is gone
        later.service.heard(beat(id_, dead))
        later.service.heard(beat(id_, ()))
        await eventually_async(lambda: noted(id_) == [dead, ()])


async def test_each_loss_of_a_source_has_its_return_in_the_journal_whoever_notices(
    tmp_path: Path,
) -> None:
    def noted(id_: str) -> list[tuple[str, str]]:
        events = replay(tmp_path / id_ / JOURNAL_FILE)
        incidents = (e for e in events if isinstance(e, SourceLost | SourceBack))
        return [(type(event).__name__, event.source) for event in incidents]

    lost, back = ("SourceLost", "camera"), ("SourceBack", "camera")
    async with taking(tmp_path) as it:
        id_ = await it.service.start(ME)
        for problem in ("it is silent", "it is silent", None, None, "refused"):
            it.service.sources_are({"camera": problem, "screen": None})
        await eventually_async(lambda: noted(id_) == [lost, back, lost])
    async with taking(tmp_path, recover=True) as later:  # that daemon is gone
        later.service.sources_are({"camera": None, "screen": None})
        await eventually_async(lambda: noted(id_) == [lost, back, lost, back])


async def test_of_two_unfinished_recordings_only_the_newer_goes_on(tmp_path: Path) -> None:
    now_ns = time.monotonic_ns()
    for id_ in ("20260101-100000-aaaa", "20260101-110000-bbbb"):
        (tmp_path / id_).mkdir()
        started = RecordingStarted(
            at_ns=now_ns, recording=id_, room="attic", title="", wall=datetime.now(UTC), boot=BOOT
        )
        take = TakeStarted(at_ns=now_ns, take=1, from_ns=now_ns, boot=BOOT)
        durably(tmp_path / id_ / JOURNAL_FILE, [started, take])
    async with taking(tmp_path, recover=True) as it:
        assert it.service.story is not None
        assert it.service.story.id == "20260101-110000-bbbb"
    assert tell(replay(tmp_path / "20260101-100000-aaaa" / JOURNAL_FILE)).stopped


async def test_a_folder_that_cannot_be_written_is_a_refusal(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    async with taking(tmp_path / "file") as it:
        with pytest.raises(Refused) as refused:
            await it.service.start(ME)
        assert it.service.state is RecordingState.IDLE
    assert refused.value.code == "cannot-write"
