"""The multiview: every source in its cell, red when on the air, a slate when lost."""

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from classroom_media.monitor.cells import CAPTION, EDGE, TILE, Cells
from classroom_media.monitor.condition import Fault
from classroom_media.monitor.supply import Glimpse
from classroom_media.monitor.tiles import TileMaker
from classroom_media.monitor.wall import Standing, Wall

from .test_monitor_eyes import picture

Wide = npt.NDArray[np.uint8]

QUIET = Standing(live=True, on_air=False)
NAMES = {"teacher": "教师", "pupils": "Pupils", "slides": "课件"}


def new_wall(language: str = "en") -> Wall:
    return Wall(NAMES, language=language)


def made(wall: Wall, **standings: Standing) -> Wide:
    """Give the JPEG's pixels, (height, width, 3), BGR."""
    quiet = dict.fromkeys(NAMES, QUIET)
    coded = np.frombuffer(wall.jpeg(quiet | standings), np.uint8)
    return np.asarray(cv2.imdecode(coded, cv2.IMREAD_COLOR), np.uint8)


def shown(wall: Wall, source: str, level: int) -> None:
    tile = np.full((TILE[1], TILE[0], 3), level, np.uint8)
    wall.see(Glimpse(source, source, 1, tile[..., 0], anew=False, keys=1, tile=tile))


def tile_of(pixels: Wide, cell: int, count: int = 3) -> Wide:
    left, top = Cells(count).corner(cell)
    return pixels[top + EDGE : top + EDGE + TILE[1], left + EDGE : left + EDGE + TILE[0]]


def frame_of(pixels: Wide, cell: int) -> Wide:
    """Give the left edge of a cell's frame."""
    left, top = Cells(3).corner(cell)
    return pixels[top + 20 : top + 180, left + EDGE - 3 : left + EDGE - 1]


def caption_of(pixels: Wide, cell: int) -> Wide:
    left, top = Cells(3).corner(cell)
    top += EDGE + TILE[1]
    return pixels[top : top + CAPTION, left + EDGE : left + EDGE + TILE[0]]


@pytest.mark.parametrize(
    ("sources", "columns", "rows"),
    [(1, 1, 1), (2, 2, 1), (3, 2, 2), (4, 2, 2), (5, 3, 2), (6, 3, 2), (8, 3, 3)],
)
def test_cells_stand_in_rows_and_fill_the_picture(sources: int, columns: int, rows: int) -> None:
    found = Cells(sources)
    assert (found.columns, found.rows) == (columns, rows)
    width, height = found.size
    assert (width % columns, height % rows) == (0, 0)  # who draws over it divides evenly
    assert found.corner(sources - 1) == (
        (sources - 1) % columns * width // columns,
        (sources - 1) // columns * height // rows,
    )


def test_every_source_is_in_its_cell() -> None:
    wall = new_wall()
    for level, source in zip((60, 120, 180), NAMES, strict=True):
        shown(wall, source, level)
    pixels = made(wall)
    assert [round(float(tile_of(pixels, cell).mean()), -1) for cell in range(3)] == [60, 120, 180]


def test_what_is_on_the_air_has_a_red_frame_and_caption() -> None:
    pixels = made(new_wall(), pupils=Standing(live=True, on_air=True))
    reds = [frame_of(pixels, cell).mean(axis=(0, 1)) for cell in range(3)]
    assert [red[2] > 150 and red[0] < 80 for red in reds] == [False, True, False]
    assert caption_of(pixels, 1)[..., 2].mean() > caption_of(pixels, 0)[..., 2].mean() + 100


def test_a_lost_source_is_a_slate_and_what_was_seen_of_it_does_not_come_back() -> None:
    wall = new_wall()
    shown(wall, "teacher", 200)
    lost = made(wall, teacher=Standing(live=False, on_air=False))
    back = made(wall)
    for pixels in (lost, back):
        slate = tile_of(pixels, 0)
        assert slate.mean() < 80
        assert slate.max() > 200  # its name
    shown(wall, "teacher", 200)
    assert tile_of(made(wall), 0).mean() > 190


@pytest.mark.parametrize("language", ["zh-CN", "en", "fr"])
def test_what_is_wrong_is_written_beside_the_name(language: str) -> None:
    wall = new_wall(language=language)
    well = caption_of(made(wall), 0)
    kinds = [
        caption_of(made(wall, teacher=Standing(live=True, on_air=False, fault=fault)), 0)
        for fault in (Fault.FROZEN, Fault.BLACK)
    ]
    kinds.append(caption_of(made(wall, teacher=Standing(live=False, on_air=False)), 0))
    for words in kinds:
        assert np.abs(words[:, -40:].astype(int) - well[:, -40:]).mean() > 40
        assert np.abs(words[:, :40].astype(int) - well[:, :40]).mean() < 5
    assert len({words.tobytes() for words in kinds}) == 3


def test_a_source_that_has_no_place_leaves_no_hole_and_comes_under_another_name() -> None:
    wall = new_wall()
    for level, source in zip((60, 120, 180), NAMES, strict=True):
        shown(wall, source, level)
    before = made(wall)
    wall.arrange({"teacher": "教师", "slides": "课件"})
    closed = made(wall)
    assert [round(float(tile_of(closed, cell, 2).mean()), -1) for cell in range(2)] == [60, 180]
    assert closed.shape[:2] == Cells(2).size[::-1]
    wall.arrange(NAMES | {"pupils": "王老师"})
    again = made(wall)
    assert again.shape == before.shape
    assert np.abs(caption_of(again, 1).astype(int) - caption_of(before, 1)).mean() > 5


def test_a_long_name_is_cut_short_and_leaves_room_for_what_is_wrong() -> None:
    wall = Wall({"a": "黑板" * 30}, language="en")
    standing = {"a": Standing(live=True, on_air=False, fault=Fault.FROZEN)}
    coded = np.frombuffer(wall.jpeg(standing), np.uint8)
    pixels = np.asarray(cv2.imdecode(coded, cv2.IMREAD_COLOR), np.uint8)
    assert caption_of(pixels, 0)[4:-4, -6:, 0].mean() < 100  # amber, without letters


def test_a_picture_of_another_shape_stands_in_the_middle() -> None:
    square = picture(1023, 1)
    tile = TileMaker().tile(type(square)(1, square.frame, 1.0))
    assert tile.shape == (TILE[1], TILE[1], 3)
    wall = new_wall()
    wall.see(Glimpse("teacher", "teacher", 1, tile[..., 0], anew=False, keys=1, tile=tile))
    seen = tile_of(made(wall), 0)
    assert seen[:, :60].mean() < 40
    assert seen[:, 80:-80].mean() > 180
    assert seen[:, -60:].mean() < 40
