"""A manifest that is lost, empty or garbled is made again from the journal, and listed.

The recording is real, and so is the finisher.
"""

import asyncio
from pathlib import Path

import pytest

from classroom_edge.library.catalogue import Catalogue
from classroom_edge.library.entry import Entry, Query
from classroom_edge.library.roots import Roots
from classroom_edge.services.finishing import FinishingService
from classroom_edge.services.places import Places
from classroom_edge.store import Store
from classroom_media.record.finish import finish
from classroom_media.record.journal import Marked, RecordingStopped
from classroom_media.record.manifest import MANIFEST_FILE, State, read_manifest
from tests.media.record_scene import START_NS, Room, pictures
from tests.waiting import eventually_async, eventually_awaited

NS = 1_000_000_000
ID = "20261123-100000-5c1a"
HURT = {"lost": None, "empty": b"", "cut": b'{"id": "r", "state', "garbled": bytes(range(256))}


def recorded(folder: Path) -> Path:
    """Record three seconds with a mark, and finish them."""
    place = folder / ID
    place.mkdir(parents=True)
    room = Room(place)
    room.begin(START_NS)
    room.feed_up_to(START_NS + 3 * NS, pictures(90))
    room.note(Marked(at_ns=START_NS + NS, text="homework"))
    room.end(START_NS + 3 * NS)
    room.note(RecordingStopped(at_ns=START_NS + 3 * NS))
    finish(place)
    return place


async def listed(catalogue: Catalogue) -> Entry:
    (one,) = (await catalogue.page(Query())).items
    return one


@pytest.mark.parametrize(
    ("how", "by_command"),
    [("lost", False), ("lost", True), ("empty", False), ("cut", False), ("garbled", True)],
)
async def test_it_is_listed_again_with_its_tracks_and_marks(
    tmp_path: Path, how: str, *, by_command: bool
) -> None:
    place = recorded(tmp_path / "recordings")
    service = FinishingService(
        places=Places(tmp_path / "recordings"),
        runtime=tmp_path,
        log=tmp_path / "log",
        changed=lambda: None,
    )
    before = read_manifest(place)
    async with Store(tmp_path / "room.db") as store:
        roots = Roots(tmp_path / "recordings")
        catalogue = Catalogue(roots=roots, store=store, damaged=service.finish_again)
        await catalogue.scan()
        assert (await listed(catalogue)).state == State.FINISHED
        (place / MANIFEST_FILE).unlink()
        if (garbled := HURT[how]) is not None:
            (place / MANIFEST_FILE).write_bytes(garbled)
        if by_command:  # another process finds it first, and can make nothing again
            await Catalogue(roots=roots, store=store).scan(anew=True)

        async def is_back() -> bool:
            await catalogue.scan()
            return (await listed(catalogue)).state == State.FINISHED

        async with asyncio.TaskGroup() as tasks:
            running = tasks.create_task(service.run())
            await eventually_awaited(is_back, within_s=60)
            await eventually_async(lambda: not service.waiting)
            running.cancel()
        entry = await listed(catalogue)
    assert (entry.tracks, entry.marks) == (("cam",), 1)
    assert read_manifest(place).tracks == before.tracks
    assert read_manifest(place).marks == before.marks
    aside = [one.read_bytes() for one in place.glob(f"{MANIFEST_FILE}.damaged-*")]
    assert aside == ([] if garbled is None else [garbled])
