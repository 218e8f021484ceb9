"""The demo as a user starts it: one command, one process group, one address."""

import json
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.ports import free_port
from tests.waiting import eventually

START_S = 40.0  # generous: this machine is shared
STOP_S = 30.0


class DemoRoom:
    """A running demo and what one may ask of it over HTTP."""

    def __init__(self, process: subprocess.Popen[bytes], port: int, data: Path) -> None:
        self.process = process
        self.address = f"http://127.0.0.1:{port}"
        self.data = data

    def get(self, path: str) -> Any:
        with urllib.request.urlopen(f"{self.address}{path}", timeout=10) as answer:
            return json.load(answer)

    def post(self, path: str, body: dict[str, Any] | None = None) -> Any:
        request = urllib.request.Request(
            f"{self.address}{path}",
            data=json.dumps(body or {}).encode(),
            headers={"Content-Type": "application/json"},
            method="POST",
        )
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.load(answer) if answer.length else None

    def state(self) -> Any:
        return self.get("/api/v1/room")

    def answers(self) -> bool:
        try:
            self.state()
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return False
        return True

    def is_live(self) -> bool:
        """Tell whether every source and the programme are there."""
        if not self.answers():
            return False
        state = self.state()
        sources = all(source["state"] == "live" for source in state["sources"])
        return sources and state["programme"]["state"] == "live"

    def pid(self, role: str, name: str = "") -> int:
        for process in self.state()["processes"]:
            if process["role"] == role and name in {"", process["name"]} and process["pid"]:
                return int(process["pid"])
        raise LookupError(f"no {role} {name}")

    def start_recording(self, **body: Any) -> str:
        self.post("/api/v1/recording/start", body)
        eventually(lambda: self.state()["recording"]["seconds_on_disk"] > 0, within_s=15)
        return str(self.state()["recording"]["id"])

    def stop_recording(self, recording: str, *, within_s: float = 30) -> Any:
        """Stop, and give the manifest once it is finished."""
        self.post("/api/v1/recording/stop")
        return eventually(lambda: self.finished(recording), within_s=within_s)

    def finished(self, recording: str) -> Any:
        try:
            manifest = self.get(f"/api/v1/recordings/{recording}")
        except urllib.error.HTTPError:
            return None
        return manifest if manifest["state"] == "finished" else None

    def folder(self, recording: str) -> Path:
        return self.data / "recordings" / recording


@contextmanager
def demo_room(data: Path) -> Iterator[DemoRoom]:
    """Run the demo until the block is left; then nothing of it may be left either."""
    port = free_port()
    with _running(["demo", "--port", str(port), "--data", str(data)], port, data) as room:
        yield room


@contextmanager
def own_room(
    config: Path, port: int, data: Path, *, ready: Callable[[DemoRoom], bool] = DemoRoom.is_live
) -> Iterator[DemoRoom]:
    """Run a room.toml whose panel is at `port`, likewise."""
    with _running(["run", str(config), "--data", str(data)], port, data, ready) as room:
        yield room


@contextmanager
def _running(
    arguments: list[str],
    port: int,
    data: Path,
    ready: Callable[[DemoRoom], bool] = DemoRoom.is_live,
) -> Iterator[DemoRoom]:
    command = [sys.executable, "-m", "classroom_edge", *arguments]
    with (data.parent / f"{data.name}.log").open("wb") as log:
        process = subprocess.Popen(command, start_new_session=True, stdout=log, stderr=log)
        room = DemoRoom(process, port, data)
        try:
            eventually(lambda: ready(room), within_s=START_S)
            yield room
        finally:
            os.killpg(process.pid, signal.SIGINT)
            try:
                process.wait(STOP_S)
            finally:
                with_group(process.pid, signal.SIGKILL)


def with_group(group: int, number: int) -> None:
    """Signal a process group that may be gone."""
    try:
        os.killpg(group, number)
    except ProcessLookupError:
        return
