"""A picture that is painted little by little: a background, and sprites that move over it."""

from dataclasses import dataclass

import av
import numpy as np
import numpy.typing as npt
from PIL import Image

Plane = npt.NDArray[np.uint8]
Rect = tuple[int, int, int, int]  # left, top, right, bottom; even numbers


@dataclass(frozen=True, slots=True)
class Sprite:
    """A picture with soft edges, as planes: Y full size; U, V and their alpha at half size."""

    planes: tuple[Plane, Plane, Plane]
    alpha: tuple[Plane, Plane]  # full size, half size; 0..255

    @classmethod
    def of(cls, image: Image.Image) -> "Sprite":
        """Convert an RGBA image; odd sizes lose their last row or column."""
        width, height = image.width // 2 * 2, image.height // 2 * 2
        image = image.crop((0, 0, width, height)).convert("RGBA")
        half = image.getchannel("A").resize((width // 2, height // 2), Image.Resampling.BOX)
        return cls(
            planes=_yuv(image.convert("RGB")),
            alpha=(np.asarray(image.getchannel("A")), np.asarray(half)),
        )

    @property
    def size(self) -> tuple[int, int]:
        """Give width and height in pixels."""
        height, width = self.planes[0].shape
        return width, height


class Canvas:
    """A yuv420p picture of its own; `frame` is always the present state of it."""

    def __init__(self, background: Image.Image) -> None:
        width, height = background.size
        self.width, self.height = width, height
        self.frame = av.VideoFrame(width, height, "yuv420p")
        self._planes = tuple(writable(self.frame, i) for i in range(3))
        self._background = _yuv(background.convert("RGB"))
        self._dirty: list[Rect] = []
        self._restore((0, 0, width, height))

    @property
    def luma(self) -> Plane:
        """Give the writable luma plane, (height, width) uint8."""
        return self._planes[0]

    def clear(self) -> None:
        """Take away all sprites."""
        for rect in self._dirty:
            self._restore(rect)
        self._dirty = []

    def draw(self, sprite: Sprite, left: int, top: int) -> None:
        """Lay a sprite over the picture; what is outside is cut off."""
        left, top = left // 2 * 2, top // 2 * 2
        width, height = sprite.size
        rect = (
            max(left, 0),
            max(top, 0),
            min(left + width, self.width),
            min(top + height, self.height),
        )
        if rect[0] >= rect[2] or rect[1] >= rect[3]:
            return
        for index, plane in enumerate(self._planes):
            step = 1 if index == 0 else 2
            x0, y0, x1, y1 = (value // step for value in rect)
            dx, dy = left // step, top // step
            part = (slice(y0 - dy, y1 - dy), slice(x0 - dx, x1 - dx))
            alpha = sprite.alpha[min(index, 1)][part].astype(np.uint16)
            under = plane[y0:y1, x0:x1]
            over = sprite.planes[index][part]
            under[:] = (over * alpha + under * (255 - alpha) + 127) // 255
        self._dirty.append(rect)

    def fill(self, rect: Rect, luma: int) -> None:
        """Fill a rectangle with grey."""
        x0, y0, x1, y1 = rect
        self._planes[0][y0:y1, x0:x1] = luma
        for plane in self._planes[1:]:
            plane[y0 // 2 : y1 // 2, x0 // 2 : x1 // 2] = 128
        self._dirty.append(rect)

    def _restore(self, rect: Rect) -> None:
        for index, plane in enumerate(self._planes):
            step = 1 if index == 0 else 2
            x0, y0, x1, y1 = (value // step for value in rect)
            plane[y0:y1, x0:x1] = self._background[index][y0:y1, x0:x1]


def writable(frame: av.VideoFrame, index: int) -> Plane:
    """Give a plane of a frame as an array that writes through, (height, width) uint8."""
    plane = frame.planes[index]
    array = np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)  # type: ignore[call-overload]
    view: Plane = array[: plane.height, : plane.width]
    return view


def _yuv(image: Image.Image) -> tuple[Plane, Plane, Plane]:
    rgb = av.VideoFrame.from_ndarray(np.asarray(image), format="rgb24")
    frame = rgb.reformat(format="yuv420p", dst_colorspace="ITU709", dst_color_range="MPEG")
    y, u, v = (writable(frame, i).copy() for i in range(3))
    return y, u, v
