"""What room.toml says of layouts and titles arrives at the director."""

from pathlib import Path

import pytest

from classroom_edge.config import load
from classroom_edge.config.models import LayoutConfig
from classroom_edge.room import TitlesView
from classroom_edge.services.looks import (
    arrangement_of,
    first_titles,
    style_of,
    titles_of,
    view_of,
    with_card,
)
from classroom_media.api import Card, Crop, Key, LowerThird, Titles
from classroom_media.compose.layouts import box

ROOMS = Path(__file__).parent / "rooms"


def test_a_layout_of_the_school_arrives_with_crop_border_and_background() -> None:
    news = arrangement_of(load(ROOMS / "full.toml", {}).own_layouts[0])
    assert (news.name, news.background, news.picture) == ("news", "#10233f", "")
    first, second = news.slots
    assert first.crop == Crop(x=0.1, y=0, width=0.8, height=1)
    assert (first.fill, first.border) == (True, 0.004)
    assert second.crop == Crop()
    assert box(second, 1280, 720, 16 / 9).width == pytest.approx(742, abs=2)


def test_titles_arrive_with_cards_corners_and_the_rooms_time_zone() -> None:
    config = load(ROOMS / "full.toml", {})
    style = style_of(config)
    assert (style.logo, style.clock, style.clock_corner) == ("", True, "top-left")
    assert style.timezone == "Asia/Shanghai"
    assert style.cards == {
        "opening": Card(title="三年级语文", lines=("实验小学",)),
        "closing": Card(title="谢谢观看"),
    }
    assert first_titles(config) == Titles(lower_third=LowerThird(name="李老师", subject="语文"))


@pytest.mark.parametrize(
    "view",
    [
        TitlesView(),
        TitlesView(name="李老师", subject="语文"),
        TitlesView(subtitle="春", card="closing"),
    ],
)
def test_titles_are_told_to_the_director_and_back_to_people(view: TitlesView) -> None:
    assert view_of(titles_of(view), 0) == view


def test_a_card_for_a_while_is_told_while_it_is_there_and_keeps_its_end() -> None:
    titles = with_card(Titles(subtitle="on"), "opening", until_ns=9, heading="Fractions")
    assert view_of(titles, 8) == TitlesView(subtitle="on", card="opening")
    assert view_of(titles, 9) == TitlesView(subtitle="on")
    more = titles_of(TitlesView(subtitle="more", card="opening"), titles)
    assert (more.card_until_ns, more.heading) == (9, "Fractions")
    assert titles_of(TitlesView(card="closing"), titles).card_until_ns == 0


def test_a_room_that_says_nothing_of_titles_has_none() -> None:
    config = load(ROOMS / "least.toml", {})
    assert first_titles(config) == Titles()
    assert style_of(config).cards == {}


def test_a_keyed_slot_arrives_with_what_the_school_says_of_its_cloth() -> None:
    place = {"x": 0, "y": 0, "width": 1, "height": 1}
    key = {"colour": "#0047BB", "spill": 0.5}
    told = {"name": "set", "title": "Set", "slot": (place, {**place, "key": key})}
    first, second = arrangement_of(LayoutConfig.model_validate(told)).slots
    assert (first.key, second.key) == (None, Key(colour="#0047bb", spill=0.5))
