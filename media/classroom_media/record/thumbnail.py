"""A small picture of a recording."""

from pathlib import Path
from typing import Any, Final

import av
from av.video.frame import VideoFrame

from classroom_media.api import NS, RecordError

THUMBNAIL_FILE: Final = "thumbnail.jpg"
WIDTH: Final = 640  # pixels
QUALITY: Final = 85


def write_thumbnail(film: Path, at_s: float, into: Path) -> None:
    """Save the picture shown at `at_s` as a JPEG, 640 pixels wide.

    Raises:
        RecordError: there is no such picture, or no room for it.
    """
    fresh = into.with_name(f".{into.name}")
    try:
        frame: Any = _picture_at(film, at_s)
        height = max(round(frame.height * WIDTH / frame.width / 2) * 2, 2)
        image = frame.to_image(width=WIDTH, height=height)
        image.save(fresh, "JPEG", quality=QUALITY)
        fresh.replace(into)
    except (av.FFmpegError, OSError) as error:
        raise RecordError(f"{film}: no thumbnail: {error}") from error


def _picture_at(film: Path, at_s: float) -> VideoFrame:
    with av.open(str(film)) as container:
        container.seek(round(at_s * 1_000_000), backward=True)
        found: VideoFrame | None = None
        for frame in container.decode(video=0):
            found = frame
            if (frame.time or 0.0) >= at_s - 1 / NS:
                break
    if found is None:
        raise RecordError(f"{film}: no picture")
    return found
