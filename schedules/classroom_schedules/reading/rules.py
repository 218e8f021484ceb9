"""Reads the rules: what a room does by itself around its lessons."""

from collections.abc import Iterator
from difflib import get_close_matches
from typing import Final

from classroom_schedules.reading.table import File, Table
from classroom_schedules.rules import EARLY_MIN, Live, Rule, Sort

RULES_MAX: Final = 200
MINUTES_MAX: Final = 120


def read_rules(file: File) -> Iterator[Rule]:
    """Give every rule, in the order of the file: the first that fits a lesson counts."""
    for table in file.all("rule", RULES_MAX):
        rule = Rule(
            subjects=table.texts("subject"),
            classes=table.texts("class"),
            teachers=table.texts("teacher"),
            rooms=table.texts("room"),
            sort=_sort(table),
            routine=table.text("routine"),
            end_routine=table.text("end-routine"),
            layout=table.text("layout"),
            sources=table.texts("sources"),
            record=table.flag("record"),
            live=tuple(_live(table)),
            group=table.text("group"),
            early_min=table.count("early", MINUTES_MAX, usual=EARLY_MIN),
            late_min=table.count("late", MINUTES_MAX),
            extend_min=table.count("extend", MINUTES_MAX),
            place=table.place(),
        )
        table.finish()
        if rule.sources and not rule.layout:
            table.complain("sources-of-what", "sources")
        if rule.group and Live.SESSION not in rule.live:
            table.complain("group-of-what", "group")
        if not (rule.routine or rule.end_routine or rule.layout or rule.record or rule.live):
            table.complain("rule-does-nothing")
        yield rule


def _sort(table: Table) -> Sort | None:
    text = table.text("kind")
    names = [one.value for one in Sort]
    if text and text not in names:
        near = get_close_matches(text, names, n=1) or names
        table.complain("not-kind", "kind", text=text, near=tuple(near))
        return None
    return Sort(text) if text else None


def _live(table: Table) -> Iterator[Live]:
    names = [one.value for one in Live]
    for text in table.texts("live"):
        if text in names:
            yield Live(text)
        else:
            near = get_close_matches(text, names, n=1) or names
            table.complain("not-live", "live", text=text, near=tuple(near))
