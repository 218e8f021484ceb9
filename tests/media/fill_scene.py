"""Films of a lesson as its hub has them, and as they came to a site over a bad line."""

from collections.abc import Iterable, Sequence
from functools import partial
from itertools import pairwise
from pathlib import Path

from classroom_media.api import NS
from classroom_media.fill.spool import Spool
from classroom_media.fill.store import FilmFolder
from classroom_media.packets import Coded
from classroom_media.record.durable import DurableFile
from classroom_media.record.flatten import flatten
from classroom_media.record.part import PartWriter
from classroom_media.workers.filler import do
from classroom_media.workers.specs import CompareSpec, OfferSpec
from tests.media.record_scene import HEIGHT, START_NS, WIDTH, at_once, in_order, pictures, sound

Cut = tuple[float, float]  # seconds of the lesson in which nothing came through
live_file = partial(DurableFile, start=at_once)


def write_film(path: Path, packets: Sequence[Coded], zero_ns: int = START_NS) -> Path:
    """Write packets as a recorder and the finisher would."""
    formats = {one.stream: one.format for one in packets if one.format is not None}
    writer = PartWriter(live_file(path), formats, zero_ns)
    for packet in packets:
        writer.write(packet)
    writer.seal()
    flatten(path)
    return path


def hub_film(path: Path, seconds: int, *, bframes: int = 0, holes: Iterable[Cut] = ()) -> Path:
    """Write a lesson with numbered pictures and beeps; in holes the hub itself was killed."""
    holes = list(holes)
    shown = pictures(seconds * 25, stream="programme", bframes=bframes)
    if holes:
        came = {packet.pts_ns for packet in received(seconds, holes)}
        shown = [packet for packet in shown if packet.pts_ns in came]
    return write_film(path, in_order(shown, sound(float(seconds), stream="programme-sound")))


def live_film(path: Path, seconds: int, cuts: Iterable[Cut], *, late_ns: int = 123_456_789) -> Path:
    """Write what came of it: on another clock, without sound, and only from keyframes on."""
    return write_film(path, received(seconds, cuts), START_NS - late_ns)


def live_films(
    folder: Path, seconds: int, cuts: Sequence[Cut], low: Sequence[Cut], kills: Sequence[float]
) -> list[Path]:
    """Write what came, in one film after the other: a kill ends one, and so does another size."""
    small = (120, 92)
    borders = sorted({0.0, float(seconds), *kills, *(at for one in low for at in one)})
    films: list[Path] = []
    for number, (begin, end) in enumerate(pairwise(borders)):
        is_low = any(one[0] <= begin < one[1] for one in low)
        around = [(0.0, begin), (end, float(seconds) + 1)]
        size = small if is_low else (WIDTH, HEIGHT)
        if packets := received(seconds, [*cuts, *around], size=size):
            films.append(write_film(folder / f"live.{number}.mp4", packets, START_NS - number))
    return films


def received(
    seconds: int, cuts: Iterable[Cut], *, size: tuple[int, int] = (WIDTH, HEIGHT)
) -> list[Coded]:
    """Give the pictures that came and can be decoded: after a loss, from the next keyframe on."""
    cuts = list(cuts)
    kept: list[Coded] = []
    decodable = False
    for packet in pictures(seconds * 25, stream="hub", size=size):
        at_s = (packet.pts_ns - START_NS) / NS
        lost = any(begin <= at_s < end for begin, end in cuts)
        decodable = not lost and (decodable or packet.key)
        if decodable:
            kept.append(packet)
    return kept


def offered(film: Path, folder: Path, from_s: float, to_s: float) -> FilmFolder:
    """Have a stretch of a film outlined."""
    do(OfferSpec(film=str(film), from_s=from_s, to_s=to_s, folder=str(folder)))
    return FilmFolder(folder)


def asked_for(hub: FilmFolder, folder: Path, films: Sequence[Path]) -> FilmFolder:
    """Bring the outline to a site, and have it compared with what came live."""
    folder.mkdir(parents=True)
    (folder / "outline").write_bytes((hub.path / "outline").read_bytes())
    do(CompareSpec(folder=str(folder), films=tuple(map(str, films))))
    return FilmFolder(folder)


def fetch(hub: FilmFolder, site: FilmFolder, *, piece: int = 5_000, pieces: int = 1 << 30) -> Spool:
    """Bring over what is missing, or the next few pieces of it."""
    places, spool = hub.places(), Spool(site.fetched, site.needs().blobs)
    while (wanted := spool.wanted) and pieces:
        pieces -= 1
        assert spool.add(wanted, places.read(wanted.blob.digest, wanted.offset, piece))
    return spool
