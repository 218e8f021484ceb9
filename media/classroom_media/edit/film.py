"""A finished film, as far as cutting it needs to know it."""

from dataclasses import dataclass
from pathlib import Path

from classroom_media.api import MediaError
from classroom_media.edit.cut import Pictures
from classroom_media.edit.tables import Samples, number_of, tables
from classroom_media.record.boxes import boxes, children


@dataclass(frozen=True, slots=True, eq=False)
class Film:
    """A file: its pictures and its sound, if it has them, and the box that describes it."""

    path: Path
    moov: bytes
    pictures: Pictures | None
    sound: Samples | None

    def trak(self, of: Samples) -> bytes:
        """Give the payload of the box that describes one of its streams."""
        return next(
            data
            for kind, data in children(self.moov)
            if kind == b"trak" and number_of(dict(children(data))[b"tkhd"]) == of.number
        )


def read_film(path: Path) -> Film:
    """Read where everything lies in a film; of several streams of a kind the first counts.

    Raises:
        MediaError: it is not there, is no ordinary MP4, or is not finished.
    """
    moov = _moov(path)
    if any(kind == b"mvex" for kind, _ in children(moov)):
        raise MediaError(f"{path} is not finished: it is still in fragments")
    found = tables(moov)
    pictures = next((one for one in found if one.codec in {b"avc1", b"avc3"}), None)
    sound = next((one for one in found if one.codec == b"mp4a"), None)
    return Film(path, moov, Pictures(pictures) if pictures is not None else None, sound)


def _moov(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            for one in boxes(file):
                if one.kind == b"moov":
                    file.seek(one.payload_at)
                    return file.read(one.end - one.payload_at)
    except OSError as error:
        raise MediaError(f"{path}: {error.strerror}") from error
    raise MediaError(f"{path} is no MP4 film, or is cut off")
