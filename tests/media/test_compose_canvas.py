"""Composing: what stands where, in which colours, and what is left untouched."""

import av
import numpy as np
import pytest
from av.video.reformatter import ColorRange

from classroom_media.api import Layout
from classroom_media.compose.canvas import BLACK, BORDER, Canvas, Fitter, planes
from classroom_media.compose.layouts import arrangement, box
from classroom_media.compose.pictures import Picture
from classroom_media.compose.preview import Preview
from classroom_media.compose.slates import backdrop

WIDTH, HEIGHT = 640, 360


def plain(y: int, *, width: int = WIDTH, height: int = HEIGHT, u: int = 128) -> Picture:
    frame = av.VideoFrame(width, height, "yuv420p")
    for plane, value in zip(planes(frame), (y, u, 128), strict=True):
        plane[:] = value
    return Picture(0, frame, width / height)


def canvas(name: str, slots: int) -> Canvas:
    layout = Layout(name, ("a", "b")[:slots])
    return Canvas(arrangement(layout), WIDTH, HEIGHT, backdrop(WIDTH, HEIGHT))


def at(frame: av.VideoFrame, x: float, y: float) -> tuple[int, ...]:
    """Give Y, Cb, Cr at a place in fractions."""
    return tuple(int(p[int(y * p.shape[0]), int(x * p.shape[1])]) for p in planes(frame))


def test_one_source_of_the_programmes_size_is_passed_on_by_reference() -> None:
    picture = plain(90)
    assert canvas("single", 1).paint([picture]) is picture.frame


def test_another_size_is_scaled_and_another_shape_gets_black_bars() -> None:
    single = canvas("single", 1)
    scaled = single.paint([plain(90, width=1920, height=1080)])
    assert (scaled.width, scaled.height, at(scaled, 0.5, 0.5)[0]) == (WIDTH, HEIGHT, 90)
    boxed = single.paint([plain(90, width=480, height=360, u=100)])
    assert at(boxed, 0.5, 0.5) == (90, 100, 128)
    assert at(boxed, 0.05, 0.5) == at(boxed, 0.95, 0.5) == BLACK


def test_side_by_side_shows_both_on_a_backdrop() -> None:
    frame = canvas("side-by-side", 2).paint([plain(90, u=100), plain(180, u=150)])
    assert at(frame, 0.25, 0.5) == (90, 100, 128)
    assert at(frame, 0.75, 0.5) == (180, 150, 128)
    assert at(frame, 0.25, 0.05)[0] < 50


def test_the_inset_lies_over_the_big_picture_with_a_border_around_it() -> None:
    picture_in_picture = canvas("picture-in-picture", 2)
    big, inset = plain(90), plain(180, u=150)
    frame = picture_in_picture.paint([big, inset])
    slot = arrangement(Layout("picture-in-picture", ("a", "b"))).slots[1]
    place = box(slot, WIDTH, HEIGHT, 16 / 9)
    luma = planes(frame)[0]
    assert at(frame, 0.3, 0.3) == (90, 128, 128)
    inside = luma[place.y : place.y + place.height, place.x : place.x + place.width]
    assert (inside == 180).all()
    assert luma[place.y - 1, place.x - 1] == luma[place.y + place.height, place.x + 9] == BORDER[0]
    assert luma[place.y - 3, place.x] == 90
    assert (planes(big.frame)[0] == 90).all()  # a decoder still refers to it


def test_a_new_big_picture_does_not_paint_over_the_inset() -> None:
    picture_in_picture = canvas("picture-in-picture", 2)
    inset = plain(180)
    picture_in_picture.paint([plain(90), inset])
    frame = picture_in_picture.paint([plain(60), inset])
    assert at(frame, 0.3, 0.3)[0] == 60
    assert at(frame, 0.85, 0.85)[0] == 180


def test_a_new_inset_shows_while_the_big_picture_stands_still() -> None:
    picture_in_picture = canvas("picture-in-picture", 2)
    big = plain(90)
    picture_in_picture.paint([big, plain(180)])
    assert at(picture_in_picture.paint([big, plain(150)]), 0.85, 0.85)[0] == 150


def test_a_source_that_changes_its_shape_leaves_nothing_behind() -> None:
    picture_in_picture = canvas("picture-in-picture", 2)
    big = plain(90)
    picture_in_picture.paint([big, plain(180)])
    frame = picture_in_picture.paint([big, plain(180, width=120, height=160)])
    assert at(frame, 0.74, 0.85)[0] == 90
    assert at(frame, 0.95, 0.85)[0] == 180


@pytest.mark.parametrize("form", ["yuvj420p", "nv12", "yuv422p", "rgb24"])
def test_white_is_white_in_limited_range_whatever_a_decoder_gives(form: str) -> None:
    white = av.VideoFrame.from_ndarray(np.full((HEIGHT, WIDTH, 3), 255, np.uint8), "rgb24")
    fitted = Fitter().fit(white.reformat(format=form), WIDTH, HEIGHT)
    assert fitted.format.name == "yuv420p"
    assert all(abs(a - b) <= 1 for a, b in zip(at(fitted, 0.5, 0.5), (235, 128, 128), strict=True))


def test_full_range_that_only_its_tag_tells_is_brought_to_limited_range() -> None:
    picture = plain(255)
    picture.frame.color_range = ColorRange.JPEG
    assert abs(at(Fitter().fit(picture.frame, WIDTH, HEIGHT), 0.5, 0.5)[0] - 235) <= 1


def test_colours_of_an_old_camera_are_those_of_the_programme() -> None:
    red = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    red[..., 0] = 255
    old = av.VideoFrame.from_ndarray(red, "rgb24").reformat(
        format="yuv420p", dst_colorspace="ITU601"
    )
    old.colorspace = 6  # as a decoder tags SMPTE 170M
    fitted = Fitter().fit(old, WIDTH, HEIGHT)
    new = (63, 102, 240)  # red in BT.709; in BT.601 it is 81, 90, 240
    assert all(abs(a - b) <= 2 for a, b in zip(at(fitted, 0.5, 0.5), new, strict=True))


def test_the_preview_is_a_small_jpeg_in_the_right_colours() -> None:
    picture = plain(63, u=102)
    planes(picture.frame)[2][:] = 240
    jpeg = Preview().jpeg(picture.frame)
    codec = av.CodecContext.create("mjpeg", "r")
    frame = codec.decode(av.Packet(jpeg))[0]
    assert (frame.width, frame.height) == (640, 360)
    red, green, blue = frame.to_ndarray(format="rgb24")[180, 320]
    assert red > 245
    assert max(green, blue) < 12
