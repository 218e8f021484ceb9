#!/usr/bin/env python3
"""A joint lesson by the timetable, with whole daemons: it begins and ends in every room by itself.

    python benchmarks/joint_lesson.py [--minutes 3] [--seed 1] [--json]

The three rooms of the demo (hub and two sites, enrolled, with their cameras and cables), and a
timetable at the hub that has a joint lesson with both sites in a minute or two. Nobody touches
anything. While the lesson goes on the hub's daemon is killed once (SIGKILL), and one site's. Then
every room's recordings are looked at: one lesson each, finished, from the bell to the bell.

Exit status 1 when a room has missed some of it, has it twice, or has not ended it.
"""

import argparse
import json
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import httpx2
import psutil

from classroom_edge import keeper
from classroom_edge.commands.demo_three import commands, write_rooms
from classroom_edge.demo.three.ports import HUB, SITES, ThreePorts, panels
from classroom_edge.paths import DataFolder
from classroom_media.record.manifest import State, read_manifest

ZONE: Final = ZoneInfo("Asia/Shanghai")
READY_S: Final = 75.0  # from the start to the bell, at least: rooms open and find each other
SLACK_S: Final = 8.0  # that a recording may be shorter than the lesson: the session is met by then
OVER_WITHIN_S: Final = 120.0  # finished after the bell
DAEMONS: Final = ("classroom_edge.app", "classroom_edge.demo.three.site")
LOOK_S: Final = 1.0
TITLE: Final = "专递英语"
ROOM: Final = "中心校"
TIMETABLE: Final = """
[timetable]
file = "school.toml"
room = "{room}"
"""
SCHOOL: Final = """
[school]
name = "中心校"
zone = "Asia/Shanghai"
[[term]]
name = "term"
first = {first}
last = {last}
[[bells]]
name = "bells"
periods = ["1 08:00-08:40"]
[[reservation]]
title = "{title}"
date = {day}
from = "{begins:%H:%M}"
until = "{ends:%H:%M}"
room = "{room}"
sites = [{sites}]
[[rule]]
room = "*"
record = true
live = "session"
early = 1
"""


@dataclass(frozen=True)
class Seen:
    """What a room has of the lesson."""

    room: str
    live: bool  # its panel showed the session
    recordings: int
    state: str  # of its recording
    duration_s: float
    missing_s: float  # of the lesson, as its recording tells

    @property
    def is_whole(self) -> bool:
        """Whether it is finished, and lacks nothing."""
        return self.state == State.FINISHED and self.missing_s <= SLACK_S

    @property
    def is_good(self) -> bool:
        """Whether nothing is wrong with it."""
        return self.is_whole and self.recordings == 1 and self.live


def main() -> int:
    """Live through one lesson; give the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--minutes", type=int, default=3, help="of the lesson")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true", help="end with one line of JSON")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        seen = lesson(Path(folder), given.minutes, random.Random(given.seed))  # noqa: S311
    for one in seen:
        told = "good" if one.is_good else "NOT GOOD"
        print(f"{one.room:8} live {one.live}, {one.recordings} recording {one.state}, "
              f"{one.duration_s:.1f} s, "
              f"{one.missing_s:.1f} s missing: {told}")  # fmt: skip
    if given.json:
        print(json.dumps([asdict(one) for one in seen]))
    return int(not all(one.is_good for one in seen))


def lesson(top: Path, minutes: int, chance: random.Random) -> list[Seen]:
    """Let a lesson pass; give what every room has of it."""
    begins = _minute_after(datetime.now(ZONE) + timedelta(seconds=READY_S))
    ends = begins + timedelta(minutes=minutes)
    first = _free_row(4)
    killed: list[str] = []
    live: set[str] = set()
    with _rooms(top, first, begins, ends):
        kills = {
            room: begins + (ends - begins) * chance.uniform(0.3, 0.6) for room in (HUB, "hill")
        }
        while (now := datetime.now(ZONE)) < ends + timedelta(seconds=OVER_WITHIN_S):
            live |= {room for room, port in panels(first).items() if _is_live(port)}
            for room in [one for one, at in kills.items() if at <= now]:
                del kills[room]
                killed.append(_kill(top, room))
            if now > ends and all(_over(top, room) for room in (HUB, *SITES)):
                break
            time.sleep(LOOK_S)
        assert len(killed) == 2, "a daemon was not there to be killed"  # noqa: S101
        return [_seen(top, room, begins, ends, live=room in live) for room in (HUB, *SITES)]


@contextmanager
def _rooms(top: Path, first: int, begins: datetime, ends: datetime) -> Iterator[None]:
    ports = ThreePorts.kept(top / "ports.json")
    write_rooms(top, ports, first)
    hub = top / f"{HUB}.toml"
    hub.write_text(hub.read_text("utf-8") + TIMETABLE.format(room=ROOM), "utf-8")
    text = SCHOOL.format(
        first=begins.date() - timedelta(days=7),
        last=ends.date() + timedelta(days=7),
        title=TITLE,
        day=begins.date(),
        begins=begins,
        ends=ends,
        room=ROOM,
        sites=", ".join(f'"{one}"' for one in SITES),
    )
    (top / "school.toml").write_text(text, "utf-8")
    kept = json.dumps(commands(top, ports, first))
    running = subprocess.Popen([sys.executable, keeper.__file__, kept])
    try:
        yield
    finally:
        running.send_signal(signal.SIGTERM)
        running.wait(60)


def _minute_after(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0) + timedelta(minutes=1)


def _free_row(count: int) -> int:
    """Give a port that is free, as are those after it."""
    while True:
        with socket.create_server(("127.0.0.1", 0)) as found, suppress(OSError), ExitStack() as row:
            first: int = found.getsockname()[1]
            for port in range(first + 1, first + count):
                row.enter_context(socket.create_server(("127.0.0.1", port)))
            return first


def _is_live(port: int) -> bool:
    try:
        state: dict[str, Any] = httpx2.get(f"http://127.0.0.1:{port}/api/v1/room", timeout=2).json()
    except (httpx2.HTTPError, ValueError):
        return False
    return bool(state.get("live"))


def _kill(top: Path, room: str) -> str:
    """Kill the daemon of a room; who keeps it starts it again."""
    file = str(top / f"{room}.toml")
    for one in psutil.process_iter(["cmdline"]):
        command = one.info["cmdline"] or []
        if file in command and any(word in DAEMONS for word in command):
            one.kill()
            return room
    return ""


def _recordings(top: Path, room: str) -> list[Path]:
    folder = DataFolder(top / room).recordings
    return [one for one in folder.iterdir() if one.name[0] != "."] if folder.is_dir() else []


def _over(top: Path, room: str) -> bool:
    found = _recordings(top, room)
    return (
        bool(found)
        and all((one / "manifest.json").is_file() for one in found)
        and all(read_manifest(one).state is State.FINISHED for one in found)
    )


def _seen(top: Path, room: str, begins: datetime, ends: datetime, *, live: bool) -> Seen:
    found = [read_manifest(one) for one in _recordings(top, room)]
    whole_s = (ends - begins).total_seconds()
    duration_s = max((one.duration_s for one in found), default=0.0)
    gaps_s = sum(gap.length_s for one in found for gap in one.gaps if not gap.track)
    return Seen(
        room=room,
        live=live,
        recordings=len(found),
        state=found[0].state if found else "",
        duration_s=duration_s,
        missing_s=max(0.0, whole_s - duration_s + gaps_s),
    )


if __name__ == "__main__":
    sys.exit(main())
