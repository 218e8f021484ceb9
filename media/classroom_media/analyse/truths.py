"""What emulated cameras tell of a recording: their numbers, their flashes and their beeps."""

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from statistics import median
from typing import Final

import msgspec

from classroom_media.analyse.cadence import explained
from classroom_media.analyse.figures import Method, Miss, Offset, Pictures
from classroom_media.emulate.inspection import Seen, holes, offsets
from classroom_media.record.manifest import Gap

APART_S: Final = 1.0  # a beep further from its flash than this belongs to none


def counted(pictures: Pictures, seen: Sequence[Seen], gaps: Sequence[Gap]) -> Pictures:
    """Count by the numbers in the pictures, `seen` standing at times of the recording.

    Pictures without a number, of a source that is not emulated, take the places of as many.
    """
    at_s = {one.number: one.at_s for one in seen}
    plain = _plain_after(seen)
    found: dict[tuple[float, bool], int] = {}
    for hole in holes(list(seen)):  # what is repeated often is one passage
        missing = max(hole.missing - plain[hole.after], 0) if hole.missing > 0 else -1
        place = round(at_s[hole.after], 3), hole.missing > 0
        found[place] = found.get(place, 0) + missing
    misses = (Miss(at_s=place[0], pictures=count) for place, count in found.items() if count)
    return msgspec.structs.replace(
        pictures, method=Method.TRUTH, misses=tuple(explained(misses, gaps))
    )


def _plain_after(seen: Iterable[Seen]) -> Counter[int]:
    """Count the pictures without a number after each one that has one."""
    counted_after, last = Counter[int](), None
    for one in seen:
        if one.number is not None:
            last = one.number
        elif last is not None:
            counted_after[last] += 1
    return counted_after


def moved(seen: Iterable[Seen], by_s: float) -> list[Seen]:
    """Give pictures at times of the recording."""
    return [Seen(one.at_s + by_s, one.number) for one in seen]


def offset(picture: Path, sound: Path, seen: list[Seen], beeps: list[float]) -> Offset | None:
    """Measure how much later the beeps are than the flashes; None when none belong together."""
    found = [late_s for late_s in offsets(seen, beeps) if abs(late_s) < APART_S]
    if not found:
        return None
    return Offset(
        picture=picture.name,
        sound=sound.name,
        method=Method.TRUTH,
        median_ms=round(float(1000 * median(found)), 1),
        worst_ms=round(float(1000 * max(found, key=abs)), 1),
        events=len(found),
    )
