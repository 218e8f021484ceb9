"""Makes a film of passages of films, with a card before it and as loud as it is wanted."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory

from classroom_media.edit.film import read_film
from classroom_media.edit.loudness import Measured, levelled
from classroom_media.edit.montage import Montage, Shot, Tally, made_beside
from classroom_media.edit.orders import Opening
from classroom_media.edit.sound import Passage, sound_lane
from classroom_media.edit.work import SOUND_S, Work
from classroom_media.edit.write import Lane, write_film
from classroom_media.record.titled import Titled


def splice(shots: Sequence[Shot], into: Path) -> Tally:
    """Write what these passages make one after the other; the films stay as they are.

    Raises:
        RangeError: a passage is not in its film.
        MediaError: films do not fit each other, or cannot be read, cut or written.
    """
    return dressed(shots, into)[0]


def dressed(
    shots: Sequence[Shot],
    into: Path,
    *,
    opening: Opening | None = None,
    lufs: float | None = None,
    chapters: Sequence[Titled] = (),
    work: Work | None = None,
) -> tuple[Tally, Measured | None]:
    """Write what these passages make; give also how loud it became, if that was asked for.

    Raises:
        RangeError: a passage is not in its film.
        MediaError: films do not fit each other, or cannot be read, cut or written.
    """
    work = work or Work(lambda _share: None)
    with made_beside(into) as made:
        montage = Montage(shots[0].film, made, work.encoded)
        if opening:
            montage.open(opening, shots[0])
        for shot in shots:
            montage.show(shot)
        with _sound(montage, lufs, into.parent, work) as (lane, loud):
            lanes = [montage.picture_lane(), *([lane] if lane else [])]
            write_film(montage.films, lanes, into, chapters, work.copied)
    return montage.tally, loud


@contextmanager
def _sound(
    montage: Montage, lufs: float | None, beside: Path, work: Work
) -> Iterator[tuple[Lane | None, Measured | None]]:
    """Give the sound, as loud as it is wanted; where it lies is there only for this while."""
    lane = montage.sound_lane()
    if lane is None or lufs is None:
        yield lane, None
        return
    with TemporaryDirectory(dir=beside, prefix=".sound-") as folder:
        plain, loud = Path(folder, "plain.m4a"), Path(folder, "loud.m4a")
        write_film(montage.films, [lane], plain)
        told = levelled(plain, loud, lufs, lambda seconds: work.did(seconds * SOUND_S))
        end_s = Fraction(lane.strip.end, lane.strip.of.rate)
        whole = Passage(read_film(loud), Fraction(0), end_s)
        yield sound_lane([whole], montage.films, end_s, lane.strip.made), told
