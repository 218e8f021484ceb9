"""The tables of a report, in the words of a language, for the terminal and the page alike."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from classroom_edge.commands.report_cells import (
    UNKNOWN,
    Cell,
    file_cells,
    in_words,
    is_loud,
    is_off,
    milliseconds,
    offset_cells,
    picture_cells,
    sound_cells,
    span_cells,
    with_unit,
    worst_of,
)
from classroom_media.analyse.figures import Report, Shot
from classroom_media.direct.lanes import Say
from classroom_media.direct.timeline import clock
from classroom_media.record.manifest import PROGRAMME

BY_HAND: Final = frozenset({"local", "panel", "person"})  # how names of visitors begin


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
    state = in_words(say, "state", report.state)
    problem = ", ".join(in_words(say, "problem", one) for one in report.problem.split(", ") if one)
    yield fact("state", f"{state}: {problem}" if problem else state, wrong=bool(problem))
    pictures = [file.pictures for file in report.files if file.pictures]
    for key, count in (
        ("dropped", sum(one.dropped for one in pictures)),
        ("doubled", sum(one.doubled for one in pictures)),
    ):
        yield fact(key, str(count) if pictures else UNKNOWN, wrong=count > 0)
    worst = worst_of(report.offsets)
    yield fact(
        "offset", milliseconds(worst) if worst is not None else say("unknown"), wrong=is_off(worst)
    )
    loudness = next((f.loudness for f in report.files if f.track == PROGRAMME), None)
    if loudness:
        yield fact("loudness", with_unit(loudness.integrated_lufs, "LUFS"))
        peak = loudness.true_peak_dbtp
        yield fact("peak", with_unit(peak, "dBTP"), wrong=is_loud(loudness))
    if report.passed_s is not None:
        share = report.passed_s / max(report.duration_s, report.passed_s, 1e-9)
        yield fact("passed", f"{clock(report.passed_s)} ({share:.0%})")
    yield fact("gaps", str(len(report.gaps)), wrong=any(gap.track for gap in report.gaps))


def tables_of(report: Report, say: Say) -> Iterator[Table]:
    """Give every table, also the ones without a row."""
    pictures = [(file, file.pictures) for file in report.files if file.pictures]
    sounds = [(file, file.loudness) for file in report.files if file.loudness]
    yield _table(
        say,
        "files",
        "file codec length# size# rate# problem",
        (file_cells(say, one) for one in report.files),
    )
    yield _table(
        say,
        "pictures",
        "file frames# fps# dropped# in-gaps# doubled# keyframes# longest# how",
        (picture_cells(say, file, one) for file, one in pictures),
    )
    yield _table(
        say,
        "sounds",
        "file integrated# range# momentary# true-peak#",
        (sound_cells(file, one) for file, one in sounds),
    )
    yield _table(
        say,
        "offsets",
        "picture sound median# worst# how",
        (offset_cells(say, one) for one in report.offsets),
    )
    yield from _happenings(report, say)


def _happenings(report: Report, say: Say) -> Iterator[Table]:
    yield _table(
        say,
        "passages",
        "file what from# to# length#",
        (
            (
                Cell(file.file),
                Cell(say(f"trouble.{one.trouble}")),
                *span_cells(one.from_s, one.to_s),
            )
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
                Cell(in_words(say, "reason", one.reason)),
                *span_cells(one.from_s, one.to_s)[:2],
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
            (Cell(one.source), *span_cells(one.from_s, one.to_s), Cell(one.problem))
            for one in report.outages
        ),
    )
    yield _table(
        say,
        "strains",
        "what from# to# length# left-out#",
        (
            (
                Cell(say(f"strain.{one.step or 'none'}")),
                *span_cells(one.from_s, one.to_s),
                Cell(str(one.left_out) if one.left_out else "", wrong=one.left_out > 0),
            )
            for one in report.strains
        ),
    )
    told = report.encodings if any(one.problem for one in report.encodings) else ()
    yield _table(
        say,
        "encodings",
        "encoder from# to# length# problem",
        ((Cell(one.encoder), *span_cells(one.from_s, one.to_s), Cell(one.problem)) for one in told),
    )
    yield _table(
        say,
        "shots",
        "from# to# length# layout sources why",
        (
            (
                *span_cells(one.from_s, one.to_s),
                Cell(one.layout),
                Cell(" + ".join(one.sources)),
                Cell(_why(one, say)),
            )
            for one in report.shots
        ),
    )
    marks = ((Cell(clock(one.at_s)), Cell(one.text)) for one in report.marks)
    yield _table(say, "marks", "at# text", marks)


def _why(shot: Shot, say: Say) -> str:
    """Say why it was shown: the rules' reason, or who wanted it."""
    if shot.reason:
        return say(f"cut.{shot.reason.key}", **shot.reason.values)
    kind, _, name = shot.by.partition(":")
    return ": ".join(filter(None, (say("cut.by-hand"), name))) if kind in BY_HAND else shot.by


def _table(say: Say, name: str, columns: str, rows: Iterable[tuple[Cell, ...]]) -> Table:
    """Make a table; the names of columns with figures end in ``#``."""
    made = tuple(
        Column(say(f"column.{column.rstrip('#')}"), column.endswith("#"))
        for column in columns.split()
    )
    return Table(say(f"table.{name}"), made, tuple(rows))
