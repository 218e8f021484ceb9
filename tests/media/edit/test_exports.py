"""What leaves a recording besides films: packages, sound, slides; and who makes them."""

import csv
import json
import os
import signal
import subprocess
import sys
import zipfile
from pathlib import Path

import av
import msgspec
import pytest
from PIL import Image

from classroom_media.api import Card, MediaError
from classroom_media.edit.aside import clear
from classroom_media.edit.film import read_film
from classroom_media.edit.orders import (
    FilmOrder,
    Opening,
    Order,
    PackageOrder,
    Slide,
    SlidesOrder,
    SoundOrder,
    Take,
)
from classroom_media.edit.package import export_package, export_sound
from classroom_media.edit.publish import made_of
from classroom_media.edit.render import render
from classroom_media.edit.slides import export_slides
from classroom_media.record.titled import Titled
from classroom_media.workers.specs import EditProgress, EditSpec
from tests.media import films
from tests.media.edit.test_render import probed
from tests.media.edit.test_splice import heard, numbers

PDF_PAGE = b"/Type /Page\n"


@pytest.fixture
def order(tmp_path: Path) -> FilmOrder:
    """Of four seconds of a film, with a card and chapters."""
    path = tmp_path / "film.mp4"
    films.write_film(path, [films.numbered(n) for n in range(125)], films.tone(5, 0.2))
    return FilmOrder(
        takes=(Take(film=str(path), from_s=0.5, to_s=4.5, sound=str(path)),),
        into=str(tmp_path / "edit.mp4"),
        opening=Opening(card=Card(title="勾股定理"), length_s=1.0),
        chapters=(Titled(0.0, "导入"), Titled(2.0, "例题")),
        of="1",
    )


@pytest.mark.parametrize("name", ["package.zip", "package"])
def test_a_package_has_what_a_platform_asks_for(
    tmp_path: Path, order: FilmOrder, name: str
) -> None:
    order = msgspec.structs.replace(order, into="")
    known = {"title": "勾股定理", "teacher": "王老师"}
    export_package(PackageOrder(film=order, into=str(tmp_path / name), metadata=known))
    folder = tmp_path / name
    if folder.suffix == ".zip":
        folder = tmp_path / "unpacked"
        with zipfile.ZipFile(tmp_path / name) as bundle:
            assert bundle.testzip() is None
            bundle.extractall(folder)
    files = {one.name for one in folder.iterdir()}
    assert files == {"film.mp4", "cover.jpg", "metadata.json", "metadata.csv"}
    told = json.loads((folder / "metadata.json").read_text("utf-8"))
    assert (told["title"], told["duration_s"], told["width"]) == ("勾股定理", 5.0, films.WIDTH)
    assert [one["at_s"] for one in told["chapters"]] == [0.0, 1.0, 3.0]
    with (folder / "metadata.csv").open(encoding="utf-8-sig", newline="") as file:
        head, row = csv.reader(file)
    assert dict(zip(head, row, strict=True))["teacher"] == "王老师"
    with Image.open(folder / "cover.jpg") as cover:
        assert cover.size == (films.WIDTH, films.HEIGHT)
    boxes = (folder / "film.mp4").read_bytes()
    assert boxes.index(b"moov") < boxes.index(b"mdat"), "it plays while it is loaded"


def test_a_package_never_takes_the_place_of_a_folder(tmp_path: Path, order: FilmOrder) -> None:
    (tmp_path / "kept").mkdir()
    with pytest.raises(MediaError, match="there already"):
        export_package(PackageOrder(film=order, into=str(tmp_path / "kept"), metadata={}))


@pytest.mark.needs("ffmpeg")
def test_sound_alone_is_that_of_the_film_with_its_chapters(
    tmp_path: Path, order: FilmOrder
) -> None:
    made = export_sound(SoundOrder(film=order, into=str(tmp_path / "sound.m4a")))
    told = probed(tmp_path / "sound.m4a", "-show_streams", "-show_chapters", "-show_format")
    assert told["streams"][0]["codec_type"] == "audio"  # type: ignore[index]
    assert len(told["chapters"]) == 3  # type: ignore[arg-type]
    assert float(told["format"]["duration"]) == pytest.approx(5.0, abs=0.03)  # type: ignore[index]
    assert (heard(tmp_path / "sound.m4a") == heard(tmp_path / "edit.mp4")).all()
    assert made == made_of(tmp_path / "sound.m4a")


def test_a_film_that_is_there_as_it_is_ordered_is_not_made_again(
    tmp_path: Path, order: FilmOrder
) -> None:
    render(order)
    before = (tmp_path / "edit.mp4").stat().st_mtime_ns
    export_sound(SoundOrder(film=order, into=str(tmp_path / "sound.m4a")))
    assert (tmp_path / "edit.mp4").stat().st_mtime_ns == before
    changed = msgspec.structs.replace(order, of="2")
    export_sound(SoundOrder(film=changed, into=str(tmp_path / "sound.m4a")))
    assert (tmp_path / "edit.mp4").stat().st_mtime_ns != before


def test_slides_are_pictures_a_list_with_times_and_a_pdf(tmp_path: Path, order: FilmOrder) -> None:
    Image.new("RGB", (64, 36), "navy").save(tmp_path / "kept.jpg")
    film = order.takes[0].film
    slides = (
        Slide(shown_s=0.0, page=1, film=film, at_s=0.8),
        Slide(shown_s=61.5, page=2, film=film, at_s=99.0),  # behind the end: the last picture
        Slide(shown_s=3700.0, page=1, picture=str(tmp_path / "kept.jpg")),
    )
    export_slides(
        SlidesOrder(slides=slides, into=str(tmp_path / "out"), caption="第 {page} 页 {time}")
    )
    with (tmp_path / "out" / "slides.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["time"] for row in rows] == ["0:00:00", "0:01:01", "1:01:40"]
    sizes = []
    for row in rows:
        with Image.open(tmp_path / "out" / row["file"]) as picture:
            sizes.append(picture.size)
    assert sizes == [(films.WIDTH, films.HEIGHT)] * 2 + [(64, 36)]
    pdf = (tmp_path / "out" / "slides.pdf").read_bytes()
    assert pdf.startswith(b"%PDF-")
    assert pdf.count(PDF_PAGE) == 3


def started(order: Order, progress: Path) -> "subprocess.Popen[bytes]":
    """Start the editor's process."""
    child = subprocess.Popen(
        [sys.executable, "-m", "classroom_media.workers.editor"],
        stdin=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert child.stdin is not None
    with child.stdin as line:
        line.write(msgspec.json.encode(EditSpec(order=order, progress=str(progress))) + b"\n")
    return child


def test_an_editor_that_is_killed_leaves_nothing_half_and_another_begins_again(
    tmp_path: Path, order: FilmOrder
) -> None:
    long = msgspec.structs.replace(
        order, takes=order.takes * 40, lufs=-23.0, into=str(tmp_path / "edits" / "e.mp4")
    )
    (tmp_path / "edits").mkdir()
    progress = tmp_path / "progress"
    child = started(long, progress)
    while not progress.exists():
        assert child.poll() is None
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    assert not [one for one in (tmp_path / "edits").iterdir() if not one.name.startswith(".")]
    short = msgspec.structs.replace(long, takes=order.takes)
    assert started(short, progress).wait() == 0
    assert {one.name for one in (tmp_path / "edits").iterdir()} == {"e.mp4", "e.mp4.made"}
    assert numbers(tmp_path / "edits" / "e.mp4")[25:] == [n if n else 0 for n in range(13, 113)]


def test_only_what_an_editor_left_is_taken_away(tmp_path: Path) -> None:
    (tmp_path / ".sound-x1").mkdir()
    for name in (".e.mp4.part", ".e.mp4.part.new", ".e.json.4711", "e.json", "e.mp4"):
        (tmp_path / name).touch()
    clear(tmp_path)
    assert {one.name for one in tmp_path.iterdir()} == {".e.json.4711", "e.json", "e.mp4"}


def test_an_editor_says_why_it_cannot_be_done(tmp_path: Path, order: FilmOrder) -> None:
    Path(order.takes[0].film).write_bytes(b"lesson")
    assert started(order, tmp_path / "progress").wait() == 1
    told = msgspec.json.decode((tmp_path / "progress").read_bytes(), type=EditProgress)
    assert "film.mp4" in told.problem


def test_every_way_of_reading_finds_the_film_whole(tmp_path: Path, order: FilmOrder) -> None:
    render(order)
    with av.open(order.into) as container:
        assert len([*container.decode(video=0)]) == 125
    assert read_film(Path(order.into)).pictures is not None
