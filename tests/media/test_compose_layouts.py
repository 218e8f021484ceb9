"""Layouts: geometry that keeps pictures in shape, inside, and on even pixels."""

import pytest

from classroom_media.api import Layout, MediaError
from classroom_media.compose.layouts import LAYOUTS, Box, arrangement, box

SIZES = [(1280, 720), (1920, 1080), (640, 360), (160, 90), (1024, 768)]
SHAPES = [16 / 9, 4 / 3, 1.0, 9 / 16, 21 / 9]


@pytest.mark.parametrize("name", LAYOUTS)
@pytest.mark.parametrize(("width", "height"), SIZES)
@pytest.mark.parametrize("aspect", SHAPES)
def test_every_slot_keeps_shape_and_stays_on_even_pixels_inside_the_picture(
    name: str, width: int, height: int, aspect: float
) -> None:
    for slot in LAYOUTS[name].slots:
        place = box(slot, width, height, aspect)
        assert not any(n % 2 for n in (place.x, place.y, place.width, place.height))
        assert 0 <= place.x < place.x + place.width <= width + 1
        assert 0 <= place.y < place.y + place.height <= height + 1
        assert abs(place.width - place.height * aspect) <= 2 * (1 + aspect)


def test_a_source_of_the_programmes_shape_fills_the_single_layout() -> None:
    slot = arrangement(Layout("single", ("a",))).slots[0]
    assert box(slot, 1280, 720, 16 / 9) == Box(0, 0, 1280, 720)


def test_an_old_camera_stands_between_black_bars() -> None:
    slot = arrangement(Layout("single", ("a",))).slots[0]
    assert box(slot, 1280, 720, 4 / 3) == Box(160, 0, 960, 720)


def test_side_by_side_pictures_have_one_size_and_do_not_touch() -> None:
    left, right = arrangement(Layout("side-by-side", ("a", "b"))).slots
    a, b = box(left, 1280, 720, 16 / 9), box(right, 1280, 720, 16 / 9)
    assert (a.width, a.height, a.y) == (b.width, b.height, b.y)
    assert a.x + a.width < b.x
    assert a.x == 1280 - (b.x + b.width)


def test_a_narrow_inset_leans_into_its_corner() -> None:
    inset = arrangement(Layout("picture-in-picture", ("a", "b"))).slots[1]
    wide, narrow = box(inset, 1280, 720, 16 / 9), box(inset, 1280, 720, 4 / 3)
    assert wide.x + wide.width == narrow.x + narrow.width
    assert narrow.x > wide.x


@pytest.mark.parametrize(
    ("layout", "problem"),
    [
        (Layout("mosaic", ("a",)), "no layout 'mosaic'"),
        (Layout("single", ()), "takes 1 sources, not 0"),
        (Layout("side-by-side", ("a",)), "takes 2 sources, not 1"),
    ],
)
def test_a_layout_that_cannot_be_shown_says_why(layout: Layout, problem: str) -> None:
    with pytest.raises(MediaError, match=problem):
        arrangement(layout)
