"""What people do to an edit, in its own time: seconds of the film that it makes, no card. Pure."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from msgspec.structs import replace

from classroom_edge.library.editing.edit import SHORTEST_S, Edit, Passage


def cut_out(edit: Edit, from_s: float, to_s: float) -> Edit:
    """Leave a stretch out; what lies around it moves together."""
    before = _within(edit.passages, 0.0, from_s)
    return replace(edit, passages=(*before, *_within(edit.passages, to_s, edit.length_s)))


def trimmed(edit: Edit, from_s: float, to_s: float) -> Edit:
    """Keep a stretch and nothing else."""
    return replace(edit, passages=tuple(_within(edit.passages, from_s, to_s)))


def seen_by(edit: Edit, track: str, from_s: float, to_s: float) -> Edit:
    """Show a stretch as another track does; what is heard goes on."""
    shown = (replace(one, track=track) for one in _within(edit.passages, from_s, to_s))
    before = _within(edit.passages, 0.0, from_s)
    after = _within(edit.passages, to_s, edit.length_s)
    return replace(edit, passages=tuple(_joined([*before, *shown, *after])))


def followed_by(edit: Edit, more: Sequence[Passage]) -> Edit:
    """Let passages follow, of other recordings or of the same."""
    return replace(edit, passages=(*edit.passages, *more))


def split(edit: Edit, at_s: Sequence[float]) -> list[Edit]:
    """Make one edit of each part between instants."""
    edges = [0.0, *sorted(one for one in at_s if 0.0 < one < edit.length_s), edit.length_s]
    parts = [trimmed(edit, first, last) for first, last in pairwise(edges)]
    return [one for one in parts if one.passages]


def places(edit: Edit, recording: str, at_s: float) -> Iterator[float]:
    """Say where an instant of a recording is in the film; nowhere if it is left out."""
    begun_s = 0.0
    for one in edit.passages:
        if one.recording == recording and one.from_s <= at_s < one.to_s:
            yield begun_s + at_s - one.from_s
        begun_s += one.length_s


def _within(passages: Sequence[Passage], from_s: float, to_s: float) -> Iterator[Passage]:
    """Give what lies between two instants of the film."""
    begun_s = 0.0
    for one in passages:
        first = max(one.from_s, one.from_s + from_s - begun_s)
        last = min(one.to_s, one.from_s + to_s - begun_s)
        if last - first >= SHORTEST_S:
            yield replace(one, from_s=round(first, 6), to_s=round(last, 6))
        begun_s += one.length_s


def _joined(passages: Sequence[Passage]) -> list[Passage]:
    """Give passages of which one goes on where the other ends as one."""
    found: list[Passage] = []
    for one in passages:
        if found and one == replace(found[-1], from_s=found[-1].to_s, to_s=one.to_s):
            found[-1] = replace(found[-1], to_s=one.to_s)
        else:
            found.append(one)
    return found
