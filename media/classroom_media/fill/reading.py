"""The outline of a film, and where the bytes of everything in it lie.

The film is not changed and nothing of it is copied: whoever serves it reads the bytes where they
are, without knowing what they are.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import BinaryIO, Final

import av

from classroom_media.api import Kind, RecordError, StreamFormat
from classroom_media.fill.outline import Group, Run, digest_of
from classroom_media.fill.units import looks
from classroom_media.record.reading import demuxed, formats_of, opened
from classroom_media.record.samples import Sample

Spans = tuple[tuple[int, int], ...]  # (place in the file, bytes), in the order of the samples

LEAD_NS: Final = 100_000_000  # of sound before what is heard: a decoder leans on it


@dataclass(frozen=True, slots=True)
class Laid:
    """A group, and where in a film its pictures and its sound lie."""

    group: Group
    pictures: Spans
    sound: Spans


@dataclass(frozen=True, slots=True)
class _Placed:
    """A sample, and where it lies."""

    sample: Sample
    at: int
    size: int


@dataclass(frozen=True, slots=True)
class Film:
    """The samples of a film, by kind, in order of decoding."""

    path: Path
    formats: tuple[StreamFormat, ...]
    pictures: tuple[_Placed, ...]
    sound: tuple[_Placed, ...]
    sound_ns: tuple[int, ...]  # when each is decoded

    @property
    def keys(self) -> list[int]:
        """Which pictures begin a group."""
        return [n for n, one in enumerate(self.pictures) if one.sample.key]

    def groups(self, from_ns: int, to_ns: int) -> Iterator[Laid]:
        """Give the groups that are needed to show a stretch, at times from its beginning on.

        Raises:
            RecordError: the film cannot be read (any more).
        """
        borders = [*self.keys, len(self.pictures)]
        begins = [self.pictures[n].sample.pts_ns for n in borders[:-1]]
        first = max(bisect_right(begins, from_ns) - 1, 0)
        last = max(bisect_left(begins, to_ns), first + 1)
        groups = [self.pictures[n:m] for n, m in pairwise(borders[first : last + 1])]
        heard_ns = from_ns - LEAD_NS
        try:
            with self.path.open("rb") as file:
                for number, pictures in enumerate(groups, 1):
                    until_ns = _end_ns(pictures)
                    if number == len(groups):  # sound may last longer than pictures
                        until_ns = max(until_ns, to_ns)
                    sound = self._beside(heard_ns, until_ns)
                    yield _laid(file, pictures, sound, from_ns)
                    heard_ns = until_ns
        except OSError as error:
            raise RecordError(f"{self.path}: {error}") from error

    def _beside(self, from_ns: int, to_ns: int) -> Sequence[_Placed]:
        return self.sound[bisect_left(self.sound_ns, from_ns) : bisect_left(self.sound_ns, to_ns)]


def film(path: Path) -> Film:
    """List what a film holds, up to its last whole packet.

    Raises:
        RecordError: there is no picture in it that could be read.
    """
    found: dict[Kind, list[_Placed]] = {kind: [] for kind in Kind}
    formats: dict[int, StreamFormat] = {}
    try:
        with opened(path) as container:
            formats = formats_of(container)
            for packet, sample in demuxed(container):
                placed = _Placed(sample, packet.pos or 0, packet.size)
                found[formats[packet.stream_index].kind].append(placed)
    except (av.FFmpegError, OSError) as error:
        raise RecordError(f"{path}: {error}") from error
    keys = [n for n, one in enumerate(found[Kind.PICTURE]) if one.sample.key]
    if not keys:
        raise RecordError(f"{path}: no pictures")
    return Film(
        path,
        tuple(formats.values()),
        tuple(found[Kind.PICTURE][keys[0] :]),
        tuple(found[Kind.SOUND]),
        tuple(one.sample.dts_ns for one in found[Kind.SOUND]),
    )


def _laid(
    file: BinaryIO, pictures: Sequence[_Placed], sound: Sequence[_Placed], zero_ns: int
) -> Laid:
    images = [_bytes(file, one) for one in pictures]
    blocks = b"".join(_bytes(file, one) for one in sound)
    group = Group(
        looks=looks(images),
        pictures=_run(pictures, b"".join(images), zero_ns),
        sound=_run(sound, blocks, zero_ns) if sound else None,
    )
    return Laid(group, _spans(pictures), _spans(sound))


def _end_ns(samples: Sequence[_Placed]) -> int:
    return samples[-1].sample.dts_ns + samples[-1].sample.duration_ns


def _run(samples: Sequence[_Placed], data: bytes, zero_ns: int) -> Run:
    times = [one.sample.dts_ns for one in samples]
    return Run(
        at_ns=times[0] - zero_ns,
        durations_ns=(*(b - a for a, b in pairwise(times)), samples[-1].sample.duration_ns),
        lags_ns=tuple(one.sample.pts_ns - one.sample.dts_ns for one in samples),
        sizes=tuple(one.size for one in samples),
        digest=digest_of(data),
    )


def _bytes(file: BinaryIO, one: _Placed) -> bytes:
    file.seek(one.at)
    return file.read(one.size)


def _spans(samples: Sequence[_Placed]) -> Spans:
    """Say where samples lie; what lies together is one span."""
    spans: list[tuple[int, int]] = []
    for one in samples:
        if spans and sum(spans[-1]) == one.at:
            spans[-1] = (spans[-1][0], spans[-1][1] + one.size)
        else:
            spans.append((one.at, one.size))
    return tuple(spans)
