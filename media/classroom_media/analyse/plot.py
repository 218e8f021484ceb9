"""A report as one picture: what happened, bitrate and loudness over one axis of time."""

from collections.abc import Callable
from io import BytesIO
from typing import Final

from PIL import Image

from classroom_media.analyse.curves import HEIGHT, draw_bitrate, draw_loudness
from classroom_media.analyse.figures import Report
from classroom_media.analyse.lanes import draw_lanes, height_of
from classroom_media.analyse.sheet import MARGIN, PAGE, WIDTH, Scene, Span, colours_of
from classroom_media.direct.lanes import FAINT, INK, Say
from classroom_media.direct.pen import Lettering, Pen
from classroom_media.direct.timeline import clock

HEADER: Final = 96

Drawing = Callable[[Scene], None]


def plot_of(report: Report, say: Say, *, headed: bool = True) -> bytes:
    """Give the picture as a PNG, 1600 pixels wide; `headed` says which recording it is of."""
    png = BytesIO()
    draw_plot(report, say, headed=headed).save(png, "PNG", optimize=True)
    return png.getvalue()


def draw_plot(report: Report, say: Say, *, headed: bool = True) -> Image.Image:
    """Draw it."""
    lettering = Lettering(say("plot.course") + say("plot.bitrate") + say("plot.loudness"))
    panels: list[tuple[int, Drawing]] = [
        (height_of(report), draw_lanes),
        (HEIGHT, draw_bitrate),
        (HEIGHT, draw_loudness),
    ]
    span, colours = Span(report.duration_s), colours_of(report)
    top = HEADER if headed else MARGIN // 2
    height = top + sum(high + MARGIN // 2 for high, _ in panels) + MARGIN // 2
    sheet = Image.new("RGB", (WIDTH, height), PAGE)
    if headed:
        sheet.paste(_header(report, say, lettering), (0, 0))
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
