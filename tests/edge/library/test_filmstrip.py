"""Filmstrips: made of real films, and for older recordings when there is time."""

import asyncio
from pathlib import Path

import msgspec
import pytest
from PIL import Image

from classroom_edge.services.finishing import FinishingService
from classroom_edge.services.places import Places
from classroom_media.record.filmstrip import FILMSTRIP_FILE, adorn
from classroom_media.record.manifest import (
    Filmstrip,
    Manifest,
    State,
    Track,
    read_manifest,
    write_manifest,
)
from tests.edge.library.shelves import BEGIN
from tests.edge.library.strip_film import COLOURS, colours_of, film

ID = "20261122-101500-3f2a"
SECONDS = len(COLOURS)


def recorded(folder: Path, *, picture: bool = True) -> Path:
    """A finished recording of some seconds, each of its own colour, without a filmstrip."""
    place = folder / ID
    place.mkdir(parents=True)
    track = Track(
        name="programme",
        source="",
        kind="programme",
        file="programme.mp4",
        codec="h264+aac",
        duration_s=float(SECONDS),
        width=320 if picture else 0,
        height=180 if picture else 0,
        fps=25.0,
    )
    if picture:
        film(place / track.file)
    manifest = Manifest(
        id=ID,
        state=State.FINISHED,
        room="room",
        title="",
        started_at=BEGIN,
        duration_s=float(SECONDS),
        tracks=(track,),
    )
    write_manifest(place, manifest)
    return place


def test_each_picture_shows_its_second(tmp_path: Path) -> None:
    place = recorded(tmp_path)
    strip = adorn(place).filmstrip
    assert strip is not None
    assert (strip.count, strip.every_s, strip.columns, strip.rows) == (SECONDS, 1.0, SECONDS, 1)
    with Image.open(place / FILMSTRIP_FILE) as sheet:
        assert sheet.format == "JPEG"
        assert sheet.size == (strip.columns * strip.width, strip.rows * strip.height)
        assert colours_of(sheet, strip) == COLOURS
    assert (place / read_manifest(place).thumbnail).is_file()


def test_a_recording_that_is_not_whole_has_one_too(tmp_path: Path) -> None:
    place = recorded(tmp_path)
    write_manifest(place, msgspec.structs.replace(read_manifest(place), state=State.INCOMPLETE))
    assert adorn(place).filmstrip is not None


def test_made_once_it_stays(tmp_path: Path) -> None:
    place = recorded(tmp_path)
    adorn(place)
    before = (place / FILMSTRIP_FILE).stat()
    adorn(place)
    assert (place / FILMSTRIP_FILE).stat() == before


def test_a_recording_without_a_picture_is_not_tried_again(tmp_path: Path) -> None:
    place = recorded(tmp_path, picture=False)
    assert adorn(place).filmstrip == Filmstrip()
    assert not (place / FILMSTRIP_FILE).exists()


def test_a_film_that_cannot_be_read_leaves_the_recording_as_it_is(tmp_path: Path) -> None:
    place = recorded(tmp_path)
    (place / "programme.mp4").write_bytes(b"no film")
    manifest = adorn(place)
    assert manifest.filmstrip == Filmstrip()
    assert manifest.state is State.FINISHED


@pytest.mark.parametrize("is_busy", [False, True])
async def test_older_recordings_get_theirs_when_nothing_is_recorded(
    tmp_path: Path, is_busy: bool
) -> None:
    place, busy = recorded(tmp_path / "recordings"), [is_busy]
    done = asyncio.Event()
    service = FinishingService(
        places=Places(tmp_path / "recordings"),
        runtime=tmp_path,
        log=tmp_path / "log",
        changed=lambda: None,
        done=lambda _manifest: done.set(),
        is_idle=lambda: not busy[0],
        idle_s=0.1,
    )
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(service.run())
        service.look_later(place)
        if is_busy:
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.5):
                    await done.wait()
            busy[0] = False
        async with asyncio.timeout(60):
            await done.wait()
        running.cancel()
    assert read_manifest(place).filmstrip is not None
    assert msgspec.to_builtins(read_manifest(place).filmstrip)["count"] == SECONDS
