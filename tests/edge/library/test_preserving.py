"""A room that starts with a damaged database: people are told, and a shelf at work lists all."""

import asyncio
from contextlib import suppress
from pathlib import Path

from classroom_edge.config import Config
from classroom_edge.library.entry import Query
from classroom_edge.library.shelf import Shelf
from classroom_edge.paths import DataFolder
from classroom_edge.services.supervise import supervise
from classroom_edge.store import StoreError
from tests.edge.library.shelves import fill
from tests.edge.website import eventually


def a_shelf(data: Path) -> Shelf:
    return Shelf(
        config=Config.model_validate({"room": {"id": "room", "name": "三(2)班"}}),
        folder=DataFolder(data),
        recordings=data / "recordings",
        changed=lambda: None,
    )


async def open_and_list(shelf: Shelf, count: int, data: Path) -> list[str]:
    """Run a shelf as the daemon does until its list is whole and its copy made; give the list."""
    shelf.recover()
    async with asyncio.TaskGroup() as tasks:
        running = [
            tasks.create_task(supervise(name, shelf.services[name]))
            for name in ("store", "catalogue", "preserving")
        ]
        ids: list[str] = []
        async with asyncio.timeout(30):
            while len(ids) < count:
                with suppress(StoreError):  # it is not open yet
                    page = await shelf.catalogue.page(Query(limit=200))
                    ids = [one.id for one in page.items]
                await asyncio.sleep(0.01)
        await eventually((data / "classroom-edge.db.copy").exists, within_s=30)
        for task in running:
            task.cancel()
    # The thread that copies may hold the file a moment longer, and mend what is damaged by leaving.
    await eventually(lambda: not (data / "classroom-edge.db-wal").exists(), within_s=30)
    return ids


async def test_the_list_is_the_same_after_the_loss_and_people_are_told(tmp_path: Path) -> None:
    data = tmp_path / "data"
    fill(data / "recordings", 5)
    before = await open_and_list(first := a_shelf(data), 5, data)
    assert not list(first.preserving.findings())
    (data / "classroom-edge.db").write_bytes(b"garbled" * 2000)
    after = await open_and_list(second := a_shelf(data), 5, data)
    (told,) = second.preserving.findings()
    assert after == before
    assert told.code == "E-LIB-002"
    assert (data / told.values["file"]).is_file()
