"""``classroom-edge record``: so many seconds of a room, without a daemon."""

import asyncio
import contextlib
import io
import json
import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from classroom_edge import lock
from classroom_edge.commands.check import tell
from classroom_edge.config import Config, ConfigError, load
from classroom_edge.daemon import Daemon
from classroom_edge.log import logging_to
from classroom_edge.paths import DataFolder, default_data_folder, room_lock, runtime_folder
from classroom_edge.room import RecordingState, Refused, Who
from classroom_edge.stopping import STOPPING
from classroom_edge.words import words
from classroom_media.api import NS
from classroom_media.record.manifest import MANIFEST_FILE, Lesson, Manifest, State

GOOD, FAILED, WRONG = 0, 1, 2
LIVE_WITHIN_S: Final = 10.0
LOOKS_EVERY_S: Final = 0.1
HELD_AHEAD_S: Final = 1.0  # every recorder hears of the end before it comes
ME: Final = Who(name="cli", why="record")


@dataclass(frozen=True, slots=True)
class Length:
    """How long is recorded; a micro-lesson is trimmed after that."""

    seconds: float
    micro: bool = False


def record(room: Path, length: Length, out: Path | None, as_json: bool) -> int:  # noqa: FBT001
    """Record a room for exactly so many seconds; print where the manifest is.

    Gives 1 when there is no whole recording in the end, 2 when the file is wrong or a daemon
    runs the room.
    """
    speaker = Speaker(os.environ.get("CLASSROOM_EDGE_LANG", "zh-CN"))
    try:
        config = load(room)
    except ConfigError as error:
        tell(room, error.mistakes, language=speaker.language)
        return WRONG
    data = DataFolder(default_data_folder(config.room.id))
    folder = (out or config.recording.folder or data.recordings).absolute()
    data.make()
    try:
        with (
            lock.hold(room_lock(room, config.room.id), config.room.id),
            lock.hold(runtime_folder(data.path, config.room.id) / "lock", config.room.id),
            logging_to(data.log, secrets=config.secrets(), stream=io.StringIO()),
        ):
            manifest = asyncio.run(_record(_into(config, folder), data.path, length, speaker))
        if manifest is None:
            return FAILED
    except lock.RoomBusyError as error:
        speaker.say("busy", room=error.room, pid=error.pid)
        return WRONG
    except Refused as error:
        speaker.say("failed", text=error.words[speaker.language])
        return FAILED
    return _report(manifest, folder / manifest.id / MANIFEST_FILE, speaker, as_json=as_json)


@dataclass(frozen=True, slots=True)
class Speaker:
    """Says things on standard error, in one language."""

    language: str

    def say(self, key: str, **values: object) -> None:
        """Say a line."""
        self.console().print(self.words(key, **values), markup=False)

    def tell(self, manifest: Manifest, lesson: Lesson) -> None:
        """Say what was trimmed of a micro-lesson, or why nothing was."""
        if lesson.problem:
            self.say(f"micro.{lesson.problem}")
        else:
            before_s, after_s = lesson.from_s, manifest.duration_s - lesson.to_s
            self.say("trimmed", before=f"{before_s:.1f}", after=f"{after_s:.1f}", file=lesson.file)

    def words(self, key: str, **values: object) -> str:
        """Give a line's words."""
        return words("problems").say(f"record.{key}", self.language, **values)

    def console(self) -> Console:
        """Give where to say it."""
        return Console(file=sys.stderr, highlight=False, soft_wrap=True)


async def _record(config: Config, data: Path, length: Length, speaker: Speaker) -> Manifest | None:
    """Run the room for one recording; give what became of it, None when it did not begin.

    Raises:
        Refused: it cannot be written.
    """
    folder = config.recording.folder or data
    daemon = Daemon(config, data, runtime_folder(folder, config.room.id))
    interrupted = asyncio.Event()
    with contextlib.suppress(NotImplementedError):  # Windows
        for number in STOPPING:
            asyncio.get_running_loop().add_signal_handler(number, interrupted.set)
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(daemon.run())
        try:
            await _sources_live(daemon, speaker, interrupted)
            if interrupted.is_set():
                return None
            limit_s = length.seconds if length.micro else 0.0
            id_ = await daemon.recorder.start(ME, title="", pre_roll=False, limit_s=limit_s)
            await _until_over(daemon, length.seconds, speaker, interrupted)
            speaker.say("finishing")
            await daemon.takes.at_rest()
            await daemon.finishing.at_rest()
        finally:
            await daemon.end()
            running.cancel()
    return daemon.recording(id_)


async def _sources_live(daemon: Daemon, speaker: Speaker, interrupted: asyncio.Event) -> None:
    """Wait for every source and the director, but not for ever."""
    speaker.say("waiting")
    state = daemon.state()
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(LIVE_WITHIN_S):
            async for state in daemon.changes():
                live = all(source.state == "live" for source in state.sources)
                if interrupted.is_set() or (live and state.programme.state == "live"):
                    return
    missing = [source.name for source in state.sources if source.state != "live"]
    speaker.say("missing", names=", ".join(missing))


async def _until_over(
    daemon: Daemon, seconds: float, speaker: Speaker, interrupted: asyncio.Event
) -> None:
    """Show how the recording grows; stop it at its last instant, or when interrupted."""
    story = daemon.takes.story
    end_ns = (story.takes[0].from_ns if story else 0) + round(seconds * NS)
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed:.1f} / {task.total:.1f} s"),
        TimeRemainingColumn(),
        console=speaker.console(),
    )
    with bar:
        task = bar.add_task(speaker.words("progress"), total=seconds)
        while daemon.takes.state is not RecordingState.IDLE:
            bar.update(task, completed=daemon.state().recording.seconds_on_disk)
            left_s = (end_ns - time.monotonic_ns()) / NS
            if interrupted.is_set():
                await daemon.recorder.stop(ME)
            elif left_s < HELD_AHEAD_S and daemon.takes.state is RecordingState.RECORDING:
                await daemon.takes.stop(ME, grace_s=max(LOOKS_EVERY_S, left_s), at_ns=end_ns)
            await asyncio.sleep(LOOKS_EVERY_S)
        bar.update(task, completed=seconds)


def _into(config: Config, folder: Path) -> Config:
    recording = config.recording.model_copy(update={"folder": folder})
    return config.model_copy(update={"recording": recording})


def _report(manifest: Manifest, path: Path, speaker: Speaker, *, as_json: bool) -> int:
    nothing_came = any(gap.reason == "missing" for gap in manifest.gaps) and not any(
        track.source for track in manifest.tracks
    )
    whole = manifest.state is State.FINISHED and manifest.duration_s > 0 and not nothing_came
    if not whole:
        speaker.say("failed", text=manifest.problem or speaker.words("nothing-came"))
    told: dict[str, object] = {
        "manifest": str(path),
        "id": manifest.id,
        "state": manifest.state,
        "duration_s": manifest.duration_s,
        "gaps": len(manifest.gaps),
        "chapters": len(manifest.chapters),
    }
    if manifest.lesson is not None:
        told["lesson"] = msgspec.to_builtins(manifest.lesson)
        speaker.tell(manifest, manifest.lesson)
    sys.stdout.write((json.dumps(told, ensure_ascii=False) if as_json else str(path)) + "\n")
    return GOOD if whole else FAILED
