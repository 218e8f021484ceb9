"""The cells of a report: figures spelt for people, and which of them are wrong.

A cell is wrong when somebody should look into it: pictures dropped or doubled, sound more
than 40 ms off the picture, a true peak above the -1 dBTP that EBU R128 allows, a problem.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from classroom_edge.words import words
from classroom_media.analyse.figures import FileReport, Loudness, Method, Offset, Pictures
from classroom_media.direct.lanes import Say
from classroom_media.direct.timeline import clock

OFFSET_MS: Final = 40.0  # what people notice
PEAK_DBTP: Final = -1.0
UNKNOWN: Final = "–"


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in a place of a table."""

    text: str
    wrong: bool = False


def file_cells(say: Say, file: FileReport) -> tuple[Cell, ...]:
    """Give what a file is."""
    return (
        Cell(file.file),
        Cell(file.codec),
        Cell(instant(file.duration_s)),
        Cell(f"{file.bytes / 1e6:.1f} MB"),
        Cell(f"{file.mean_kbps:.0f} kbit/s"),
        Cell(in_words(say, "problem", file.problem), wrong=bool(file.problem)),
    )


def picture_cells(say: Say, file: FileReport, pictures: Pictures) -> tuple[Cell, ...]:
    """Give how regular its pictures are."""
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


def sound_cells(file: FileReport, loudness: Loudness) -> tuple[Cell, ...]:
    """Give how loud it is."""
    return (
        Cell(file.file),
        Cell(with_unit(loudness.integrated_lufs, "LUFS")),
        Cell(with_unit(loudness.range_lu, "LU")),
        Cell(with_unit(loudness.momentary_max_lufs, "LUFS")),
        Cell(with_unit(loudness.true_peak_dbtp, "dBTP"), wrong=is_loud(loudness)),
    )


def offset_cells(say: Say, offset: Offset) -> tuple[Cell, ...]:
    """Give how far sound and picture are apart."""
    worst = offset.worst_ms
    return (
        Cell(offset.picture),
        Cell(offset.sound),
        Cell(UNKNOWN if offset.median_ms is None else milliseconds(offset.median_ms)),
        Cell(UNKNOWN if worst is None else milliseconds(worst), wrong=is_off(worst)),
        Cell(say(f"offset.{offset.method}", events=offset.events)),
    )


def worst_of(offsets: Iterable[Offset]) -> float | None:
    """Give the worst offset that was measured; time stamps tell nothing of lips."""
    measured = [one.worst_ms for one in offsets if one.method is Method.TRUTH]
    return max((one for one in measured if one is not None), key=abs, default=None)


def is_off(offset_ms: float | None) -> bool:
    """Tell whether people would notice."""
    return offset_ms is not None and abs(offset_ms) > OFFSET_MS


def is_loud(loudness: Loudness) -> bool:
    """Tell whether it may clip somewhere on its way."""
    return loudness.true_peak_dbtp is not None and loudness.true_peak_dbtp > PEAK_DBTP


def span_cells(from_s: float, to_s: float) -> tuple[Cell, Cell, Cell]:
    """Give a stretch: from, to, length."""
    return Cell(instant(from_s)), Cell(instant(to_s)), Cell(f"{to_s - from_s:.1f} s")


def instant(at_s: float) -> str:
    """Spell an instant to the tenth of a second."""
    tenths = round(at_s * 10)
    return f"{clock(tenths // 10)}.{tenths % 10}"


def milliseconds(value: float) -> str:
    """Spell a difference in time."""
    return f"{value:+.0f} ms".replace("-", "\u2212")


def with_unit(value: float | None, unit: str) -> str:
    """Spell a figure, if it is known."""
    return UNKNOWN if value is None else f"{value:.1f} {unit}".replace("-", "\u2212")


def in_words(say: Say, part: str, code: str) -> str:
    """Put a code into words; one that has none, such as the system's own text, stays."""
    key = f"{part}.{code}"
    return say(key) if key in words("report").texts["en"] else code
