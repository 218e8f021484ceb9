"""A made-up lesson: what happens when, and which source a good director would show.

The truth follows from the script alone; the rules and the watches have no part in it.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import Final

from classroom_media.direct.engine import Shot

REACTS_S: Final = 1.0  # nobody cuts sooner after something has changed
OPENS_S: Final = 5.0  # a lesson may open with the whole room
STAYS_S: Final = 6.0  # when nothing happens any more, the last picture is right for so long


class Act(StrEnum):
    """What happens for a while."""

    TEACH = "teach"  # the teacher stands and speaks
    WALK = "walk"  # the teacher walks and speaks
    WRITE = "write"  # the teacher writes on the board
    SLIDE = "slide"  # a page is turned, and explained with the pointer
    ANSWER = "answer"  # a pupil speaks
    QUIET = "quiet"  # all think


RIGHT: Final = {
    Act.TEACH: "teacher",
    Act.WALK: "teacher",
    Act.WRITE: "teacher",
    Act.SLIDE: "screen",
    Act.ANSWER: "pupils",
    Act.QUIET: "wide",
}
LENGTHS_S: Final = {
    Act.TEACH: (12, 40),
    Act.WALK: (8, 20),
    Act.WRITE: (10, 25),
    Act.SLIDE: (12, 45),
    Act.ANSWER: (8, 20),
    Act.QUIET: (14, 20),
}
FOLLOWS: Final = {
    Act.TEACH: (Act.SLIDE, Act.SLIDE, Act.WALK, Act.WRITE, Act.ANSWER, Act.ANSWER, Act.QUIET),
    Act.WALK: (Act.TEACH, Act.SLIDE, Act.WRITE),
    Act.WRITE: (Act.TEACH, Act.ANSWER, Act.QUIET),
    Act.SLIDE: (Act.TEACH, Act.WALK, Act.SLIDE, Act.ANSWER),
    Act.ANSWER: (Act.TEACH, Act.TEACH, Act.WALK, Act.SLIDE),
    Act.QUIET: (Act.ANSWER, Act.TEACH),
}


@dataclass(frozen=True, slots=True)
class Scene:
    """One thing that happens, and for how long."""

    act: Act
    from_s: float
    to_s: float


@dataclass(frozen=True, slots=True)
class Score:
    """How well a director did."""

    right: float  # part of the time in which the right source was shown
    settled: float  # the same, leaving out the second after every change
    shots: int
    shortest_s: float  # of the shots that ended before the lesson did


def script(seconds: float, seed: int) -> tuple[Scene, ...]:
    """Make up a lesson; the same seed gives the same one."""
    dice = random.Random(seed)  # noqa: S311 - nothing depends on its secrecy
    scenes: list[Scene] = []
    act, at_s = Act.TEACH, 0.0
    while at_s < seconds:
        shortest, longest = LENGTHS_S[act]
        to_s = min(at_s + round(dice.uniform(shortest, longest), 1), seconds)
        scenes.append(Scene(act, at_s, to_s))
        act, at_s = dice.choice(FOLLOWS[act]), to_s
    return tuple(scenes)


def right_at(scenes: Sequence[Scene], at_s: float) -> frozenset[str]:
    """Give the sources of which any is right at an instant."""
    number = next(n for n, scene in enumerate(scenes) if at_s < scene.to_s)
    scene = scenes[number]
    right = {RIGHT[scene.act]}
    if at_s < OPENS_S:
        right.add("wide")
    if scene.act is Act.QUIET and number and at_s - scene.from_s < STAYS_S:
        right.add(RIGHT[scenes[number - 1].act])
    return frozenset(right)


def score(scenes: Sequence[Scene], shots: Sequence[Shot], step_s: float = 0.1) -> Score:
    """Compare what was shown with what was right; there is at least one shot."""
    end_s = scenes[-1].to_s
    instants = [n * step_s for n in range(round(end_s / step_s))]
    hits = {at_s: _shown_at(shots, at_s) in right_at(scenes, at_s) for at_s in instants}
    settled = [hit for at_s, hit in hits.items() if not _changing(scenes, at_s)]
    lengths = [after.at_s - before.at_s for before, after in pairwise(shots)]
    return Score(
        right=sum(hits.values()) / len(hits),
        settled=sum(settled) / len(settled),
        shots=len(shots),
        shortest_s=min(lengths, default=end_s),
    )


def _changing(scenes: Sequence[Scene], at_s: float) -> bool:
    return any(0 <= at_s - scene.from_s < REACTS_S for scene in scenes)


def _shown_at(shots: Sequence[Shot], at_s: float) -> str:
    shown = [shot for shot in shots if shot.at_s <= at_s + 1e-6]
    return shown[-1].layout.sources[0] if shown else ""
