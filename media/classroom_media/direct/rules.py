"""What follows from what: the rules of the director as data, with priorities and times.

The order of practice: a screen that is worked > the teacher > a pupil who speaks > the wide shot.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from classroom_media.direct.signs import Role, Sign

SINGLE: Final = "single"
OTHERS: Final = (Role.TEACHER, Role.SCREEN, Role.PUPILS, Role.WIDE, Role.BOARD)  # best first


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A sign of a role's source asks for a picture.

    It must have been there for `after_s`, and counts until it was not seen for `holds_s`: the
    two are the hysteresis. `slots` fill the layout: for each slot the roles that may stand in
    it, best first; where not every slot can be filled, the first alone fills the picture.
    """

    name: str  # also the key of the reason's text
    sign: Sign
    role: Role
    slots: tuple[tuple[Role, ...], ...]
    priority: int  # the highest wins
    after_s: float
    holds_s: float
    layout: str = SINGLE


PRACTICE: Final = (
    Rule(
        name="page-turned",
        sign=Sign.PAGE,
        role=Role.SCREEN,
        slots=((Role.SCREEN,),),
        priority=50,
        after_s=0.0,
        holds_s=8.0,  # what a slide takes to be read
    ),
    Rule(
        name="screen-worked",
        sign=Sign.WORKED,
        role=Role.SCREEN,
        slots=((Role.SCREEN,),),
        priority=50,
        after_s=0.8,
        holds_s=1.2,
    ),
    Rule(
        name="board-written",
        sign=Sign.WRITING,
        role=Role.BOARD,
        slots=((Role.BOARD, Role.TEACHER),),
        priority=40,
        after_s=0.2,
        holds_s=4.0,
    ),
    Rule(
        name="teacher-writes",
        sign=Sign.WRITING,
        role=Role.TEACHER,
        slots=((Role.BOARD, Role.TEACHER),),
        priority=40,
        after_s=0.2,
        holds_s=1.5,
    ),
    Rule(
        name="teacher-walks",
        sign=Sign.WALKING,
        role=Role.TEACHER,
        slots=((Role.TEACHER,),),
        priority=30,
        after_s=0.6,
        holds_s=1.6,
    ),
    Rule(
        name="teacher-speaks",
        sign=Sign.SPEECH,
        role=Role.TEACHER,
        slots=((Role.TEACHER,),),
        priority=30,
        after_s=0.6,
        holds_s=3.0,
    ),
    Rule(
        name="pupil-speaks",
        sign=Sign.SPEECH,
        role=Role.PUPILS,
        slots=((Role.PUPILS, Role.WIDE),),
        priority=20,
        after_s=0.4,
        holds_s=3.0,
    ),
    Rule(
        name="class-busy",
        sign=Sign.BUSY,
        role=Role.PUPILS,
        slots=((Role.WIDE, Role.PUPILS),),
        priority=10,
        after_s=3.0,
        holds_s=4.0,
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """All that a school may set: what asks for which picture, and how long shots are."""

    rules: tuple[Rule, ...] = PRACTICE
    min_shot_s: float = 4.0  # only a lost source and a hand cut sooner
    max_shot_s: float | None = None  # then something else is shown for `min_shot_s`
    gap_s: float = 0.9  # a sign may be away for so long and still count as lasting
    quiet_after_s: float = 5.0  # without any rule's sign, nobody moves
    quiet: tuple[Role, ...] = (Role.WIDE, Role.TEACHER, Role.PUPILS)  # shown then, in turn
    max_wide_s: float = 20.0  # one of them is shown for at most so long


def to_taste(layouts: Mapping[str, tuple[str, int]], without: frozenset[str]) -> tuple[Rule, ...]:
    """Give the rules of practice to a school's taste.

    `layouts` names, by rule, the layout in which it shows what it asks for, and that layout's
    number of slots: beside the source that the rule is about stand the others, teacher first.
    The rules in `without` are left out.
    """
    return tuple(
        replace(rule, layout=layouts[rule.name][0], slots=_beside(rule, layouts[rule.name][1]))
        if rule.name in layouts
        else rule
        for rule in PRACTICE
        if rule.name not in without
    )


def _beside(rule: Rule, slots: int) -> tuple[tuple[Role, ...], ...]:
    return (rule.slots[0], *((OTHERS,) * (slots - 1)))
