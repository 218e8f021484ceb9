"""What stands under a picture of the multiview: the source's name, and what is wrong with it."""

from typing import Final

import numpy as np
from PIL import Image, ImageDraw

from classroom_media.compose.fonts import Face, Font, Typefaces
from classroom_media.compose.slates import NO_SIGNAL
from classroom_media.monitor.cells import CAPTION, TILE
from classroom_media.monitor.condition import Fault
from classroom_media.monitor.tiles import Tile

LOST: Final = "lost"
WORDS: Final = {
    "zh-CN": {Fault.FROZEN: "画面静止", Fault.BLACK: "黑屏", LOST: NO_SIGNAL["zh-CN"]},
    "en": {Fault.FROZEN: "Frozen", Fault.BLACK: "Black", LOST: NO_SIGNAL["en"]},
}
LETTERS: Final = 17  # pixels
PAD: Final = 10  # pixels
QUIET: Final = (30, 36, 48)  # R, G, B
ON_AIR: Final = (196, 32, 38)
NAME: Final = (236, 239, 244)
AMBER: Final = (255, 186, 73)


class Captions:
    """Draws captions, each once."""

    def __init__(self, language: str) -> None:
        self._typefaces = Typefaces()
        self._words = WORDS.get(language, WORDS["en"])
        self._drawn: dict[tuple[str, str, bool], Tile] = {}

    def caption(self, name: str, fault: str, *, on_air: bool) -> Tile:
        """Give a caption; `fault` is a `Fault`, or `LOST`."""
        key = (name, fault, on_air)
        if key not in self._drawn:
            self._drawn[key] = self._draw(name, self._words.get(fault, ""), on_air=on_air)
        return self._drawn[key]

    def _draw(self, name: str, fault: str, *, on_air: bool) -> Tile:
        image = Image.new("RGB", (TILE[0], CAPTION), ON_AIR if on_air else QUIET)
        draw = ImageDraw.Draw(image)
        font, middle = self._font(fault), CAPTION / 2
        room: float = TILE[0] - 2 * PAD
        if fault:
            taken = draw.textlength(fault, font) + 2 * PAD
            room -= taken
            corner = (TILE[0] - taken, 0, TILE[0], CAPTION)
            draw.rectangle(corner, AMBER)
            draw.text((TILE[0] - taken + PAD, middle), fault, QUIET, font, "lm")
        shown, font = self._fitted(name, room)
        draw.text((PAD, middle), shown, NAME, font, "lm")
        return np.ascontiguousarray(np.asarray(image)[:, :, ::-1])

    def _fitted(self, name: str, room: float) -> tuple[str, Font]:
        """Cut a name short where there is no room for all of it."""
        font = self._font(name)
        shown = name
        while len(shown) > 1 and font.getlength(shown) > room:
            shown = f"{shown[:-2]}…"
        return shown, font

    def _font(self, text: str) -> Font:
        face: Face = self._typefaces.writing(text) or self._typefaces.latin
        return face.sized(LETTERS)
