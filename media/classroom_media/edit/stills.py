"""Pictures of a film, in its own size."""

from pathlib import Path
from typing import Any, Final

import av
from PIL import Image

from classroom_media.api import MediaError

QUALITY: Final = 92


def still(film: Path, at_s: float) -> Image.Image:
    """Give the picture that is shown at an instant of a film, or its last one before it.

    Raises:
        MediaError: there is none.
    """
    found: Any = None
    try:
        with av.open(str(film)) as container:
            container.seek(round(at_s * 1_000_000), backward=True)
            for frame in container.decode(video=0):
                if found is not None and (frame.time or 0.0) > at_s:
                    break
                found = frame
    except (av.FFmpegError, OSError, IndexError) as error:
        raise MediaError(f"{film}: {error}") from error
    if found is None:
        raise MediaError(f"{film}: no picture at {at_s:g} s")
    image: Image.Image = found.to_image()
    return image


def save(image: Image.Image, into: Path) -> None:
    """Save a picture as a JPEG. Raises OSError."""
    image.save(into, "JPEG", quality=QUALITY)
