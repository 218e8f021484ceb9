"""Writes a plan as CSV, one row for each occurrence, as spreadsheets read it."""

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Final

from classroom_schedules.occurrence import Occurrence
from classroom_schedules.words import texts

COLUMNS: Final = (
    "date", "weekday", "period", "from", "until", "subject", "class", "teacher", "room", "sites",
    "held", "why",
)  # fmt: skip
_DANGEROUS: Final = ("=", "+", "-", "@", "\t", "\r")


def to_csv(plan: Iterable[Occurrence], *, language: str) -> str:
    """Give a header in the language and the rows; what is not held says why.

    Text that a spreadsheet would take for a formula gets an apostrophe.
    """
    words = texts(language)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(words[f"column.{name}"] for name in COLUMNS)
    for one in plan:
        writer.writerow(_harmless(_row(one, language)))
    return "\ufeff" + out.getvalue()  # without the mark, Excel takes UTF-8 for GBK


def _row(one: Occurrence, language: str) -> Iterator[str]:
    words = texts(language)
    yield str(one.date)
    yield words[f"weekday.{one.date:%A}".lower()]
    yield one.periods
    yield f"{one.starts_at:%H:%M}"
    yield f"{one.ends_at:%H:%M}"
    yield one.title
    for names in (one.classes, one.teachers, (one.room,), one.sites):
        yield words["list.comma"].join(names)
    yield words["held.yes" if one.is_held else "held.no"]
    yield one.why(language)


def _harmless(cells: Iterable[str]) -> Iterator[str]:
    for cell in cells:
        yield f"'{cell}" if cell.startswith(_DANGEROUS) else cell
