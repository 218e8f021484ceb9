"""A shelf is a folder: it is found again as it was left, at any moment, whatever the disk does."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from classroom_media.live.hls import playlist
from classroom_media.live.hls.log import LOG_FILE
from classroom_media.live.hls.package import Part
from classroom_media.live.hls.shelf import Shelf
from tests.media.live.hls.lessons import packaged, reel, sent

EPOCH = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)


def filled(folder: Path, pieces: int) -> Shelf:
    shelf = Shelf(folder)
    for piece in packaged(sent(reel()))[:pieces]:
        shelf.put(piece)
    return shelf


@pytest.mark.parametrize("pieces", [0, 1, 2, 9, 11, 12, 26, 40])
def test_a_shelf_whose_process_died_is_found_again_with_every_part(
    tmp_path: Path, pieces: int
) -> None:
    left = filled(tmp_path, pieces)
    found = Shelf(tmp_path)
    assert playlist.live(found, EPOCH) == playlist.live(left, EPOCH)
    assert playlist.lesson(found, EPOCH) == playlist.lesson(left, EPOCH)
    recent = [*left.complete[-3:], *([left.open] if left.open else [])]
    names = [part.name for segment in recent for part in segment.parts]
    assert [found.data(name) for name in names] == [left.data(name) for name in names]
    assert (found.codecs, found.size, found.bits) == (left.codecs, left.size, left.bits)


def test_it_goes_on_with_the_numbers_that_were_given_out(tmp_path: Path) -> None:
    left = filled(tmp_path, 26)
    found = Shelf(tmp_path)
    for piece in packaged(sent(reel()))[26:]:
        found.put(piece)
        left.put(piece)
    assert playlist.live(found, EPOCH) == playlist.live(left, EPOCH)


@pytest.mark.parametrize("lost", [1, 700])
def test_what_a_power_cut_took_of_the_last_part_is_left_out(tmp_path: Path, lost: int) -> None:
    filled(tmp_path, 26)
    newest = tmp_path / "segment-2.m4s"
    newest.write_bytes(newest.read_bytes()[:-lost])
    found = Shelf(tmp_path)
    assert found.newest() == (2, 4)
    assert found.next_part == "part-24.m4s"
    assert len(Shelf(tmp_path).complete) == 2


def test_a_line_that_is_torn_ends_the_log(tmp_path: Path) -> None:
    filled(tmp_path, 26)
    log = tmp_path / LOG_FILE
    log.write_bytes(log.read_bytes()[:-7])
    assert Shelf(tmp_path).newest() == (2, 4)
    assert Shelf(tmp_path).newest() == (2, 4)  # what was torn is gone for good


def test_a_lesson_that_is_over_stays_over(tmp_path: Path) -> None:
    filled(tmp_path, 41).end()
    found = Shelf(tmp_path)
    assert found.ended
    assert playlist.lesson(found, EPOCH).endswith("#EXT-X-ENDLIST\n")
    assert playlist.lesson(found, EPOCH).count("#EXTINF") == 4


def test_a_disk_that_fails_for_a_while_costs_those_who_come_later_one_segment(
    tmp_path: Path,
) -> None:
    (tmp_path / "segment-1.m4s").mkdir()  # nothing can be written there
    shelf = Shelf(tmp_path)
    pieces = packaged(sent(reel()))
    for piece in pieces[:15]:
        shelf.put(piece)
    assert shelf.problem
    newest = pieces[14]
    assert isinstance(newest, Part)
    assert shelf.data("part-13.m4s") == newest.data
    for piece in pieces[15:]:
        shelf.put(piece)
    shelf.end()
    assert not shelf.problem
    assert playlist.live(shelf, EPOCH).count("#EXTINF") == 4
    for one in (shelf, Shelf(tmp_path)):
        names = [segment.name for segment in one.kept()]
        assert names == ["segment-0.m4s", "segment-2.m4s", "segment-3.m4s"]
