"""Screens of a room in a session: what each is shown."""

from dataclasses import replace

import pytest

from classroom_edge.services.live.cast import Cast
from classroom_edge.services.live.screens import Screens
from classroom_media.messages import Meet
from tests.edge.live.schools import LESSON, LOOKER, PretendRelay, at_hub, at_site


@pytest.mark.parametrize(
    ("cast", "school", "shows"),
    [
        (at_hub(), "", ""),
        (at_hub(), "hill", "hill"),
        (at_site(), "", "hub"),
        (None, "", "not-going"),
        (at_hub(), "moon", "not-in-it"),
        (at_hub(replace(LESSON, members=(*LESSON.members, LOOKER))), "bureau", "not-in-it"),
    ],
)
async def test_a_screen_shows_the_programme_the_hub_or_a_school_that_is_seen(
    cast: Cast | None, school: str, shows: str
) -> None:
    relay = PretendRelay()
    _, accepted = await Screens(relay=relay, cast=lambda: cast).meet("an offer", school)
    met = [one.shows for one in relay.asked if isinstance(one, Meet) and one.inside]
    assert (met or [accepted.reason]) == [shows]
