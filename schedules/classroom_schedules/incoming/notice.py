"""Reads the State Council's notice of holidays, pasted as text.

「国庆节：10月1日（星期四）至7日放假调休，共7天。9月20日（星期日）、10月10日（星期六）上班。」

It says which days are free and which are worked, and never which weekday a worked day teaches:
the school adds that. Weekdays in brackets and counts of days are checked, so that a missing word
or a wrong year is noticed.

Source: the notices 国务院办公厅关于…年部分节假日安排的通知, 2017 to 2026; 全国年节及纪念日放假办法,
article 2 (the holidays of all citizens).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from classroom_schedules.calendar import Kind, SpecialDay
from classroom_schedules.mistakes import Findings, Mistake, fail
from classroom_schedules.weeks import Weekday

TEXT_MAX: Final = 20_000  # characters
_NAME = "(?:元旦|春节|清明节|劳动节|端午节|中秋节|国庆节)"  # those that everybody has
_HOLIDAY = re.compile(rf"({_NAME}(?:、{_NAME})*)[:：]")
_DATE = r"(?:(20\d\d)年)?(?:(\d{1,2})月)?(\d{1,2})日(?:[（(]([^）)]*)[）)])?"
_SPAN = re.compile(rf"{_DATE}(?:\s*[至到]\s*{_DATE})?")
_WEEKDAY = re.compile(r"(?:星期|周)([一二三四五六日天])")
_COUNT = re.compile(r"(?:共|放假)(\d{1,2})天")
_YEAR = re.compile(r"(20\d\d)年\s*(?:部分)?节假日")
_PLAIN: Final = str.maketrans("０１２３４５６７８９", "0123456789", " \t\u3000\xa0")


@dataclass(frozen=True, slots=True)
class Notice:
    """The holidays and worked days of one year, as a preview."""

    year: int
    days: tuple[SpecialDay, ...]
    mistakes: tuple[Mistake, ...]


@dataclass(slots=True)
class _Reader:
    year: int
    findings: Findings = field(default_factory=Findings)

    def holiday(self, name: str, body: str) -> Iterator[SpecialDay]:
        """Give what the words after a holiday's name say, sentence by sentence."""
        for sentence in re.split(r"[。；;\n]", body):
            spans = list(self._spans(sentence))
            if "上班" in sentence:
                yield from (_day(Kind.MAKE_UP, f"{name}调休", *span) for span in spans)
            elif "放假" in sentence or "补休" in sentence:
                self._check_count(name, sentence, spans)
                yield from (_day(Kind.HOLIDAY, name, *span) for span in spans)

    def _spans(self, sentence: str) -> Iterator[tuple[date, date]]:
        year, month = self.year, 0
        for found in _SPAN.finditer(sentence):
            groups = found.groups()
            first = self._date(groups[:4], year, month)
            if not first:
                continue
            year, month = first.year, first.month
            last = self._date(groups[4:], year, month, after=first) if groups[6] else first
            if last:
                yield first, last

    def _date(
        self, groups: tuple[str | None, ...], year: int, month: int, after: date = date.min
    ) -> date | None:
        said_year, said_month, day, said = groups
        text = f"{said_month or month}月{day}日"
        try:
            found = date(int(said_year or year), int(said_month or month), int(day or 0))
            if found < after and not said_year:
                found = found.replace(year=found.year + 1)
        except ValueError:
            self.findings.add("notice-date", text=text)
            return None
        weekday = _WEEKDAY.search(said or "")
        if weekday and Weekday.read(weekday[1]) is not Weekday.of(found):
            said_day = Weekday.read(weekday[1])
            self.findings.add("notice-weekday", date=found, right=Weekday.of(found), said=said_day)
        return found

    def _check_count(self, name: str, sentence: str, spans: list[tuple[date, date]]) -> None:
        said = _COUNT.search(sentence)
        count = sum((last - first).days + 1 for first, last in spans)
        if said and spans and int(said[1]) != count:
            first, last = spans[0][0], spans[-1][1]
            self.findings.add(
                "notice-count", name=name, first=first, last=last, count=count, said=said[1]
            )


def read_notice(text: str, year: int | None = None) -> Notice:
    """Give the days of a notice; `year` is needed where its title was not pasted.

    Raises:
        ScheduleError: there are no holidays in it, or nobody says which year it is for.
    """
    if len(text) > TEXT_MAX:
        raise fail("notice-too-long", most=TEXT_MAX)
    plain = text.translate(_PLAIN)
    titled = _YEAR.search(plain)
    year = int(titled[1]) if titled else year
    names = list(_HOLIDAY.finditer(plain))
    if not names:
        raise fail("notice-nothing")
    if year is None:
        raise fail("notice-year")
    reader = _Reader(year)
    ends = [*(name.start() for name in names[1:]), len(plain)]
    days = [
        day
        for name, end in zip(names, ends, strict=True)
        for day in reader.holiday(name[1], plain[name.end() : end])
    ]
    if not days:
        raise fail("notice-nothing")
    return Notice(year, tuple(days), tuple(reader.findings.mistakes))


def _day(kind: Kind, name: str, first: date, last: date) -> SpecialDay:
    return SpecialDay(kind=kind, name=name, first=first, last=last)
