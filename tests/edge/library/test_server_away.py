"""A database server that goes away and comes back while a room is at work, or before it begins."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from classroom_edge.config import Config
from classroom_edge.library.entry import Query
from classroom_edge.library.shelf import Shelf
from classroom_edge.paths import DataFolder
from classroom_edge.services.supervise import supervise
from classroom_edge.store import Server, StoreError
from tests.edge.library.postgres import Cluster, cluster
from tests.edge.library.shelves import fill
from tests.edge.website import eventually
from tests.waiting import eventually_awaited

pytestmark = pytest.mark.needs("postgresql")


@asynccontextmanager
async def at_work(data: Path, place: Server) -> AsyncIterator[tuple[Shelf, list[str]]]:
    """Run what keeps the list, as the daemon does; give it, and which services failed."""
    room = {"room": {"id": "room", "name": "三(2)班"}, "store": {"url": place.url}}
    shelf = Shelf(
        config=Config.model_validate(room),
        folder=DataFolder(data),
        recordings=data / "recordings",
        changed=lambda: None,
    )
    shelf.database.looks_every_s = 0.05
    failed: list[str] = []

    def report(name: str, problem: str) -> None:
        if problem:
            failed.append(name)

    async with asyncio.TaskGroup() as tasks:
        names = ("store", "catalogue", "keeping")
        running = [tasks.create_task(supervise(one, shelf.services[one], report)) for one in names]
        yield shelf, failed
        for task in running:
            task.cancel()


async def count(shelf: Shelf) -> int:
    try:
        return (await shelf.catalogue.page(Query())).total
    except StoreError:
        return -1


def told(shelf: Shelf) -> list[str]:
    return [one.code for one in shelf.findings()]


async def listed(shelf: Shelf, number: int) -> None:
    async def are() -> bool:
        return await count(shelf) == number

    await eventually_awaited(are, within_s=30)


async def test_a_server_that_was_away_is_waited_for_and_nothing_needs_a_restart(
    tmp_path: Path,
) -> None:
    with cluster() as server:
        place = server.database()
        fill(tmp_path / "recordings", 3)
        async with at_work(tmp_path, place) as (shelf, failed):
            await listed(shelf, 3)
            await asyncio.to_thread(server.stop)
            assert await count(shelf) == -1
            await eventually(lambda: told(shelf) == ["E-LIB-004"])
            fill(tmp_path / "recordings", 5, seed=8)  # lessons go on meanwhile
            shelf.catalogue.touch("20240902-000000-000000")
            await asyncio.to_thread(server.start)
            await listed(shelf, 8)
            await eventually(lambda: told(shelf) == [])
            assert failed == []
        await _begun_without(server, tmp_path, place)


async def _begun_without(server: Cluster, data: Path, place: Server) -> None:
    """A room that starts while the server is away lists all once that is there."""
    await asyncio.to_thread(server.stop)
    async with at_work(data, place) as (shelf, failed):
        await eventually(lambda: told(shelf) == ["E-LIB-004"])
        await asyncio.to_thread(server.start)
        await listed(shelf, 8)
        await eventually(lambda: told(shelf) == [])
        assert failed == []
