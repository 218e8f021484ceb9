"""What rules name that a room does not have: routines, layouts, sources, ways to be live."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from classroom_schedules.mistakes import Mistake
from classroom_schedules.rules import Live, Rule
from classroom_schedules.words import remark


@dataclass(frozen=True, slots=True, kw_only=True)
class Furniture:
    """What a room has by which a rule may call it. `layouts` say how many sources fill them."""

    routines: tuple[str, ...] = ()
    layouts: Mapping[str, int]
    sources: tuple[str, ...] = ()  # with a picture
    live: tuple[Live, ...] = ()


def missing(rules: Iterable[Rule], room: str, furniture: Furniture) -> Iterator[Mistake]:
    """Tell what the rules that may be for this room name in vain, and where they stand."""
    for rule in rules:
        if rule.is_for(room):
            yield from _of_rule(rule, furniture)


def _of_rule(rule: Rule, has: Furniture) -> Iterator[Mistake]:
    for name in filter(None, (rule.routine, rule.end_routine)):
        if name not in has.routines:
            yield _none(rule, "no-such-routine", name, has.routines)
    if rule.layout and rule.layout not in has.layouts:
        yield _none(rule, "no-such-layout", rule.layout, has.layouts)
    for name in rule.sources:
        if name not in has.sources:
            yield _none(rule, "no-such-source", name, has.sources)
    slots = has.layouts.get(rule.layout)
    if slots is not None and len(rule.sources) > slots:
        told = remark("sources-too-many", name=rule.layout, slots=slots, count=len(rule.sources))
        yield Mistake("sources-too-many", rule.place, told.values)
    for way in rule.live:
        if way not in has.live:
            yield Mistake(f"no-{way}", rule.place)


def _none(rule: Rule, key: str, name: str, known: Iterable[str]) -> Mistake:
    there = sorted(known)
    near = tuple(get_close_matches(name, there, n=1) or there) or remark("none")
    return Mistake(key, rule.place, remark(key, name=name, near=near).values)
