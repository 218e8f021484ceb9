"""Composing: what stands where, in which colours, and what is left untouched."""

from pathlib import Path

import av
import numpy as np
import pytest
from av.video.reformatter import ColorRange
from PIL import Image

from classroom_media.api import Arrangement, Crop, Layout, Slot
from classroom_media.compose.backgrounds import Backgrounds
from classroom_media.compose.canvas import Canvas, Fitter, planes
from classroom_media.compose.colours import BLACK, yuv_of
from classroom_media.compose.layouts import arrangement, box
from classroom_media.compose.pictures import Picture
from classroom_media.compose.preview import Preview
from classroom_media.compose.slates import Slates

WIDTH, HEIGHT = 640, 360


def plain(y: int, *, width: int = WIDTH, height: int = HEIGHT, u: int = 128) -> Picture:
    frame = av.VideoFrame(width, height, "yuv420p")
    for plane, value in zip(planes(frame), (y, u, 128), strict=True):
        plane[:] = value
    return Picture(0, frame, width / height)


def canvas(name: str, slots: int) -> Canvas:
    found = arrangement(Layout(name, ("a", "b")[:slots]))
    return Canvas(found.slots, Backgrounds(WIDTH, HEIGHT).behind(found))


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
    assert (
        luma[place.y - 1, place.x - 1]
        == luma[place.y + place.height, place.x + 9]
        == yuv_of(slot.border_colour)[0]
    )
    assert luma[place.y - 3, place.x] == 90
    assert (planes(big.frame)[0] == 90).all()  # a decoder still refers to it


def test_the_inset_is_laid_over_the_big_picture_for_a_while_as_if_it_were_painted() -> None:
    big, inset = plain(90), plain(180, u=150)
    painted = canvas("picture-in-picture", 2).paint([big, inset])
    with canvas("picture-in-picture", 2).composed([big, inset]) as frame:
        assert frame is big.frame  # nothing was copied
        for ours, theirs in zip(planes(frame), planes(painted), strict=True):
            assert (ours == theirs).all()
    assert [set(plane.ravel()) for plane in planes(big.frame)] == [{90}, {128}, {128}]


def test_one_picture_in_both_places_is_not_its_own_inset() -> None:
    both = halves()
    with canvas("picture-in-picture", 2).composed([both, both]) as frame:
        assert at(frame, 0.94, 0.85)[0] == at(frame, 0.6, 0.3)[0]
        assert at(frame, 0.76, 0.85)[0] == at(frame, 0.3, 0.3)[0]


def test_what_does_not_fill_the_picture_is_composed_on_a_backdrop() -> None:
    sources = [plain(90), plain(180)]
    painted = canvas("side-by-side", 2).paint(sources)
    with canvas("side-by-side", 2).composed(sources) as frame:
        assert frame not in [source.frame for source in sources]
        for ours, theirs in zip(planes(frame), planes(painted), strict=True):
            assert (ours == theirs).all()


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


def halves(form: str = "yuv420p", *, range_: ColorRange = ColorRange.MPEG) -> Picture:
    """Give a picture whose left half is grey and whose right half is white."""
    grey = np.full((HEIGHT, WIDTH, 3), 90, np.uint8)
    grey[:, WIDTH // 2 :] = 255
    frame = av.VideoFrame.from_ndarray(grey, "rgb24").reformat(
        format=form, dst_colorspace="ITU709", dst_color_range=range_
    )
    return Picture(0, frame, WIDTH / HEIGHT)


@pytest.mark.parametrize(
    ("form", "range_"),
    [("yuv420p", ColorRange.MPEG), ("yuvj420p", ColorRange.JPEG), ("yuvj422p", ColorRange.JPEG)],
)
def test_a_crop_shows_a_part_in_its_true_colours(form: str, range_: ColorRange) -> None:
    slot = Slot(x=0, y=0, width=1, height=1, crop=Crop(x=0.6, width=0.4, height=0.4))
    black = Arrangement(name="part", slots=(slot,))
    frame = Canvas(black.slots, Backgrounds(WIDTH, HEIGHT).behind(black)).paint(
        [halves(form, range_=range_)]
    )
    assert abs(int(planes(frame)[0].min()) - 235) <= 2
    assert all(abs(chroma - 128) <= 1 for chroma in at(frame, 0.5, 0.5)[1:])


def test_the_column_beside_the_screen_is_filled_and_a_slate_in_it_is_not_cropped() -> None:
    beside = canvas("picture-beside-screen", 2)
    frame = beside.paint([plain(90), plain(180)])
    assert at(frame, 0.785, 0.14)[0] == at(frame, 0.975, 0.86)[0] == 180
    slot = arrangement(Layout("picture-beside-screen", ("a", "b"))).slots[1]
    place = box(slot, WIDTH, HEIGHT, 16 / 9)
    drawn = Slates({}, language="en").slate("b", place.width, place.height, 0.5)
    slate = Picture(0, drawn.frame, place.width / place.height, whole=True)
    painted = planes(beside.paint([plain(90), slate]))[0]
    rows, columns = slice(place.y, place.y + place.height), slice(place.x, place.x + place.width)
    assert (painted[rows, columns] == planes(slate.frame)[0]).all()


def test_a_new_picture_paints_nothing_that_it_does_not_touch() -> None:
    grid = canvas("side-by-side", 2)
    left, right = plain(90), plain(180)
    frame = grid.paint([left, right])
    planes(frame)[0][180, 480] = 7  # in the right picture
    assert planes(grid.paint([plain(60), right]))[0][180, 480] == 7


@pytest.mark.parametrize(
    ("arrangement_", "expected"),
    [
        (Arrangement(name="own", slots=(), background="#ff0000"), (63, 102, 240)),
        (Arrangement(name="own", slots=(), background="#ffffff"), (235, 128, 128)),
        (Arrangement(name="own", slots=(), background="gradient"), (49, 130, 126)),
        (Arrangement(name="own", slots=(), picture="/nowhere.png"), (49, 130, 126)),
    ],
)
def test_a_background_is_a_colour_or_the_gradient(
    arrangement_: Arrangement, expected: tuple[int, int, int]
) -> None:
    frame = Backgrounds(WIDTH, HEIGHT).behind(arrangement_)
    assert all(abs(a - b) <= 8 for a, b in zip(at(frame, 0.5, 0.5), expected, strict=True))


def test_a_background_picture_covers_everything_whatever_its_shape(tmp_path: Path) -> None:
    path = tmp_path / "studio.png"
    Image.new("RGBA", (90, 90), (255, 0, 0, 255)).save(path)
    frame = Backgrounds(WIDTH, HEIGHT).behind(Arrangement(name="own", slots=(), picture=str(path)))
    for x, y in ((0.0, 0.0), (0.99, 0.99)):
        assert all(abs(a - b) <= 2 for a, b in zip(at(frame, x, y), (63, 102, 240), strict=True))


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


def test_fine_stripes_become_their_mean_and_no_pattern_when_a_picture_is_scaled_far_down() -> None:
    frame = plain(90, width=1920, height=1080).frame
    for plane in planes(frame):
        plane[:, ::2], plane[:, 1::2] = 80, 160
    small = Fitter().fit(frame, 332, 188)
    for plane in planes(small):
        assert 117 <= int(plane.min()) <= int(plane.max()) <= 123
