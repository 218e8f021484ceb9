"""A lesson drawn by machine: the teacher at the board, the pupils, the slides.

A scene is a function of the picture's number alone, so that anyone can draw it again.
"""

import math
import tomllib
from collections.abc import Callable
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Final, Protocol

from PIL import Image, ImageDraw

from classroom_media.compose.fonts import Face, Font, Typefaces
from classroom_media.emulate import truth
from classroom_media.emulate.canvas import Canvas, Sprite
from classroom_media.emulate.people import Colour, person

SIZE: Final = (1280, 720)
LESSON: Final[dict[str, Any]] = tomllib.loads(
    (Path(__file__).parent / "lesson.toml").read_text("utf-8")
)
WALL: Final = (226, 221, 208)
BOARD: Final = (38, 84, 68)
CHALK: Final = (238, 240, 230)
WOOD: Final = (150, 108, 70)
INK: Final = (40, 48, 64)
ACCENT: Final = (28, 100, 180)


@cache
def font(pixels: int) -> Font:
    """Give a typeface that can write the lesson, at a size."""
    return (Typefaces().writing("".join(LESSON["board"])) or Face("")).sized(pixels)


class Scene(Protocol):
    """Something that a camera looks at."""

    def paint(self, number: int) -> Canvas:
        """Bring the scene to the picture with this number and give its canvas."""
        ...


class _Burnt:
    """The part that all scenes share: clock, number, flash."""

    def __init__(self, background: Image.Image, now: Callable[[], datetime]) -> None:
        self.canvas = Canvas(background)
        self._now = now
        face = font(26)
        self._glyphs = {c: _text(c, face, (255, 255, 255), (20, 24, 32)) for c in "0123456789:# "}

    def finish(self, number: int) -> Canvas:
        """Burn in what tests read and people see."""
        left, top = SIZE[0] - 330, 16
        for glyph in f"{self._now():%H:%M:%S} #{number % 10**8:08d}":
            sprite = self._glyphs[glyph]
            self.canvas.draw(sprite, left, top)
            left += sprite.size[0]
        if truth.flashes(number):
            self.canvas.fill((16, 16, 80, 80), truth.WHITE)
        truth.burn(self.canvas.luma, number)
        return self.canvas


class TeacherScene:
    """A teacher walks before the blackboard and writes a lesson on it, line by line."""

    LINE_FRAMES: Final = 100

    def __init__(self, now: Callable[[], datetime]) -> None:
        image = Image.new("RGB", SIZE, WALL)
        draw = ImageDraw.Draw(image)
        draw.rectangle((0, 610, *SIZE), fill=(176, 160, 138))
        draw.rectangle((108, 58, 1172, 468), fill=WOOD)
        draw.rectangle((122, 72, 1158, 454), fill=BOARD)
        draw.rectangle((560, 462, 720, 474), fill=(200, 170, 120))
        self._burnt = _Burnt(image, now)
        self._lines = [_text(line, font(44), CHALK, None) for line in LESSON["board"]]
        self._teacher = (
            person(120, 400, (60, 84, 140)),
            person(120, 400, (60, 84, 140), arm=True),
        )

    def paint(self, number: int) -> Canvas:
        """Bring the scene to this picture."""
        canvas = self._burnt.canvas
        canvas.clear()
        shown = number // self.LINE_FRAMES % (len(self._lines) + 2)
        for row, line in enumerate(self._lines[:shown]):
            canvas.draw(line, 170, 96 + row * 68)
        walk = math.sin(number / truth.FPS / 5)
        writing = number // 50 % 3 == 0
        canvas.draw(self._teacher[writing], round(720 + 260 * walk), 250)
        return self._burnt.finish(number)


class PupilsScene:
    """Fifteen pupils at their desks; now and then one raises a hand."""

    ROWS: Final = 3
    SEATS: Final = 5

    def __init__(self, now: Callable[[], datetime]) -> None:
        image = Image.new("RGB", SIZE, (214, 222, 224))
        draw = ImageDraw.Draw(image)
        draw.rectangle((0, 150, *SIZE), fill=(188, 178, 160))
        for window in range(4):
            left = 80 + window * 300
            draw.rectangle(
                (left, 20, left + 220, 130), fill=(168, 204, 232), outline=(245, 245, 245), width=8
            )
        self._burnt = _Burnt(image, now)
        shirts = ((70, 130, 190), (200, 90, 80), (90, 160, 110), (220, 180, 80), (140, 110, 180))
        self._pupils = [person(92, 170, shirt) for shirt in shirts]
        self._hands = [person(92, 170, shirt, arm=True) for shirt in shirts]
        desk = Image.new("RGBA", (190, 56), (0, 0, 0, 0))
        ImageDraw.Draw(desk).rounded_rectangle((0, 0, 189, 55), 8, fill=(*WOOD, 255))
        self._desk = Sprite.of(desk)

    def paint(self, number: int) -> Canvas:
        """Bring the scene to this picture."""
        canvas = self._burnt.canvas
        canvas.clear()
        eager = number // 75 % (self.ROWS * self.SEATS * 2)
        for row in range(self.ROWS):
            for seat in range(self.SEATS):
                index = row * self.SEATS + seat
                left, top = 90 + seat * 236 + row * 8, 130 + row * 158
                nod = round(3 * math.sin(number / 17 + index * 1.7))
                look = (index * 7 + row) % len(self._pupils)
                pupil = (self._hands if index == eager else self._pupils)[look]
                canvas.draw(pupil, left, top + nod)
                canvas.draw(self._desk, left - 48, top + 128)
        return self._burnt.finish(number)


class SlidesScene:
    """The screen of the lesson's slides: a new page every twenty seconds, pointed at at first.

    Then it stands there, and there is time to look at the teacher.
    """

    PAGE_FRAMES: Final = 500
    POINTED_FRAMES: Final = 175

    def __init__(self, now: Callable[[], datetime]) -> None:
        slides = enumerate(LESSON["slide"])
        self._pages = [_Burnt(_slide(page, index), now) for index, page in slides]
        dot = Image.new("RGBA", (28, 28), (0, 0, 0, 0))
        ImageDraw.Draw(dot).ellipse((2, 2, 25, 25), fill=(220, 40, 40, 200))
        self._pointer = Sprite.of(dot)

    def paint(self, number: int) -> Canvas:
        """Bring the scene to this picture."""
        page = self._pages[number // self.PAGE_FRAMES % len(self._pages)]
        page.canvas.clear()
        if number % self.PAGE_FRAMES < self.POINTED_FRAMES:
            turn = number / 40
            left, top = 760 + 300 * math.cos(turn), 400 + 140 * math.sin(turn)
            page.canvas.draw(self._pointer, round(left), round(top))
        return page.finish(number)


def _slide(page: dict[str, Any], index: int) -> Image.Image:
    image = Image.new("RGB", SIZE, (250, 250, 247))
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, 1280, 132), fill=ACCENT)
    draw.text((72, 34), page["title"], font=font(56), fill=(255, 255, 255))
    for row, point in enumerate(page["points"]):
        top = 196 + row * 104
        draw.ellipse((84, top + 22, 104, top + 42), fill=ACCENT)
        draw.text((136, top), point, font=font(46), fill=INK)
    draw.text((1190, 652), f"{index + 1}", font=font(30), fill=(120, 126, 136))
    return image


def _text(text: str, face: Font, ink: Colour, paper: Colour | None) -> Sprite:
    """Draw a line of text, on paper or on nothing."""
    left, _top, right, _bottom = face.getbbox(text)
    height = math.ceil(face.getbbox("|gÅ")[3]) + 6
    width = max(math.ceil(right - left), 2) + 1
    image = Image.new(
        "RGBA", (width // 2 * 2, height // 2 * 2), (*(paper or (0, 0, 0)), 255 if paper else 0)
    )
    ImageDraw.Draw(image).text((-left, 0), text, font=face, fill=(*ink, 255))
    return Sprite.of(image)
