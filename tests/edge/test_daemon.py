"""A room at work: real workers, real files, and what becomes of them when something is killed."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import aclosing, contextmanager
from pathlib import Path

import pytest

from classroom_edge.room import (
    GateView,
    MultiviewView,
    RecordingState,
    Refused,
    SoundView,
    TitlesView,
)
from classroom_edge.services.sounds import strip_of
from classroom_media.api import LowerThird, Titles
from classroom_media.record.journal import JOURNAL_FILE, EncoderUsed, replay
from classroom_media.record.manifest import State
from classroom_media.record.story import tell
from tests.edge.room_at_work import (
    ME,
    Browser,
    at_work,
    finished,
    is_live,
    is_there,
    pid_of,
    pids,
    seconds,
    write_room,
)
from tests.waiting import eventually, eventually_async

pytestmark = pytest.mark.alone

TRACKS = ["programme", "pupils", "teacher", "teacher-sound"]


async def test_start_pause_resume_mark_stop_give_a_recording(tmp_path: Path) -> None:
    async with at_work(tmp_path) as daemon:
        id_ = await daemon.recorder.start(ME, title="三年级 <b>")
        await seconds(daemon, 2)
        await daemon.recorder.pause(ME)
        paused = await eventually_async(
            lambda: (now := daemon.state()).recording.state is RecordingState.PAUSED and now
        )
        assert paused
        assert not paused.recording.light
        await daemon.recorder.resume(ME)
        marked_s = await daemon.recorder.mark(ME, "here")
        before_s = daemon.state().recording.seconds_on_disk
        await seconds(daemon, before_s + 1)
        assert daemon.state().recording.light
        await daemon.recorder.stop(ME)
        manifest = await finished(daemon, id_)
        told = replay(daemon.folder(id_) / JOURNAL_FILE)
    assert [one.encoder for one in told if isinstance(one, EncoderUsed)] == ["libx264"]
    assert manifest.state is State.FINISHED
    assert manifest.title == "三年级 <b>"
    assert sorted(track.name for track in manifest.tracks) == TRACKS
    assert all(len(track.sha256) == 64 for track in manifest.tracks)
    assert "pause" in {gap.reason for gap in manifest.gaps}
    assert [(mark.text, round(mark.at_s, 1)) for mark in manifest.marks] == [
        ("here", round(marked_s, 1))
    ]
    assert manifest.duration_s > 3


async def test_a_stop_that_is_undone_leaves_no_seam(tmp_path: Path) -> None:
    async with at_work(tmp_path) as daemon:
        id_ = await daemon.recorder.start(ME)
        await seconds(daemon, 1.5)
        await daemon.recorder.stop(ME, grace_s=8)
        held_s = daemon.state().recording.seconds_on_disk
        await eventually_async(lambda: not daemon.state().recording.light, within_s=6)
        await daemon.recorder.go_on(ME)
        await seconds(daemon, held_s + 4)
        await daemon.recorder.stop(ME)
        manifest = await finished(daemon, id_)
    assert manifest.gaps == ()
    assert len(manifest.tracks) == 4  # each in one file


@pytest.mark.parametrize("victim", ["teacher", "programme"])
async def test_a_killed_worker_comes_back_and_records_on(tmp_path: Path, victim: str) -> None:
    async with at_work(tmp_path) as daemon:
        id_ = await daemon.recorder.start(ME)
        await seconds(daemon, 1.5)
        killed, others = pid_of(daemon.state(), victim), daemon.state().processes
        os.kill(killed, signal.SIGKILL)
        await eventually_async(lambda: pid_of(daemon.state(), victim) not in {0, killed})
        back_s = daemon.state().recording.seconds_on_disk
        await seconds(daemon, back_s + 2)
        same = {one.name for one in others} - {victim}
        assert all(
            pid_of(daemon.state(), one.name) == one.pid for one in others if one.name in same
        )
        await daemon.recorder.stop(ME)
        manifest = await finished(daemon, id_)
        parts = tell(replay(daemon.folder(id_) / JOURNAL_FILE)).parts
    assert {part.track for part in parts if part.number > 1} >= {victim}
    told = (victim, "programme")  # which passes the camera's packets, and so has its gaps
    assert [gap for gap in manifest.gaps if not gap.track.startswith(told)] == []
    assert sorted(track.name for track in manifest.tracks) == TRACKS


async def test_a_hung_worker_is_replaced(tmp_path: Path) -> None:
    async with at_work(tmp_path) as daemon:
        hung = pid_of(daemon.state(), "pupils")
        os.kill(hung, signal.SIGSTOP)
        await eventually_async(
            lambda: is_live(daemon.state()) and pid_of(daemon.state(), "pupils") != hung,
            within_s=20,
        )


async def test_layout_titles_and_mix_are_kept_by_the_next_director(tmp_path: Path) -> None:
    async with at_work(tmp_path) as daemon:
        await daemon.programme.show(ME, "side-by-side", ("pupils",))
        killed = pid_of(daemon.state(), "programme")
        os.kill(killed, signal.SIGKILL)
        beat = await eventually_async(
            lambda: (one := daemon.media.director.beat) is not None and one.pid != killed and one
        )
        assert beat
        assert beat.layout is not None
        assert (beat.layout.name, beat.layout.sources) == ("side-by-side", ("pupils", "teacher"))
        await daemon.programme.write(ME, TitlesView(name="李老师", subtitle="好雨知时节"))
        with pytest.raises(Refused, match="intermission"):
            await daemon.programme.write(ME, TitlesView(card="intermission"))
        quieter = SoundView("teacher", gain_db=-6.5, gate=GateView(-50.0, 300, 200))
        await daemon.programme.mix(ME, quieter)
        with pytest.raises(Refused, match="pupils"):
            await daemon.programme.mix(ME, SoundView("pupils"))
        os.kill(daemon.media.director.pid, signal.SIGKILL)
        await eventually_async(
            lambda: (
                (one := daemon.media.director.beat) is not None
                and one.pid != beat.pid
                and one.titles
                == Titles(lower_third=LowerThird(name="李老师"), subtitle="好雨知时节")
                and one.strips == {"teacher": strip_of(quieter)}
            )
        )
        assert daemon.state().programme.titles.subtitle == "好雨知时节"
        assert daemon.state().programme.sounds == (quieter,)
        with pytest.raises(Refused, match="mosaic"):
            await daemon.programme.show(ME, "mosaic")
        with pytest.raises(Refused, match="board"):
            await daemon.programme.show(ME, "single", ("board",))


async def test_the_multiview_is_made_while_somebody_looks(tmp_path: Path) -> None:
    async with at_work(tmp_path) as daemon:
        async with asyncio.timeout(20), aclosing(daemon.multiviews()) as walls:  # type: ignore[type-var]
            assert (await anext(walls)).startswith(b"\xff\xd8")  # JPEG
        assert daemon.state().programme.multiview == MultiviewView(("teacher", "pupils"), 2, 1)


async def test_previews_are_made_while_somebody_looks(tmp_path: Path) -> None:
    async with at_work(tmp_path) as daemon:
        async with asyncio.timeout(20), aclosing(daemon.changes()) as changes:  # type: ignore[type-var]
            assert (await anext(changes)).id == "attic"
        async with asyncio.timeout(20), aclosing(daemon.previews()) as previews:  # type: ignore[type-var]
            assert (await anext(previews)).startswith(b"\xff\xd8")  # JPEG
        async with asyncio.timeout(20), aclosing(daemon.levels()) as levels:  # type: ignore[type-var]
            assert {level.source for level in await anext(levels)} <= {"teacher", "programme"}


@contextmanager
def run_by_keeper(folder: Path) -> Iterator[tuple[subprocess.Popen[bytes], Browser]]:
    """Run a room by ``classroom-edge run``; in the end it is stopped in order."""
    room = write_room(folder)
    port = int(room.read_text().partition("port = ")[2].split()[0])
    command = [sys.executable, "-m", "classroom_edge", "run", str(room)]
    with subprocess.Popen([*command, "--data", str(folder / "data")], process_group=0) as keeper:
        try:
            yield keeper, Browser(port)
        finally:
            keeper.terminate()
            try:
                keeper.wait(20)
            finally:
                if keeper.poll() is None:
                    os.killpg(keeper.pid, signal.SIGKILL)


def is_live_now(state: dict[str, list[dict[str, str]]]) -> bool:
    return all(source["state"] == "live" for source in state["sources"])


def test_workers_outlive_the_daemon_and_the_recording_has_no_gap(tmp_path: Path) -> None:
    with run_by_keeper(tmp_path) as (keeper, browser):
        before = pids(browser.room(is_live_now))
        assert before["keeper"] == keeper.pid
        assert {os.getpgid(pid) for pid in before.values()} == {keeper.pid}
        id_ = browser.post("/api/v1/recording/start")["id"]
        browser.room(lambda room: room["recording"]["seconds_on_disk"] > 1)
        os.kill(before["daemon"], signal.SIGKILL)
        state = browser.room(lambda room: pids(room)["daemon"] != before["daemon"])
        state = browser.room(lambda room: room["recording"]["light"])
        assert pids(state) == before | {"daemon": pids(state)["daemon"]}
        assert state["recording"]["id"] == id_
        browser.post("/api/v1/recording/stop")
        browser.room(lambda room: room["recording"]["last_id"] == id_)
        assert browser.get(f"/api/v1/recordings/{id_}")["gaps"] == []


def test_when_all_are_killed_the_recording_goes_on_by_itself(tmp_path: Path) -> None:
    with run_by_keeper(tmp_path) as (_keeper, browser):
        victims = pids(browser.room(is_live_now))
        victims.pop("keeper")
        id_ = browser.post("/api/v1/recording/start")["id"]
        browser.room(lambda room: room["recording"]["seconds_on_disk"] > 1)
        for pid in victims.values():
            os.kill(pid, signal.SIGKILL)
        eventually(lambda: not any(map(is_there, victims.values())))
        state = browser.room(lambda room: room["recording"]["light"])
        assert state["recording"]["id"] == id_
        assert not set(pids(state).values()) & set(victims.values())
        browser.post("/api/v1/recording/stop")
        browser.room(lambda room: room["recording"]["last_id"] == id_)
        manifest = browser.get(f"/api/v1/recordings/{id_}")
    assert manifest["state"] == "finished"
    assert {gap["track"] for gap in manifest["gaps"]} >= {"programme"}


def test_an_ordered_stop_seals_the_recording_and_leaves_no_process(tmp_path: Path) -> None:
    with run_by_keeper(tmp_path) as (keeper, browser):
        running = pids(browser.room(is_live_now))
        browser.post("/api/v1/recording/start", title="last words")
        browser.room(lambda room: room["recording"]["seconds_on_disk"] > 1)
        os.killpg(keeper.pid, signal.SIGINT)  # Ctrl-C reaches the whole group
        assert keeper.wait(20) == 0
    assert not any(map(is_there, running.values()))
    manifests = list((tmp_path / "data" / "recordings").glob("*/manifest.json"))
    assert len(manifests) == 1
    assert '"state": "finished"' in manifests[0].read_text()
