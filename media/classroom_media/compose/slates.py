"""What stands in for a source without a picture: its name, and that it is not there."""

from typing import Final

import av
import numpy as np
from PIL import Image, ImageDraw

from classroom_media.compose.colours import RGB, frame_of
from classroom_media.compose.fonts import Face, Font, Typefaces
from classroom_media.compose.pictures import Picture

NO_SIGNAL: Final = {"zh-CN": "无信号", "en": "No signal"}
EDGE: Final = (14, 19, 31)  # R, G, B
GLOW: Final = 20  # added in the middle, to all three: chroma would show rings
NAME: Final = (236, 239, 244)
WORDS: Final = (142, 156, 177)
ACCENT: Final = (226, 137, 59)
WIDEST: Final = 0.86  # of the slate's width, for a name


def backdrop(width: int, height: int) -> av.VideoFrame:
    """Give the quiet dark gradient behind slates and pictures side by side."""
    return frame_of(gradient(width, height))


class Slates:
    """Draws slates, each once."""

    def __init__(self, names: dict[str, str], *, language: str) -> None:
        self._typefaces = Typefaces()
        self._names = names  # source id to name
        self._language = language
        self._drawn: dict[tuple[str, int, int], Picture] = {}

    def slate(self, source: str, width: int, height: int, aspect: float) -> Picture:
        """Give the slate of a source; `width` and `height` are even, `aspect` unrounded."""
        key = (source, width, height)
        if key not in self._drawn:
            frame = frame_of(self._draw(source, width, height))
            self._drawn[key] = Picture(0, frame, aspect, whole=True)
        return self._drawn[key]

    def _draw(self, source: str, width: int, height: int) -> RGB:
        image = Image.fromarray(gradient(width, height))
        draw = ImageDraw.Draw(image)
        unit = min(height, width * 9 // 16)  # a slate may stand upright
        name, name_font = self._name(source, width, max(20, unit // 9))
        words, words_font = self._words(max(14, unit // 20))
        centre, middle, line = width / 2, height / 2, max(2, unit // 180)
        draw.text((centre, middle - unit * 0.03), name, NAME, name_font, anchor="ms")
        half = width * 0.03
        top = middle + unit * 0.025
        draw.rectangle((centre - half, top, centre + half, top + line - 1), ACCENT)
        draw.text((centre, middle + unit * 0.14), words, WORDS, words_font, anchor="ms")
        return np.asarray(image)

    def _name(self, source: str, width: int, pixels: int) -> tuple[str, Font]:
        """Give the name, or the id where no typeface has the name's characters."""
        name, face = self._writable(self._names.get(source) or source, source)
        wide = face.sized(pixels).getlength(name) / (WIDEST * width)
        return name, face.sized(pixels if wide <= 1 else max(8, int(pixels / wide)))

    def _words(self, pixels: int) -> tuple[str, Font]:
        english = NO_SIGNAL["en"]
        words, face = self._writable(NO_SIGNAL.get(self._language, english), english)
        return words, face.sized(pixels)

    def _writable(self, text: str, otherwise: str) -> tuple[str, Face]:
        face = self._typefaces.writing(text)
        if face is not None:
            return text, face
        return otherwise, self._typefaces.writing(otherwise) or self._typefaces.latin


def gradient(width: int, height: int) -> RGB:
    """Give a glow in the middle, (height, width, 3) RGB24; noise keeps it from banding."""
    y, x = np.ogrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    light = GLOW * np.exp(-1.1 * (x**2 + y**2))
    light += np.random.default_rng(7).uniform(0, 1, light.shape)
    return np.asarray(light[..., None] + EDGE, np.uint8)
