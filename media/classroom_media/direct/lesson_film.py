"""Plays a made-up lesson into the files of a recording: four pictures, two microphones.

Simple figures, but with what makes a director's life hard: noise, light that drifts, gestures,
fidgeting pupils, a teacher who nods and hums while a pupil speaks, a mouse that is pushed by
mistake, taps on the desk, and microphones that hear everybody.
"""

import math
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Final

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from classroom_media.direct.lesson_script import Act, Scene
from classroom_media.direct.voice import RATE_HZ, Sound
from classroom_media.record.manifest import Manifest, State, Track, write_manifest

WIDTH, HEIGHT, FPS = 320, 180, 10
NOISE: Final = 3.0  # of 255
CROSSTALK: Final = 0.25  # of a voice in the other microphone
STARTED: Final = datetime(2026, 9, 1, 0, 0, tzinfo=UTC)

Grey = NDArray[np.uint8]  # (height, width)
Voice = NDArray[np.float64]  # (samples,), 16 kHz
Paint = Callable[[Grey, int], None]  # onto the background, the picture with this number


@dataclass(frozen=True, slots=True)
class _Moment:
    """Where the lesson stands at a picture."""

    act: Act
    into_s: float  # the scene
    at_s: float
    scene: int

    @property
    def teacher_speaks(self) -> bool:
        """Whether the teacher explains, or hums at what a pupil says."""
        if self.act is Act.ANSWER:
            return self.into_s % 5 > 4.6
        return self.act in {Act.TEACH, Act.WALK, Act.SLIDE}


def play(scenes: Sequence[Scene], folder: Path, seed: int = 1) -> None:
    """Write the lesson as a finished recording."""
    folder.mkdir(parents=True, exist_ok=True)
    film = _Film(tuple(scenes), seed)
    pictures = {
        "screen": (_paper(), film.screen),
        "teacher": (_wall(), film.teacher),
        "pupils": (_desks(), film.pupils),
        "wide": (_desks(), film.wide),
    }
    for name, (background, paint) in pictures.items():
        _write_picture(folder / f"{name}.mp4", film.count, _painted(background, paint, film, name))
    teacher, pupil = _voices(film)
    _write_sound(folder / "teacher-sound.m4a", _heard(teacher, pupil, seed))
    _write_sound(folder / "pupils-sound.m4a", _heard(pupil, teacher, seed + 1))
    write_manifest(folder, _manifest(folder.name, scenes[-1].to_s, tuple(pictures)))


class _Film:
    """What the cameras see, as a function of the picture's number."""

    def __init__(self, scenes: tuple[Scene, ...], seed: int) -> None:
        self.scenes, self.seed = scenes, seed
        self.count = round(scenes[-1].to_s * FPS)
        self.moments = [self._moment(number / FPS) for number in range(self.count)]
        self._strokes = self._written()
        self._places = self._walked()

    def screen(self, picture: Grey, number: int) -> None:
        """Show a page of lines, and the pointer while it is explained."""
        moment = self.moments[number]
        page = sum(s.act is Act.SLIDE for s in self.scenes[: moment.scene + 1])
        lines = random.Random(page)  # noqa: S311
        cv2.rectangle(picture, (0, 0), (WIDTH, 30), 70 + page * 37 % 90, -1)
        for line in range(4 + page % 3):
            length = lines.randrange(90, 250)
            cv2.rectangle(picture, (24, 48 + line * 20), (24 + length, 54 + line * 20), 60, -1)
        pushed_s = max(moment.at_s % 11 - 10.6, 0)
        turn = moment.into_s * 0.9 if moment.act is Act.SLIDE else pushed_s
        at = (round(170 + 90 * math.cos(turn)), round(100 + 40 * math.sin(1.7 * turn)))
        cv2.circle(picture, at, 3, 20, -1)

    def teacher(self, picture: Grey, number: int) -> None:
        """Show the teacher before the board, gesturing, walking or writing."""
        for start, end in self._strokes[number]:
            cv2.line(picture, start, end, 215, 1, cv2.LINE_AA)
        moment = self.moments[number]
        gestures = moment.act in {Act.TEACH, Act.WALK, Act.SLIDE, Act.ANSWER}
        swing = round(12 * math.sin(moment.at_s * 5)) if gestures else 0
        reach = self._strokes[number][-1][1] if moment.act is Act.WRITE else None
        _person(picture, (round(self._places[number]), 92), 1.0, swing=swing, reach=reach)

    def pupils(self, picture: Grey, number: int) -> None:
        """Show the class; whoever answers stands up."""
        moment = self.moments[number]
        answers = moment.scene * 7 % 15 if moment.act is Act.ANSWER else -1
        for seat in range(15):
            row, column = divmod(seat, 5)
            fidget = round(1.5 * math.sin(moment.at_s * 1.3 + seat * 2.1))
            up = 16 if seat == answers else 0
            _person(picture, (36 + column * 62 + fidget, 42 + row * 44 - up), 0.42)
            cv2.rectangle(
                picture,
                (14 + column * 62, 66 + row * 44),
                (58 + column * 62, 78 + row * 44),
                90,
                -1,
            )

    def wide(self, picture: Grey, number: int) -> None:
        """Show the room from behind: everything, and everything small."""
        _person(picture, (round(100 + self._places[number] * 0.35), 30), 0.4)
        for seat in range(15):
            row, column = divmod(seat, 5)
            cv2.circle(picture, (44 + column * 58, 92 + row * 32), 9, 40, -1)

    def _moment(self, at_s: float) -> _Moment:
        number = next(n for n, scene in enumerate(self.scenes) if at_s < scene.to_s)
        scene = self.scenes[number]
        return _Moment(scene.act, at_s - scene.from_s, at_s, number)

    def _walked(self) -> list[float]:
        """Give where the teacher stands in every picture, in pixels."""
        x, way, places = 120.0, 1.0, []
        for moment in self.moments:
            if moment.act is Act.WALK:
                x += way * 42 / FPS
                way = -way if not 60 < x < 260 else way
                x = min(max(x, 60), 260)
            places.append(x)
        return places

    def _written(self) -> list[list[tuple[tuple[int, int], tuple[int, int]]]]:
        """Give the strokes on the board in every picture; a full board is wiped."""
        dice = random.Random(self.seed)  # noqa: S311
        strokes: list[tuple[tuple[int, int], tuple[int, int]]] = []
        found = []
        for number, moment in enumerate(self.moments):
            if moment.act is Act.WRITE and number % 3 == 0:
                count = len(strokes) % 180
                strokes = strokes if count else []
                x, y = 190 + count % 18 * 6, 24 + count // 18 * 9
                end = (x + dice.randrange(-3, 5), y + dice.randrange(3, 7))
                strokes = [*strokes, ((x, y), end)]
            found.append(strokes or [((190, 24), (193, 29))])
        return found


def _person(
    picture: Grey,
    at: tuple[int, int],
    size: float,
    *,
    swing: int = 0,
    reach: tuple[int, int] | None = None,
) -> None:
    """Draw somebody; `reach` is where a hand is, `swing` how far the other one is out."""
    x, top = at
    head, body = round(11 * size), round(20 * size)
    foot = top + round(80 * size)
    cv2.rectangle(picture, (x - body, top + 2 * head), (x + body, foot), 60, -1)
    cv2.circle(picture, (x, top + head), head, 165, -1)
    shoulder = (x + body, top + 3 * head)
    if reach:
        cv2.line(picture, shoulder, reach, 60, max(1, round(7 * size)))
    if swing:
        hand = (x - body - 14, top + 5 * head + swing)
        cv2.line(picture, (x - body, top + 3 * head), hand, 60, max(1, round(7 * size)))


def _paper() -> Grey:
    return np.full((HEIGHT, WIDTH), 235, np.uint8)


def _wall() -> Grey:
    picture = np.full((HEIGHT, WIDTH), 190, np.uint8)
    cv2.rectangle(picture, (24, 14), (304, 118), 75, -1)
    return picture


def _desks() -> Grey:
    picture = np.full((HEIGHT, WIDTH), 175, np.uint8)
    cv2.rectangle(picture, (60, 8), (260, 60), 85, -1)
    return picture


def _painted(background: Grey, paint: Paint, film: _Film, name: str) -> Iterator[Grey]:
    """Give every picture; a camera's with its noise and the light of the day."""
    dice = np.random.default_rng([film.seed, *name.encode()])
    noises = [dice.normal(0, NOISE, background.shape).astype(np.int16) for _ in range(8)]
    for number in range(film.count):
        picture = background.copy()
        paint(picture, number)
        if name != "screen":
            light = np.int16(6 * math.sin(number / FPS / 23))
            seen = picture + noises[int(dice.integers(len(noises)))] + light
            picture = np.clip(seen, 0, 255).astype(np.uint8)
        yield picture


def _write_picture(path: Path, count: int, pictures: Iterator[Grey]) -> None:
    with av.open(str(path), "w", format="mp4") as film:
        stream = film.add_stream("libx264", rate=FPS)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        stream.options = {"preset": "ultrafast", "crf": "24", "g": str(2 * FPS), "threads": "1"}
        chroma = np.full((HEIGHT // 2, WIDTH), 128, np.uint8)
        for number, picture in zip(range(count), pictures, strict=False):
            frame = av.VideoFrame.from_ndarray(np.vstack([picture, chroma]), format="yuv420p")
            frame.pts, frame.time_base = number, Fraction(1, FPS)
            film.mux(stream.encode(frame))
        film.mux(stream.encode(None))


def _voices(film: _Film) -> tuple[Voice, Voice]:
    """Give what the teacher and the pupils say."""
    step = RATE_HZ // FPS
    teaching = np.repeat([moment.teacher_speaks for moment in film.moments], step)
    answering = np.repeat([moment.act is Act.ANSWER for moment in film.moments], step)
    teacher = speech(teaching.size, 118, film.seed) * teaching
    return teacher, speech(teaching.size, 235, film.seed + 1) * answering


def _heard(near: Voice, far: Voice, seed: int) -> Sound:
    """Give what a microphone hears: one voice well, the other faintly, taps, and noise."""
    dice = np.random.default_rng([seed, 7])
    heard = near + CROSSTALK * far + dice.normal(0, 0.0015, near.size)
    for tap in dice.integers(0, near.size - 800, near.size // (7 * RATE_HZ)):
        heard[tap : tap + 800] += dice.normal(0, 0.2, 800) * np.exp(-np.arange(800) / 150)
    return np.asarray(heard, np.float32)


def speech(samples: int, pitch_hz: float, seed: int) -> Voice:
    """Give something with the pitch, the formants, the syllables and the pauses of a voice."""
    dice = np.random.default_rng([seed, 99])
    at = np.arange(samples) / RATE_HZ
    pitch = pitch_hz * (1 + 0.08 * np.sin(2 * np.pi * 0.7 * at) + 0.03 * np.sin(17 * at))
    phase = 2 * np.pi * np.cumsum(pitch) / RATE_HZ
    wave = np.zeros(samples)
    for overtone in range(1, int(3600 / pitch_hz)):
        tone_hz = overtone * pitch_hz
        formants = sum(
            math.exp(-(((tone_hz - peak) / width) ** 2))
            for peak, width in ((550, 250), (1500, 350), (2500, 450))
        )
        wave += (0.08 + formants) * np.sin(overtone * phase)
    syllables = np.clip(np.sin(2 * np.pi * 2.1 * at) + 0.5, 0, 1)
    words = dice.random(samples // (RATE_HZ // 4) + 1) > 0.12
    pauses = np.repeat(words, RATE_HZ // 4)[:samples]
    return np.asarray(0.03 * wave * syllables * pauses)


def _write_sound(path: Path, heard: Sound) -> None:
    with av.open(str(path), "w", format="mp4") as film:
        stream = film.add_stream("aac", rate=RATE_HZ, layout="mono")
        for first in range(0, heard.size, 1024):
            block = heard[first : first + 1024][None]
            frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(block), "fltp", "mono")
            frame.sample_rate, frame.pts, frame.time_base = RATE_HZ, first, Fraction(1, RATE_HZ)
            film.mux(stream.encode(frame))
        film.mux(stream.encode(None))


def _manifest(id_: str, seconds: float, pictures: tuple[str, ...]) -> Manifest:
    tracks = [
        Track(name=n, source=n, kind="picture", file=f"{n}.mp4", codec="h264", duration_s=seconds)
        for n in pictures
    ]
    tracks += [
        Track(
            name=f"{n}-sound",
            source=n,
            kind="sound",
            file=f"{n}-sound.m4a",
            codec="aac",
            duration_s=seconds,
        )
        for n in ("teacher", "pupils")
    ]
    return Manifest(
        id=id_,
        state=State.FINISHED,
        room="101",
        title="",
        started_at=STARTED,
        duration_s=seconds,
        tracks=tuple(tracks),
    )
