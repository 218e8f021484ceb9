"""A film whose seconds each have a colour of their own."""

from pathlib import Path
from typing import Any, Final

import av
import numpy as np
from PIL import Image

from classroom_media.record.manifest import Filmstrip

COLOURS: Final = ("red", "green", "blue", "white", "black", "red", "blue")
_RGB: Final = {
    "red": (220, 20, 20),
    "green": (20, 200, 20),
    "blue": (20, 20, 220),
    "white": (235, 235, 235),
    "black": (16, 16, 16),
}
FPS: Final = 25


def film(path: Path) -> None:
    """Write it: 320x180, a keyframe at the begin of each."""
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream(
            "libx264", rate=FPS, options={"g": "25", "preset": "ultrafast"}
        )
        stream.width, stream.height, stream.pix_fmt = 320, 180, "yuv420p"
        for colour in COLOURS:
            picture = np.full((180, 320, 3), _RGB[colour], np.uint8)
            for _number in range(FPS):
                container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, "rgb24")))
        container.mux(stream.encode())


def colours_of(sheet: Image.Image, strip: Filmstrip) -> tuple[str, ...]:
    """Name the colour in the middle of each picture of a sheet."""
    found: list[str] = []
    for number in range(strip.count):
        row, column = divmod(number, strip.columns)
        x, y = (column + 0.5) * strip.width, (row + 0.5) * strip.height
        seen: Any = sheet.getpixel((round(x), round(y)))
        found.append(
            min(
                _RGB,
                key=lambda name: sum((a - b) ** 2 for a, b in zip(_RGB[name], seen, strict=True)),
            )
        )
    return tuple(found)
