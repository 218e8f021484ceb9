"""What a new timetable changes, and whether a person must confirm it before it is in force."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from classroom_schedules.timetable import Timetable
from classroom_schedules.words import Remark, remark


class Verdict(Enum):
    """Whether a new timetable may come into force by itself."""

    FINE = "fine"
    EMPTY = "empty"  # it holds nothing
    HALVED = "halved"  # it holds half of the lessons, or fewer


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """The difference of two timetables, in lessons of a week and reservations."""

    before: int
    after: int
    added: tuple[str, ...]
    removed: tuple[str, ...]
    lost_classes: tuple[str, ...]  # that had lessons, and now have none
    verdict: Verdict

    @property
    def needs_person(self) -> bool:
        """Say whether somebody must confirm it; until then the old one stays in force."""
        return self.verdict is not Verdict.FINE

    def tell(self, language: str) -> str:
        """Say what changes, "zh-CN" or "en"."""
        said = remark(
            f"changes.{self.verdict.value}",
            before=self.before,
            after=self.after,
            added=len(self.added),
            removed=len(self.removed),
        )
        lost = Remark("changes.lost", (("classes", self.lost_classes),))
        return said.tell(language) + (lost.tell(language) if self.lost_classes else "")


def changes(old: Timetable, new: Timetable) -> Changes:
    """Compare what is in force with what shall be."""
    before, after = Counter(_held(old)), Counter(_held(new))
    return Changes(
        before=before.total(),
        after=after.total(),
        added=tuple(sorted((after - before).elements())),
        removed=tuple(sorted((before - after).elements())),
        lost_classes=tuple(sorted(_classes(old) - _classes(new))),
        verdict=_verdict(before.total(), after.total()),
    )


def _verdict(before: int, after: int) -> Verdict:
    if not after:
        return Verdict.EMPTY
    return Verdict.HALVED if after * 2 <= before else Verdict.FINE


def _held(timetable: Timetable) -> Iterator[str]:
    for lesson in timetable.lessons:
        for slot in lesson.slots:
            who = "+".join(lesson.teachers)
            weekly = (lesson.name, slot.weekday.name, slot.periods, lesson.weeks, lesson.room, who)
            yield " ".join(map(str, weekly))
    for one in timetable.reservations:
        yield f"{one.name} {one.day} {one.start:%H:%M}-{one.end:%H:%M}"


def _classes(timetable: Timetable) -> set[str]:
    lessons = {group for lesson in timetable.lessons for group in lesson.classes}
    return lessons | {group for one in timetable.reservations for group in one.classes}
