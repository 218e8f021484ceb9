"""The part of a display that a screen fills."""

import pytest

from classroom_media.play.area import Area

LEFT, RIGHT = Area.read("1920x1080+0+0"), Area.read("1920x1080+1920+0")
BOTH = Area(3840, 1080)


def test_outputs_beside_each_other_share_no_pixel_and_lie_in_the_display() -> None:
    assert not LEFT.meets(RIGHT)
    assert LEFT.meets(BOTH)
    assert LEFT.within(BOTH)
    assert RIGHT.within(BOTH)


def test_an_output_that_was_unplugged_is_not_in_the_display() -> None:
    assert not RIGHT.within(LEFT)


def test_one_that_begins_a_pixel_early_covers_its_neighbour() -> None:
    assert LEFT.meets(Area.read("100x100+1919+1079"))
    assert not LEFT.meets(Area.read("100x100+1919+1080"))


@pytest.mark.parametrize("text", ["", "1920x1080", "0x10+0+0", "1920x1080-0+0", "1x1+0+0 "])
def test_what_is_no_geometry_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no part of a display"):
        Area.read(text)
