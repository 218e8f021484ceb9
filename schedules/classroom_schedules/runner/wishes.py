"""What people ask of a day's lessons: a few minutes more, not today, earlier, the other one."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from classroom_schedules.occurrence import Occurrence
from classroom_schedules.words import remark


class WishKind(StrEnum):
    """What somebody wants of a lesson."""

    EXTEND = "extend"  # `minutes` more
    SKIP = "skip"
    EARLY = "early"  # to begin `at`
    SWAP = "swap"  # with `other`
    STAY = "stay"  # of the room: nothing is switched off for so many `minutes`


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """One thing that somebody asked for."""

    lesson: str  # "" = it is about the room
    kind: WishKind
    by: str
    at: datetime
    minutes: int = 0
    other: str = ""  # the lesson that it changes places with


def granted(
    occurrences: Sequence[Occurrence], wishes: Iterable[Wish]
) -> tuple[tuple[Occurrence, ...], dict[str, timedelta]]:
    """Give the lessons as people want them, and the minutes that they have added to each."""
    found = {one.id: one for one in occurrences}
    added: dict[str, timedelta] = {}
    for wish in wishes:
        one, other = found.get(wish.lesson), found.get(wish.other)
        if one is None:
            continue
        match wish.kind:
            case WishKind.EXTEND:
                more = timedelta(minutes=wish.minutes)
                added[one.id] = added.get(one.id, timedelta()) + more
            case WishKind.SKIP:
                said = remark("skip.person", by=wish.by)
                found[one.id] = replace(one, is_held=False, reasons=(said,))
            case WishKind.EARLY if wish.at < one.starts_at:
                said = remark("held.early", by=wish.by)
                found[one.id] = replace(one, starts_at=wish.at, reasons=(*one.reasons, said))
            case WishKind.SWAP if other is not None:
                found |= {one.id: _at(one, other, wish), other.id: _at(other, one, wish)}
            case _:  # it has begun without, or the other lesson is not there any more
                pass
    return tuple(sorted(found.values(), key=lambda one: (one.starts_at, one.id))), added


def _at(one: Occurrence, other: Occurrence, wish: Wish) -> Occurrence:
    said = remark("held.swapped", by=wish.by, other=other.title)
    return replace(
        one,
        starts_at=other.starts_at,
        ends_at=other.ends_at,
        periods=other.periods,
        reasons=(*one.reasons, said),
    )
