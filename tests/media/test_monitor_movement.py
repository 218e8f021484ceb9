"""A head that turns is movement; noise, coding, light and screens are none."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

import numpy as np
import pytest

from classroom_media.api import NS
from classroom_media.direct.signs import Role
from classroom_media.monitor.movement import Movement, Movements
from classroom_media.monitor.supply import Glimpse

from .quiet_room import LOOKS, Picture, looks, noisy, room

HEAD = (14, 18)  # pixels of 320x180: one pupil of a class, seen from the front


def moved(glimpses: Iterable[Glimpse]) -> list[float]:
    """Look at all; give when something moved, in seconds."""
    movement, found = Movement(), []
    for glimpse in glimpses:
        movement.look(glimpse)
        if movement.last_ns == glimpse.at_ns and glimpse.at_ns:
            found.append(glimpse.at_ns / NS)
    return found


def pupil(sigma: float, turns_at_s: float) -> Callable[[int], Picture]:
    """Give a sensor that sees one dark head, which turns aside once."""
    seen, (width, height) = noisy(room(), sigma), HEAD

    def with_head(number: int) -> Picture:
        picture = seen(number).copy()
        left = 150 if number < turns_at_s * LOOKS else 158
        picture[90 : 90 + height, left : left + width] = 40
        return picture

    return with_head


@pytest.mark.parametrize(("sigma", "kbps"), [(0.5, 60), (2.0, 120), (4.0, 60), (6.0, 400)])
def test_nothing_moves_in_a_quiet_room_whatever_its_camera(sigma: float, kbps: int) -> None:
    assert moved(looks(noisy(room(), sigma), 60, kbps=kbps)) == []


@pytest.mark.parametrize("kbps", [60, 120, 400])
def test_one_head_that_turns_is_seen_within_seconds(kbps: int) -> None:
    found = moved(looks(pupil(1.0, turns_at_s=20.0), 40, kbps=kbps))
    assert found
    assert 20.0 <= found[0] <= 23.0
    assert found[-1] <= 25.0


def test_light_that_is_dimmed_moves_nothing() -> None:
    def dimmed(number: int) -> Picture:
        darker: Picture = room() - 60 * min(max(number - 50, 0) / 50, 1)
        return darker

    assert moved(looks(dimmed, 30, kbps=400)) == []


def test_a_stream_that_begins_anew_is_not_compared_with_the_one_before() -> None:
    def glimpses() -> Iterator[Glimpse]:
        for number, seed in enumerate((1, 1, 1, 2, 2)):
            luma = room(seed).astype(np.uint8)
            yield Glimpse("a", "a", number * NS, luma, anew=number == 3, keys=number)

    assert moved(glimpses()) == []


def test_a_screen_is_nobody() -> None:
    movements = Movements({"a": Role.SCREEN, "b": Role.WIDE})
    for glimpse in looks(pupil(1.0, turns_at_s=5.0), 10):
        movements.see(glimpse)
        movements.see(replace(glimpse, source="b"))
    assert movements.last_ns("a") == 0
    assert movements.last_ns("b") >= 5 * NS
    assert movements.last_ns("unknown") == 0
