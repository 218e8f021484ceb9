"""The chroma key: takes the green or blue cloth out of a picture, and puts what is behind there.

What a camera sees of a strand of hair is C = aF + (1 - a)K: some of the hair, some of the cloth
behind it. How much cloth there is follows from how much of the cloth's hue is in the colour,
beyond what the colour across it explains; that share of K is taken away, and as much of the
background put there: C - (1 - a)K + (1 - a)B. So hair, glass and the blur of a hand are mixed
anew, and green light on a shoulder goes the same way. A table over (Cb, Cr) does it for the
chroma; brightness follows at full resolution. All on planes, in whole numbers of 8 bits.

Source: the colour difference keys of P. Vlahos, US patent 3,595,987 (1971, expired), as known
from the trade; K. Jack, Video Demystified, chapter on mixing and chroma keying.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from classroom_media.api import Key
from classroom_media.compose.backing import GAIN_ONE, MOST_ONE, Backing

ACROSS: Final = 0.3  # of the chroma across the cloth's hue, that hue beside it is no cloth
SPILL_ACROSS: Final = 0.5  # the same of the light that it throws, beyond the next
PALE: Final = 20  # chroma steps across: strong colours, a yellow dress, keep more of their own
LOOK_EVERY: Final = 25  # pictures, between two looks at the cloth
FULL: Final = 160  # in the table: as much hue as the cloth usually has; leaves room above
MOVED: Final = 1.0  # chroma steps by which the cloth must differ before the table is made anew

Plane = NDArray[np.uint8]


class _Shares(NamedTuple):
    """How much of a pixel shows the background and how much is left for the picture, of 255."""

    shown: Plane
    left: Plane
    work: Plane  # to reckon in

    @classmethod
    def of(cls, width: int, height: int) -> "_Shares":
        return cls(*(np.empty((height, width), np.uint8) for _ in range(3)))


class Keyer:
    """Keys the pictures of one source, all of one size, both even."""

    def __init__(self, key: Key, width: int, height: int) -> None:
        self._key = key
        self._size = (width, height)
        self._backing = Backing(key.colour, width, height)
        self._tabled: NDArray[np.floating] = np.zeros(
            2
        )  # the cloth's chroma that the table is made for
        self._count = 0
        self._pairs = np.empty((height // 2, width // 2, 2), np.uint8)
        self._found = np.empty((height // 2, width // 2), np.uint32)
        self._columns = [np.empty((height // 2, width // 2), np.uint8) for _ in range(3)]
        self._cover = np.empty((height, width), np.uint8)
        self._half = _Shares.of(width // 2, height // 2)
        self._whole = _Shares.of(width, height)
        self._make_table()

    def key(self, picture: Sequence[Plane], behind: Sequence[Plane], out: Sequence[Plane]) -> None:
        """Put `picture` before `behind`, into `out`: planes of yuv420p, as `canvas.planes`."""
        if self._count % LOOK_EVERY == 0:
            self._backing.look(picture)
            self._make_table()
        self._count += 1
        cloth, *chroma = self._looked_up(picture)
        self._mix_luma(cloth, picture[0], behind[0], out[0])
        self._split(cloth, self._half)
        for light, under, target in zip(chroma, behind[1:], out[1:], strict=True):
            cv2.addWeighted(light, 1, self._half.shown, -0.5, 0, dst=light)
            _mix(light, self._half, under, target)

    def _looked_up(self, picture: Sequence[Plane]) -> list[Plane]:
        """Give how much cloth there is, 255 = all, and Cb and Cr without it; half size."""
        cv2.merge((picture[2], picture[1]), self._pairs)
        pairs = self._pairs.view(np.uint16)[..., 0]
        np.take(self._table, pairs, out=self._found, mode="wrap")
        found = self._found.view(np.uint8).reshape((*pairs.shape, 4))
        for one, column in enumerate(self._columns):
            cv2.extractChannel(found, one, dst=column)
        scale = 255 / FULL / GAIN_ONE
        cv2.multiply(self._columns[0], self._backing.gain, dst=self._columns[0], scale=scale)
        return self._columns

    def _mix_luma(self, cloth: Plane, luma: Plane, behind: Plane, out: Plane) -> None:
        cover, work = self._cover, self._whole.work
        cv2.resize(cloth, self._size, dst=cover, interpolation=cv2.INTER_LINEAR)
        cv2.multiply(luma, self._backing.most, dst=work, scale=1 / MOST_ONE)
        cv2.min(cover, work, dst=cover)
        self._split(cover, self._whole)
        cv2.multiply(cover, self._backing.luma, dst=work, scale=self._key.spill / 255)
        cv2.subtract(luma, work, dst=cover)
        _mix(cover, self._whole, behind, out)

    def _split(self, cloth: Plane, into: _Shares) -> None:
        whole = 1 - self._key.tolerance
        least = whole * (1 - self._key.softness)
        slope = 1 / max(whole - least, 1 / 255)
        cv2.addWeighted(cloth, slope, cloth, 0, -255 * least * slope, dst=into.shown)
        cv2.bitwise_not(into.shown, dst=into.left)

    def _make_table(self) -> None:
        chroma = self._backing.chroma * self._backing.hue
        if np.hypot(*(chroma - self._tabled)) < MOVED:
            return
        self._tabled = chroma
        self._table = _table(self._backing.hue, self._backing.chroma, self._key.spill)


class KeyedPlace:
    """A place of the programme's picture with a keyed source, and what is behind it."""

    def __init__(self, key: Key, parts: Sequence[Plane]) -> None:
        """Work on `parts` of the programme's planes."""
        self._parts = parts
        self._behind = [part.copy() for part in parts]
        self._keyer = Keyer(key, parts[0].shape[1], parts[0].shape[0])

    def uncover(self) -> None:
        """Show again what is behind, so that it can be painted on."""
        for part, behind in zip(self._parts, self._behind, strict=True):
            part[:] = behind

    def paint(self, picture: Sequence[Plane], *, afresh: bool) -> None:
        """Paint a picture; `afresh` when what is behind has changed and is uncovered."""
        if afresh:
            for part, behind in zip(self._parts, self._behind, strict=True):
                behind[:] = part
        self._keyer.key(picture, self._behind, self._parts)


def _mix(light: Plane, shares: _Shares, behind: Plane, out: Plane) -> None:
    """Add the background where it shows; noise brighter than what is left of it goes."""
    cv2.min(light, shares.left, dst=light)
    cv2.multiply(behind, shares.shown, dst=shares.work, scale=1 / 255)
    cv2.add(light, shares.work, dst=out)


def _table(hue: NDArray[np.floating], chroma: float, spill: float) -> NDArray[np.uint32]:
    """Give, by 256 Cb + Cr: the cloth's hue in it, and Cb and Cr without it; a byte each."""
    blue, red = np.mgrid[:256, :256].astype(np.float32) - 128
    along = blue * hue[0] + red * hue[1]
    across = np.abs(blue * hue[1] - red * hue[0])
    cloth = np.maximum(0, along - ACROSS * across)
    strong = np.maximum(0, across - PALE)
    light = spill * np.maximum(0, along - SPILL_ACROSS * strong)
    columns = (
        cloth * FULL / chroma,
        128 + blue - light * hue[0],
        128 + red - light * hue[1],
        np.zeros_like(cloth),
    )
    table = np.clip(np.rint(np.stack(columns, -1)), 0, 255).astype(np.uint8)
    return np.frombuffer(table.tobytes(), np.uint32)
