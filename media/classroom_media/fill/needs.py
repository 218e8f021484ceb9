"""What is to be fetched of a film, and what came live and is there. Pure.

A group of pictures came live if one of the same looks was received: the same slices, so the same
pictures. One that came in a lower quality, or lacks a picture, is fetched whole. Sound is fetched
always: live it travels in another form than it is recorded in.
"""

from collections.abc import Iterable, Mapping
from itertools import groupby

import msgspec

from classroom_media.api import NS
from classroom_media.fill.outline import Outline, Run
from classroom_media.record.shared import LATER, LIVE, Passage


class Blob(msgspec.Struct, frozen=True, array_like=True):
    """Bytes that are asked for by their digest."""

    digest: bytes
    size: int


class Place(msgspec.Struct, frozen=True, array_like=True):
    """Where a group's pictures lie in a film that is here, and how large each is."""

    film: str
    spans: tuple[tuple[int, int], ...]
    sizes: tuple[int, ...]


class Needs(msgspec.Struct, frozen=True, array_like=True):
    """What becomes of an outline: blobs to fetch, in that order, and groups that are here."""

    blobs: tuple[Blob, ...]
    here: dict[int, Place]  # by the number of the group

    @property
    def size(self) -> int:
        """Bytes to be fetched."""
        return sum(blob.size for blob in self.blobs)


def needs(outline: Outline, here: Mapping[bytes, Place]) -> Needs:
    """Say what is to be fetched, where groups of these looks are here. Nothing is fetched twice."""
    places: dict[int, Place] = {}
    runs: list[Run] = []
    for number, group in enumerate(outline.groups):
        place = here.get(group.looks)
        if place is not None and len(place.sizes) == len(group.pictures.sizes):
            places[number] = place
            runs += group.runs[1:]
        else:
            runs += group.runs
    return Needs(tuple(dict.fromkeys(Blob(run.digest, run.size) for run in runs)), places)


def passages(outline: Outline, here: Iterable[int]) -> tuple[Passage, ...]:
    """Tell which passages of the film came live and which later, in its own time."""
    live = frozenset(here)
    found: list[Passage] = []
    numbered = enumerate(group.pictures for group in outline.groups)
    for is_live, some in groupby(numbered, key=lambda one: one[0] in live):
        runs = [run for _number, run in some]
        from_s, to_s = max(runs[0].at_ns, 0) / NS, runs[-1].end_ns / NS
        found.append(Passage(from_s=from_s, to_s=to_s, came=LIVE if is_live else LATER))
    return tuple(found)
