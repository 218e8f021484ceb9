"""Chapters and silent ends of made-up lessons, held against the truth, and what it costs.

    python benchmarks/chapters.py [--lessons 10] [--minutes 10] [--seed 1] [--json]

Slides come with animations, films, clips, fades, pages that are turned over and pages that come
back; every third film has a keyframe every 10 s only. A voice in a room's noise begins and ends
anywhere, with knocks before and after it. `cpu_s_per_h` is for looking through a 1080p film of
slides with a keyframe every 2 s, and listening to its sound. Ends with 1 when a chapter is
missing, false or more than 1 s off, or an end more than 0.5 s: a word might be cut then.
"""

import argparse
import json
import random
import sys
import tempfile
import time
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from classroom_media.analyse.slides import Film, slides_in
from classroom_media.analyse.speaking import AFTER_S, BEFORE_S, kept, spoken
from classroom_media.direct.lesson_film import speech
from classroom_media.direct.voice import RATE_HZ
from tests.media import slide_show

CHAPTER_OFF_S, END_OFF_S = 1.0, 0.5
COST_S = 240.0  # of 1080p, to measure what looking costs
LARGE = 3  # times 640x360


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--lessons", type=int, default=10)
    asked.add_argument("--minutes", type=float, default=10)
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--json", action="store_true")
    given = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        seeds = range(given.seed, given.seed + given.lessons)
        lessons = [lesson(Path(folder), 60 * given.minutes, seed) for seed in seeds]
        cost = costs(Path(folder), given.seed)
    good = all(is_good(one) for one in lessons)
    if given.json:
        print(json.dumps({"lessons": lessons, "cost": cost, "good": good}))
    else:
        for one in [*lessons, cost]:
            print("  ".join(f"{name} {value:g}" for name, value in one.items()))
        print("good" if good else "NOT GOOD")
    sys.exit(0 if good else 1)


def is_good(one: dict[str, float]) -> bool:
    whole = one["missing"] == one["false"] == 0
    return whole and one["chapter_off_s"] <= CHAPTER_OFF_S and one["end_off_s"] <= END_OFF_S


def lesson(folder: Path, seconds: float, seed: int) -> dict[str, float]:
    """Make a lesson, look through it and judge what was found."""
    scenes = slide_show.script(seconds, seed)
    slide_show.write(folder / "screen.mp4", scenes, seed, key_s=2.0 if seed % 3 else 10.0)
    found = slides_in([Film(folder / "screen.mp4", 0.0, ((0.0, seconds),))])
    wanted = slide_show.chapters(scenes)
    off = {
        at_s: min((abs(at_s - one.at_s) for one in found), default=seconds) for _, at_s in wanted
    }
    matched = [gap_s for gap_s in off.values() if gap_s <= 2 * CHAPTER_OFF_S]
    begins_s, ends_s = voice(folder / "sound.m4a", seconds, seed)
    heard = spoken(folder / "sound.m4a")
    stretch = kept(heard, seconds) if heard else None
    from_s, to_s = stretch or (0.0, seconds)
    return {
        "seed": seed,
        "chapters": len(wanted),
        "missing": len(wanted) - len(matched),
        "false": len(found) - len(matched),
        "renumbered": sum(a.page != b for a, (b, _) in zip(found, wanted, strict=False)),
        "chapter_off_s": round(max(matched, default=0.0), 2),
        "end_off_s": round(
            max(abs(from_s - (begins_s - BEFORE_S)), abs(to_s - (ends_s + AFTER_S))), 2
        ),
    }


def voice(path: Path, seconds: float, seed: int) -> tuple[float, float]:
    """Write a voice that begins and ends somewhere; give where."""
    dice, noise = random.Random(seed), np.random.default_rng(seed)  # noqa: S311
    begins_s, ends_s = dice.uniform(2, seconds / 12), seconds - dice.uniform(3, seconds / 8)
    samples = round(seconds * RATE_HZ)
    words = speech(samples, dice.uniform(100, 260), seed)
    loud = np.flatnonzero(np.abs(words) > 0.02)
    inside = loud[(loud >= begins_s * RATE_HZ) & (loud < ends_s * RATE_HZ)]
    heard = noise.normal(0, 0.0015, samples)
    heard[inside[0] : inside[-1]] += words[inside[0] : inside[-1]]
    for knock_s in (begins_s / 2, (ends_s + seconds) / 2):
        at = round(knock_s * RATE_HZ)
        heard[at : at + 800] += noise.normal(0, 0.2, 800) * np.exp(-np.arange(800) / 150)
    with av.open(str(path), "w", format="mp4") as film:
        stream = film.add_stream("aac", rate=RATE_HZ, layout="mono")
        for first in range(0, samples, 1024):
            block = np.ascontiguousarray(heard[None, first : first + 1024], np.float32)
            frame = av.AudioFrame.from_ndarray(block, "fltp", "mono")
            frame.sample_rate, frame.pts, frame.time_base = RATE_HZ, first, Fraction(1, RATE_HZ)
            film.mux(stream.encode(frame))
        film.mux(stream.encode(None))
    return inside[0] / RATE_HZ, inside[-1] / RATE_HZ


def costs(folder: Path, seed: int) -> dict[str, float]:
    """Measure the CPU time of one process for an hour of slides and of sound."""
    slide_show.write(folder / "large.mp4", slide_show.script(COST_S, seed), seed, scale=LARGE)
    voice(folder / "long.m4a", COST_S, seed)
    began_s = time.process_time()
    slides_in([Film(folder / "large.mp4", 0.0, ((0.0, COST_S),))])
    looked_s = time.process_time()
    spoken(folder / "long.m4a")
    ended_s = time.process_time()
    hour = 3600 / COST_S
    return {
        "slides_cpu_s_per_h": round((looked_s - began_s) * hour, 1),
        "sound_cpu_s_per_h": round((ended_s - looked_s) * hour, 1),
    }


if __name__ == "__main__":
    main()
