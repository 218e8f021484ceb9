"""What the panels of a report's picture share: measures, colours, the axis of time, a legend."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from classroom_media.analyse.figures import Report
from classroom_media.direct.lanes import FAINT, GRID, INK, PAPER, Say
from classroom_media.direct.pen import Colour, Pen
from classroom_media.direct.timeline import clock

WIDTH: Final = 1600  # pixels
MARGIN: Final = 28
PADDING: Final = 22
GUTTER: Final = 150  # for names and scales
LEFT: Final = PADDING + GUTTER
RIGHT: Final = WIDTH - 2 * MARGIN - PADDING
PAGE: Final = (244, 246, 249)
EDGE: Final = (222, 227, 234)
ALARM: Final = (205, 52, 52)
HEADING: Final = 54  # of a panel
TICKS_S: Final = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600)
TICK: Final = 76  # pixels between ticks, at least
CHART: Final = (
    (221, 120, 38),
    (43, 114, 184),
    (124, 85, 192),
    (35, 128, 104),
    (184, 62, 110),
    (98, 110, 128),
    (150, 116, 20),
    (20, 138, 160),
)
PROGRAMME_INK: Final = (45, 55, 72)


@dataclass(frozen=True, slots=True)
class Span:
    """The whole recording from left to right."""

    duration_s: float

    def x(self, at_s: float) -> float:
        """Give where an instant stands."""
        share = min(max(at_s / self.duration_s, 0.0), 1.0) if self.duration_s > 0 else 0.0
        return LEFT + share * (RIGHT - LEFT)

    def ticks(self) -> Iterable[int]:
        """Give the seconds to write on the axis."""
        if self.duration_s <= 0:
            return (0,)
        per_s = (RIGHT - LEFT) / self.duration_s
        step_s = next((step for step in TICKS_S if step * per_s >= TICK), TICKS_S[-1])
        return range(0, int(self.duration_s) + 1, step_s)


@dataclass(frozen=True, slots=True)
class Scene:
    """What a panel is drawn with."""

    pen: Pen
    report: Report
    span: Span
    colours: Mapping[str, Colour]  # by source, "" for the programme
    say: Say


def colours_of(report: Report) -> dict[str, Colour]:
    """Give every source its colour, the programme ("") the ink's."""
    shown = [source for shot in report.shots for source in shot.sources]
    ids = dict.fromkeys([*(file.source for file in report.files if file.source), *shown])
    chart = {source: CHART[number % len(CHART)] for number, source in enumerate(ids)}
    return chart | {"": PROGRAMME_INK}


def panel(pen: Pen, height: float, title: str) -> None:
    """Draw a panel's paper and its title."""
    pen.box((0, 0, WIDTH - 2 * MARGIN, height), PAPER, radius=10, edge=EDGE)
    pen.text((PADDING, 28), title, 18, INK)


def axis(pen: Pen, span: Span, top: float, bottom: float) -> None:
    """Draw a faint line for every tick, and write its time under it."""
    for at_s in span.ticks():
        x = span.x(at_s)
        pen.line((x, top, x, bottom), GRID)
        pen.text((x, bottom + 12), clock(at_s), 12, FAINT, "mm")


def legend(pen: Pen, entries: Sequence[tuple[Colour, str]]) -> None:
    """Say at the panel's upper right what its colours mean."""
    x = float(RIGHT)
    for colour, text in reversed(entries):
        x -= pen.width_of(text, 13)
        pen.text((x, 28), text, 13, FAINT)
        pen.box((x - 17, 22, x - 6, 33), colour, radius=2)
        x -= 36
