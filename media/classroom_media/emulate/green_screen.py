"""A presenter before a green cloth, as a camera sees it; what is the presenter is known exactly.

The cloth is lit unevenly, throws green light on the presenter's edges, and the camera adds its
blur and noise. `GreenScreen` draws a presenter; `film` puts anyone before the cloth.
"""

import math
from dataclasses import dataclass
from typing import Final

import av
import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from classroom_media.compose.colours import frame_of

CLOTH: Final = (38, 150, 62)  # R, G, B where the lamps reach it well
SPILL: Final = 0.16  # of the cloth's light, on the edges before it
OPTICS: Final = 0.7  # pixels, standard deviation of the camera's blur
NOISE: Final = 2.5  # standard deviation, of 255
FINE: Final = 2  # drawn so many times larger, then made smaller
SKIN: Final = (226, 178, 148)
HAIR: Final = (42, 30, 26)
JACKET: Final = (38, 46, 74)

Light = NDArray[np.floating]  # (height, width, 3) RGB, 0 to 255
Alpha = NDArray[np.floating]  # (height, width), 0 to 1


@dataclass(frozen=True, slots=True, eq=False)
class Shot:
    """One picture of the camera, and what is true of it."""

    frame: av.VideoFrame
    presenter: Light
    alpha: Alpha


class GreenScreen:
    """Draws a presenter who breathes and turns a little. The same number gives the same shot."""

    def __init__(self, width: int, height: int) -> None:
        """Prepare shots of a size, both even."""
        self._size = (width, height)
        sprite = np.asarray(_presenter(width * FINE, height * FINE), np.float32)
        alpha = sprite[..., 3:] / 255
        self._sprite = np.concatenate((sprite[..., :3] * alpha, alpha), -1)

    def shot(self, number: int) -> Shot:
        """Give the picture with this number, 25 a second."""
        turn = 2 * math.pi * number / 25
        width, height = self._size
        move = np.array(
            [
                [1 / FINE, 0.01 / FINE * math.sin(turn / 3), 0.012 * width * math.sin(turn / 4)],
                [0, 1 / FINE, 0.004 * height * math.sin(turn / 3)],
            ]
        )
        seen = cv2.warpAffine(cv2.blur(self._sprite, (FINE, FINE)), move, self._size)
        alpha = np.clip(seen[..., 3], 0, 1).astype(np.float32)
        presenter = np.clip(seen[..., :3] / np.maximum(alpha, 1e-3)[..., None], 0, 255)
        return film(presenter, alpha, seed=number)


def film(presenter: Light, alpha: Alpha, *, seed: int) -> Shot:
    """Give what a camera sees of a presenter before the cloth."""
    height, width = alpha.shape
    cloth = _lit(width, height)[..., None] * np.array(CLOTH, np.float32)
    light, alpha = (
        np.asarray(cv2.GaussianBlur(one, (0, 0), OPTICS), np.float32)
        for one in (presenter * alpha[..., None], alpha)
    )
    around = cv2.GaussianBlur(1 - alpha, (0, 0), width / 80)
    spilled = light + (SPILL * around * alpha)[..., None] * cloth
    noise = np.random.default_rng(seed).normal(0, NOISE, cloth.shape)
    seen = spilled + (1 - alpha)[..., None] * cloth + noise
    frame = frame_of(np.clip(seen, 0, 255).astype(np.uint8))
    seen = np.asarray(light / np.maximum(alpha, 1e-3)[..., None], np.float32)
    return Shot(frame, seen, alpha)


def _lit(width: int, height: int) -> Alpha:
    """Give how much of the lamps' light reaches each place of the cloth."""
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j].astype(np.float32)
    lamps = np.exp(-1.2 * ((x + 0.55) ** 2 + y**2)) + 0.8 * np.exp(-1.2 * ((x - 0.6) ** 2 + y**2))
    return np.asarray(0.55 + 0.5 * lamps, np.float32)


def _presenter(width: int, height: int) -> Image.Image:
    """Draw head and shoulders, hair that stands off, light from the upper left."""
    image = Image.new("RGBA", (width, height), (*JACKET, 0))
    unit = height / 100
    middle = width / 2
    draw = ImageDraw.Draw(image)

    def at(*points: float) -> list[tuple[float, float]]:
        pairs = zip(points[::2], points[1::2], strict=True)
        return [(middle + x * unit, y * unit) for x, y in pairs]

    draw.ellipse(at(-17, 9, 17, 50), fill=(*HAIR, 255))
    _strands(draw, middle, 27 * unit, unit)
    draw.rounded_rectangle(at(-42, 68, 42, 160), 20 * unit, fill=(*JACKET, 255))
    draw.polygon(at(-9, 62, 9, 62, 17, 74, 0, 118, -17, 74), fill=(238, 240, 244, 255))
    draw.polygon(at(-3, 77, 3, 77, 5, 112, 0, 118, -5, 112), fill=(150, 36, 44, 255))
    draw.polygon(at(-9, 66, -17, 70, -24, 84, -15, 88, -1, 118), fill=(50, 60, 92, 255))
    draw.polygon(at(9, 66, 17, 70, 24, 84, 15, 88, 1, 118), fill=(50, 60, 92, 255))
    draw.polygon(at(-7, 52, 7, 52, 8, 66, 0, 74, -8, 66), fill=(206, 156, 128, 255))
    draw.ellipse(at(-14.5, 17, 14.5, 60), fill=(*SKIN, 255))
    draw.pieslice(at(-15.5, 12, 15.5, 48), 186, 354, fill=(*HAIR, 255))
    draw.pieslice(at(-14, 23, 14, 52), 190, 350, fill=(*SKIN, 255))
    for side in (-1, 1):
        eye = sorted((side * 4, side * 9))
        draw.ellipse(at(eye[0], 35.4, eye[1], 38.6), fill=(246, 244, 240, 255))
        draw.ellipse(at(side * 6.5 - 1.5, 35.4, side * 6.5 + 1.5, 38.6), fill=(52, 36, 30, 255))
        draw.arc(
            at(eye[0] - 0.6, 31.2, eye[1] + 0.6, 37), 200, 340, (*HAIR, 255), round(0.9 * unit)
        )
    draw.line(at(-0.6, 38, -1.8, 45, 0.6, 46), (196, 142, 116, 255), round(0.7 * unit))
    draw.chord(at(-5.5, 46, 5.5, 53.5), 10, 170, fill=(176, 84, 82, 255))
    return _shaded(image, unit)


def _strands(draw: ImageDraw.ImageDraw, x: float, y: float, unit: float) -> None:
    """Draw single hairs that stand off the head, bent along it."""
    rng = np.random.default_rng(5)
    for _ in range(260):
        angle, off = rng.uniform(-math.pi - 0.5, 0.5), rng.gamma(2, 0.9)
        bend = rng.choice((-1, 1)) * rng.uniform(0.1, 0.4)
        points = [
            (
                x + (16 + off * share) * unit * math.cos(angle + bend * share),
                y + (17 + off * share) * unit * math.sin(angle + bend * share),
            )
            for share in (0, 0.3, 0.6, 0.8, 1)
        ]
        ink = tuple(round(one + rng.uniform(0, 26)) for one in HAIR)
        draw.line(points, (*ink, 255), max(1, round(rng.uniform(0.1, 0.3) * unit)), "curve")


def _shaded(image: Image.Image, unit: float) -> Image.Image:
    """Give form to flat shapes: the edges away from the light are darker."""
    solid = image.getchannel("A").filter(ImageFilter.GaussianBlur(6 * unit))
    y, x = np.mgrid[: image.height, : image.width].astype(np.float32)
    depth = np.asarray(solid, np.float32) / 255
    slope = 0.16 * (0.5 - x / image.width) + 0.1 * (0.5 - y / image.height)
    light = np.clip(0.62 + 0.44 * depth + slope, 0, 1.2)
    rgba = np.asarray(image, np.float32).copy()
    rgba[..., :3] = np.clip(rgba[..., :3] * light[..., None], 0, 255)
    return Image.fromarray(rgba.astype(np.uint8), "RGBA")
