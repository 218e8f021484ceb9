"""Draws a room's week as a picture: days beside each other, hours downwards."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final

from PIL import Image, ImageDraw

from classroom_media.compose.fonts import Font, Typefaces
from classroom_schedules import Occurrence
from classroom_schedules.weeks import Weekday
from classroom_schedules.words import say

DAYS: Final = 7
WIDTH, HEIGHT, TOP, LEFT = 1540, 1000, 80, 70
PAPER, INK, LINE, PALE = "#ffffff", "#1f2933", "#d5dbe1", "#8a949e"
HELD: Final = ("#e3effa", "#2f6fab")  # a box and its edge
SKIPPED: Final = ("#f4f4f4", "#c0c6cc")
MARGIN: Final = 6
BOTTOM: Final = HEIGHT - 18
LINE_HEIGHT: Final = 19


class WeekPicture:
    """Seven days from `start`, from the first hour in which something is to the last."""

    def __init__(self, start: date, planned: Iterable[Occurrence], language: str) -> None:
        end = start + timedelta(days=DAYS)
        self._start = start
        self._planned = [one for one in planned if start <= one.date < end]
        self._language = language
        hours = [8, 17, *(_hours(one.starts_at) for one in self._planned)]
        self._first = int(min(hours))
        self._last = int(max(*hours, *(_hours(one.ends_at) + 0.99 for one in self._planned), 0))
        texts = "".join(line for one in self._planned for line in self._lines(one))
        faces = Typefaces()
        face = faces.writing(texts + self._heading(start)) or faces.writing("") or faces.latin
        self._fonts = {size: face.sized(size) for size in (13, 15, 20)}
        self._image = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
        self._draw = ImageDraw.Draw(self._image)

    def save(self, title: str, file: Path) -> None:
        """Draw it into a PNG file.

        Raises:
            OSError: the file cannot be written.
        """
        self._draw.text((LEFT, 12), title, INK, self._fonts[20])
        self._grid()
        for group in _side_by_side(self._planned):
            for place, one in enumerate(group):
                self._box(one, place, len(group))
        self._image.save(file, "PNG")

    def _grid(self) -> None:
        for hour in range(self._first, self._last + 1):
            y = self._y(hour)
            self._draw.line((LEFT, y, WIDTH - MARGIN, y), LINE)
            self._draw.text((10, y - 9), f"{hour:02}:00", PALE, self._fonts[13])
        for at in range(DAYS):
            day = self._start + timedelta(days=at)
            self._draw.text((self._x(at) + MARGIN, 48), self._heading(day), INK, self._fonts[15])
            self._draw.line((self._x(at), TOP, self._x(at), BOTTOM), LINE)

    def _box(self, one: Occurrence, place: int, places: int) -> None:
        fill, edge = HELD if one.is_held else SKIPPED
        left, wide = self._x((one.date - self._start).days), self._x(1) - self._x(0) - 4
        x = left + 2 + wide * place / places
        top, bottom = self._y(_hours(one.starts_at)), self._y(_hours(one.ends_at))
        self._draw.rounded_rectangle((x, top + 1, x + wide / places - 2, bottom - 1), 5, fill, edge)
        self._write(one, x + MARGIN, top + 4, wide / places - 2 * MARGIN - 2, bottom)

    def _write(self, one: Occurrence, x: float, y: float, wide: float, bottom: float) -> None:
        ink = INK if one.is_held else PALE
        for at, text in enumerate(self._lines(one)):
            font = self._fonts[13 if at else 15]
            for line in _wrapped(text, font, wide):
                if y + LINE_HEIGHT > bottom:
                    return
                self._draw.text((x, y), line, ink, font)
                y += LINE_HEIGHT

    def _lines(self, one: Occurrence) -> Sequence[str]:
        clock = f"{one.starts_at:%H:%M}-{one.ends_at:%H:%M}"
        who = " ".join((*one.classes, *one.teachers))
        why = () if one.is_held else (one.why(self._language),)
        return (one.title, clock, *why, who)

    def _heading(self, day: date) -> str:
        return f"{say(Weekday.of(day).word, self._language)} {day}"

    def _x(self, day: int) -> float:
        return LEFT + (WIDTH - LEFT - MARGIN) * day / DAYS

    def _y(self, hours: float) -> float:
        share = (hours - self._first) / (self._last - self._first)
        return TOP + (BOTTOM - TOP) * share


def _hours(at: datetime) -> float:
    return at.hour + at.minute / 60


def _side_by_side(planned: Sequence[Occurrence]) -> Iterator[list[Occurrence]]:
    """Give those that overlap together."""
    group: list[Occurrence] = []
    for one in sorted(planned, key=lambda one: one.starts_at):
        if group and one.starts_at >= max(other.ends_at for other in group):
            yield group
            group = []
        group.append(one)
    if group:
        yield group


def _wrapped(text: str, font: Font, wide: float) -> Iterator[str]:
    line = ""
    for char in text:
        if line and font.getlength(line + char) > wide:
            yield line
            line = ""
        line += char
    if line:
        yield line
