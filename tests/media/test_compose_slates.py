"""Slates: a source's name in any writing, drawn once."""

import numpy as np
import pytest

from classroom_media.compose.canvas import planes
from classroom_media.compose.fonts import Face, Typefaces
from classroom_media.compose.pictures import Picture
from classroom_media.compose.slates import Slates

UNWRITABLE = "\U000f1234\U000f1235"  # private use: no typeface has it


def drawn(name: str, *, source: str = "teacher", language: str = "en") -> Picture:
    return Slates({source: name}, language=language).slate(source, 640, 360, 16 / 9)


def ink(slate: Picture) -> int:
    """Count the bright pixels."""
    return int((planes(slate.frame)[0] > 120).sum())


def same(one: Picture, other: Picture) -> bool:
    return bool(np.array_equal(planes(one.frame)[0], planes(other.frame)[0]))


def test_a_slate_shows_the_name() -> None:
    assert not same(drawn("Teacher"), drawn("Pupils"))
    assert ink(drawn("Teacher and blackboard")) > ink(drawn("I")) > 0


def test_a_slate_is_drawn_once() -> None:
    slates = Slates({"teacher": "Teacher"}, language="en")
    assert slates.slate("teacher", 640, 360, 16 / 9) is slates.slate("teacher", 640, 360, 16 / 9)
    assert slates.slate("teacher", 320, 180, 16 / 9) is not slates.slate("teacher", 640, 360, 1.0)


def test_a_name_that_cannot_be_written_gives_way_to_the_id() -> None:
    assert same(drawn(UNWRITABLE), drawn("teacher"))


def test_a_long_name_stays_inside() -> None:
    luma = planes(drawn("The camera at the back of the big lecture hall, left door").frame)[0]
    assert (luma > 120).any()
    assert not (luma[:, :30] > 120).any()
    assert not (luma[:, -30:] > 120).any()


@pytest.mark.needs("fonts-cjk")
def test_a_chinese_name_is_written_in_chinese() -> None:
    face = Typefaces().writing("教师全景")
    assert face is not None
    assert not same(drawn("教师全景"), drawn("teacher"))
    assert not same(drawn("教师全景"), drawn("学生全景"))
    assert not same(drawn("教师", language="zh-CN"), drawn("教师", language="en"))


def test_pillows_own_typeface_has_no_chinese_and_is_not_chosen_for_it() -> None:
    assert Typefaces().writing("教师") != Face("")
    assert Typefaces().writing("Teacher") is not None
