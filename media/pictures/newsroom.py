"""Draws the news of a school: a room of light with a screen, a newsreader at a desk.

Shapes are drawn flat and lit afterwards: a blurred shape is taken for its height, and its slopes
are bright or dark as they face the lamps. Measures are pixels of 1280x720.
"""

from collections.abc import Sequence
from typing import Final

import av
import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from classroom_media.emulate.green_screen import film

WIDTH, HEIGHT = 1280, 720
FINE: Final = 2  # drawn so many times larger, then made smaller
SCREEN: Final = (77, 66, 679, 404)  # left, top, right, bottom: where the set's screen is
MIDDLE: Final = 950  # of the newsreader
LAMP: Final = (-0.55, -0.6, 0.58)  # the way to the light: x, y, towards the camera
SKIN: Final = (236, 190, 162)
SHADE: Final = (196, 140, 114)
HAIR: Final = (44, 30, 27)
JACKET: Final = (134, 32, 52)
LAPEL: Final = (152, 42, 62)
BLOUSE: Final = (246, 243, 238)

Colour = tuple[int, int, int]
Points = Sequence[tuple[float, float]]
Light = NDArray[np.float32]


def room() -> Image.Image:
    """Draw the set behind: panels of soft light, a bright horizon, the frame of the screen."""
    y, x = np.mgrid[-1 : 1 : HEIGHT * 1j, -1 : 1 : WIDTH * 1j]
    glow = np.exp(-1.5 * (x - 0.45) ** 2 - 1.1 * (y + 0.05) ** 2)
    panels = 0.5 + 0.5 * np.cos(2 * np.pi * (x * 4.5 + 0.3 * x**3))
    panels = panels**6 * np.exp(-1.4 * (y + 0.1) ** 2) * (0.35 + glow)
    horizon = np.exp(-(((y - 0.42 - 0.05 * x**2) / 0.035) ** 2)) * (0.4 + 0.6 * glow)
    light = (
        np.array((8, 20, 52))
        + glow[..., None] * np.array((26, 78, 150))
        + panels[..., None] * np.array((40, 84, 118))
        + horizon[..., None] * np.array((110, 150, 170))
    )
    image = Image.fromarray(np.clip(light, 0, 255).astype(np.uint8))
    lamps = Image.new("RGB", image.size)
    draw = ImageDraw.Draw(lamps)
    for number in range(9):
        left = 20 + number * 152
        draw.ellipse((left, 8, left + 44, 22), (120, 160, 200))
    draw.rounded_rectangle((46, 36, 710, 434), 16, (20, 80, 140))
    image = Image.fromarray(
        cv2.add(np.asarray(image), np.asarray(lamps.filter(ImageFilter.GaussianBlur(12))))
    )
    left, top, right, bottom = SCREEN
    draw = ImageDraw.Draw(image)
    draw.rounded_rectangle((left - 11, top - 11, right + 11, bottom + 11), 9, (9, 14, 24))
    draw.line((left - 4, top - 10, right + 4, top - 10), (126, 178, 226), 1)
    return image


def newsreader() -> av.VideoFrame:
    """Film the newsreader and the desk before a green cloth, as wide as the set."""
    seen = np.zeros((HEIGHT * FINE, WIDTH * FINE, 4), np.float32)
    _lay_hair(seen)
    _lay_suit(seen)
    _lay_face(seen)
    _lay_desk(seen)
    small = np.asarray(cv2.resize(seen, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA), np.float32)
    alpha = small[..., 3]
    presenter = np.clip(small[..., :3] / np.maximum(alpha, 1e-3)[..., None], 0, 255)
    return film(presenter, alpha, seed=1).frame


def _lay_hair(seen: Light) -> None:
    """Draw a bob that comes down beside the neck."""
    right = [(0, 96), (48, 104), (80, 142), (88, 200), (90, 262), (78, 306), (52, 314), (40, 260)]
    _lay(seen, _mirrored(right), HAIR, round_px=26)


def _lay_suit(seen: Light) -> None:
    """Draw neck, blouse, jacket and its lapels."""
    _lay(seen, _mirrored([(0, 250), (29, 252), (31, 318), (52, 344), (0, 400)]), SHADE, 16)
    _lay(seen, _mirrored([(0, 372), (34, 334), (60, 350), (70, 470), (50, 640), (0, 640)]), BLOUSE)
    sleeve = [(44, 332), (96, 354), (150, 378), (182, 430), (204, 540), (216, 660), (60, 660)]
    for side in (-1, 1):
        jacket = [*sleeve, (24, 600), (14, 540), (40, 440)]
        _lay(seen, _sided(jacket, side), JACKET, 26)
        arm = [(146, 450), (150, 520), (142, 600), (136, 600), (143, 520)]
        _lay(seen, _sided(arm, side), (98, 22, 40), 3)
        lapel = [(42, 330), (70, 344), (92, 404), (68, 414), (72, 428), (16, 548), (34, 430)]
        _lay(seen, _sided(lapel, side), LAPEL, 7, curved=False)
    _lay(
        seen,
        [(MIDDLE + 92, 446), (MIDDLE + 130, 440), (MIDDLE + 131, 447), (MIDDLE + 93, 453)],
        (214, 220, 232),
        2,
        curved=False,
    )


def _lay_face(seen: Light) -> None:
    """Draw the face under its fringe, with a soft smile."""
    face = [(0, 128), (38, 134), (59, 166), (61, 206), (52, 244), (30, 274), (0, 285)]
    _lay(seen, _mirrored(face), SKIN, 30)
    for side in (-1, 1):
        _blush(seen, MIDDLE + side * 38, 232, 17, tint=(226, 128, 112), share=0.34)
        white = [(14, 206), (24, 199), (36, 200), (44, 207), (34, 212), (22, 212)]
        _lay(seen, _sided(white, side), (248, 246, 243), 2)
        _dot(seen, MIDDLE + side * 29, 205.5, 6.6, (58, 38, 30))
        _dot(seen, MIDDLE + side * 29 - 2, 203.5, 1.8, (250, 250, 250))
        lash = [(12, 206), (22, 198), (36, 197), (47, 205), (36, 200), (23, 201)]
        _lay(seen, _sided(lash, side), (40, 26, 24), 2)
        brow = [(13, 186), (28, 180), (46, 186), (28, 184)]
        _lay(seen, _sided(brow, side), (74, 50, 42), 2)
    _blush(seen, MIDDLE + 5, 236, 8, tint=SHADE, share=0.75)
    _blush(seen, MIDDLE - 4, 230, 6, tint=(250, 214, 190), share=0.6)
    _blush(seen, MIDDLE, 262, 14, tint=SHADE, share=0.3)
    lips = [(0, 250), (7, 247.5), (22, 251), (12, 259), (0, 261)]
    _lay(seen, _mirrored(lips), (198, 84, 86), 3)
    _lay(seen, _mirrored([(0, 252.5), (18, 251.3), (9, 255), (0, 255.6)]), (250, 240, 236), 1)
    fringe = [(-66, 216), (-72, 150), (-48, 112), (0, 98), (48, 108), (74, 150), (68, 214)]
    fringe += [(58, 178), (30, 148), (-8, 138), (-36, 156), (-58, 184)]
    _lay(seen, [(MIDDLE + x, y) for x, y in fringe], HAIR, 16)
    _blush(seen, MIDDLE - 26, 122, 26, tint=(120, 84, 70), share=0.4)


def _lay_desk(seen: Light) -> None:
    """Draw a curved desk: a top that shines, a line of light, a dark front; papers on it."""
    x = np.arange(WIDTH * FINE, dtype=np.float32) / FINE
    bend = 34 * ((x - 720) / 640) ** 2
    y = np.arange(HEIGHT * FINE, dtype=np.float32)[:, None] / FINE - bend
    shine = np.exp(-(((x - 900) / 420) ** 2))
    top = (y >= 566) & (y < 600)
    bright = (y >= 600) & (y < 604)
    front = y >= 604
    depth = np.clip((y - 566) / 34, 0, 1)
    fall = np.exp(-np.clip(y - 604, 0, None) / 60)
    surface = [
        (top, (16, 30, 58), (50, 84, 126), shine * (0.35 + 0.65 * depth)),
        (bright, (96, 166, 214), (130, 80, 40), shine + 0 * y),
        (front, (10, 18, 38), (30, 66, 112), fall * (0.35 + 0.65 * shine)),
    ]
    for mask, base, lit, share in surface:
        colour = np.array(base) + np.broadcast_to(share, mask.shape)[..., None] * np.array(lit)
        seen[mask, :3] = np.clip(colour[mask], 0, 255)
        seen[mask, 3] = 1
    sheet = [(MIDDLE - 96, 578), (MIDDLE + 60, 576), (MIDDLE + 88, 592), (MIDDLE - 110, 594)]
    _lay(seen, sheet, (226, 230, 236), 1, curved=False)


def _lay(
    seen: Light,
    points: Points,
    colour: Colour,
    round_px: float = 10,
    *,
    curved: bool = True,
) -> None:
    """Lay a lit shape over what is drawn; `round_px` is how far its edges turn away."""
    mask = Image.new("L", (WIDTH * FINE, HEIGHT * FINE))
    outline = _curve(points) if curved else points
    ImageDraw.Draw(mask).polygon([(x * FINE, y * FINE) for x, y in outline], 255)
    alpha = cv2.GaussianBlur(np.asarray(mask, np.float32) / 255, (0, 0), 0.8)
    height = cv2.GaussianBlur(alpha, (0, 0), round_px * FINE) * round_px * FINE * 1.6
    down, across = np.gradient(height)
    facing = -across * LAMP[0] - down * LAMP[1] + LAMP[2]
    facing /= np.sqrt(across**2 + down**2 + 1)
    light = np.clip(0.62 + 0.62 * facing, 0.3, 1.25)[..., None]
    over = np.concatenate((np.array(colour) * light, np.ones_like(light)), -1)
    seen *= (1 - alpha)[..., None]
    seen += (over * alpha[..., None]).astype(np.float32)


def _blush(seen: Light, x: float, y: float, radius: float, *, tint: Colour, share: float) -> None:
    """Tint softly what is drawn already."""
    rows, columns = np.mgrid[: seen.shape[0], : seen.shape[1]].astype(np.float32) / FINE
    near = share * np.exp(-((columns - x) ** 2 + (rows - y) ** 2) / radius**2) * seen[..., 3]
    seen[..., :3] += near[..., None] * (np.array(tint, np.float32) - seen[..., :3])


def _dot(seen: Light, x: float, y: float, radius: float, colour: Colour) -> None:
    turns = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    around = [(x + radius * np.cos(turn), y + radius * np.sin(turn)) for turn in turns]
    _lay(seen, around, colour, 2, curved=False)


def _sided(points: Points, side: int) -> Points:
    return [(MIDDLE + side * x, y) for x, y in points]


def _mirrored(right: Points) -> Points:
    """Give the outline of what is alike on both sides, from its right half, top to bottom."""
    return [*_sided(right, 1), *_sided([one for one in reversed(right) if one[0]], -1)]


def _curve(points: Points) -> Points:
    """Give a closed curve through points (Catmull-Rom)."""
    p = np.array(points)
    before, after, beyond = np.roll(p, 1, 0), np.roll(p, -1, 0), np.roll(p, -2, 0)
    curve = []
    for t in np.linspace(0, 1, 12, endpoint=False):
        slope = (after - before) * t
        bend = (2 * before - 5 * p + 4 * after - beyond) * t**2
        curve.append(p + 0.5 * (slope + bend + (3 * p - before - 3 * after + beyond) * t**3))
    return [(float(x), float(y)) for x, y in np.stack(curve, 1).reshape(-1, 2)]
