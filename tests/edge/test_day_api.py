"""What people ask of the day's lessons over the API, and who may."""

from pathlib import Path
from typing import Any

import pytest

from tests.edge.website import website

ASKED: dict[str, tuple[dict[str, Any] | None, dict[str, Any]]] = {
    "extend": (None, {"minutes": 5, "lesson": ""}),
    "skip": ({"lesson": "a"}, {"lesson": "a"}),
    "begin-early": ({"lesson": "a"}, {"lesson": "a"}),
    "swap": ({"lesson": "a", "other": "b"}, {"lesson": "a", "other": "b"}),
    "undo": (None, {}),
    "adopt": (None, {}),
    "give-way": (None, {}),
    "stay": (None, {"minutes": 60}),
    "here": (None, {}),
    "confirm": (None, {}),
}


@pytest.mark.parametrize("wish", ASKED)
async def test_a_wish_reaches_the_desk_with_who_has_it(tmp_path: Path, wish: str) -> None:
    body, expected = ASKED[wish]
    async with website(tmp_path) as here:
        answer = await here.client.post(f"/api/v1/day/{wish}", json=body)
        assert answer.status_code == 200, answer.text
        assert here.room.asked == [("day", wish, expected | {"by": "local"})]


async def test_a_lesson_that_there_is_not_and_minutes_without_end_are_refused(
    tmp_path: Path,
) -> None:
    async with website(tmp_path) as here:
        unknown = await here.client.post("/api/v1/day/skip", json={"lesson": "none"})
        endless = await here.client.post("/api/v1/day/extend", json={"minutes": 600})
    assert (unknown.status_code, unknown.json()["code"]) == (404, "unknown-lesson")
    assert endless.status_code == 422
