"""The picture of the overlay: a red dot and a word, or a pairing code in large digits. Pure."""

from typing import Final

from PIL import Image, ImageDraw

from classroom_edge.light.sign import Sign
from classroom_edge.words import words
from classroom_media.compose.fonts import Typefaces

DARK: Final = (24, 26, 30)
WHITE: Final = (255, 255, 255)
RED: Final = (226, 32, 44)
AMBER: Final = (245, 166, 35)


def draw(sign: Sign, screen_height: int, typefaces: Typefaces) -> Image.Image | None:
    """Draw a sign to the size of a screen; None when there is nothing to show."""
    unit = max(20, screen_height // 36)  # height of the small letters, in pixels
    if sign.code:
        title = words("problems").say("light.code", sign.language)
        return _card(title, f"{sign.code[:3]} {sign.code[3:]}", unit, typefaces)
    if sign.show:
        word = words("problems").say(f"light.{sign.show}", sign.language)
        return _badge(word, sign.show, unit, typefaces)
    return None


def _badge(word: str, show: str, unit: int, typefaces: Typefaces) -> Image.Image:
    font = (typefaces.writing(word) or typefaces.latin).sized(unit)
    width = int(font.getlength(word)) + 4 * unit
    image = Image.new("RGB", (width, 2 * unit), DARK)
    pen = ImageDraw.Draw(image)
    if show == "recording":
        pen.ellipse((unit * 0.8, unit * 0.5, unit * 1.8, unit * 1.5), fill=RED)
    else:  # two bars: told apart without colours, too
        for left in (0.9, 1.4):
            pen.rectangle((unit * left, unit * 0.5, unit * (left + 0.3), unit * 1.5), fill=AMBER)
    pen.text((unit * 2.6, unit), word, font=font, fill=WHITE, anchor="lm")
    return image


def _card(title: str, code: str, unit: int, typefaces: Typefaces) -> Image.Image:
    small = (typefaces.writing(title) or typefaces.latin).sized(unit)
    large = (typefaces.writing(code) or typefaces.latin).sized(4 * unit)
    width = int(max(small.getlength(title), large.getlength(code))) + 4 * unit
    image = Image.new("RGB", (width, 8 * unit), DARK)
    pen = ImageDraw.Draw(image)
    pen.text((width / 2, 1.6 * unit), title, font=small, fill=WHITE, anchor="mm")
    pen.text((width / 2, 5 * unit), code, font=large, fill=WHITE, anchor="mm")
    return image
