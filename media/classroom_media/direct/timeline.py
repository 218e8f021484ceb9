"""A directed lesson as one picture: what was noticed, what was shown, and why it was cut."""

from pathlib import Path
from typing import Final

from PIL import Image

from classroom_media.api import MediaError
from classroom_media.direct.dry_run import DryRun
from classroom_media.direct.lanes import (
    FAINT,
    GRID,
    INK,
    LANE,
    PAPER,
    PROGRAMME,
    REASON,
    Say,
    Scale,
    colours_of,
    names_of,
    picture_height,
    picture_lane,
    programme_lane,
    reason_labels,
    sound_lane,
    write_reasons,
)
from classroom_media.direct.pen import Lettering, Pen
from classroom_media.direct.signs import Role

WIDTH: Final = 1600  # pixels
MARGIN: Final = 28
PADDING: Final = 18
GUTTER: Final = 132  # for the names of lanes
HEADER: Final = 128
AXIS: Final = 30
GAP: Final = 8
STRIP_S: Final = 180.0  # what one line of the timeline holds at most
TICKS_S: Final = (1, 2, 5, 10, 15, 30, 60)
TICK: Final = 70  # pixels between ticks, at least
PAGE: Final = (244, 246, 249)
EDGE: Final = (222, 227, 234)


def write_timeline(run: DryRun, path: Path, say: Say) -> None:
    """Save the picture as a PNG, 1600 pixels wide.

    Raises:
        MediaError: it cannot be written.
    """
    try:
        draw_timeline(run, say).save(path, "PNG", optimize=True)
    except OSError as error:
        raise MediaError(f"{path}: {error.strerror or error}") from error


def draw_timeline(run: DryRun, say: Say) -> Image.Image:
    """Draw it: a line of the timeline for every three minutes."""
    sample = run.title + "".join(say(f"role.{role}") for role in Role)
    lettering = Lettering(sample + say("timeline.programme"))
    seconds = min(run.duration_s, STRIP_S)
    starts = [n * STRIP_S for n in range(max(1, -(-int(run.duration_s) // int(STRIP_S))))]
    strips = [
        _strip(run, start, seconds, say, lettering) for start in starts if start < run.duration_s
    ]
    height = HEADER + sum(strip.height + MARGIN // 2 for strip in strips) + MARGIN // 2
    sheet = Image.new("RGB", (WIDTH, height), PAGE)
    sheet.paste(_header(run, say, lettering), (0, 0))
    top = HEADER
    for strip in strips:
        sheet.paste(strip, (MARGIN, top))
        top += strip.height + MARGIN // 2
    return sheet


def _header(run: DryRun, say: Say, lettering: Lettering) -> Image.Image:
    pen = Pen(WIDTH, HEADER, PAGE, lettering)
    pen.text((MARGIN, 42), run.title or say("timeline.lesson"), 28, INK)
    mean_s = run.duration_s / max(len(run.shots), 1)
    told = say(
        "timeline.summary",
        date=f"{run.started_at.astimezone():%Y-%m-%d %H:%M}",
        length=clock(run.duration_s),
        shots=len(run.shots),
        mean=f"{mean_s:.1f}",
    )
    pen.text((MARGIN, 78), told, 15, FAINT)
    _shares(pen, run, say)
    return pen.finished()


def _shares(pen: Pen, run: DryRun, say: Say) -> None:
    """Draw how much of the lesson each source is shown."""
    left, right, top = WIDTH / 2, WIDTH - MARGIN, 34.0
    x, legend = left, left
    colours, names = colours_of(run.sources), names_of(run.sources, say)
    for source in run.sources:
        shown_s = sum(
            run.length_s(n)
            for n, shot in enumerate(run.shots)
            if shot.layout.sources[0] == source.id
        )
        if shown_s == 0:
            continue
        colour, share = colours[source.id], shown_s / run.duration_s
        pen.box((x, top, x + share * (right - left) - 1, top + 16), colour, radius=3)
        x += share * (right - left)
        text = f"{names[source.id]} {share:.0%}"
        pen.box((legend, 68, legend + 10, 78), colour, radius=2)
        pen.text((legend + 16, 73), text, 14, INK)
        legend += 40 + pen.width_of(text, 14)


def _strip(
    run: DryRun, start_s: float, seconds: float, say: Say, lettering: Lettering
) -> Image.Image:
    width = WIDTH - 2 * MARGIN
    left = PADDING + GUTTER
    to_s = min(start_s + seconds, run.duration_s)
    scale = Scale(start_s, to_s, left, (width - left - PADDING) / seconds)
    labels = reason_labels(Pen(1, 1, PAPER, lettering), scale, run.shots, say)
    rows = 1 + max((label.row for label in labels), default=-1)
    pictures = [s for s in run.sources if s.id in run.evidence.watched and _looked_at(run, s.id)]
    sounds = [s for s in run.sources if s.id in run.evidence.listened]
    heights = {s.id: picture_height(run.evidence.watched[s.id]) + GAP for s in pictures}
    lanes_height = sum(heights.values()) + len(sounds) * (LANE + GAP)
    height = round(AXIS + lanes_height + PROGRAMME + rows * REASON + PADDING)
    pen = Pen(width, height, PAGE, lettering)
    pen.box((0, 0, width, height), PAPER, radius=10, edge=EDGE)
    _axis(pen, scale, height - PADDING - rows * REASON)
    top, colours = float(AXIS), colours_of(run.sources)
    for source in pictures:
        _lane_name(pen, top, say(f"role.{source.role}"), source.id)
        watched = run.evidence.watched[source.id]
        picture_lane(pen, scale, top, colour=colours[source.id], watched=watched, say=say)
        top += heights[source.id]
    for source in sounds:
        _lane_name(pen, top, say("timeline.sound"), source.id)
        listened = run.evidence.listened[source.id]
        spoken = [one == source.id for one in run.evidence.speaker]
        sound_lane(pen, scale, top, colour=colours[source.id], listened=listened, spoken=spoken)
        top += LANE + GAP
    _lane_name(pen, top, say("timeline.programme"), "")
    programme_lane(pen, scale, top, run, say)
    write_reasons(pen, scale, top + PROGRAMME, labels)
    return pen.finished()


def _looked_at(run: DryRun, source: str) -> bool:
    """Tell whether there is anything to draw: a wide shot is shown, but not looked at."""
    watched = run.evidence.watched[source]
    return any(watched.activity) or not all(watched.there)


def _lane_name(pen: Pen, top: float, name: str, source: str) -> None:
    if not source:
        pen.text((PADDING, top + LANE / 2), name, 15, INK)
        return
    pen.text((PADDING, top + LANE / 2 - 8), name, 15, INK)
    pen.text((PADDING, top + LANE / 2 + 10), source, 11, FAINT)


def _axis(pen: Pen, scale: Scale, bottom: float) -> None:
    """Write the time above, with a faint line down from it."""
    step_s = next((s for s in TICKS_S if s * scale.per_s >= TICK), TICKS_S[-1])
    for at_s in range(int(scale.from_s), int(scale.to_s) + 1, step_s):
        x = scale.x(at_s)
        pen.line((x, AXIS - 4, x, bottom), GRID)
        pen.text((x, AXIS / 2), clock(at_s), 12, FAINT, "mm")


def clock(seconds: float) -> str:
    """Spell a time of the recording: 3:07, 1:02:03."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
