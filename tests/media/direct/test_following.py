"""Where somebody moves: found while the camera stands, and while it turns after them."""

import math
from collections.abc import Callable, Iterator

import cv2
import numpy as np
import pytest

from classroom_media.direct.following import FollowWatch, Spot
from classroom_media.direct.luma import Luma
from classroom_media.direct.senses import Senses
from classroom_media.direct.signs import Role, Sign, Source

WIDTH, HEIGHT = 320, 180
DICE = np.random.default_rng(1)
WalkAndTurn = Callable[[int], tuple[float, float]]  # look -> where they are, where the view begins


def a_room() -> Luma:
    """Paint a wall wider than any view of it: a written board, posters, a door, tiles."""
    dice = np.random.default_rng(4)
    room = np.full((220, 900), 196, np.uint8)
    cv2.rectangle(room, (146, 26), (704, 154), 130, -1)
    cv2.rectangle(room, (150, 30), (700, 150), 75, -1)
    for line in range(5):
        x = 170
        while (x := x + int(dice.integers(4, 15))) < 680:  # as people write
            letter = chr(65 + int(dice.integers(26)))
            cv2.putText(room, letter, (x, 52 + line * 20), 0, 0.45, 215, 1)
    cv2.rectangle(room, (0, 200), (900, 220), 150, -1)
    cv2.rectangle(room, (780, 20), (860, 190), 110, -1)
    for poster in range(12):
        x, y = 34 + poster % 3 * 18, 26 + poster // 3 * 22
        cv2.rectangle(room, (x, y), (x + 14, y + 16), 40 + poster * 12, -1)
    return room


def views(path: WalkAndTurn, looks: int, *, light: int = 0) -> Iterator[tuple[Luma, float]]:
    """Film it; give each picture, and where they are in it."""
    room = a_room()
    for look in range(looks):
        at, left = path(look)
        picture = room.copy()
        cv2.rectangle(picture, (round(at) - 18, 70), (round(at) + 18, 215), 60, -1)
        cv2.circle(picture, (round(at), 60), 12, 165, -1)
        seen = cv2.getRectSubPix(picture, (WIDTH, HEIGHT), (left + WIDTH / 2, 20 + HEIGHT / 2))
        noisy = seen + DICE.normal(0, 3, seen.shape) + light * (look % 7 == 6)
        yield np.clip(noisy, 0, 255).astype(np.uint8), (at - left) / WIDTH


def followed(path: WalkAndTurn, looks: int = 40) -> list[tuple[Spot, float]]:
    watch = FollowWatch()
    return [(watch.look(luma), x) for luma, x in views(path, looks)]


def test_who_walks_is_found_where_they_are() -> None:
    seen = followed(lambda look: (260 + 5 * look, 200))[3:]
    assert max(abs(spot.x - x) for spot, x in seen) < 0.05
    assert all(spot.sure > 0.5 and not spot.turning for spot, _ in seen)
    assert all(0.5 < spot.size < 1 for spot, _ in seen)


def test_who_walks_is_found_while_the_camera_turns_after_them_and_its_turn_is_measured() -> None:
    seen = followed(lambda look: (260 + 6 * look, 100 + 7 * look))[3:]
    assert max(abs(spot.x - x) for spot, x in seen) < 0.06
    assert all(spot.turning for spot, _ in seen)
    turned = seen[-1][0].turned_x - seen[0][0].turned_x
    assert turned == pytest.approx(7 * (len(seen) - 1) / WIDTH, rel=0.03)


def test_a_camera_that_turns_over_an_empty_room_sees_nobody_move() -> None:
    seen = followed(lambda look: (-100, 100 + 8 * look))[3:]
    assert sum(spot.sure > 0.5 for spot, _ in seen) == 0
    assert seen[-1][0].turned_x == pytest.approx(8 * 39 / WIDTH, rel=0.03)


def test_who_stands_still_is_where_they_were_also_when_the_camera_has_turned() -> None:
    def path(look: int) -> tuple[float, float]:
        return 300 + 6 * min(look, 15), 200 + 5 * max(0, look - 25)

    spot, x = followed(path)[-1]
    assert spot.x == pytest.approx(x, abs=0.06)


def test_a_light_that_flickers_is_nobody() -> None:
    watch = FollowWatch()
    spots = [watch.look(luma) for luma, _ in views(lambda _look: (300, 200), 20, light=60)]
    assert max(spot.sure for spot in spots) == 0
    assert not any(spot.turned_x for spot in spots)


def test_what_a_turning_camera_sees_is_neither_writing_nor_a_walk_of_anybody_else() -> None:
    def path(look: int) -> tuple[float, float]:
        return -100, 200 + 60 * math.sin(look / 6)

    senses = Senses([Source("teacher", Role.TEACHER)], turning=["teacher"])
    signs: set[Sign] = set()
    for luma, _ in views(path, 60):
        senses.look("teacher", luma)
        signs |= senses.seen({"teacher"})["teacher"]
    assert signs == set()
    fixed = Senses([Source("teacher", Role.TEACHER)])
    for luma, _ in views(path, 60):
        fixed.look("teacher", luma)
        signs |= fixed.seen({"teacher"})["teacher"]
    assert signs  # as a camera that is thought to stand would have it
