#!/usr/bin/env python3
"""The list of a room with thousands of recordings: its first page, pages behind it, a search.

    python benchmarks/library_page.py [--recordings 5000] [--seed 7] [--quick] [--json]

Folders with manifests as a recorder writes them are made from a seed. On SQLite, and on a
PostgreSQL server of its own where Debian's is installed, they are catalogued from nothing, looked
at again unchanged, and asked for over the API of the web layer, without a network between: what
is timed is the server's part, to the last byte of the JSON.

Exit status 1 when a page or a search took a second or longer, or what was found is not what the
seed says is there.
"""

import argparse
import asyncio
import json
import sys
import tempfile
import time
from collections.abc import Awaitable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any, Final

import httpx2

sys.path.insert(0, str(Path(__file__).parent.parent))

from classroom_edge.config import Config
from classroom_edge.library.shelf import Shelf
from classroom_edge.parts import runs_here
from classroom_edge.paths import DataFolder
from classroom_edge.web.server import create_app
from classroom_media.record.manifest import Manifest
from tests.edge.library.postgres import cluster
from tests.edge.library.shelves import fill
from tests.edge.pretend_room import PretendRoom

GOAL_S: Final = 1.0
ROUNDS: Final = 7
QUICK: Final = 400  # recordings
SEARCHES: Final = {
    "first page": {},
    "search, Chinese": {"q": "分数 重点"},
    "search, nothing": {"q": "没有这节课"},
    "search, %": {"q": "100%"},
    "teacher and days": {"teacher": "李芳", "from": "2024-10-01", "to": "2025-06-30"},
    "incomplete": {"state": "incomplete"},
}


class Room(PretendRoom):
    """A room with a shelf of its own."""

    def __init__(self, recordings: Path, shelf: Shelf) -> None:
        super().__init__(recordings)
        self._own = shelf

    @property
    def shelf(self) -> Shelf:
        """The shelf that is measured."""
        return self._own


def main(arguments: Sequence[str]) -> int:
    """Measure; give the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--recordings", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args(arguments)
    count = QUICK if given.quick else given.recordings
    with tempfile.TemporaryDirectory() as top:
        recordings = Path(top) / "recordings"
        made = fill(recordings, count, seed=given.seed)
        found = {
            name: asyncio.run(measured(Path(top) / name, recordings, url, made))
            for name, url in databases()
        }
    good = all(one["good"] for one in found.values())
    if given.json:
        print(json.dumps({"recordings": count, "good": good, "databases": found}, indent=2))
    else:
        tell(count, found)
    return 0 if good else 1


@contextmanager
def _server() -> Iterator[str]:
    with cluster() as server:
        yield server.database().url


def databases() -> Iterator[tuple[str, str]]:
    """Give each kind of database that there is, with its address; "" = a file."""
    yield "sqlite", ""
    if runs_here("postgresql"):
        with _server() as url:
            yield "postgresql", url


async def measured(
    data: Path, recordings: Path, url: str, made: Sequence[Manifest]
) -> dict[str, Any]:
    """Measure one kind of database, in milliseconds."""
    store = {"store": {"url": url}} if url else {}
    config = Config.model_validate({"room": {"id": "room", "name": "三(2)班"}} | store)
    shelf = Shelf(
        config=config, folder=DataFolder(data), recordings=recordings, changed=lambda: None
    )
    async with shelf.store:
        anew_s = await _timed(shelf.catalogue.take_up())
        again_s = await _timed(shelf.catalogue.scan())
        rescan_s = await _timed(shelf.catalogue.scan(anew=True))
        app = create_app(Room(recordings, shelf), config, data)
        transport = httpx2.ASGITransport(app=app)
        async with (
            app.router.lifespan_context(app),
            httpx2.AsyncClient(transport=transport, base_url="http://localhost:8088") as client,
        ):
            asked = {name: await _asked(client, search) for name, search in SEARCHES.items()}
            asked["every page"] = await _walked(client, len(made))
    worst_ms = max(one["worst_ms"] for one in asked.values())
    right = asked["first page"]["total"] == asked["every page"]["total"] == len(made)
    wanted = sum(
        1 for one in made if "分数" in one.title and any(mark.text == "重点" for mark in one.marks)
    )
    right &= asked["search, nothing"]["total"] == 0
    right &= asked["search, Chinese"]["total"] >= wanted  # a note may have the word, too
    return {
        "good": right and worst_ms < GOAL_S * 1000,
        "catalogued_s": round(anew_s, 2),
        "looked_at_again_s": round(again_s, 3),
        "rescan_s": round(rescan_s, 2),
        "asked": asked,
    }


async def _timed(work: Awaitable[object]) -> float:
    began_s = time.perf_counter()
    await work
    return time.perf_counter() - began_s


async def _asked(client: httpx2.AsyncClient, search: dict[str, str]) -> dict[str, Any]:
    """Ask for the first page several times."""
    took: list[float] = []
    total = 0
    for _round in range(ROUNDS):
        began_s = time.perf_counter()
        answer = await client.get("/api/v1/library", params=search)
        took.append((time.perf_counter() - began_s) * 1000)
        total = answer.raise_for_status().json()["total"]
    return _figures(took, total)


async def _walked(client: httpx2.AsyncClient, count: int) -> dict[str, Any]:
    """Ask for every page, one after the other; nothing may come twice or be left out."""
    took: list[float] = []
    seen: set[str] = set()
    after = ""
    for _page in range(count // 200 + 1):
        began_s = time.perf_counter()
        answer = await client.get("/api/v1/library", params={"after": after, "limit": 200})
        took.append((time.perf_counter() - began_s) * 1000)
        page = answer.raise_for_status().json()
        seen |= {one["id"] for one in page["items"]}
        after = page["next"]
        if not after:
            break
    return _figures(took, len(seen))


def _figures(took_ms: Sequence[float], total: int) -> dict[str, Any]:
    return {
        "median_ms": round(median(took_ms), 1),
        "worst_ms": round(max(took_ms), 1),
        "total": total,
    }


def tell(count: int, found: dict[str, dict[str, Any]]) -> None:
    """Write it for people."""
    for name, one in found.items():
        print(f"{name}, {count} recordings: {'good' if one['good'] else 'NOT GOOD'}")
        for what in ("catalogued_s", "looked_at_again_s", "rescan_s"):
            print(f"  {what.removesuffix('_s').replace('_', ' '):<20} {one[what]:8.2f} s")
        for what, figures in one["asked"].items():
            print(
                f"  {what:<20} {figures['median_ms']:8.1f} ms, at worst {figures['worst_ms']:.1f},"
                f" {figures['total']} found"
            )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
