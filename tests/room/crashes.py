"""Kills processes of a recording room, and finds out afterwards what that cost.

The pictures are numbered, and number n was taken at n / 25 s of the monotonic clock; so the
recording itself tells what was on disk when a process died, and when it went on.
"""

import os
import random
import signal
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from classroom_media.api import NS
from classroom_media.emulate import inspection, truth
from tests.room.demo_room import DemoRoom
from tests.waiting import eventually

VICTIMS = ("source", "director", "daemon", "all")
KEEPER = "keeper"  # nobody follows it, and nobody but it follows a daemon: killed last
SOURCES = ("teacher", "pupils", "slides")
TRACKS = ("programme", *SOURCES)
LOST_MAX_S = 1.0  # of what was killed, before the kill
AGAIN_MAX_S = 2.0  # until it records again


@dataclass(frozen=True, slots=True)
class Kill:
    """One `kill -9`: of what, when, and which tracks it may touch."""

    victim: str
    at_ns: int
    tracks: tuple[str, ...]

    @property
    def number(self) -> int:
        """The picture that was being taken."""
        return self.at_ns * truth.FPS // NS


@dataclass(frozen=True, slots=True)
class Cost:
    """What one kill cost one track."""

    kill: Kill
    track: str
    lost_s: float  # taken before the kill, and not in the file
    again_s: float  # from the kill to the next picture in the file

    def is_within(self, lost_s: float = LOST_MAX_S, again_s: float = AGAIN_MAX_S) -> bool:
        """Tell whether it is no more than this; what was not killed may lose nothing."""
        if self.track in self.kill.tracks:
            return self.lost_s <= lost_s and self.again_s <= again_s
        return self.lost_s == 0 and self.again_s <= 1 / truth.FPS


def kills(room: DemoRoom, victims: Sequence[str], seed: int) -> Iterator[Kill]:
    """Kill one victim after the other at random moments, each when the room is whole again."""
    chance = random.Random(seed)
    for victim in victims:
        time.sleep(chance.uniform(0.5, 3.0))  # the moment is what varies
        name = chance.choice(SOURCES)
        pids = targets(room, victim, name)
        tracks = {
            "source": (name,),
            "director": ("programme",),
            "daemon": (),
            "all": TRACKS,
            KEEPER: (),
        }
        killed = Kill(victim, time.monotonic_ns(), tracks[victim])
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
        yield killed
        wait_until_whole(room, pids)


def touched(victim: str, source: str) -> tuple[str, ...]:
    """Give the tracks that a kill may touch."""
    tracks = {"source": (source,), "director": ("programme",), "all": TRACKS}
    return tracks.get(victim, ())


def targets(room: DemoRoom, victim: str, source: str) -> list[int]:
    """Give the processes of a victim."""
    match victim:
        case "source":
            return [room.pid("source", source)]
        case "all":
            return everything(room)
        case _:
            return [room.pid(victim)]


def wait_until_whole(room: DemoRoom, dead: Sequence[int]) -> None:
    """Wait until the room has replaced what was killed."""
    eventually(lambda: is_whole(room, dead), within_s=30)


def everything(room: DemoRoom) -> list[int]:
    """Give the daemon and all its workers."""
    roles = {"daemon", "source", "director"}
    return [p["pid"] for p in room.state()["processes"] if p["role"] in roles]


def is_whole(room: DemoRoom, dead: Sequence[int]) -> bool:
    """Tell whether nothing dead is left in the room's list and every track is written again."""
    if not room.is_live():
        return False
    state = room.state()
    alive = all(process["pid"] not in dead for process in state["processes"])
    writing = {t["name"] for t in state["recording"]["tracks"] if t["state"] == "writing"}
    return alive and writing >= set(TRACKS)


def costs(folder: Path, happened: Sequence[Kill]) -> list[Cost]:
    """Read the finished tracks and give what every kill cost every track.

    The programme shows a slate while its source is gone; of the source's kill, only the
    evenness of the programme's pictures is asked then (`is_even`).
    """
    found = []
    for track in TRACKS:
        seen = inspection.pictures(folder / f"{track}.mp4")
        numbers = sorted({p.number for p in seen if p.number is not None})
        for kill in happened:
            if track == "programme" and kill.victim == "source":
                continue
            before = max((n for n in numbers if n <= kill.number), default=0)
            after = min((n for n in numbers if n > kill.number), default=1 << 40)
            lost_s = (kill.number - before) / truth.FPS
            found.append(Cost(kill, track, lost_s, (after - kill.number) / truth.FPS))
    return found
