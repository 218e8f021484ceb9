"""Made-up slides with known truth: what a teacher's computer shows while somebody teaches.

With what makes pages hard to tell apart: all have one design, lines and pictures come one by
one, the pointer moves, a clip plays on a page or a film over all of it, pages fade, are turned
over quickly, and come back.
"""

import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import numpy.typing as npt

WIDTH, HEIGHT, FPS = 640, 360, 10
FADE_S = 0.6
WORDS = ("light", "water", "triangle", "speed", "because", "energy", "seven", "find", "poem")

Picture = npt.NDArray[np.uint8]  # (height, width), grey


@dataclass(frozen=True, slots=True)
class Scene:
    """A page (1, 2 ...) or, with 0, a film over the whole screen."""

    page: int
    from_s: float
    to_s: float
    fades: bool = False

    @property
    def is_short(self) -> bool:
        """Whether it is only turned over."""
        return self.to_s - self.from_s < 8


def script(seconds: float, seed: int) -> tuple[Scene, ...]:
    """Make up what is shown; the same seed gives the same."""
    dice = random.Random(seed)
    scenes: list[Scene] = []
    newest, at_s = 1, 0.0
    page = 1
    while at_s < seconds:
        shortest, longest = (1, 5) if page and scenes and dice.random() < 0.2 else (14, 45)
        to_s = round(min(at_s + dice.uniform(shortest, longest), seconds), 1)
        scenes.append(Scene(page, at_s, to_s, fades=bool(scenes) and dice.random() < 0.3))
        at_s = to_s
        if page and dice.random() < 0.12:
            page = 0
        elif newest > 1 and dice.random() < 0.15:
            page = dice.randrange(1, newest)
        else:
            page = newest = newest + 1
    last = scenes[-1]
    if last.to_s - last.from_s < 14:  # nobody can say whether it stands
        scenes.pop()
    return tuple(scenes)


def chapters(scenes: Sequence[Scene]) -> list[tuple[int, float]]:
    """Give the truth: the pages that stood, as they are numbered, and when they came."""
    numbers: dict[int, int] = {}
    found: list[tuple[int, float]] = []
    for scene in scenes:
        if not scene.page or scene.is_short:
            continue
        number = numbers.setdefault(scene.page, len(numbers) + 1)
        if not found or found[-1][0] != number:
            found.append((number, scene.from_s))
    return found


def write(
    path: Path, scenes: Sequence[Scene], seed: int, *, key_s: float = 2.0, scale: int = 1
) -> None:
    """Write the film of it, so many times as large, with a keyframe every so many seconds."""
    size = WIDTH * scale, HEIGHT * scale
    with av.open(str(path), "w", format="mp4") as film:
        stream = film.add_stream("libx264", rate=FPS)
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        keyint = round(key_s * FPS)
        stream.options = {
            "preset": "ultrafast",
            "crf": "26",
            "x264-params": f"keyint={keyint}:scenecut=0",
        }
        chroma = np.full((size[1] // 2, size[0]), 128, np.uint8)
        for number, small in enumerate(pictures(scenes, seed)):
            picture = np.asarray(cv2.resize(small, size), np.uint8) if scale > 1 else small
            frame = av.VideoFrame.from_ndarray(np.vstack([picture, chroma]), format="yuv420p")
            frame.pts, frame.time_base = number, Fraction(1, FPS)
            film.mux(stream.encode(frame))
        film.mux(stream.encode(None))


def pictures(scenes: Sequence[Scene], seed: int) -> Iterator[Picture]:
    """Give every picture of it."""
    before = _deck(seed)
    for scene in scenes:
        for number in range(round((scene.to_s - scene.from_s) * FPS)):
            into_s = number / FPS
            picture = _page(seed, scene.page, into_s) if scene.page else _film(seed, into_s)
            share = min(into_s / FADE_S, 1.0) if scene.fades else 1.0
            yield np.asarray(cv2.addWeighted(picture, share, before, 1 - share, 0), np.uint8)
        before = picture


def _deck(seed: int) -> Picture:
    """Give the design that all pages have."""
    dice = random.Random(seed)
    paper, bar = dice.choice(((245, 60), (225, 110), (40, 190), (252, 235)))
    picture = np.full((HEIGHT, WIDTH), paper, np.uint8)
    if dice.random() < 0.3:  # not of one grey
        picture -= np.linspace(0, 36, HEIGHT).astype(np.uint8)[:, None]
    cv2.rectangle(picture, (0, 0), (WIDTH, 62), bar, -1)
    cv2.circle(picture, (600, 31), 22, 255 - bar, 3)
    cv2.line(picture, (20, 335), (620, 335), 128, 1)
    cv2.putText(picture, "Grade 3 Maths", (24, 352), cv2.FONT_HERSHEY_SIMPLEX, 0.4, 128, 1)
    return picture


def _page(seed: int, page: int, into_s: float) -> Picture:
    """Give a page as it stands so long after it has come."""
    picture, dice = _deck(seed), random.Random(1000 * seed + page)
    ink = 20 if picture[200, 5] > 128 else 240
    on_bar = 20 if picture[10, 5] > 128 else 240
    title = " ".join(dice.choices(WORDS, k=3)).title()
    cv2.putText(picture, title, (24, 42), cv2.FONT_HERSHEY_DUPLEX, 1.0, on_bar, 2)
    cv2.putText(picture, str(page), (600, 352), cv2.FONT_HERSHEY_SIMPLEX, 0.4, 128, 1)
    lines, comes_s = dice.randrange(2, 6), 0.0
    for line in range(lines):
        text = "- " + " ".join(dice.choices(WORDS, k=dice.randrange(2, 4)))
        if into_s >= comes_s:
            at = (36, 104 + line * 44)
            cv2.putText(picture, text, at, cv2.FONT_HERSHEY_SIMPLEX, 0.75, ink, 2)
        comes_s += dice.choice((0.0, 0.0, 2.5, 6.0))
    drawing = dice.choice(("none", "figure", "later", "clip"))
    if drawing == "clip":
        cv2.circle(picture, (520 + round(40 * math.sin(3 * into_s)), 180), 26, 128, -1)
    elif drawing == "figure" or (drawing == "later" and into_s > 4):
        corners = [(dice.randrange(430, 610), dice.randrange(90, 310)) for _ in range(5)]
        cv2.fillPoly(picture, [np.array(corners)], 150)
    _point(picture, into_s)
    return picture


def _point(picture: Picture, into_s: float) -> None:
    at = (round(300 + 180 * math.cos(0.7 * into_s)), round(190 + 90 * math.sin(into_s)))
    cv2.circle(picture, at, 5, 0, -1)
    cv2.circle(picture, at, 6, 255, 1)


def _film(seed: int, into_s: float) -> Picture:
    """Give a picture of a film: things that move before a landscape that passes by."""
    dice = np.random.default_rng(seed)
    coarse = dice.integers(30, 220, (9, 64), np.uint8)
    land = np.asarray(cv2.resize(coarse, (WIDTH * 4, HEIGHT)), np.uint8)
    left = round(into_s * 60) % (WIDTH * 3)
    picture = np.ascontiguousarray(land[:, left : left + WIDTH])
    cv2.circle(picture, (320, 180 + round(60 * math.sin(2 * into_s))), 50, 240, -1)
    return np.asarray(picture, np.uint8)
