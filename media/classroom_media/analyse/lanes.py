"""The lanes of a report's picture: what was shown, and of every track what is there and how."""

from collections.abc import Mapping
from typing import Final

from classroom_media.analyse.figures import FileReport, Report, Shot, Trouble
from classroom_media.analyse.sheet import (
    ALARM,
    HEADING,
    LEFT,
    PADDING,
    RIGHT,
    Scene,
    axis,
    legend,
    panel,
)
from classroom_media.api import Kind
from classroom_media.compose.load import Step
from classroom_media.direct.lanes import FAINT, GRID, INK, PAPER, QUIET, tint
from classroom_media.direct.pen import Colour
from classroom_media.record.manifest import PROGRAMME

SHOTS: Final = 40  # pixels, of the lane of shots
LANE: Final = 26
SPACE: Final = 10  # between lanes
MARKS: Final = 24
STRIPE: Final = 6
LONG: Final = 16  # characters of a mark's text
FOOT: Final = 34
STRAIN: Final = (128, 62, 168)
TROUBLES: Final[Mapping[Trouble, Colour]] = {
    Trouble.FREEZE: (232, 168, 32),
    Trouble.BLACK: (24, 28, 36),
    Trouble.SILENCE: (124, 138, 158),
}


def height_of(report: Report) -> int:
    """Tell how high the panel will be."""
    lanes = len({file.track for file in report.files})
    return HEADING + MARKS + SHOTS + SPACE + lanes * (LANE + SPACE) + FOOT


def draw_lanes(scene: Scene) -> None:
    """Draw the panel."""
    pen, say = scene.pen, scene.say
    height = height_of(scene.report)
    panel(pen, height, say("plot.course"))
    entries = [(ALARM, say("plot.gap")), *((c, say(f"trouble.{t}")) for t, c in TROUBLES.items())]
    entries.append((tint(ALARM, 0.35), say("plot.outage")))
    if scene.report.strains:
        entries.append((STRAIN, say("plot.strain")))
    if len(scene.report.encodings) > 1:
        entries.append((INK, say("plot.encoder")))
    legend(pen, entries)
    top = HEADING + MARKS
    axis(pen, scene.span, top, height - FOOT)
    _shots(scene, top)
    top += SHOTS + SPACE
    for track in dict.fromkeys(file.track for file in scene.report.files):
        _track(scene, [file for file in scene.report.files if file.track == track], top)
        top += LANE + SPACE
    _marks(scene, height - FOOT)


def _shots(scene: Scene, top: float) -> None:
    pen = scene.pen
    pen.text((PADDING, top + SHOTS / 2), scene.say("plot.shown"), 15, INK)
    if not scene.report.shots:
        pen.box((LEFT, top, RIGHT, top + SHOTS), tint(QUIET, 0.25), radius=4)
        middle = (LEFT + RIGHT) / 2, top + SHOTS / 2
        pen.text(middle, scene.say("plot.no-shots"), 13, FAINT, "mm")
    for shot in scene.report.shots:
        _shot(scene, shot, top)


def _shot(scene: Scene, shot: Shot, top: float) -> None:
    """Draw a shot in its first source's colour, with a stripe for each further one."""
    pen = scene.pen
    left = scene.span.x(shot.from_s)
    right = max(scene.span.x(shot.to_s) - 1, left)
    colours = [scene.colours[source] for source in shot.sources] or [FAINT]
    pen.box((left, top, right, top + SHOTS), colours[0], radius=3)
    for number, colour in enumerate(colours[1:], 1):
        low = top + SHOTS - STRIPE * number
        pen.box((left, low, right, low + STRIPE - 1), colour)
    text = " + ".join(shot.sources)
    if pen.width_of(text, 13) < right - left - 12:
        middle = top + (SHOTS - STRIPE * (len(colours) - 1)) / 2
        pen.text(((left + right) / 2, middle), text, 13, PAPER, "mm")


def _track(scene: Scene, files: list[FileReport], top: float) -> None:
    """Draw what is there in the track's colour, what is missing in red, what is odd over both."""
    pen, span, bottom = scene.pen, scene.span, top + LANE
    track, source = files[0].track, files[0].source
    _name(scene, files[0], top + LANE / 2)
    pen.box((LEFT, top, RIGHT, bottom), tint(QUIET, 0.2), radius=3)
    for file in files:
        ends = span.x(file.start_s), span.x(file.start_s + file.duration_s)
        pen.box((ends[0], top, ends[1], bottom), tint(scene.colours[source], 0.28), radius=3)
    for gap in scene.report.gaps:
        if gap.track == track:
            pen.box((span.x(gap.from_s), top, span.x(gap.to_s), bottom), ALARM)
    for outage in scene.report.outages:
        if outage.source == source:
            box = (span.x(outage.from_s), bottom - STRIPE, span.x(outage.to_s), bottom)
            pen.box(box, tint(ALARM, 0.35))
    for file in files:
        _oddities(scene, file, top)
    if track == PROGRAMME:
        _strains(scene, top)


def _name(scene: Scene, file: FileReport, middle: float) -> None:
    name = scene.say("programme") if file.track == PROGRAMME else file.source
    scene.pen.text((PADDING, middle), name, 14, INK)
    if file.kind == Kind.SOUND:
        after = PADDING + 8 + scene.pen.width_of(name, 14)
        scene.pen.text((after, middle + 1), scene.say("kind.sound"), 11, FAINT)


def _strains(scene: Scene, top: float) -> None:
    """Draw over the programme when the machine was too slow, darker where pictures are missing."""
    pen, span = scene.pen, scene.span
    for one in scene.report.strains:
        is_missed = one.left_out or one.step == Step.HALF.word
        right = max(span.x(one.to_s), span.x(one.from_s) + 2)
        box = (span.x(one.from_s), top - STRIPE, right, top - 1)
        pen.box(box, STRAIN if is_missed else tint(STRAIN, 0.45))
    for encoding in scene.report.encodings[1:]:
        x = span.x(encoding.from_s)
        pen.shape([(x - 6, top - STRIPE - 2), (x + 6, top - STRIPE - 2), (x, top + 4)], INK)


def _oddities(scene: Scene, file: FileReport, top: float) -> None:
    span, places = scene.span, list(TROUBLES)
    for passage in file.passages:
        low = top + 4 + STRIPE * places.index(passage.trouble)
        box = (span.x(passage.from_s), low, span.x(passage.to_s), low + STRIPE)
        scene.pen.box(box, TROUBLES[passage.trouble], radius=2)
    for miss in file.pictures.misses if file.pictures else ():
        if not miss.in_gap:
            x = span.x(miss.at_s)
            scene.pen.line((x, top, x, top + LANE), ALARM, 1.5)


def _marks(scene: Scene, bottom: float) -> None:
    """Set a flag for every mark, and a faint double line for every pause."""
    pen, top, free = scene.pen, HEADING, 0.0
    for gap in scene.report.gaps:
        if not gap.track:
            x = scene.span.x(gap.from_s)
            pen.box((x - 2, top + MARKS - 4, x - 1, bottom), FAINT)
            pen.box((x + 1, top + MARKS - 4, x + 2, bottom), FAINT)
    for mark in sorted(scene.report.marks, key=lambda mark: mark.at_s):
        x = scene.span.x(mark.at_s)
        pen.line((x, top + 4, x, bottom), INK)
        pen.shape([(x, top + 2), (x + 10, top + 7), (x, top + 12)], INK)
        text = mark.text if len(mark.text) <= LONG else f"{mark.text[: LONG - 1]}…"
        ends = x + 14 + pen.width_of(text, 12)
        if text and x + 14 >= free and ends <= RIGHT + PADDING:
            pen.text((x + 14, top + 8), text, 12, INK)
            free = ends + 8
    pen.line((LEFT, bottom, RIGHT, bottom), GRID)
