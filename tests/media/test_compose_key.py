"""The virtual set: cloth gives way to what is behind, the presenter and his hair stay."""

import itertools

import av
import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from classroom_media.api import Arrangement, Key, Slot
from classroom_media.compose.backgrounds import Backgrounds
from classroom_media.compose.backing import Backing
from classroom_media.compose.canvas import Canvas, planes
from classroom_media.compose.colours import yuv_of
from classroom_media.compose.key import Keyer
from classroom_media.compose.pictures import Picture
from classroom_media.emulate.green_screen import CLOTH, GreenScreen, Shot

WIDTH, HEIGHT = 320, 180
GREEN = yuv_of(f"#{CLOTH[0]:02x}{CLOTH[1]:02x}{CLOTH[2]:02x}")
GREY = (120, 128, 128)
BLUE_SET = (60, 170, 110)
KEYED = Slot(x=0, y=0, width=1, height=1, key=Key())


def plain(*colour: int) -> av.VideoFrame:
    frame = av.VideoFrame(WIDTH, HEIGHT, "yuv420p")
    for plane, value in zip(planes(frame), colour, strict=True):
        plane[:] = value
    return frame


def half(left: tuple[int, ...], right: tuple[int, ...]) -> av.VideoFrame:
    frame = plain(*left)
    for plane, value in zip(planes(frame), right, strict=True):
        plane[:, plane.shape[1] // 2 :] = value
    return frame


def keyed(frame: av.VideoFrame, behind: av.VideoFrame, key: Key | None = None) -> av.VideoFrame:
    out = plain(0, 0, 0)
    Keyer(key or Key(), WIDTH, HEIGHT).key(planes(frame), planes(behind), planes(out))
    return out


def at(frame: av.VideoFrame, x: float, y: float) -> tuple[int, ...]:
    return tuple(int(p[int(y * p.shape[0]), int(x * p.shape[1])]) for p in planes(frame))


def alpha_of(frame: av.VideoFrame) -> NDArray[np.float32]:
    """Give how much of the picture is left, by what shows through of black and of white."""
    dark, light = (
        planes(keyed(frame, plain(luma, 128, 128)))[0].astype(np.float32) for luma in (16, 235)
    )
    return np.asarray(1 - (light - dark) / 219, np.float32)


@pytest.fixture(scope="module")
def shots() -> list[Shot]:
    screen = GreenScreen(WIDTH, HEIGHT)
    return [screen.shot(number) for number in (0, 1, 30)]


def test_cloth_is_gone_and_a_grey_jacket_is_what_it_was() -> None:
    frame = keyed(half(GREEN, GREY), plain(*BLUE_SET))
    assert at(frame, 0.2, 0.5) == BLUE_SET
    assert at(frame, 0.8, 0.5) == GREY


@pytest.mark.parametrize("skin", [(180, 112, 148), (90, 118, 142), (40, 126, 131), (225, 128, 128)])
def test_skin_hair_and_a_white_shirt_keep_their_colours(skin: tuple[int, int, int]) -> None:
    frame = keyed(half(GREEN, skin), plain(*BLUE_SET))
    assert all(abs(a - b) <= 2 for a, b in zip(at(frame, 0.8, 0.5), skin, strict=True))


def test_noise_of_the_camera_on_the_cloth_does_not_show() -> None:
    noisy = half(GREEN, GREY)
    for plane, deviation in zip(planes(noisy), (2.5, 1.2, 1.2), strict=True):
        noise = np.random.default_rng(3).normal(0, deviation, plane.shape)
        plane[:] = np.clip(plane + noise, 0, 255)
    luma, blue, red = planes(keyed(noisy, plain(*BLUE_SET)))
    assert (luma[:, : WIDTH // 2 - 8] == BLUE_SET[0]).all()
    assert (blue[:, : WIDTH // 4 - 4] == BLUE_SET[1]).all()
    assert (red[:, : WIDTH // 4 - 4] == BLUE_SET[2]).all()


def test_half_cloth_half_hair_becomes_half_set_half_hair() -> None:
    hair = (30, 128, 128)
    mixed = tuple((a + b) // 2 for a, b in zip(GREEN, hair, strict=True))
    filmed = plain(*GREEN)
    for plane, value in zip(planes(filmed), mixed, strict=True):
        plane[:, 3 * plane.shape[1] // 4 :] = value
    frame = keyed(filmed, plain(*BLUE_SET))
    expected = [(a + b) / 2 for a, b in zip(BLUE_SET, hair, strict=True)]
    assert all(abs(a - b) <= 8 for a, b in zip(at(frame, 0.9, 0.5), expected, strict=True))


def test_a_dark_hair_that_is_too_fine_for_the_chroma_stays_dark() -> None:
    filmed = plain(*GREEN)
    planes(filmed)[0][:, 200] = 30
    luma = planes(keyed(filmed, plain(235, 128, 128)))[0]
    assert luma[90, 200] < 120
    assert luma[90, 198] == luma[90, 202] == 235


def test_green_light_is_taken_off_a_white_sleeve_and_is_left_where_that_is_not_wanted() -> None:
    tinged = (210, 126, 124)
    clean = at(keyed(half(GREEN, tinged), plain(*BLUE_SET)), 0.8, 0.5)
    assert abs(clean[1] - 128) <= 2
    assert abs(clean[2] - 128) <= 2
    left = at(keyed(half(GREEN, tinged), plain(*BLUE_SET), Key(spill=0)), 0.8, 0.5)
    assert left[1:] == tinged[1:]


def test_cloth_of_another_green_than_was_told_is_found() -> None:
    for cloth in ((120, 84, 92), (170, 60, 70), (90, 108, 100)):
        frame = keyed(half(cloth, GREY), plain(*BLUE_SET))
        assert at(frame, 0.2, 0.5) == BLUE_SET
        assert at(frame, 0.8, 0.5) == GREY


def test_a_blue_cloth_is_keyed_and_green_stays() -> None:
    blue = yuv_of("#1040b0")
    frame = keyed(half(blue, GREEN), plain(*BLUE_SET), Key(colour="#0047bb"))
    assert at(frame, 0.2, 0.5) == BLUE_SET
    assert all(abs(a - b) <= 3 for a, b in zip(at(frame, 0.8, 0.5), GREEN, strict=True))


def test_without_any_cloth_the_picture_is_as_it_came() -> None:
    assert at(keyed(plain(*GREY), plain(*BLUE_SET)), 0.5, 0.5) == GREY
    assert not Backing("#00b140", WIDTH, HEIGHT).look(planes(plain(*GREY)))


def test_the_edge_of_a_presenter_is_as_it_was_filmed(shots: list[Shot]) -> None:
    shot = shots[0]
    mixed = ((shot.alpha > 0.02) & (shot.alpha < 0.98)).astype(np.uint8)
    edge = cv2.dilate(mixed, np.ones((5, 5), np.uint8)) > 0
    error = np.abs(alpha_of(shot.frame) - shot.alpha)
    assert error[edge].mean() < 0.11  # hairs of a pixel's width are among it
    assert error[~edge].mean() < 0.001
    assert error[~edge].max() < 0.25


def test_a_presenter_who_stands_still_has_an_edge_that_does_not_flicker(shots: list[Shot]) -> None:
    first, second = (alpha_of(shot.frame) for shot in shots[:2])
    true = shots[1].alpha - shots[0].alpha
    assert np.abs(second - first - true).mean() < 0.004


def test_the_cloth_is_remembered_where_somebody_stands_now() -> None:
    backing = Backing("#00b140", WIDTH, HEIGHT)
    cloth = plain(*GREEN)
    planes(cloth)[0][:, : WIDTH // 2] -= 40  # less light on the left
    backing.look(planes(cloth))
    hidden = half(GREY, GREEN)
    backing.look(planes(hidden))
    assert abs(int(backing.luma[90, 40]) - (GREEN[0] - 40)) <= 2
    assert abs(int(backing.luma[90, 280]) - GREEN[0]) <= 2


def set_with_screen() -> tuple[Canvas, Arrangement]:
    screen = Slot(x=0.5, y=0.1, width=0.4, height=0.4)
    own = Arrangement(name="news", slots=(screen, KEYED), background="#204080")
    return Canvas(own.slots, Backgrounds(WIDTH, HEIGHT).behind(own)), own


def picture(frame: av.VideoFrame, *, whole: bool = False) -> Picture:
    return Picture(0, frame, WIDTH / HEIGHT, whole=whole)


def test_set_and_screen_show_behind_the_presenter_whichever_of_them_changes() -> None:
    canvas, own = set_with_screen()
    presenter, screen = half(GREEN, GREEN), plain(200, 128, 128)
    planes(presenter)[0][90:, :80], planes(presenter)[1][45:, :40] = 120, 128
    planes(presenter)[2][45:, :40] = 128
    front, back = picture(presenter), picture(screen)
    frame = canvas.paint([back, front])
    for shown, fresh in itertools.product((200, 90, 160), (True, False)):
        back = picture(plain(shown, 128, 128))
        front = picture(presenter) if fresh else front
        frame = canvas.paint([back, front])
        assert at(frame, 0.7, 0.3)[0] == shown
        assert at(frame, 0.9, 0.9) == yuv_of(own.background)
        assert at(frame, 0.1, 0.8)[0] == 120
    frame = canvas.paint([back, picture(plain(*GREEN))])
    assert at(frame, 0.1, 0.8) == yuv_of(own.background)  # no trace of who has gone


def test_a_keyed_picture_alone_is_never_passed_on_as_it_is() -> None:
    own = Arrangement(name="set", slots=(KEYED,), background="#204080")
    canvas = Canvas(own.slots, Backgrounds(WIDTH, HEIGHT).behind(own))
    assert at(canvas.paint([picture(plain(*GREEN))]), 0.5, 0.5) == yuv_of("#204080")


def test_a_slate_is_not_keyed_and_leaves_nothing_behind() -> None:
    canvas, own = set_with_screen()
    back = picture(plain(200, 128, 128))
    slate = picture(plain(*GREEN), whole=True)
    assert at(canvas.paint([back, slate]), 0.2, 0.5) == GREEN
    frame = canvas.paint([back, picture(plain(*GREEN))])
    assert at(frame, 0.2, 0.5) == yuv_of(own.background)
    assert at(frame, 0.7, 0.3)[0] == 200
