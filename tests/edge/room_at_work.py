"""Rooms with real worker processes for tests: two generated sources, small and cheap."""

import asyncio
import json
import os
import urllib.request
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from classroom_edge.config import load
from classroom_edge.daemon import Daemon
from classroom_edge.paths import DataFolder, runtime_folder
from classroom_edge.room import RoomState, Who
from classroom_media.record.manifest import Manifest, State
from tests.ports import free_port
from tests.waiting import eventually, eventually_async

ME = Who(name="test")
ROOM = """
[room]
id = "attic"
name = "Attic"

[network]
port = {port}

[recording]
width = 320
height = 180
preset = "ultrafast"
pre_roll_s = 0

[[source]]
id = "teacher"
name = "Teacher"
url = "pattern://?size=320x180&fps=25&tone=1000"
sound = true

[[source]]
id = "pupils"
name = "Pupils"
url = "pattern://?size=320x180&fps=25"
"""


def write_room(folder: Path, text: str = ROOM) -> Path:
    """Write a room.toml with a free port; give its place."""
    port = free_port()
    path = folder / "room.toml"
    path.write_text(text.format(port=port), encoding="utf-8")
    return path


def is_live(state: RoomState) -> bool:
    """Whether every source and the programme deliver."""
    return state.programme.state == "live" and all(one.state == "live" for one in state.sources)


def pid_of(state: RoomState, name: str) -> int:
    """Give the process of a worker."""
    return next(one.pid for one in state.processes if one.name == name)


@asynccontextmanager
async def at_work(folder: Path, text: str = ROOM) -> AsyncIterator[Daemon]:
    """Run a room's daemon, without web, until the block ends; in the end nothing runs."""
    config = load(write_room(folder, text))
    data = DataFolder(folder / "data")
    data.make()
    daemon = Daemon(config, data.path, runtime_folder(data.path, config.room.id))
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(daemon.run())
        try:
            await eventually_async(lambda: is_live(daemon.state()), within_s=30)
            yield daemon
        finally:
            await daemon.end()
            running.cancel()


async def seconds(daemon: Daemon, least: float) -> None:
    """Wait until so much is on disk."""
    await eventually_async(lambda: daemon.state().recording.seconds_on_disk >= least, within_s=30)


async def finished(daemon: Daemon, recording: str) -> Manifest:
    """Wait for the manifest."""
    final = (State.FINISHED, State.INCOMPLETE)
    return await eventually_async(
        lambda: (one := daemon.recording(recording)).state in final and one, within_s=20
    ) or daemon.recording(recording)


@dataclass(frozen=True)
class Browser:
    """Asks a daemon over HTTP."""

    port: int

    def get(self, path: str) -> Any:
        """Give an answer, or None while nobody answers."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5) as answer:
                return json.load(answer)
        except OSError:
            return None

    def post(self, path: str, **body: Any) -> Any:
        """Ask for something."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}",
            data=json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
            method="POST",
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)

    def room(self, good: Callable[[Any], bool], *, within_s: float = 30) -> Any:
        """Wait for a state of the room."""
        return eventually(
            lambda: (state := self.get("/api/v1/room")) and good(state) and state,
            within_s=within_s,
        )


def pids(state: Any) -> dict[str, int]:
    """Give every process of a room by its name."""
    return {one["name"]: one["pid"] for one in state["processes"]}


def is_there(pid: int) -> bool:
    """Whether a process still runs."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
