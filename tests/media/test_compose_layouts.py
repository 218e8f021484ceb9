"""Layouts: geometry that keeps pictures in shape, inside, and on even pixels."""

import itertools

import pytest

from classroom_media.api import Arrangement, Crop, Layout, MediaError, Slot
from classroom_media.compose.layouts import LAYOUTS, Box, arrangement, box, seen

SIZES = [(1280, 720), (1920, 1080), (640, 360), (160, 90), (1024, 768)]
SHAPES = [16 / 9, 4 / 3, 1.0, 9 / 16, 21 / 9]


VARIANTS = [
    pytest.param(variant, id=f"{name}-{len(variant.slots)}")
    for name, variants in LAYOUTS.items()
    for variant in variants
]


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize(("width", "height"), SIZES)
@pytest.mark.parametrize("aspect", SHAPES)
def test_every_slot_keeps_shape_and_stays_on_even_pixels_inside_the_picture(
    variant: Arrangement, width: int, height: int, aspect: float
) -> None:
    for slot in variant.slots:
        place = box(slot, width, height, aspect)
        part = seen(slot, place, 1600, round(1600 / aspect), aspect)
        shape = part.width / part.height
        assert not any(n % 2 for n in (place.x, place.y, place.width, place.height))
        assert 0 <= place.x < place.x + place.width <= width + 1
        assert 0 <= place.y < place.y + place.height <= height + 1
        assert abs(place.width - place.height * shape) <= 2 * (1 + shape)


@pytest.mark.parametrize("count", range(2, 7))
def test_pictures_of_a_grid_have_one_size_and_do_not_touch(count: int) -> None:
    slots = arrangement(Layout("grid", tuple("abcdef"[:count]))).slots
    places = [box(slot, 1280, 720, 16 / 9) for slot in slots]
    assert len({(place.width, place.height) for place in places}) == 1
    for one, other in itertools.combinations(places, 2):
        assert not one.grown(6).overlaps(other)
    left = min(place.x for place in places)
    assert left == 1280 - max(place.x + place.width for place in places)


def test_a_slot_that_is_filled_shows_the_middle_of_a_picture_that_is_too_wide() -> None:
    column = arrangement(Layout("picture-beside-screen", ("a", "b"))).slots[1]
    place = box(column, 1280, 720, 16 / 9)
    assert (place.width, place.height) == (272, 540)
    part = seen(column, place, 1920, 1080, 16 / 9)
    assert part == Box(688, 0, 544, 1080)


def test_of_a_picture_that_is_too_high_its_upper_and_lower_edges_are_cut_off() -> None:
    slot = Slot(x=0, y=0, width=1, height=0.5, fill=True)
    place = box(slot, 1280, 720, 4 / 3)
    assert seen(slot, place, 640, 480, 4 / 3) == Box(0, 150, 640, 180)


def test_only_the_cropped_part_of_a_picture_is_seen_in_its_own_shape() -> None:
    slot = Slot(x=0, y=0, width=1, height=1, crop=Crop(x=0.5, y=0.25, width=0.5, height=0.5))
    place = box(slot, 1280, 720, 16 / 9)
    assert place == Box(0, 0, 1280, 720)
    assert seen(slot, place, 1920, 1080, 16 / 9) == Box(960, 270, 960, 540)


def test_all_of_a_picture_with_an_odd_size_is_seen() -> None:
    slot = Slot(x=0, y=0, width=1, height=1)
    assert seen(slot, box(slot, 1280, 720, 16 / 9), 853, 479, 16 / 9) == Box(0, 0, 853, 479)


def test_a_school_has_layouts_of_its_own() -> None:
    own = Arrangement(name="news", slots=(Slot(x=0, y=0, width=0.5, height=1),))
    assert arrangement(Layout("news", ("a",)), (own,)) is own


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
        (Layout("grid", ("a",)), "takes 2 or 3 or 4 or 5 or 6 sources, not 1"),
    ],
)
def test_a_layout_that_cannot_be_shown_says_why(layout: Layout, problem: str) -> None:
    with pytest.raises(MediaError, match=problem):
        arrangement(layout)


@pytest.mark.parametrize(
    ("other", "common"),
    [
        (Box(0, 0, 100, 60), True),
        (Box(40, 20, 20, 20), True),
        (Box(98, 58, 100, 60), True),
        (Box(-98, -58, 100, 60), True),
        (Box(100, 0, 100, 60), False),
        (Box(-100, 0, 100, 60), False),
        (Box(0, 60, 100, 60), False),
        (Box(0, -60, 100, 60), False),
    ],
)
def test_boxes_overlap_if_they_have_a_pixel_in_common(other: Box, *, common: bool) -> None:
    assert Box(0, 0, 100, 60).overlaps(other) is common
