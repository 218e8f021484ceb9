"""What is to be made of recordings: films of passages, sound alone, slides, packages. Values.

Paths are absolute, `*_s` is time in seconds; a file's own unless told otherwise.
"""

from typing import Final

import msgspec

from classroom_media.api import Card
from classroom_media.record.titled import Titled

R128_LUFS: Final = -23.0  # EBU R 128's target
PLATFORM_LUFS: Final = -16.0  # what platforms for phones and tablets play everything at


class Opening(msgspec.Struct, frozen=True, kw_only=True):
    """A card before a film."""

    card: Card
    length_s: float = 5.0
    logo: str = ""  # path of a PNG, which may be transparent

    def pictures(self, fps: int) -> int:
        """Say how many pictures it is."""
        return max(1, round(self.length_s * fps))


class Take(msgspec.Struct, frozen=True, kw_only=True):
    """A passage of a film, and the file with what is heard; "" is silence.

    The time 0 of the film is the time `sound_from_s` of that file.
    """

    film: str
    from_s: float
    to_s: float
    sound: str = ""
    sound_from_s: float = 0.0


class FilmOrder(msgspec.Struct, frozen=True, kw_only=True, tag="film"):
    """A film of passages; `chapters` are counted from the end of its opening card on.

    `into` is "" for a film that is only a part of something else.
    """

    takes: tuple[Take, ...]
    into: str
    opening: Opening | None = None
    lufs: float | None = None  # None: as loud as it is
    chapters: tuple[Titled, ...] = ()
    of: str = ""  # what it was made of, for those who ask later whether that is still so

    @property
    def opened_s(self) -> float:
        """Say how long its opening card is."""
        return self.opening.length_s if self.opening else 0.0

    @property
    def titled(self) -> list[Titled]:
        """Give the chapters of the whole film, of which the first begins with it."""
        found = [Titled(round(one.at_s + self.opened_s, 3), one.title) for one in self.chapters]
        if found and self.opening and found[0].at_s:
            return [Titled(0.0, self.opening.card.title), *found]
        return [Titled(0.0, found[0].title), *found[1:]] if found else []


class SoundOrder(msgspec.Struct, frozen=True, kw_only=True, tag="sound"):
    """The sound of a film alone; the film is made first if it is not there as it is ordered."""

    film: FilmOrder
    into: str


class Slide(msgspec.Struct, frozen=True, kw_only=True):
    """A page of slides: a picture of a film, or a picture that was kept where that is unknown."""

    shown_s: float  # when it came, as its viewers count
    page: int
    film: str = ""
    at_s: float = 0.0
    picture: str = ""


class SlidesOrder(msgspec.Struct, frozen=True, kw_only=True, tag="slides"):
    """Slides as pictures, a list of them, and a PDF; in a folder, or in a zip by its name."""

    slides: tuple[Slide, ...]
    into: str
    caption: str = "{page}   {time}"  # under each in the PDF


class PackageOrder(msgspec.Struct, frozen=True, kw_only=True, tag="package"):
    """What a platform takes: film, cover, metadata; in a folder, or in a zip by its name."""

    film: FilmOrder
    into: str
    metadata: dict[str, str]  # what people know; the rest is measured
    cover_s: float = 0.0  # of the film, counted from the end of its opening card on


Order = FilmOrder | SoundOrder | SlidesOrder | PackageOrder


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """A file that was made, and what it is like."""

    file: str
    bytes: int = 0
    sha256: str = ""
    duration_s: float = 0.0
    pictures: int = 0
    encoded: int = 0  # of them
    lufs: float | None = None  # as measured in what was written, if it was asked for
    peak_dbtp: float | None = None
    of: str = ""
