"""Rules and the room that they are for: what they name must be there; how a lesson is live."""

import pytest

from classroom_schedules import ScheduleError, loads
from classroom_schedules.furniture import Furniture, missing
from classroom_schedules.rules import Live
from tests.schedules.schools import EXAMPLE

HERE = Furniture(
    routines=("class-start", "class-end"),
    layouts={"single": 1, "side-by-side": 2},
    sources=("teacher", "slides"),
    live=(Live.BROADCAST,),
)
RULES = """
[[rule]]
room = "别的教室"
routine = "nobody-has-this"

[[rule]]
subject = "音乐"
routine = "class-strat"
layout = "single"
sources = ["teacher", "slide"]
live = ["session", "broadcast"]
record = true
"""


def told(rules: str, language: str = "en") -> list[str]:
    school = loads(EXAMPLE.read_bytes() + rules.encode())
    found = missing(school.timetable.rules, "录播教室", HERE)
    return [one.tell(language) for one in found]


def test_what_a_rule_names_and_the_room_lacks_is_told_with_its_line_and_the_nearest_name() -> None:
    line = EXAMPLE.read_text("utf-8").count("\n") + RULES[: RULES.rindex("[[rule]]")].count("\n")
    assert told(RULES) == [
        f"line {line + 1} rule: This room has no routine called 'class-strat'. "
        "Its [[routine]] in room.toml are: class-start.",
        f"line {line + 1} rule: This room has no picture of the name 'slide'. "
        "Its [[source]] with a picture in room.toml are: slides.",
        f"line {line + 1} rule: 2 sources for the layout 'single', which shows 1. "
        "Name fewer, or take another layout.",
        f"line {line + 1} rule: The lesson is to be live with other rooms, but this room is no hub "
        'and no site. Write [hub] (or [site]) in room.toml, or remove "session" from live.',
    ]


def test_a_rule_of_another_room_is_no_business_of_this_one() -> None:
    assert told(RULES[: RULES.rindex("[[rule]]")]) == []


def test_what_is_not_there_is_told_in_both_languages() -> None:
    assert all("{" not in one and "教室" in one for one in told(RULES, "zh-CN")[:1])


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ('live = "televised"', "line 2 rule.live: A lesson cannot be live as 'televised'. "),
        ('live = "broadcast"\ngroup = "maths"', "line 3 rule.group: A standing group meets in a "),
    ],
)
def test_a_lesson_that_cannot_be_live_so_is_a_mistake(rule: str, said: str) -> None:
    with pytest.raises(ScheduleError) as raised:
        loads(f"[[rule]]\n{rule}\nrecord = true\n".encode() + EXAMPLE.read_bytes())
    assert any(one.tell("en").startswith(said) for one in raised.value.mistakes)
