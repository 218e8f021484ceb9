"""The curves of a report's picture: bitrate and loudness over time."""

import math
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Final

from classroom_media.analyse.figures import FileReport
from classroom_media.analyse.sheet import ALARM, HEADING, LEFT, RIGHT, Scene, axis, legend, panel
from classroom_media.direct.lanes import FAINT, GRID
from classroom_media.direct.pen import Colour
from classroom_media.record.manifest import PROGRAMME

HEIGHT: Final = 290  # pixels, of a panel
FOOT: Final = 34
POINTS: Final = 500  # of a curve, at most: one for every three pixels
BOTTOM_LUFS, TOP_LUFS = -63, -3
TARGET_LUFS: Final = -23.0  # EBU R128
STEP_LUFS: Final = 10  # from the target up and down

Curve = Sequence[tuple[float, float]]


def draw_bitrate(scene: Scene) -> None:
    """Draw the panel of bitrates."""
    panel(scene.pen, HEIGHT, scene.say("plot.bitrate"))
    files = [file for file in scene.report.files if file.bitrate_kbps and file.pictures]
    curves = [(file, _curve(file, file.bitrate_kbps[:-1], _mean)) for file in files]
    most = max((value for _, curve in curves for _, value in curve), default=1.0)
    step = _round_step(most / 4)
    top_value = step * max(math.ceil(most / step), 1)
    levels = [(step * n, _rate(step * n)) for n in range(round(top_value / step) + 1)]
    _scale(scene, levels, 0, top_value)
    for file, curve in curves:
        _draw(scene, curve, scene.colours[file.source], (0, top_value))
    legend(scene.pen, _names(scene, files, lambda file: _rate(file.mean_kbps)))


def draw_loudness(scene: Scene) -> None:
    """Draw the panel of momentary loudness, with EBU R128's target."""
    panel(scene.pen, HEIGHT, scene.say("plot.loudness"))
    levels = [(float(n), _signed(n, 0)) for n in range(BOTTOM_LUFS, TOP_LUFS, STEP_LUFS)]
    _scale(scene, levels, BOTTOM_LUFS, TOP_LUFS)
    y = _y(TARGET_LUFS, BOTTOM_LUFS, TOP_LUFS)
    for x in range(LEFT, RIGHT, 12):
        scene.pen.line((x, y, min(x + 6, RIGHT), y), ALARM)
    scene.pen.text((LEFT - 10, y), _signed(TARGET_LUFS, 0), 12, ALARM, "rm")
    files = [file for file in scene.report.files if file.loudness and file.loudness.momentary_lufs]
    for file in files:
        momentary = file.loudness.momentary_lufs if file.loudness else ()
        curve = _curve(file, momentary, max)
        _draw(scene, curve, scene.colours[file.source], (BOTTOM_LUFS, TOP_LUFS))
    legend(scene.pen, _names(scene, files, _integrated))


def _integrated(file: FileReport) -> str:
    lufs = file.loudness.integrated_lufs if file.loudness else None
    return "–" if lufs is None else f"{_signed(lufs, 1)} LUFS"


def _signed(value: float, digits: int) -> str:
    """Spell a number with a minus sign, which is longer than a hyphen."""
    return f"{value:.{digits}f}".replace("-", "\u2212")


def _names(
    scene: Scene, files: Sequence[FileReport], value: Callable[[FileReport], str]
) -> list[tuple[Colour, str]]:
    """Name every track once; one of several files shows the value of its first."""
    entries: dict[str, tuple[Colour, str]] = {}
    for file in files:
        name = scene.say("programme") if file.track == PROGRAMME else file.track
        entries.setdefault(file.track, (scene.colours[file.source], f"{name}  {value(file)}"))
    return list(entries.values())


def _curve(
    file: FileReport, values: Sequence[float], gather: Callable[[Sequence[float]], float]
) -> Curve:
    """Gather values of seconds into as many points as there is room for."""
    step = max(math.ceil(len(values) / POINTS), 1)
    starts = range(0, len(values), step)
    return [(file.start_s + n + step / 2, gather(values[n : n + step])) for n in starts]


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def _draw(scene: Scene, curve: Curve, colour: Colour, limits: tuple[float, float]) -> None:
    points = [(scene.span.x(at_s), _y(value, *limits)) for at_s, value in curve]
    for before, after in pairwise(points):
        scene.pen.line((*before, *after), colour, 1.5)


def _y(value: float, least: float, most: float) -> float:
    share = (min(max(value, least), most) - least) / (most - least)
    return HEIGHT - FOOT - share * (HEIGHT - FOOT - HEADING - 6)


def _scale(scene: Scene, levels: Sequence[tuple[float, str]], least: float, most: float) -> None:
    axis(scene.pen, scene.span, HEADING, HEIGHT - FOOT)
    for value, text in levels:
        y = _y(value, least, most)
        scene.pen.line((LEFT, y, RIGHT, y), GRID)
        scene.pen.text((LEFT - 10, y), text, 12, FAINT, "rm")


def _round_step(least: float) -> float:
    """Give a round number not under `least`: 1, 2 or 5 times a power of ten."""
    power = 10 ** math.floor(math.log10(max(least, 1)))
    return float(next(factor * power for factor in (1, 2, 5, 10) if factor * power >= least))


def _rate(kbps: float) -> str:
    return f"{kbps / 1000:.1f} Mbit/s" if kbps >= 1000 else f"{kbps:.0f} kbit/s"
