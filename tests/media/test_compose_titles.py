"""Titles: on air as drawn, gone without a trace, and never in the way of a picture."""

from functools import partial
from pathlib import Path

import av
import msgspec
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from classroom_media.api import (
    NS,
    Card,
    Layout,
    LowerThird,
    MediaError,
    Titles,
    TitleStyle,
)
from classroom_media.compose.canvas import planes
from classroom_media.compose.colours import frame_of
from classroom_media.compose.lettering import Lettering
from classroom_media.compose.overlay import laid_over, overlay_of
from classroom_media.compose.programme import Programme
from classroom_media.compose.titles import Titler

from .numbered import Recorded, camera, is_regular, play, spec

WIDTH, HEIGHT, FPS = 640, 360, 25
MORNING_NS = 1_700_006_400 * NS  # 2023-11-15 08:00:00 in Shanghai
TEACHER = LowerThird(name="李老师", subject="语文")
CARDS = {"opening": Card(title="春夜喜雨", lines=("三年级(2)班",)), "closing": Card(title="再见")}

Pixels = NDArray[np.uint8]


def grey(value: int = 120) -> av.VideoFrame:
    return frame_of(np.full((HEIGHT, WIDTH, 3), value, np.uint8))


def titler(**style: object) -> Titler:
    return Titler(
        TitleStyle(cards=CARDS, **style),  # type: ignore[arg-type]
        width=WIDTH,
        height=HEIGHT,
        fps=FPS,
        offset_ns=lambda: MORNING_NS,
    )


def seen(made: Titler, at_ns: int = 0, frame: av.VideoFrame | None = None) -> Pixels:
    """Give the luma of the next picture."""
    with made.over(frame or grey(), at_ns) as titled:
        return planes(titled)[0].copy()


def settled(made: Titler, at_ns: int = 0) -> Pixels:
    for _ in range(FPS):
        seen(made, at_ns)
    return seen(made, at_ns)


def changed(luma: Pixels) -> tuple[int, int, int, int]:
    """Give left, top, right and bottom of what is not the grey picture."""
    rows, columns = np.nonzero(luma != planes(grey())[0][0, 0])
    return int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1


@pytest.mark.parametrize("strength", [1.0, 0.5, 0.0])
def test_a_drawing_is_blended_as_its_alpha_says_and_taken_off_again(strength: float) -> None:
    rng = np.random.default_rng(3)
    beneath = np.repeat(np.repeat(rng.integers(0, 256, (9, 12, 3), np.uint8), 40, 0), 40, 1)
    frame = frame_of(beneath)
    before = [plane.copy() for plane in planes(frame)]
    alpha = np.repeat(np.repeat(rng.integers(0, 256, (2, 3, 1), np.uint8), 40, 0), 40, 1)
    drawing = np.concatenate([np.full((80, 120, 3), (226, 137, 59), np.uint8), alpha], 2)
    with laid_over(frame, [(overlay_of(drawing, 80, 40), strength)]):
        colour = planes(frame_of(np.full((2, 2, 3), (226, 137, 59), np.uint8)))
        for plane, was, own, step in zip(planes(frame), before, colour, (1, 2, 2), strict=True):
            area = (slice(40 // step, 120 // step), slice(80 // step, 200 // step))
            share = alpha[::step, ::step, 0] / 255 * strength
            expected = own[0, 0] * share + was[area] * (1 - share)
            assert np.abs(plane[area] - expected).max() <= 2
            outside = plane.copy()
            outside[area] = was[area]
            assert (outside == was).all()
    assert all((a == b).all() for a, b in zip(planes(frame), before, strict=True))


def test_drawings_over_each_other_are_all_taken_off_even_after_a_fault() -> None:
    frame, before = grey(), planes(grey())
    white = overlay_of(np.full((40, 40, 4), 255, np.uint8), 100, 100)
    black = overlay_of(np.tile(np.array([0, 0, 0, 200], np.uint8), (40, 40, 1)), 120, 120)

    def fail() -> None:
        with laid_over(frame, [(white, 1.0), (black, 1.0)]):
            assert planes(frame)[0][102, 102] == 235
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert all((a == b).all() for a, b in zip(planes(frame), before, strict=True))


def test_titles_do_no_harm_to_pictures_that_a_decoder_still_refers_to() -> None:
    made = titler(clock=True)
    made.show(Titles(lower_third=TEACHER, subtitle="好雨知时节"))
    packets = camera("a", seconds=2, size=(WIDTH, HEIGHT))
    clean, titled = (av.CodecContext.create("h264", "r") for _ in range(2))
    for packet in packets:
        for one, other in zip(
            clean.decode(av.Packet(packet.data)),
            titled.decode(av.Packet(packet.data)),
            strict=True,
        ):
            seen(made, frame=other)
            pairs = zip(planes(one), planes(other), strict=True)
            assert all((a == b).all() for a, b in pairs)


def test_a_lower_third_comes_and_goes_softly_and_stands_at_the_lower_left() -> None:
    made = titler()
    made.show(Titles(lower_third=TEACHER))
    strengths = [int(np.abs(seen(made).astype(int) - 120).sum()) for _ in range(8)]
    assert strengths == sorted(strengths)
    left, top, right, bottom = changed(settled(made))
    assert left == WIDTH * 0.05
    assert right < WIDTH * 0.75
    assert HEIGHT * 0.6 < top < bottom <= HEIGHT * 0.81
    made.show(Titles())
    assert (seen(made) != planes(grey())[0]).any()
    assert (settled(made) == planes(grey())[0]).all()


def test_another_name_takes_the_place_of_one_that_has_gone() -> None:
    made = titler()
    made.show(Titles(lower_third=TEACHER))
    first = settled(made)
    made.show(Titles(lower_third=LowerThird(name="王小明")))
    second = settled(made)
    assert (first != second).any()
    assert changed(second)[1] > changed(first)[1]  # no subject: a lower band


def test_the_clock_tells_the_time_of_the_picture_and_does_not_tremble() -> None:
    made = titler(clock=True)
    first, same = seen(made, NS // 10), seen(made, 9 * NS // 10)
    later, much_later = seen(made, NS), seen(made, 3 * 3600 * NS)
    assert (first == same).all()
    assert (first != later).any()
    assert changed(first) == changed(later) == changed(much_later)
    assert changed(first)[:2] == (18, 18)
    drawn = np.asarray(Lettering(WIDTH, HEIGHT).clock("11:00:00"))
    overlay = overlay_of(drawn, 18, 18)
    frame = grey()
    with laid_over(frame, [(overlay, 1.0)]):
        assert (planes(frame)[0] == much_later).all()


def test_a_clock_in_an_unknown_time_zone_is_a_clock_all_the_same() -> None:
    assert changed(seen(titler(clock=True, timezone="Moon/Tranquility")))[:2] == (18, 18)


@pytest.mark.parametrize(
    ("corner", "x", "y"),
    [("top-left", 0, 0), ("top-right", 1, 0), ("bottom-left", 0, 1), ("bottom-right", 1, 1)],
)
def test_a_logo_stands_in_its_corner_and_is_transparent_where_it_says(
    tmp_path: Path, corner: str, x: int, y: int
) -> None:
    logo = Image.new("RGBA", (300, 300), (0, 0, 0, 0))
    ImageDraw.Draw(logo).ellipse((0, 0, 299, 299), fill=(255, 255, 255, 255))
    logo.save(tmp_path / "logo.png")
    luma = seen(titler(logo=str(tmp_path / "logo.png"), logo_corner=corner))
    left, top, right, bottom = changed(luma)
    assert (right - left, bottom - top) == (36, 36)
    assert left == (18 if x == 0 else WIDTH - 18 - 36)
    assert top == (18 if y == 0 else HEIGHT - 18 - 36)
    assert luma[top + 18, left + 18] == 235
    assert luma[top, left] == planes(grey())[0][0, 0]


@pytest.mark.parametrize("content", [b"", b"\x89PNG\r\n\x1a\nand then nothing"])
def test_a_logo_that_cannot_be_read_is_left_out(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "logo.png").write_bytes(content)
    assert (seen(titler(logo=str(tmp_path / "logo.png"))) == planes(grey())[0]).all()


def test_a_card_hides_the_picture_and_then_costs_nothing() -> None:
    made = titler(clock=True)
    made.show(Titles(card="opening"))
    luma = settled(made)
    assert luma[:60].max() < 80  # no grey, no clock
    with made.over(grey(), 0) as one, made.over(grey(), 0) as other:
        assert one is other
    made.show(Titles(card="closing"))
    assert (settled(made) != luma).any()
    made.show(Titles())
    assert settled(made)[200, 320] == planes(grey())[0][0, 0]


def test_a_card_that_there_is_not_is_refused_and_changes_nothing() -> None:
    made = titler()
    with pytest.raises(MediaError, match="no card 'intermission'"):
        made.show(Titles(card="intermission", subtitle="x"))
    assert made.titles == Titles()


def test_a_card_whose_picture_is_gone_stands_on_the_gradient() -> None:
    card = Card(title="A", picture="/nowhere.png")
    drawn = Lettering(WIDTH, HEIGHT).card(card, None)
    assert drawn.size == (WIDTH, HEIGHT)


def test_long_subtitles_are_broken_into_two_lines_inside_the_picture() -> None:
    lettering = Lettering(WIDTH, HEIGHT)
    one = lettering.subtitle("好雨知时节")
    for said in ("好雨知时节当春乃发生随风潜入夜润物细无声" * 2, "good rain knows its season " * 4):
        two = lettering.subtitle(said)
        assert one.height < two.height < 2 * one.height
        assert two.width < WIDTH * 0.9


def test_a_name_that_is_far_too_long_becomes_smaller_and_is_cut_short() -> None:
    drawn = Lettering(WIDTH, HEIGHT).lower_third(LowerThird(name="很长的名字" * 16))
    assert drawn.width < WIDTH * 0.95


def test_chinese_and_latin_are_written_where_a_typeface_has_them() -> None:
    lettering = Lettering(WIDTH, HEIGHT)
    drawn = {text: lettering.subtitle(text).tobytes() for text in ("春", "夜", "A", "B")}
    assert len(set(drawn.values())) == 4


def test_the_programme_carries_titles_and_loses_no_picture() -> None:
    outlet = Recorded()
    form = spec(Layout("single", ("a",)), size=(WIDTH, HEIGHT))
    made = Programme(form, outlet)
    third = Titles(lower_third=TEACHER)
    asked = {1.0: partial(made.write, third), 2.0: partial(made.write, Titles())}
    play(made, camera("a", seconds=3, size=(WIDTH, HEIGHT)), until_s=2.8, at=asked)
    made.finish()
    assert is_regular(outlet.pictures)
    bars = [int(planes(frame)[0][250:280, 32:34].mean()) for _, frame in outlet.frames()]
    on_air = [index for index, value in enumerate(bars) if 120 < value < 190]
    assert 24 <= len(on_air) <= 40
    with pytest.raises(MediaError):
        made.write(Titles(card="opening"))


def test_a_card_goes_by_itself_when_it_is_time_and_does_not_come_again() -> None:
    titler = Titler(
        TitleStyle(cards={"opening": Card(title="Lesson")}), width=320, height=180, fps=5
    )
    frame = av.VideoFrame(320, 180, "yuv420p")
    told = Titles(card="opening", card_until_ns=2 * NS)
    titler.show(told)
    shown = []
    for tick in range(20):
        with titler.over(frame, tick * NS // 5) as titled:
            shown.append(titled is not frame)
        if tick == 15:
            titler.show(msgspec.structs.replace(told, subtitle="on"))
    assert shown[4:10] == [True] * 6
    assert shown[14:] == [False] * 6
    assert titler.titles.card == "opening"  # as told: nobody need tell it anew


def test_a_card_bears_the_heading_of_the_recording() -> None:
    def drawn(heading: str) -> bytes:
        style = TitleStyle(cards={"opening": Card(title="Lesson")})
        titler = Titler(style, width=320, height=180, fps=1)
        titler.show(Titles(card="opening", heading=heading))
        with titler.over(av.VideoFrame(320, 180, "yuv420p"), 0) as titled:
            return bytes(titled.planes[0])

    assert drawn("") == drawn("Lesson")
    assert drawn("Fractions") != drawn("Lesson")
