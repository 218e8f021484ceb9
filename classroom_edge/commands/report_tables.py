"""The tables of a report, in the words of a language, for the terminal and the page alike.

A cell is wrong when somebody should look into it: pictures dropped or doubled, sound more
than 40 ms off the picture, a true peak above the -1 dBTP that EBU R128 allows, a problem.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from classroom_edge.words import words
from classroom_media.analyse.figures import FileReport, Loudness, Method, Offset, Pictures, Report
from classroom_media.direct.lanes import Say
from classroom_media.direct.timeline import clock
from classroom_media.record.manifest import PROGRAMME

OFFSET_MS: Final = 40.0  # what people notice
PEAK_DBTP: Final = -1.0
UNKNOWN: Final = "–"


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in a place of a table."""

    text: str
    wrong: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """What a column holds."""

    name: str
    number: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """One subject of the report."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True)
class Fact:
    """A figure that says much by itself."""

    name: str
    value: Cell


def facts_of(report: Report, say: Say) -> Iterator[Fact]:
    """Give the figures to look at first."""

    def fact(key: str, text: str, *, wrong: bool = False) -> Fact:
        return Fact(say(f"fact.{key}"), Cell(text, wrong))

    yield fact("length", clock(report.duration_s))
    state = _known(say, "state", report.state)
    problem = ", ".join(_known(say, "problem", one) for one in report.problem.split(", ") if one)
    yield fact("state", f"{state}: {problem}" if problem else state, wrong=bool(problem))
    pictures = [file.pictures for file in report.files if file.pictures]
    for key, count in (
        ("dropped", sum(one.dropped for one in pictures)),
        ("doubled", sum(one.doubled for one in pictures)),
    ):
        yield fact(key, str(count) if pictures else UNKNOWN, wrong=count > 0)
    worst = _worst(report.offsets)
    yield fact("offset", _ms(worst) if worst is not None else say("unknown"), wrong=_off(worst))
    loudness = next((f.loudness for f in report.files if f.track == PROGRAMME), None)
    if loudness:
        yield fact("loudness", _unit(loudness.integrated_lufs, "LUFS"))
        peak = loudness.true_peak_dbtp
        yield fact("peak", _unit(peak, "dBTP"), wrong=_loud(loudness))
    yield fact("gaps", str(len(report.gaps)), wrong=any(gap.track for gap in report.gaps))


def tables_of(report: Report, say: Say) -> Iterator[Table]:
    """Give every table, also the ones without a row."""
    pictures = [(file, file.pictures) for file in report.files if file.pictures]
    sounds = [(file, file.loudness) for file in report.files if file.loudness]
    yield _table(
        say,
        "files",
        "file codec length# size# rate# problem",
        (_file(say, one) for one in report.files),
    )
    yield _table(
        say,
        "pictures",
        "file frames# fps# dropped# in-gaps# doubled# keyframes# longest# how",
        (_picture(say, file, one) for file, one in pictures),
    )
    yield _table(
        say,
        "sounds",
        "file integrated# range# momentary# true-peak#",
        (_sound(file, one) for file, one in sounds),
    )
    yield _table(
        say,
        "offsets",
        "picture sound median# worst# how",
        (_offset(say, one) for one in report.offsets),
    )
    yield from _happenings(report, say)


def _happenings(report: Report, say: Say) -> Iterator[Table]:
    yield _table(
        say,
        "passages",
        "file what from# to# length#",
        (
            (Cell(file.file), Cell(say(f"trouble.{one.trouble}")), *_span(one.from_s, one.to_s))
            for file in report.files
            for one in file.passages
        ),
    )
    yield _table(
        say,
        "gaps",
        "track why from# to# length#",
        (
            (
                Cell(one.track or say("all-tracks")),
                Cell(_known(say, "reason", one.reason)),
                *_span(one.from_s, one.to_s)[:2],
                Cell(f"{one.length_s:.1f} s" if one.length_s else say("unknown")),
            )
            for one in report.gaps
        ),
    )
    yield _table(
        say,
        "outages",
        "source from# to# length# problem",
        (
            (Cell(one.source), *_span(one.from_s, one.to_s), Cell(one.problem))
            for one in report.outages
        ),
    )
    yield _table(
        say,
        "shots",
        "from# to# length# layout sources",
        (
            (*_span(one.from_s, one.to_s), Cell(one.layout), Cell(" + ".join(one.sources)))
            for one in report.shots
        ),
    )
    marks = ((Cell(clock(one.at_s)), Cell(one.text)) for one in report.marks)
    yield _table(say, "marks", "at# text", marks)


def _table(say: Say, name: str, columns: str, rows: Iterable[tuple[Cell, ...]]) -> Table:
    """Make a table; the names of columns with figures end in ``#``."""
    made = tuple(
        Column(say(f"column.{column.rstrip('#')}"), column.endswith("#"))
        for column in columns.split()
    )
    return Table(say(f"table.{name}"), made, tuple(rows))


def _file(say: Say, file: FileReport) -> tuple[Cell, ...]:
    return (
        Cell(file.file),
        Cell(file.codec),
        Cell(_instant(file.duration_s)),
        Cell(f"{file.bytes / 1e6:.1f} MB"),
        Cell(f"{file.mean_kbps:.0f} kbit/s"),
        Cell(_known(say, "problem", file.problem), wrong=bool(file.problem)),
    )


def _picture(say: Say, file: FileReport, pictures: Pictures) -> tuple[Cell, ...]:
    return (
        Cell(file.file),
        Cell(str(pictures.count)),
        Cell(f"{pictures.fps:g}"),
        Cell(str(pictures.dropped), wrong=pictures.dropped > 0),
        Cell(str(pictures.dropped_in_gaps)),
        Cell(str(pictures.doubled), wrong=pictures.doubled > 0),
        Cell(f"{pictures.keyframe_usual_s:g} s"),
        Cell(f"{pictures.keyframe_longest_s:g} s"),
        Cell(say(f"method.{pictures.method}")),
    )


def _sound(file: FileReport, loudness: Loudness) -> tuple[Cell, ...]:
    return (
        Cell(file.file),
        Cell(_unit(loudness.integrated_lufs, "LUFS")),
        Cell(_unit(loudness.range_lu, "LU")),
        Cell(_unit(loudness.momentary_max_lufs, "LUFS")),
        Cell(_unit(loudness.true_peak_dbtp, "dBTP"), wrong=_loud(loudness)),
    )


def _offset(say: Say, offset: Offset) -> tuple[Cell, ...]:
    worst = offset.worst_ms
    return (
        Cell(offset.picture),
        Cell(offset.sound),
        Cell(UNKNOWN if offset.median_ms is None else _ms(offset.median_ms)),
        Cell(UNKNOWN if worst is None else _ms(worst), wrong=_off(worst)),
        Cell(say(f"offset.{offset.method}", events=offset.events)),
    )


def _worst(offsets: Iterable[Offset]) -> float | None:
    """Give the worst offset that was measured; time stamps tell nothing of lips."""
    measured = [one.worst_ms for one in offsets if one.method is Method.TRUTH]
    return max((one for one in measured if one is not None), key=abs, default=None)


def _off(offset_ms: float | None) -> bool:
    return offset_ms is not None and abs(offset_ms) > OFFSET_MS


def _loud(loudness: Loudness) -> bool:
    return loudness.true_peak_dbtp is not None and loudness.true_peak_dbtp > PEAK_DBTP


def _span(from_s: float, to_s: float) -> tuple[Cell, Cell, Cell]:
    return Cell(_instant(from_s)), Cell(_instant(to_s)), Cell(f"{to_s - from_s:.1f} s")


def _instant(at_s: float) -> str:
    """Spell an instant to the tenth of a second."""
    tenths = round(at_s * 10)
    return f"{clock(tenths // 10)}.{tenths % 10}"


def _ms(value: float) -> str:
    return f"{value:+.0f} ms".replace("-", "\u2212")


def _unit(value: float | None, unit: str) -> str:
    return UNKNOWN if value is None else f"{value:.1f} {unit}".replace("-", "\u2212")


def _known(say: Say, part: str, code: str) -> str:
    """Put a code into words; one that has none, such as the system's own text, stays."""
    key = f"{part}.{code}"
    return say(key) if key in words("report").texts["en"] else code
