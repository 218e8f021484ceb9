"""Frozen and black pictures are noticed within 5 s; a quiet room is neither."""

from collections.abc import Iterable
from dataclasses import replace
from itertools import chain, islice

import numpy as np
import pytest

from classroom_media.api import NS
from classroom_media.direct.signs import Role
from classroom_media.monitor.condition import Condition, Conditions, Fault
from classroom_media.monitor.supply import Glimpse

from .quiet_room import LOOKS, Picture, after, looks, noisy, repeated, room

Told = list[tuple[float, Fault]]


def told(glimpses: Iterable[Glimpse], role: Role = Role.WIDE) -> Told:
    """Look at all; give when what was told changed, in seconds."""
    condition, found = Condition(role), [(0.0, Fault.NONE)]
    for glimpse in glimpses:
        condition.look(glimpse)
        fault = condition.fault(glimpse.at_ns)
        if fault is not found[-1][1]:
            found.append((glimpse.at_ns / NS, fault))
    return found[1:]


def live(seconds: float, *, sigma: float = 0.7, kbps: int = 120) -> list[Glimpse]:
    return list(looks(noisy(room(), sigma), seconds, kbps=kbps))


def level(luma: int, seconds: float) -> list[Glimpse]:
    """Give looks at one grey without any noise."""
    picture = np.full((180, 320), luma, np.uint8)
    return list(repeated(Glimpse("a", "a", 0, picture, anew=False, keys=1), seconds))


@pytest.mark.parametrize(("sigma", "kbps"), [(0.5, 60), (0.5, 400), (2.0, 120)])
def test_a_quiet_room_is_not_frozen(sigma: float, kbps: int) -> None:
    assert told(live(40, sigma=sigma, kbps=kbps)) == []


def test_a_camera_that_repeats_its_picture_is_frozen_within_5_s_and_free_soon_after() -> None:
    before = live(8)
    frozen = [*before, *after(before, repeated(before[-1], 20))]
    found = told(chain(frozen, after(frozen, iter(live(6)))))
    assert [fault for _, fault in found] == [Fault.FROZEN, Fault.NONE]
    assert 3.5 <= found[0][0] - 8 <= 5
    assert found[1][0] - 28 <= 4


def test_a_picture_that_stands_still_before_a_coder_is_frozen_once_the_coder_has_settled() -> None:
    still = noisy(room(), 1.0)(0)
    found = told(looks(lambda _number: still, 30, kbps=1500))
    assert [fault for _, fault in found] == [Fault.FROZEN]
    assert found[0][0] < 16


def test_a_small_thing_that_moves_is_life() -> None:
    still = room()

    def seen(number: int) -> Picture:
        picture = still.copy()
        picture[20:26, 10 + number % 100 : 20 + number % 100] = 200
        return picture

    assert told(looks(seen, 20, kbps=1500)) == []


def test_between_two_keyframes_nobody_can_know_whether_it_is_frozen() -> None:
    glimpse = live(1)[-1]
    assert told(replace(one, keys=1) for one in repeated(glimpse, 30)) == []


def test_keyframes_alone_tell_it_too() -> None:
    frozen = repeated(live(1)[-1], 30)
    found = told(islice(frozen, 0, None, 2 * LOOKS))
    assert [fault for _, fault in found] == [Fault.FROZEN]
    assert found[0][0] <= 6


def test_a_cut_that_shows_it_from_another_stream_does_not_end_the_alarm() -> None:
    glimpse = live(1)[-1]
    frozen = list(repeated(glimpse, 30))
    frozen[60] = replace(frozen[60], anew=True)
    assert [fault for _, fault in told(frozen)] == [Fault.FROZEN]


def test_keyframes_of_another_stream_do_not_count() -> None:
    glimpse = live(1)[-1]
    streams = [
        replace(one, keys=50 if n >= 50 else 1, anew=n == 50)
        for n, one in enumerate(repeated(glimpse, 60))
    ]
    assert told(streams) == []


def test_a_slide_may_stand_still_for_ever() -> None:
    assert told(repeated(live(1)[-1], 900), Role.SCREEN) == []


def test_a_black_picture_is_told_within_5_s_and_light_ends_it() -> None:
    dark = level(16, 20)
    found = told(chain(dark, after(dark, iter(live(3)))))
    assert [fault for _, fault in found] == [Fault.BLACK, Fault.NONE]
    assert found[0][0] <= 5
    assert found[1][0] <= 22


def test_light_that_flickers_or_a_short_darkness_is_nothing() -> None:
    dark, light = level(16, 2), level(120, 1)
    flicker = list(chain(dark, after(dark, iter(light))))
    twice = [*flicker, *after(flicker, iter(flicker))]
    assert told(twice) == []


def test_a_dark_room_with_something_lit_is_not_black() -> None:
    picture = np.full((180, 320), 18, np.uint8)
    picture[60:100, 120:180] = 150  # the projector's picture
    noise = np.random.default_rng(1)
    glimpses = [
        Glimpse("a", "a", n * NS // LOOKS, picture + noise.integers(0, 4, picture.shape, np.uint8),
                anew=False, keys=n // 10)
        for n in range(100)
    ]  # fmt: skip
    assert told(glimpses) == []


def test_a_screen_may_be_blanked_for_a_while() -> None:
    assert told(level(16, 590), Role.SCREEN) == []
    assert [fault for _, fault in told(level(16, 610), Role.SCREEN)] == [Fault.BLACK]


def test_nothing_is_told_of_a_source_that_is_gone_or_has_no_picture() -> None:
    conditions = Conditions({"a": Role.WIDE})
    for glimpse in level(16, 10):
        conditions.see(glimpse)
    assert conditions.fault("a", 10 * NS) is Fault.BLACK
    assert conditions.fault("a", 60 * NS) is Fault.NONE
    assert conditions.fault("microphone", 10 * NS) is Fault.NONE
