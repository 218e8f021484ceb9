#!/usr/bin/env python3
"""Cuts at random points of a recorded hour, and how long trimming it takes against ffmpeg.

    python benchmarks/edit_vs_ffmpeg.py [--minutes 60] [--cuts 200] [--seed S] [--quick] [--json]

A lesson whose pictures are numbered is recorded by our own recorder, 720p25 with sound, and made
as long as asked for by repeating it. At each random point a passage of some seconds is cut out:
its numbers must be those asked for, its copied packets the original's to the bit, and flash and
beep within one picture of each other. Then all but the first and last minute are kept, by us, by
`ffmpeg -c copy` (which begins at a keyframe) and by ffmpeg encoding with libx264's `veryfast`;
of the last only a share is run and its time extrapolated.

Exit status 1 when a promise was broken: a wrong picture, a changed packet, sound more than one
picture away, more than 1/20 of the encoder's time or 1.5 times that of the plain copy. 2 when
there is no ffmpeg; Debian's package is called ffmpeg.
"""

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Final

import av
import msgspec

sys.path.insert(0, str(Path(__file__).parent.parent))

from classroom_media.edit.film import Film, read_film
from classroom_media.edit.montage import Shot
from classroom_media.edit.parameter_sets import prefixed
from classroom_media.edit.ranges import kept
from classroom_media.edit.splice import splice
from classroom_media.emulate import inspection
from classroom_media.emulate.reel import PICTURES, Look, Reel, Voice, film
from classroom_media.packets import Coded
from classroom_media.record.durable import DurableFile
from classroom_media.record.flatten import flatten
from classroom_media.record.join import AT_LEISURE
from classroom_media.record.part import PartWriter

FPS: Final = 25
SIZE: Final = (1280, 720)
PASSAGE_S: Final = (0.2, 8.0)
ENDS_S: Final = 60.0  # that are trimmed
SHARE: Final = 0.05  # of the film that ffmpeg encodes
ROUNDS: Final = 3
SLOWER_THAN_COPY: Final = 1.5
QUICKER_THAN_ENCODING: Final = 20
STEP_S: Final = 1 / FPS
IN_ROUND: Final = 0xFFFF  # of a number: the camera's stands above it


@dataclass(frozen=True, slots=True)
class Cuts:
    """What became of the cuts."""

    cuts: int
    wrong: int  # cuts with a picture that was not asked for, or without one that was
    changed: int  # packets that were copied and are not the original's
    encoded: float  # pictures that were encoded, of a cut, on average
    sound_off_ms: float  # at most


@dataclass(frozen=True, slots=True)
class Trim:
    """Seconds of real time for trimming the film, and of CPU."""

    ours_s: float
    copy_s: float
    encode_s: float

    @property
    def is_kept(self) -> bool:
        """Tell whether it was quick enough."""
        quick = self.ours_s * QUICKER_THAN_ENCODING < self.encode_s
        return quick and self.ours_s <= self.copy_s * SLOWER_THAN_COPY


def record(path: Path, reel: Reel, minutes: float) -> None:
    """Write the film as our recorder and finisher leave it."""
    formats = {p.stream: p.format for p in (reel.pictures[0], reel.sound[0]) if p.format}
    writer = PartWriter(DurableFile(path), formats, 0, pace=AT_LEISURE)
    one_round = sorted((*reel.pictures, *reel.sound), key=lambda packet: packet.dts_ns)
    for number in range(max(1, round(minutes * 60e9 / reel.length_ns))):
        for packet in one_round:
            writer.write(_later(packet, number * reel.length_ns))
    writer.seal()
    flatten(path)


def _later(packet: Coded, by_ns: int) -> Coded:
    return msgspec.structs.replace(
        packet, pts_ns=packet.pts_ns + by_ns, dts_ns=packet.dts_ns + by_ns
    )


def cut_everywhere(lesson: Film, reel: Reel, count: int, seed: int, folder: Path) -> Cuts:
    """Cut at random points and look at what comes out."""
    chance = random.Random(seed)  # noqa: S311 - repeatable, not secret
    into = folder / "cut.mp4"
    there = len(lesson.pictures or ())
    wrong = changed = encoded = 0
    off_s = 0.0
    for _ in range(count):
        first = chance.randrange(there - round(PASSAGE_S[1] * FPS))
        last = first + max(1, round(chance.uniform(*PASSAGE_S) * FPS))
        tally = splice([Shot(kept(f"f{first}-f{last}"), lesson, lesson)], into)
        seen = inspection.pictures(into)
        wanted = [reel.numbers[number % PICTURES] for number in range(first, last)]
        wrong += [one.number for one in seen] != wanted
        changed += _changed(into, tally.encoded, reel)
        encoded += tally.encoded
        off_s = max([off_s, *map(abs, inspection.offsets(_inner(seen), inspection.beeps(into)))])
    return Cuts(count, wrong, changed, encoded / count, off_s * 1000)


def _inner(seen: list[inspection.Seen]) -> list[inspection.Seen]:
    """Number pictures by their place in the round; leave out those whose beep may be cut off."""
    return [
        inspection.Seen(one.at_s, one.number & IN_ROUND)
        for one in seen
        if one.number is not None and 0.2 < one.at_s < seen[-1].at_s - 0.2
    ]


def _changed(path: Path, encoded: int, reel: Reel) -> int:
    """Count the copied pictures that are not the original's to the bit."""
    own = {prefixed(packet.data) for packet in reel.pictures}
    with av.open(str(path)) as container:
        samples = [bytes(packet) for packet in container.demux(video=0) if packet.size]
    return sum(sample not in own for sample in samples[encoded:])


def trim(lesson: Film, folder: Path) -> Trim:
    """Leave out both ends, by three programs in turn."""
    into, pictures = folder / "trimmed.mp4", lesson.pictures
    length_s = float(pictures.shown_s[-1]) if pictures else 0.0
    ends_s = min(ENDS_S, length_s / 4)
    from_s, to_s = ends_s, length_s - ends_s
    ffmpeg = ["ffmpeg", "-v", "error", "-y", "-ss", str(from_s), "-i", str(lesson.path)]
    encoded_s = (to_s - from_s) * SHARE
    encode = ["-t", str(encoded_s), "-c:v", "libx264", "-preset", "veryfast", "-c:a", "copy"]

    def ours() -> None:
        splice([Shot(kept(f"{from_s}-{to_s}"), lesson, lesson)], into)

    def copy() -> None:
        subprocess.run([*ffmpeg, "-t", str(to_s - from_s), "-c", "copy", into], check=True)
        with into.open("rb") as file:
            os.fsync(file.fileno())  # as we do

    times = [(_timed(ours), _timed(copy)) for _ in range(ROUNDS)]
    encode_s = _timed(lambda: subprocess.run([*ffmpeg, *encode, into], check=True)) / SHARE
    return Trim(median(t[0] for t in times), median(t[1] for t in times), encode_s)


def _timed(work: Callable[[], object]) -> float:
    os.sync()  # what was written before is not ours to wait for
    began_s = time.perf_counter()
    work()
    return time.perf_counter() - began_s


def main(arguments: Sequence[str]) -> int:
    """Measure; give the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--cuts", type=int, default=200)
    parser.add_argument("--seed", type=int, default=20261123)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args(arguments)
    if shutil.which("ffmpeg") is None:
        sys.stderr.write("there is no ffmpeg; Debian's package is called ffmpeg\n")
        return 2
    minutes, cuts = (2, 10) if given.quick else (given.minutes, given.cuts)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        reel = film("lesson", 1, Look(size=SIZE, gop=2 * FPS), Voice())
        record(folder / "lesson.mp4", reel, minutes)
        lesson = read_film(folder / "lesson.mp4")
        found = cut_everywhere(lesson, reel, cuts, given.seed, folder)
        times = trim(lesson, folder)
    _tell(found, times, minutes, as_json=given.json)
    good = not found.wrong and not found.changed and found.sound_off_ms <= STEP_S * 1000
    return 0 if good and (times.is_kept or given.quick) else 1


def _tell(found: Cuts, times: Trim, minutes: float, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps({"minutes": minutes} | asdict(found) | asdict(times)))
        return
    print(f"{found.cuts} cuts: {found.wrong} wrong, {found.changed} copied pictures changed")
    print(f"{found.encoded:.1f} pictures encoded a cut; sound {found.sound_off_ms:.0f} ms off")
    print(f"trimming {minutes:.0f} minutes: {times.ours_s:.2f} s")
    print(f"  ffmpeg -c copy {times.copy_s:.2f} s (ours {times.ours_s / times.copy_s:.2f} of it)")
    print(f"  ffmpeg, x264   {times.encode_s:.0f} s (1/{times.encode_s / times.ours_s:.0f} of it)")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
