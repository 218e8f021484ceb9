"""Draws the programme's titles with Pillow: lower third, subtitle, clock, title cards.

Measures are shares of the picture's height, so that 720 and 1080 lines look the same.
"""

import logging
from typing import Final

from PIL import Image, ImageDraw, ImageFilter, ImageOps

from classroom_media.api import Card, LowerThird
from classroom_media.compose.fonts import Font, Typefaces
from classroom_media.compose.slates import ACCENT, EDGE, NAME, gradient

SAFE: Final = 0.05  # of width and height: the edge that titles keep away from
PANEL: Final = 212  # alpha of what is behind a name
STRIP: Final = 240  # and behind the subject under it
FINE: Final = 4  # slanting edges are drawn so many times larger
SOFT: Final = (190, 202, 220)
WHITE: Final = (255, 255, 255)
SHADOW: Final = (0, 0, 0, 200)
WIDEST: Final = 0.86  # of the picture's width, for words
LINES: Final = 2  # of a subtitle
SHRINKS: Final = 1.7  # times at most, before a text is cut short
FIRST_IDEOGRAPH: Final = 0x2E80  # CJK radicals, the first of their blocks

Drawing = Image.Image

logger = logging.getLogger(__name__)


class Lettering:
    """Draws for a picture of one size; drawings are RGBA with even sides."""

    def __init__(self, width: int, height: int) -> None:
        self._width, self._height = width, height
        self._typefaces = Typefaces()

    def lower_third(self, said: LowerThird) -> Drawing:
        """Draw a name on a dark band, its subject on a coloured one under it; both end aslant."""
        name, name_font = self._fitted(said.name, 0.052, 0.6)
        subject, subject_font = self._fitted(said.subject, 0.032, 0.55)
        pad, upper = self._pixels(0.028), self._pixels(0.082)
        lower = self._pixels(0.05) if subject else self._pixels(0.008)
        width = max(name_font.getlength(name), subject_font.getlength(subject) + pad)
        plate, strip = int(width) + 2 * pad + upper // 2, 2 * pad + lower // 2
        strip += int(subject_font.getlength(subject)) if subject else plate // 3
        plate = max(plate, self._pixels(0.34))
        drawing = Image.new("RGBA", _even(plate, upper + lower), (*ACCENT, 0))
        drawing.paste((*EDGE, 255), (0, 0, plate, upper))
        alpha = Image.new("L", drawing.size)
        alpha.paste(_aslant(plate, upper, PANEL), (0, 0))
        alpha.paste(_aslant(min(strip, plate), lower, STRIP), (0, upper))
        drawing.putalpha(alpha)
        draw = ImageDraw.Draw(drawing)
        draw.rectangle((0, 0, self._pixels(0.008) - 1, upper + lower), (*ACCENT, 255))
        heavy = self._height // 720  # pixels; small letters would run together
        place = (pad, upper / 2)
        draw.text(place, name, NAME, name_font, "lm", stroke_width=heavy, stroke_fill=NAME)
        draw.text((pad, upper + lower / 2), subject, EDGE, subject_font, "lm")
        return drawing

    def subtitle(self, said: str) -> Drawing:
        """Draw one or two lines, white with a dark edge and a shadow."""
        font = self._font(said, 0.046)
        lines = self._wrapped(said, font)
        step, edge = self._pixels(0.06), max(2, self._height // 300)
        width = int(max(map(font.getlength, lines))) + 6 * edge
        drawing = Image.new("RGBA", _even(width, step * len(lines) + 4 * edge), (0, 0, 0, 0))
        shadow = drawing.copy()
        for number, line in enumerate(lines):
            place = (drawing.width / 2, 2 * edge + step * (number + 0.5))
            ImageDraw.Draw(shadow).text(place, line, SHADOW, font, "mm", stroke_width=edge)
            ImageDraw.Draw(drawing).text(
                place, line, WHITE, font, "mm", stroke_width=edge, stroke_fill=EDGE
            )
        blurred = shadow.filter(ImageFilter.GaussianBlur(edge))
        return Image.alpha_composite(blurred, drawing)

    def clock(self, said: str) -> Drawing:
        """Draw the time of day; every sign has the same room, so that nothing trembles."""
        font = self._font(said, 0.036)
        cell = int(max(font.getlength(digit) for digit in "0123456789")) + 1
        narrow = cell * 5 // 9
        pad = self._pixels(0.018)
        width = 2 * pad + sum(narrow if sign == ":" else cell for sign in said)
        drawing = Image.new("RGBA", _even(width, self._pixels(0.06)), (0, 0, 0, 0))
        draw = ImageDraw.Draw(drawing)
        corner = (drawing.width - 1, drawing.height - 1)
        draw.rounded_rectangle((0, 0, *corner), self._pixels(0.012), (*EDGE, 185))
        x, middle = float(pad), drawing.height / 2
        for sign in said:
            room = narrow if sign == ":" else cell
            draw.text((x + room / 2, middle), sign, NAME, font, "mm")
            x += room
        return drawing

    def logo(self, path: str) -> Drawing:
        """Open a logo, as high as titles are.

        Raises:
            OSError: it cannot be read.
        """
        with Image.open(path) as opened:
            logo = opened.convert("RGBA")
        height = self._pixels(0.1)
        scale = min(height / logo.height, self._width * 0.25 / logo.width)
        fitted = _even(int(logo.width * scale), int(logo.height * scale))
        return logo.resize(fitted, Image.Resampling.LANCZOS)

    def card(self, card: Card, logo: Drawing | None) -> Drawing:
        """Draw a whole picture: the logo, a title over a line, and more lines under it."""
        drawing = self._card_background(card.picture)
        draw = ImageDraw.Draw(drawing)
        centre, height = self._width / 2, self._height
        if logo:
            drawing.paste(logo, (int(centre - logo.width / 2), int(height * 0.14)), logo)
        title, font = self._fitted(card.title, 0.11, WIDEST)
        heavy = height // 540
        place = (centre, height * 0.43)
        draw.text(place, title, NAME, font, "mm", stroke_width=heavy, stroke_fill=NAME)
        line, top = max(3, height // 200), height * 0.53
        half = self._width * 0.05
        draw.rectangle((centre - half, top, centre + half, top + line - 1), ACCENT)
        for number, words in enumerate(card.lines):
            said, font = self._fitted(words, 0.05, WIDEST)
            draw.text((centre, height * (0.62 + 0.085 * number)), said, SOFT, font, "mm")
        return drawing

    def _card_background(self, path: str) -> Drawing:
        size = (self._width, self._height)
        try:
            with Image.open(path) as opened:
                picture = ImageOps.fit(opened.convert("RGB"), size)
        except (OSError, ValueError, Image.DecompressionBombError) as error:
            if path:
                logger.warning("a title card without its picture: %s", error)
            return Image.fromarray(gradient(*size))
        return Image.blend(picture, Image.new("RGB", size, EDGE), 0.45)

    def _pixels(self, share: float) -> int:
        return max(2, round(share * self._height))

    def _font(self, text: str, share: float) -> Font:
        face = self._typefaces.writing(text) or self._typefaces.latin
        return face.sized(max(8, self._pixels(share)))

    def _fitted(self, text: str, share: float, widest: float) -> tuple[str, Font]:
        """Give a text with its font: smaller where it would be too wide, and then shorter."""
        room = widest * self._width
        wide = self._font(text, share).getlength(text) / room
        font = self._font(text, share / min(SHRINKS, max(1, wide)))
        if font.getlength(text) > room:
            while text and font.getlength(f"{text}…") > room:
                text = text[:-1]
            text += "…"
        return text, font

    def _wrapped(self, text: str, font: Font) -> list[str]:
        """Break a text into lines; Chinese may be broken anywhere, other words between words."""
        lines = [""]
        for word in _words(" ".join(text.split())):
            if lines[-1] and font.getlength(lines[-1] + word) > WIDEST * self._width:
                lines.append("")
            lines[-1] += word if lines[-1] else word.lstrip()
        return lines[-LINES:]


def _words(text: str) -> list[str]:
    """Cut a text where a line may end: before a space, and around each Chinese character."""
    words: list[str] = []
    for sign in text:
        begins = sign == " " or ord(sign) >= FIRST_IDEOGRAPH or not words
        if begins or ord(words[-1][-1]) >= FIRST_IDEOGRAPH:
            words.append(sign)
        else:
            words[-1] += sign
    return words


def _aslant(width: int, height: int, alpha: int) -> Image.Image:
    """Give the alpha of a band whose right end leans, smooth at the edge."""
    band = Image.new("L", (width * FINE, height * FINE))
    corners = ((0, 0), (width, 0), (width - height / 2, height), (0, height))
    ImageDraw.Draw(band).polygon([(x * FINE, y * FINE) for x, y in corners], alpha)
    return band.resize((width, height), Image.Resampling.BOX)


def _even(width: int, height: int) -> tuple[int, int]:
    return max(2, width + width % 2), max(2, height + height % 2)
