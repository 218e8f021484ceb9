"""What only two tables together can show: terms and days that do not fit each other."""

from collections.abc import Sequence
from itertools import combinations

from classroom_schedules.bells import Bells
from classroom_schedules.calendar import Kind, SpecialDay, Term
from classroom_schedules.reading.table import Table

_EMPTY = frozenset({Kind.HOLIDAY, Kind.EXAM})


def check_terms(terms: Sequence[tuple[Table, Term]]) -> None:
    """Complain of terms that overlap."""
    for (_, first), (table, second) in combinations(terms, 2):
        if first.first <= second.last and second.first <= first.last:
            table.complain("terms-overlap", "first", first=first.name, second=second.name)


def check_days(special: Sequence[tuple[Table, SpecialDay]], bells: Bells) -> None:
    """Complain of make-up days that are holidays or said twice, and of bells that nobody has."""
    names = {schedule.name for schedule in bells.schedules}
    make_ups = [(table, day) for table, day in special if day.kind is Kind.MAKE_UP]
    empty = [day for _, day in special if day.kind in _EMPTY]
    for table, day in special:
        if day.bells and day.bells not in names:
            table.complain("no-such-bells", "bells", name=day.bells, near=tuple(sorted(names)))
    for table, day in make_ups:
        for other in empty:
            if other.first <= day.first <= other.last and _same_classes(day, other):
                table.complain("make-up-on-holiday", "date", date=day.first, name=other.name)
    for (_, first), (table, second) in combinations(make_ups, 2):
        if first.first == second.first and _same_classes(first, second):
            table.complain("make-up-twice", "date", date=second.first)


def _same_classes(one: SpecialDay, other: SpecialDay) -> bool:
    return not one.classes or not other.classes or bool(set(one.classes) & set(other.classes))
