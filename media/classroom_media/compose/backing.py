"""How the green or blue cloth behind a presenter looks: measured in the picture itself.

A camera's white balance, its exposure and uneven lamps make another colour of every cloth, and
a different one in every corner. The colour is therefore looked up in the picture: the most
usual one near the colour that was told. How bright and how saturated the cloth is at each
place is learned on a coarse grid, and remembered where somebody stands before it now.
"""

from collections.abc import Sequence
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from classroom_media.compose.colours import yuv_of

GRID: Final = (64, 36)  # cells across and down
NEAR: Final = 0.7  # cosine of the widest angle to the colour told: 45 degrees
SATURATED: Final = 0.3  # of the colour told, at least
ENOUGH: Final = 0.02  # of the picture must show cloth, or nothing is learned
WHOLLY: Final = 0.93  # a cell as saturated as that, beside its neighbours, shows cloth alone
DIMMEST: Final = 0.6  # of the usual saturation, where the lamps hardly reach
LEARNED: Final = 0.3  # how much of what is seen now goes into what is known, at each look
SPREAD: Final = 1.5  # cells: how far a cell's look reaches into its neighbours
FAR: Final = 8.0  # cells: the same, for places where no cloth was seen nearby
GAIN_ONE: Final = 100  # in `gain`: as saturated as the cloth usually is
MOST_ONE: Final = 64  # in `most`: 1 of 255
DARKEST: Final = 0.8  # of the cloth's own brightness, that still is cloth alone
GAINS: Final = (0.5, 2.5)  # limits of that, as a factor

Cells = NDArray[np.float32]
Floats = NDArray[np.floating]
Plane = NDArray[np.uint8]


class Backing:
    """The cloth, as far as it was seen.

    `hue` is the direction of its chroma, (Cb, Cr) less 128, of length 1; `chroma` its usual
    length. `luma` (height, width) and `gain` (half of both) tell how it is at each place;
    `most`, times a pixel's brightness, how much of it can be cloth at most.
    """

    def __init__(self, colour: str, width: int, height: int) -> None:
        """Expect a cloth of a colour; `width` and `height` are the picture's."""
        luma, *told = yuv_of(colour)
        self._told = np.array(told, np.float32) - 128
        self._size = (width, height)
        self.chroma = float(np.hypot(*self._told))
        self.hue = self._told / self.chroma
        self.luma: Plane = np.full((height, width), luma, np.uint8)
        self.gain: Plane = np.full((height // 2, width // 2), GAIN_ONE, np.uint8)
        self.most = _drawn(_most(np.full((1, 1), luma)), (width, height))
        self._known: Cells = np.zeros((*GRID[::-1], 2), np.float32)  # luma and chroma
        self._trust: Cells = np.zeros(GRID[::-1], np.float32)  # 0 = no cloth was ever seen here

    def look(self, planes: Sequence[Plane]) -> bool:
        """Learn from a picture; tell whether there was any cloth."""
        luma, *halves = (
            cv2.resize(plane, GRID, interpolation=cv2.INTER_AREA).astype(np.float32)
            for plane in planes
        )
        chroma = np.stack(halves, -1) - 128
        along, length = chroma @ (self._told / np.hypot(*self._told)), np.hypot(*chroma.T).T
        alike = (along > NEAR * length) & (along > SATURATED * float(np.hypot(*self._told)))
        if alike.mean() < ENOUGH:
            return False
        usual = np.median(chroma[alike], axis=0)
        self.chroma = float(np.hypot(*usual))
        self.hue = usual / self.chroma
        self._learn(luma, chroma @ self.hue, alike)
        self._draw()
        return True

    def _learn(self, luma: Cells, along: Cells, alike: NDArray[np.bool_]) -> None:
        """Take over the cells that show nothing but cloth: as saturated as those around them."""
        alike = alike & (along > DIMMEST * self.chroma)
        seen = alike.astype(np.float32)
        for _ in range(3):
            around = _spread(along * seen, 3 * SPREAD) / (_spread(seen, 3 * SPREAD) + 1e-6)
            seen = (alike & (along > WHOLLY * around)).astype(np.float32)
        share = (np.where(self._trust > 0, LEARNED, 1.0) * seen).astype(np.float32)
        now = np.stack((luma, along), -1)
        self._known += share[..., None] * (now - self._known)
        self._trust = np.maximum(self._trust, seen)

    def _draw(self) -> None:
        """Bring what is known to the picture's size; unknown places are as those around them."""
        near, far = (
            [_spread(self._known[..., one] * self._trust, reach) for one in range(2)]
            + [_spread(self._trust, reach)]
            for reach in (SPREAD, FAR)
        )
        weight = near[2] + 0.02 * far[2] + 1e-6
        luma, along = (
            (near[one] + 0.02 * far[one] + 1e-6 * usual) / weight
            for one, usual in enumerate((float(self.luma.mean()), self.chroma))
        )
        gain = GAIN_ONE * np.clip(self.chroma / np.maximum(along, 1), *GAINS)
        width, height = self._size
        self.luma = _drawn(luma, (width, height))
        self.most = _drawn(_most(luma), (width, height))
        self.gain = _drawn(gain, (width // 2, height // 2))


def _most(luma: Floats) -> Floats:
    return 255 * MOST_ONE / (DARKEST * np.maximum(luma, 16))


def _spread(cells: Floats, reach: float) -> Cells:
    spread = cv2.GaussianBlur(cells, (0, 0), reach, borderType=cv2.BORDER_REPLICATE)
    return np.asarray(spread, np.float32)


def _drawn(cells: Floats, size: tuple[int, int]) -> Plane:
    return np.clip(np.rint(cv2.resize(cells, size, interpolation=cv2.INTER_LINEAR)), 0, 255).astype(
        np.uint8
    )
