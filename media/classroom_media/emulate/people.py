"""People of the drawn lesson: flat shapes, lit afterwards."""

from typing import Final

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from classroom_media.emulate.canvas import Sprite

FINE: Final = 3  # drawn so many times larger, then made smaller
SKIN: Final = (231, 190, 160)
Colour = tuple[int, int, int]


def person(width: int, height: int, shirt: Colour, *, arm: bool = False) -> Sprite:
    """Draw a person from the front, with a hand up or not; drawn larger, then made smooth."""
    w, h = width * FINE, height * FINE
    image = Image.new("RGBA", (w, h), (*shirt, 0))
    draw = ImageDraw.Draw(image)
    head, middle, top = w * 0.24, w / 2, w * 0.1
    shoulders = top + head * 2.35
    waist = min(h, shoulders + w * 1.05)
    sleeve, dark = round(w * 0.15), _darker(shirt, 0.82)
    for side in (-1, 1):
        leg, knee = middle + side * w * 0.15, middle + side * w * 0.16
        draw.line((leg, waist - 20, knee, h - w * 0.08), (52, 56, 70, 255), round(w * 0.22))
        draw.ellipse((knee - w * 0.15, h - w * 0.14, knee + w * 0.15, h - 1), fill=(36, 34, 38))
        joint, hand = (middle + side * w * 0.29, shoulders + w * 0.13), (w * 0.91, w * 0.14)
        if side < 0 or not arm:
            hand = (middle + side * w * 0.38, shoulders + w)
        draw.line((*joint, *hand), (*dark, 255), sleeve)
        _dot(draw, *joint, sleeve / 2, dark)
        _dot(draw, *hand, w * 0.072, SKIN)
    body = (w * 0.2, shoulders, w * 0.8, waist + w * 0.16)
    draw.rounded_rectangle(body, w * 0.17, fill=(*shirt, 255))
    draw.polygon(
        [
            (middle - w * 0.12, shoulders - 2),
            (middle + w * 0.12, shoulders - 2),
            (middle, shoulders + w * 0.2),
        ],
        fill=(244, 244, 240, 255),
    )
    neck = (middle - w * 0.075, shoulders - head * 0.5, middle + w * 0.075, shoulders + w * 0.07)
    draw.rounded_rectangle(neck, w * 0.07, fill=(*_darker(SKIN, 0.86), 255))
    _head(draw, middle, top, head)
    return Sprite.of(_lit(image).resize((width, height), Image.Resampling.LANCZOS))


def _head(draw: ImageDraw.ImageDraw, middle: float, top: float, head: float) -> None:
    """Draw hair, ears and a friendly face; `head` is half as wide as the hair."""
    hair, face = (46, 37, 35), head * 0.86
    _dot(draw, middle, top + head * 0.96, head, hair)
    for side in (-1, 1):
        _dot(draw, middle + side * face, top + head * 1.38, head * 0.17, _darker(SKIN, 0.9))
    jaw = (middle - face, top + head * 0.5, middle + face, top + head * 2.2)
    draw.rounded_rectangle(jaw, face * 0.92, fill=(*SKIN, 255))
    draw.pieslice(
        (middle - face, top + head * 0.12, middle + face, top + head * 1.28),
        184,
        356,
        fill=(*hair, 255),
    )
    fine = max(2, round(head * 0.07))
    for side in (-1, 1):
        eye = middle + side * head * 0.36
        _dot(draw, eye, top + head * 1.36, head * 0.09, hair)
        brow = (eye - head * 0.17, top + head * 1.06, eye + head * 0.17, top + head * 1.3)
        draw.arc(brow, 205, 335, (*hair, 255), fine)
        _dot(draw, eye + side * head * 0.12, top + head * 1.66, head * 0.12, (234, 174, 148))
    smile = (middle - head * 0.24, top + head * 1.5, middle + head * 0.24, top + head * 1.86)
    draw.arc(smile, 25, 155, (168, 84, 76, 255), fine)


def _dot(draw: ImageDraw.ImageDraw, x: float, y: float, radius: float, ink: Colour) -> None:
    draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=(*ink, 255))


def _darker(ink: Colour, share: float) -> Colour:
    return round(ink[0] * share), round(ink[1] * share), round(ink[2] * share)


def _lit(image: Image.Image) -> Image.Image:
    """Give flat shapes form: light comes from the upper left, edges turn away from it."""
    alpha = image.getchannel("A")
    radius = image.width / 14
    solid = alpha.filter(ImageFilter.GaussianBlur(radius))
    away = ImageChops.offset(solid, round(radius), round(radius))
    light = ImageChops.subtract(solid, away, scale=3, offset=247)
    shaded = ImageChops.multiply(image.convert("RGB"), Image.merge("RGB", (light,) * 3))
    shaded.putalpha(alpha)
    return shaded
