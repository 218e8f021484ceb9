"""A report as one picture: what happened, bitrate and loudness over one axis of time."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from PIL import Image

from classroom_media.analyse.curves import HEIGHT, draw_bitrate, draw_loudness
from classroom_media.analyse.figures import Report
from classroom_media.analyse.lanes import draw_lanes, height_of
from classroom_media.analyse.sheet import MARGIN, PAGE, WIDTH, Scene, Span, colours_of
from classroom_media.api import MediaError
from classroom_media.direct.lanes import FAINT, INK, Say
from classroom_media.direct.pen import Lettering, Pen
from classroom_media.direct.timeline import clock

HEADER: Final = 96

Drawing = Callable[[Scene], None]


def write_plot(report: Report, path: Path, say: Say) -> None:
    """Save the picture as a PNG, 1600 pixels wide.

    Raises:
        MediaError: it cannot be written.
    """
    try:
        draw_plot(report, say).save(path, "PNG", optimize=True)
    except OSError as error:
        raise MediaError(f"{path}: {error.strerror or error}") from error


def draw_plot(report: Report, say: Say) -> Image.Image:
    """Draw it."""
    lettering = Lettering(say("plot.course") + say("plot.bitrate") + say("plot.loudness"))
    panels: list[tuple[int, Drawing]] = [
        (height_of(report), draw_lanes),
        (HEIGHT, draw_bitrate),
        (HEIGHT, draw_loudness),
    ]
    span, colours = Span(report.duration_s), colours_of(report)
    height = HEADER + sum(high + MARGIN // 2 for high, _ in panels) + MARGIN // 2
    sheet = Image.new("RGB", (WIDTH, height), PAGE)
    sheet.paste(_header(report, say, lettering), (0, 0))
    top = HEADER
    for high, draw in panels:
        pen = Pen(WIDTH - 2 * MARGIN, high, PAGE, lettering)
        draw(Scene(pen, report, span, colours, say))
        sheet.paste(pen.finished(), (MARGIN, top))
        top += high + MARGIN // 2
    return sheet


def _header(report: Report, say: Say, lettering: Lettering) -> Image.Image:
    pen = Pen(WIDTH, HEADER, PAGE, lettering)
    pen.text((MARGIN, 36), report.title or report.room or report.id, 27, INK)
    told = [report.room if report.title else "", clock(report.duration_s)]
    if report.started_at:
        told.insert(0, f"{report.started_at.astimezone():%Y-%m-%d %H:%M}")
    told += [say(f"state.{report.state}"), report.id]
    pen.text((MARGIN, 70), "   ·   ".join(filter(None, told)), 15, FAINT)
    return pen.finished()
