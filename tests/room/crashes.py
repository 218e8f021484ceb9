"""Kills processes of a recording room, one soon after the other, and finds out what that cost.

The cameras count (`counted_room`), so the recording itself tells what was on disk when a process
died, and when it went on. Every hole in a track must have its kill.
"""

import random
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import HTTPException
from itertools import pairwise
from pathlib import Path
from typing import Final

import psutil

from classroom_media.api import NS, RecordError
from classroom_media.emulate import inspection
from classroom_media.emulate.reel import FRAME_NS, PICTURES
from classroom_media.emulate.replay import ReplayedCamera
from classroom_media.record.manifest import State, read_manifest
from classroom_media.record.verify import Verified, verify
from tests.room.counted_room import CAMERAS, SHOWN, CountedRoom
from tests.room.demo_room import DemoRoom
from tests.waiting import eventually

VICTIMS: Final = {"source": 8, "director": 5, "daemon": 3, "all": 1}  # how often each
FINISHER: Final = "finisher"
KEEPER: Final = "keeper"  # nobody follows it, and nobody but it follows a daemon: killed last
PROGRAMME: Final = "programme"
TRACKS: Final = {PROGRAMME: SHOWN} | {name: name for name in CAMERAS}  # whose pictures it has
LOST_MAX_S: Final = 0.6  # of what was killed, before the kill
AGAIN_MAX_S: Final = 10.0  # until it records again
APART_S: Final = 1.2  # from one kill to the next, on average
FINISHES_S: Final = 1.5  # within which a finisher is killed
REST_S: Final = 1.0  # without kills, before the end
BACK_S: Final = 30.0  # generous: machines that run tests are busy
SEAM_NS: Final = 4 * NS  # a successor may begin so far back
FINISHER_KILLS: Final = 3  # of one recording


@dataclass(slots=True, eq=False)
class Kill:
    """One `kill -9`: of what, when, which tracks it may touch, and what it has cost."""

    victim: str
    at_ns: int
    tracks: tuple[str, ...] = ()
    lost_s: float = 0.0  # how old the oldest picture was that it destroyed
    again_s: float = 0.0  # from the kill to the next picture in the file
    holes: list[str] = field(default_factory=list)  # charged to it

    def is_within(self, lost_s: float = LOST_MAX_S, again_s: float = AGAIN_MAX_S) -> bool:
        """Tell whether it is no more than this."""
        return self.lost_s <= lost_s and self.again_s <= again_s


@dataclass
class Roster:
    """Who is at work in a room; while no daemon can tell, who was at work last."""

    room: DemoRoom
    _known: dict[tuple[str, str], psutil.Process] = field(default_factory=dict)

    def running(self, victim: str, source: str) -> list[psutil.Process]:
        """Give the processes of a victim that are there."""
        with suppress(OSError, HTTPException, psutil.NoSuchProcess):
            for one in self.room.state()["processes"]:
                self._known[one["role"], one["name"]] = psutil.Process(one["pid"])
        return [
            process
            for (role, name), process in self._known.items()
            if _belongs(role, name, victim, source) and _is_there(process)
        ]


def _belongs(role: str, name: str, victim: str, source: str) -> bool:
    if victim == "all":
        return role in VICTIMS
    return role == victim and (role != "source" or name == source)


def _is_there(process: psutil.Process) -> bool:
    with suppress(psutil.NoSuchProcess):
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    return False


def killed_recording(
    counted: CountedRoom, victims: Sequence[str], seed: int, *, keeper: bool = False
) -> tuple[list[Kill], list[str]]:
    """Record, kill these victims and then the finisher; give the kills, and what else is wrong.

    With `keeper` that one is killed too, and nobody will start the daemon again.
    """
    room = counted.room
    recording = room.start_recording(title="kill -9")
    wait_until_whole(room)
    began_ns = time.monotonic_ns()
    happened = list(kills(room, victims, seed))
    wait_until_whole(room)
    if keeper:
        happened.append(strike(Roster(room), KEEPER, ""))
    time.sleep(REST_S)
    newest_ns = time.monotonic_ns() - FRAME_NS  # one taken later may be placed after the stop
    span = range(began_ns, newest_ns)
    room.post("/api/v1/recording/stop")
    happened += finisher_kills(room, FINISHER_KILLS, seed)
    eventually(lambda: room.finished(recording), within_s=BACK_S)
    return happened, judge(room.folder(recording), counted.cameras, happened, span)


def choose(count: int, chance: random.Random) -> list[str]:
    """Draw victims."""
    return chance.choices(list(VICTIMS), list(VICTIMS.values()), k=count)


def kills(room: DemoRoom, victims: Sequence[str], seed: int) -> Iterator[Kill]:
    """Kill one victim after the other at random moments, whether or not the room is whole."""
    chance, roster = random.Random(seed), Roster(room)
    for victim in victims:
        time.sleep(chance.uniform(0, 2 * APART_S))  # the moment is what varies
        yield strike(roster, victim, chance.choice(list(CAMERAS)))


def strike(roster: Roster, victim: str, source: str) -> Kill:
    """Kill one victim, as soon as it is there."""
    processes = eventually(lambda: roster.running(victim, source), within_s=BACK_S)
    tracks = {
        "source": tuple(track for track, shown in TRACKS.items() if shown == source),
        "director": (PROGRAMME,),
        "all": tuple(TRACKS),
    }
    killed = Kill(victim, time.monotonic_ns(), tracks.get(victim, ()))
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    return killed


def finisher_kills(room: DemoRoom, count: int, seed: int) -> Iterator[Kill]:
    """Kill the finisher of a recording that was just stopped, until it is quicker."""
    chance, roster = random.Random(seed), Roster(room)
    for _ in range(count):
        with suppress(AssertionError):  # it had done
            eventually(lambda: roster.running(FINISHER, ""), within_s=FINISHES_S)
            time.sleep(chance.uniform(0, FINISHES_S))
            if roster.running(FINISHER, ""):
                yield strike(roster, FINISHER, "")


def wait_until_whole(room: DemoRoom) -> None:
    """Wait until the room has replaced what was killed, and writes again."""
    eventually(lambda: is_whole(room), within_s=BACK_S)


def is_whole(room: DemoRoom) -> bool:
    """Tell whether every source delivers and every track is written."""
    if not room.is_live():
        return False
    writing = {t["name"] for t in room.state()["recording"]["tracks"] if t["state"] == "writing"}
    return writing >= set(TRACKS)


# -- what it cost --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Hole:
    """Pictures that are not in a track: from the last one there to the next one there."""

    track: str
    from_ns: int
    to_ns: int

    def __str__(self) -> str:
        length_s = (self.to_ns - self.from_ns) / NS
        return f"{self.track}: at {self.from_ns / NS:.2f} {length_s:.2f} s are missing"

    def beside(self, kill: Kill) -> str:
        """Tell where it lies beside a kill."""
        before_s, after_s = ((kill.at_ns - at_ns) / NS for at_ns in (self.from_ns, self.to_ns))
        return f"{self.track}: from {before_s:.2f} to {after_s:.2f} s before the kill"

    def lies_at(self, kill: Kill) -> bool:
        """Tell whether a kill may be the reason."""
        return self.track in kill.tracks and self.from_ns <= kill.at_ns < self.to_ns + SEAM_NS


def judge(
    folder: Path, cameras: Mapping[str, ReplayedCamera], happened: Sequence[Kill], span: range
) -> list[str]:
    """Note at the kills what they cost a finished recording; give what is wrong for no kill.

    `span` is from an instant after its begin to one before its end, CLOCK_MONOTONIC in ns.
    """
    try:
        manifest = read_manifest(folder)
    except RecordError as error:
        return [str(error)]
    checked = verify(folder)
    wrong = [f"{one.file}: {one.verified}" for one in checked if one.verified != Verified.GOOD]
    if manifest.state is not State.FINISHED:
        return [*wrong, f"{manifest.state}: {manifest.problem}"]
    for track, camera in TRACKS.items():
        wrong += [
            f"{hole}, and nothing was killed"
            for hole in holes(folder, track, cameras[camera], span)
            if not _charge(hole, happened)
        ]
    return wrong


def _charge(hole: Hole, happened: Sequence[Kill]) -> bool:
    """Note a hole at its kills: the first has destroyed what was taken before it.

    Until it is written again counts from the last one, or from the last of the daemon meanwhile.
    """
    first = next((kill for kill in happened if hole.lies_at(kill)), None)
    if first is None:
        return False
    first.holes.append(hole.beside(first))
    first.lost_s = max(first.lost_s, (first.at_ns - hole.from_ns - FRAME_NS) / NS)
    later = (kill for kill in happened if first.at_ns < kill.at_ns < hole.to_ns)
    last = [first, *(k for k in later if hole.lies_at(k) or k.victim == "daemon")][-1]
    last.again_s = max(last.again_s, (hole.to_ns - last.at_ns) / NS)
    return True


def holes(folder: Path, track: str, camera: ReplayedCamera, span: range) -> Iterator[Hole]:
    """Find what is missing of a track, between the ends of `span` too."""
    first, last = ((at_ns - camera.taken_ns(0)) // FRAME_NS for at_ns in (span.start, span.stop))
    bears = CAMERAS[TRACKS[track]]
    seen = (one.number for one in inspection.pictures(folder / f"{track}.mp4"))
    numbers = [number & 0xFFFF for number in seen if number is not None and number >> 16 == bears]
    places = unrolled(numbers, near=first)
    ends = ([first - 1] if not places or places[0] > first else []), [max(last, *places) + 1]
    for before, after in pairwise([*ends[0], *places, *(ends[1] if places[-1:] < [last] else [])]):
        if after != before + 1:
            yield Hole(track, camera.taken_ns(before * FRAME_NS), camera.taken_ns(after * FRAME_NS))


def unrolled(numbers: Sequence[int], *, near: int) -> list[int]:
    """Count the pictures of a reel through, round after round; the first is one close to `near`.

    One that is shown twice in a row counts once; one that comes too late is a round later.
    """
    places: list[int] = []
    for number in numbers:
        if places and number == places[-1] % PICTURES:
            continue
        if places:
            places.append(places[-1] + ((number - places[-1] - 1) % PICTURES) + 1)
        else:
            places.append(near + (number - near + PICTURES // 2) % PICTURES - PICTURES // 2)
    return places
