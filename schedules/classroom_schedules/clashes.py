"""What cannot be at once: one room, teacher or class in two lessons, a site in two places."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date
from enum import Enum

from classroom_schedules.occurrence import Occurrence
from classroom_schedules.timetable import Timetable
from classroom_schedules.words import remark


class Claim(Enum):
    """What two lessons both want."""

    ROOM = "room"
    SITE = "site"  # a room of a site that takes part in a joint lesson
    TEACHER = "teacher"
    GROUP = "class"


@dataclass(frozen=True, slots=True, kw_only=True)
class Clash:
    """Two lessons that overlap on one or more dates and want the same."""

    claim: Claim
    name: str  # of the room, teacher or class
    first: Occurrence  # on the first of the dates
    second: Occurrence
    dates: tuple[date, ...]

    def tell(self, language: str) -> str:
        """Say what clashes, when, and what helps, "zh-CN" or "en"."""
        said = remark(
            f"clash.{self.claim.value}",
            name=self.name,
            first=_named(self.first),
            second=_named(self.second),
            date=self.dates[0],
            count=len(self.dates),
        )
        return said.tell(language)


def clashes(timetable: Timetable, plan: Iterable[Occurrence]) -> tuple[Clash, ...]:
    """Give every clash of a plan, those of the same two lessons as one, in the order of time."""
    claimed = defaultdict[tuple[Claim, str], list[Occurrence]](list)
    for occurrence in plan:
        if occurrence.is_held:
            for wanted in _claims(timetable, occurrence):
                claimed[wanted].append(occurrence)
    found = defaultdict[tuple[Claim, str, str, str], list[tuple[Occurrence, Occurrence]]](list)
    for (kind, name), occurrences in claimed.items():
        for first, second in _overlaps(occurrences):
            claim = Claim.SITE if name in {*first.sites, *second.sites} else kind
            found[claim, name, _known_by(first), _known_by(second)].append((first, second))
    every = [_clash(key[0], key[1], pairs) for key, pairs in found.items()]
    return tuple(sorted(every, key=lambda one: (one.first.starts_at, one.claim.value, one.name)))


def _clash(claim: Claim, name: str, pairs: list[tuple[Occurrence, Occurrence]]) -> Clash:
    first, second = pairs[0]
    dates = tuple(sorted({one.date for one, _ in pairs}))
    return Clash(claim=claim, name=name, first=first, second=second, dates=dates)


def _claims(timetable: Timetable, occurrence: Occurrence) -> Iterator[tuple[Claim, str]]:
    for room in occurrence.rooms:
        known = timetable.rooms.get(room)
        if not (known and known.is_shared):
            yield Claim.ROOM, room
    for teacher in occurrence.teachers:
        yield Claim.TEACHER, teacher
    for group in occurrence.classes:
        yield Claim.GROUP, group


def _overlaps(occurrences: list[Occurrence]) -> Iterator[tuple[Occurrence, Occurrence]]:
    """Give every two that overlap; instants are compared, not clocks."""
    spans = [
        (one.starts_at.astimezone(UTC), one.ends_at.astimezone(UTC), one) for one in occurrences
    ]
    spans.sort(key=lambda span: (span[0], span[2].id))
    for at, (_, end, first) in enumerate(spans):
        for start, _, second in spans[at + 1 :]:
            if start >= end:
                break
            yield first, second


def _known_by(occurrence: Occurrence) -> str:
    """Give what stays the same from week to week."""
    return f"{occurrence.date.weekday()}{occurrence.id.partition('/')[2]}"


def _named(occurrence: Occurrence) -> str:
    who = "+".join(occurrence.classes) or occurrence.room
    return f"{who} {occurrence.title} {occurrence.starts_at:%H:%M}-{occurrence.ends_at:%H:%M}"
