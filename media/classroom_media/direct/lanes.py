"""The lanes of a timeline: what was noticed of a picture or a sound, what was shown, and why."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final, Protocol

from classroom_media.direct.dry_run import DryRun
from classroom_media.direct.engine import Shot
from classroom_media.direct.footage import Listened, Watched
from classroom_media.direct.pen import Colour, Pen
from classroom_media.direct.signs import LOOKS_A_SECOND, Role, Sign, Source

PAPER: Final = (255, 255, 255)
GRID: Final = (236, 239, 244)
INK: Final = (31, 41, 55)
FAINT: Final = (116, 127, 142)
QUIET: Final = (200, 207, 216)
GONE: Final = (250, 224, 224)
COLOURS: Final[dict[Role, Colour]] = {
    Role.SCREEN: (43, 114, 184),
    Role.BOARD: (35, 128, 104),
    Role.TEACHER: (221, 120, 38),
    Role.PUPILS: (124, 85, 192),
    Role.WIDE: (98, 110, 128),
}
LANE: Final = 36  # pixels
BLOCK: Final = 15  # for each thing that was noticed
MOTION: Final = LANE - BLOCK - 2  # for how much moved
PROGRAMME: Final = 36
REASON: Final = 19  # a row of reasons
ROWS: Final = 5  # of reasons, at most
LOUD_DB: Final = -15.0
SOFT_DB: Final = -65.0
MUCH: Final = 0.04  # of a picture that moves


class Say(Protocol):
    """Gives a text in the language of the picture."""

    def __call__(self, key: str, /, **values: object) -> str:
        """Give the text of a key, with its values filled in."""
        ...


@dataclass(frozen=True, slots=True)
class Scale:
    """Where the seconds from `from_s` to `to_s` stand."""

    from_s: float
    to_s: float
    left: float
    per_s: float  # pixels

    def x(self, at_s: float) -> float:
        """Give where a second stands."""
        return self.left + (min(max(at_s, self.from_s), self.to_s) - self.from_s) * self.per_s

    def looks(self) -> range:
        """Give the looks that fall into it."""
        return range(round(self.from_s * LOOKS_A_SECOND), int(self.to_s * LOOKS_A_SECOND))


@dataclass(frozen=True, slots=True)
class Label:
    """A reason, and where it is written."""

    x: float
    row: int
    text: str


def tint(colour: Colour, strength: float) -> Colour:
    """Mix a colour with the paper."""
    red, green, blue = (
        round(paper + (ink - paper) * strength) for ink, paper in zip(colour, PAPER, strict=True)
    )
    return red, green, blue


def colours_of(sources: Sequence[Source]) -> dict[str, Colour]:
    """Give every source the colour of its role; the second of a role a lighter one."""
    found: dict[str, Colour] = {}
    cameras: list[Role] = []
    for source in sources:
        before = cameras.count(source.role) if source.picture else 0
        found[source.id] = tint(COLOURS[source.role], (1.0, 0.68)[min(before, 1)])
        cameras += [source.role] if source.picture else []
    return found


def names_of(sources: Sequence[Source], say: Say) -> dict[str, str]:
    """Name sources by their roles; by their ids where several share one."""
    roles = [source.role for source in sources if source.picture]
    return {
        source.id: say(f"role.{source.role}") if roles.count(source.role) == 1 else source.id
        for source in sources
    }


def picture_height(watched: Watched) -> float:
    """Give how high the lane of a picture is: a row for everything that was noticed."""
    return MOTION + 2 + max(len(_noticed(watched)), 1) * BLOCK


def picture_lane(
    pen: Pen, scale: Scale, top: float, *, colour: Colour, watched: Watched, say: Say
) -> None:
    """Draw how much moved, and below it what that was taken for."""
    foot = top + MOTION
    for from_s, to_s in _stretches(scale, lambda look: not watched.there[look]):
        pen.box((scale.x(from_s), top, scale.x(to_s), foot + BLOCK), GONE)
    heights = {
        look: MOTION * min(watched.activity[look] / MUCH, 1) ** 0.5 for look in scale.looks()
    }
    _area(pen, scale, foot, heights, tint(colour, 0.35))
    for row, sign in enumerate(_noticed(watched)):
        shown = [sign in signs for signs in watched.signs]
        for from_s, to_s in _stretches(scale, shown.__getitem__):
            edges = scale.x(from_s), scale.x(to_s)
            _block(pen, edges, foot + 2 + row * BLOCK, colour, say(f"sign.{sign}"))
    turned = [Sign.PAGE in signs for signs in watched.signs]
    for from_s, _to_s in _stretches(scale, turned.__getitem__):
        _flag(pen, scale.x(from_s), top, foot + BLOCK, colour)


def _noticed(watched: Watched) -> list[Sign]:
    """List what was ever noticed and lasts; a turned page is a flag."""
    found = frozenset[Sign]().union(*watched.signs)
    return [sign for sign in Sign if sign in found and sign is not Sign.PAGE]


def sound_lane(
    pen: Pen,
    scale: Scale,
    top: float,
    *,
    colour: Colour,
    listened: Listened,
    spoken: Sequence[bool],
) -> None:
    """Draw how loud it was: in colour where this microphone had the floor."""
    middle = top + LANE / 2
    pen.line((scale.left, middle, scale.x(scale.to_s), middle), GRID)
    for look in scale.looks():
        level_db = listened.heard[look].level_db
        loud = min(max((level_db - SOFT_DB) / (LOUD_DB - SOFT_DB), 0), 1)
        half = max(loud * LANE / 2, 0.5)
        ink = colour if spoken[look] else QUIET
        x = scale.x(look / LOOKS_A_SECOND)
        end = max(scale.x((look + 0.7) / LOOKS_A_SECOND), x + 0.5)
        pen.box((x, middle - half, end, middle + half), ink)


def programme_lane(pen: Pen, scale: Scale, top: float, run: DryRun, say: Say) -> None:
    """Draw what is shown, in the colours of the sources."""
    names, colours = names_of(run.sources, say), colours_of(run.sources)
    for number, shot in enumerate(run.shots):
        begin_s, end_s = shot.at_s, shot.at_s + run.length_s(number)
        if end_s <= scale.from_s or begin_s >= scale.to_s:
            continue
        left, right = scale.x(begin_s), scale.x(end_s)
        main, *others = (colours[source] for source in shot.layout.sources)
        pen.box((left + 0.5, top, right - 0.5, top + PROGRAMME), main, radius=4)
        for other in others:
            pen.box((left + 4, top + PROGRAMME - 9, right - 4, top + PROGRAMME - 4), other)
        _name(
            pen,
            (left, right),
            top + PROGRAMME / 2,
            " + ".join(names[one] for one in shot.layout.sources),
        )


def reason_labels(pen: Pen, scale: Scale, shots: Sequence[Shot], say: Say) -> list[Label]:
    """Place reasons below their cuts, in as few rows as they need; what has no room is left out."""
    free = [0.0] * ROWS
    labels: list[Label] = []
    for shot in shots:
        if not scale.from_s <= shot.at_s < scale.to_s:
            continue
        text = say(f"cut.{shot.reason.key}", **shot.reason.values)
        x, width = scale.x(shot.at_s), pen.width_of(text, 13)
        x = min(x, scale.left + (scale.to_s - scale.from_s) * scale.per_s - width)
        row = next((row for row, edge in enumerate(free) if edge <= x), None)
        if row is not None:
            free[row] = x + width + 14
            labels.append(Label(scale.x(shot.at_s), row, text))
    return labels


def write_reasons(pen: Pen, scale: Scale, top: float, labels: Sequence[Label]) -> None:
    """Write the reasons, each hanging from its cut."""
    end = scale.x(scale.to_s)
    for label in labels:
        y = top + (label.row + 0.5) * REASON + 2
        pen.line((label.x, top, label.x, y + 4), QUIET)
    for label in labels:
        y = top + (label.row + 0.5) * REASON + 2
        width = pen.width_of(label.text, 13)
        x = min(label.x + 4, end - width)
        pen.box((x - 2, y - 8, x + width + 2, y + 8), PAPER)
        pen.text((x, y), label.text, 13, INK)


def _name(pen: Pen, between: tuple[float, float], y: float, name: str) -> None:
    left, right = between
    if pen.width_of(name, 14) < right - left - 8:
        pen.text(((left + right) / 2, y), name, 14, PAPER, "mm")


def _stretches(scale: Scale, holds: Callable[[int], bool]) -> Iterator[tuple[float, float]]:
    """Give from when to when something held."""
    for held, group in groupby(scale.looks(), key=holds):
        if held:
            looks = list(group)
            yield looks[0] / LOOKS_A_SECOND, (looks[-1] + 1) / LOOKS_A_SECOND


def _area(pen: Pen, scale: Scale, foot: float, heights: dict[int, float], colour: Colour) -> None:
    if not heights:
        return
    edge = [(scale.x(look / LOOKS_A_SECOND), foot - high) for look, high in heights.items()]
    pen.shape([(edge[0][0], foot), *edge, (edge[-1][0], foot)], colour)


def _block(pen: Pen, edges: tuple[float, float], top: float, colour: Colour, text: str) -> None:
    left, right = edges
    pen.box((left, top, right, top + BLOCK - 1), tint(colour, 0.25), radius=3)
    if pen.width_of(text, 11) < right - left - 6:
        pen.text((left + 4, top + BLOCK / 2), text, 11, colour)


def _flag(pen: Pen, x: float, top: float, bottom: float, colour: Colour) -> None:
    pen.line((x, top, x, bottom), colour, 1.5)
    pen.shape([(x, top), (x + 9, top + 4.5), (x, top + 9)], colour)
