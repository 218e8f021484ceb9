"""Draws at double size, so that what is made smaller has smooth edges."""

from functools import cached_property
from typing import Final

from PIL import Image, ImageDraw

from classroom_media.compose.fonts import Face, Font, Typefaces

TWICE: Final = 2

Colour = tuple[int, int, int]
Box = tuple[float, float, float, float]  # left, top, right, bottom


class Lettering:
    """One typeface that can write everything that is to be written, in any size."""

    def __init__(self, sample: str) -> None:
        self._sample = sample
        self._fonts: dict[int, Font] = {}

    @cached_property
    def _face(self) -> Face:
        faces = Typefaces()
        return faces.writing(self._sample) or faces.latin

    def sized(self, pixels: int) -> Font:
        """Give the typeface in a size."""
        if pixels not in self._fonts:
            self._fonts[pixels] = self._face.sized(pixels)
        return self._fonts[pixels]


class Pen:
    """Draws on a sheet; all measures are those of the finished picture."""

    def __init__(self, width: int, height: int, paper: Colour, lettering: Lettering) -> None:
        self._size = (width, height)
        self._sheet = Image.new("RGB", (width * TWICE, height * TWICE), paper)
        self._draw = ImageDraw.Draw(self._sheet)
        self._lettering = lettering

    def finished(self) -> Image.Image:
        """Give the picture in its size."""
        return self._sheet.resize(self._size, Image.Resampling.LANCZOS)

    def box(self, box: Box, fill: Colour, radius: float = 0, edge: Colour | None = None) -> None:
        """Fill a rectangle; one that is too narrow to be seen is a pixel wide."""
        left, top, right, bottom = (value * TWICE for value in box)
        right = max(right, left + TWICE)
        radius = min(radius * TWICE, (right - left) / 2)
        corners = (left, top, right - 1, bottom - 1)
        self._draw.rounded_rectangle(corners, radius, fill, edge, TWICE if edge else 0)

    def line(self, box: Box, ink: Colour, width: float = 1) -> None:
        """Draw a straight line."""
        ends = tuple(value * TWICE for value in box)
        self._draw.line(ends, ink, round(width * TWICE))

    def shape(self, points: list[tuple[float, float]], fill: Colour) -> None:
        """Fill a polygon."""
        self._draw.polygon([(x * TWICE, y * TWICE) for x, y in points], fill)

    def text(
        self, at: tuple[float, float], text: str, pixels: int, ink: Colour, anchor: str = "lm"
    ) -> None:
        """Write a line of text."""
        font = self._lettering.sized(pixels * TWICE)
        self._draw.text((at[0] * TWICE, at[1] * TWICE), text, ink, font, anchor=anchor)

    def width_of(self, text: str, pixels: int) -> float:
        """Tell how much room a text takes."""
        return float(self._lettering.sized(pixels * TWICE).getlength(text)) / TWICE
