"""Holds a recording against what its cameras know: which pictures they sent, and when.

The recorder is asked nothing that it could get wrong: places on the timeline come from the
journal's first line and the files' own time, numbers from the pictures themselves.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from classroom_media.api import NS
from classroom_media.emulate import truth
from classroom_media.emulate.inspection import Seen
from classroom_media.emulate.reel import PICTURES
from classroom_media.emulate.replay import Shot

FRAME_S = 1 / truth.FPS
EDGE_S = 0.2  # where a picture's being there or not depends on how late its camera is
REACH_S = 0.5  # a picture is looked for no further from its time


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of the recording, in seconds of its time."""

    from_s: float
    to_s: float

    def holds(self, at_s: float, *, margin_s: float = 1.5 * FRAME_S) -> bool:
        return self.from_s - margin_s <= at_s <= self.to_s + margin_s


@dataclass(frozen=True, slots=True)
class Taken:
    """A picture that a camera took, in seconds of the recording's time."""

    at_s: float
    number: int | None
    key: bool = False


@dataclass
class Matched:
    """What of the pictures that were sent is in a file, and what is there besides."""

    late_s: list[tuple[float, float]] = field(default_factory=list)  # when taken, how much later
    missing: list[Taken] = field(default_factory=list)
    extra: list[Seen] = field(default_factory=list)  # doubled, damaged or invented


def taken(shots: Iterable[Shot], zero_ns: int, end_s: float) -> list[Taken]:
    """Give the pictures that were taken while it was recorded, its edges left out."""
    found = (Taken((shot.at_ns - zero_ns) / NS, shot.number, shot.key) for shot in shots)
    inside = (one for one in found if EDGE_S <= one.at_s < end_s - EDGE_S)
    return sorted(inside, key=lambda one: one.at_s)


def matched(seen: Sequence[Seen], sent: Sequence[Taken]) -> Matched:
    """Lay the pictures of a file beside those that were sent, both in order."""
    found = Matched()
    at, late_s = 0, 0.0
    for picture in seen:
        choice = _choose(picture, sent, at, late_s)
        if choice is None:
            if sent[0].at_s + REACH_S < picture.at_s < sent[-1].at_s - REACH_S:
                found.extra.append(picture)
            continue
        found.missing += sent[at:choice]
        late_s = picture.at_s - sent[choice].at_s
        found.late_s.append((sent[choice].at_s, late_s))
        at = choice + 1
    found.missing += sent[at:]
    return found


def _choose(picture: Seen, sent: Sequence[Taken], at: int, late_s: float) -> int | None:
    """Find the picture that was sent which this is: the same number, as late as the last one."""
    best: int | None = None
    for index in range(at, len(sent)):
        if sent[index].at_s > picture.at_s + REACH_S:
            break
        if sent[index].number != picture.number or sent[index].at_s < picture.at_s - REACH_S:
            continue
        if best is None or _odd(picture, sent[index], late_s) < _odd(picture, sent[best], late_s):
            best = index
    return best


def _odd(picture: Seen, one: Taken, late_s: float) -> float:
    return abs(picture.at_s - one.at_s - late_s)


def outside(missing: Iterable[Taken], told: Sequence[Span]) -> list[Taken]:
    """Give what is missing though nobody told."""
    return [one for one in missing if not any(span.holds(one.at_s) for span in told)]


# -- the programme -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Tick:
    """What a source's place in the programme shows at a tick. `lit`: something bright is there."""

    at_s: float
    number: int | None
    lit: bool


@dataclass
class Shown:
    """How a source fared in the programme, in its stretches without a layout change."""

    seconds: float = 0.0
    doubled: list[float] = field(default_factory=list)
    lost: list[float] = field(default_factory=list)
    late_s: list[tuple[float, float]] = field(default_factory=list)
    held_s: list[tuple[float, float]] = field(default_factory=list)  # a loss: when, how long held


def stretches(ticks: Sequence[Tick]) -> Iterator[list[Tick]]:
    """Split a source's ticks where it was not in the picture."""
    begin = 0
    for index, (before, after) in enumerate(pairwise(ticks), 1):
        if after.at_s - before.at_s > 1.5 * FRAME_S:
            yield list(ticks[begin:index])
            begin = index
    if ticks:
        yield list(ticks[begin:])


def shown(ticks: Sequence[Tick], sent: Sequence[Taken]) -> Shown:
    """Follow a source through the programme, picture by picture.

    `sent` is what the programme could have shown, so that a camera's own standing still, or its
    absence, is no fault of the programme's.
    """
    found = Shown()
    times = [one.at_s for one in sent]
    for stretch in stretches(ticks):
        found.seconds += len(stretch) * FRAME_S
        last: int | None = None
        for tick in stretch:
            index = _nearest(tick, sent, times, last)
            if index is None:
                continue  # a slate, or something held: `held` looks at these
            found.late_s.append((tick.at_s, tick.at_s - sent[index].at_s))
            if last is not None and index == last:
                if _is_due(sent, last, tick.at_s):
                    found.doubled.append(tick.at_s)
            elif last is not None and index > last + 1:
                found.lost += [sent[n].at_s for n in range(last + 1, index)]
            last = index
    return found


def _is_due(sent: Sequence[Taken], index: int, at_s: float) -> bool:
    """Tell whether the camera had sent another picture by then."""
    return index + 1 < len(sent) and sent[index + 1].at_s <= at_s + FRAME_S


def _nearest(
    tick: Tick, sent: Sequence[Taken], times: Sequence[float], last: int | None
) -> int | None:
    """Find which of the pictures sent a tick shows; of equal ones the one that should be next."""
    low = bisect_left(times, tick.at_s - 1.2)
    high = bisect_left(times, tick.at_s + REACH_S)
    same = [n for n in range(low, high) if sent[n].number == tick.number]
    if tick.number is None and tick.lit:
        return None
    if last is not None:
        same = [n for n in same if n >= last]
        return min(same, key=lambda n: abs(n - last - 1), default=None)
    return min(same, key=lambda n: abs(times[n] - tick.at_s), default=None)


def unwrapped(seen: Sequence[Seen]) -> list[Taken]:
    """Make up what a camera sent that kept no log: every picture, one after the other."""
    known = next(one for one in seen if one.number is not None and one.at_s > 1)
    camera, place = (known.number or 0) >> 16, (known.number or 0) & 0xFFFF
    back = round(known.at_s * truth.FPS) - round(EDGE_S * truth.FPS)
    count = round((seen[-1].at_s - EDGE_S) * truth.FPS) - round(EDGE_S * truth.FPS)
    begin_s = known.at_s - back * FRAME_S
    return [
        Taken(begin_s + n * FRAME_S, camera << 16 | (place - back + n) % PICTURES)
        for n in range(count)
    ]
