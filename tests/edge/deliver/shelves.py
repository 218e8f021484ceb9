"""Recordings to be delivered, and a room that delivers them: as a process that can be killed.

python -m tests.edge.deliver.shelves FOLDER
"""

import asyncio
import hashlib
import random
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from classroom_edge.config import load
from classroom_edge.library.card import Consent, read_card
from classroom_edge.library.deliver.desk import DeliveryDesk
from classroom_edge.library.deliver.waiting import Patience
from classroom_edge.library.entry import Entry
from classroom_edge.library.folders import Folders
from classroom_edge.library.roots import Roots
from classroom_edge.store import Store, recordings
from classroom_media.record.manifest import Manifest, State, Track, read_manifest, write_manifest

ROOM = '[room]\nid = "r1"\nname = "Room 1"\n'
IMPATIENT = Patience(first_s=0.1, longest_s=0.5, rest_s=0.4, mend_s=0.4)
BEGAN = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


def a_recording(folder: Path, number: int, *, size: int, tracks: int = 1) -> str:
    """Put a finished recording into a folder of recordings; give its id."""
    at = BEGAN + timedelta(minutes=number)
    id_ = f"{at:%Y%m%d-%H%M%S}-{number:04x}"
    place = folder / id_
    place.mkdir(parents=True)
    names = ("programme", *(f"cam-{one}" for one in range(1, tracks)))
    chance = random.Random(number)
    made = []
    for name in names:
        data = chance.randbytes(size)
        (place / f"{name}.mp4").write_bytes(data)
        made.append(
            Track(
                name=name,
                source="" if name == "programme" else name,
                kind="picture",
                file=f"{name}.mp4",
                codec="h264",
                bytes=size,
                sha256=hashlib.sha256(data).hexdigest(),
            )
        )
    manifest = Manifest(
        id=id_,
        state=State.FINISHED,
        room="Room 1",
        title=f"分数 {number}",
        started_at=at,
        duration_s=60.0,
        tracks=tuple(made),
    )
    write_manifest(place, manifest)
    return id_


def entry_of(folder: Path) -> Entry:
    """Give a recording's line in the catalogue, as far as deliveries look at it."""
    manifest = read_manifest(folder)
    return Entry(
        id=manifest.id,
        stamp="1",
        started_at=manifest.started_at,
        state=manifest.state,
        consent=Consent(read_card(folder).standing.consent),
    )


async def shelve(store: Store, folder: Path) -> None:
    """Put every recording that is not in the catalogue there."""
    known = await store.run(recordings.stamps)
    fresh = [entry_of(one) for one in sorted(folder.iterdir()) if one.name not in known]
    await store.run(lambda db: recordings.keep(db, fresh))


@asynccontextmanager
async def a_desk(folder: Path, targets: str, **others: Any) -> AsyncIterator[DeliveryDesk]:
    """Give the desk of a room whose recordings are in ``FOLDER/recordings``; nothing runs yet."""
    (folder / "room.toml").write_text(ROOM + targets, encoding="utf-8")
    place = folder / "recordings"
    place.mkdir(exist_ok=True)
    async with Store(folder / "room.db") as store:
        await shelve(store, place)
        quiet: dict[str, Callable[[], Any]] = {
            "is_live": lambda: False,
            "changed": lambda: None,
        }
        yield DeliveryDesk(
            config=load(folder / "room.toml"),
            store=store,
            folders=Folders(Roots(place)),
            place=folder / "deliveries",
            **{"patience": IMPATIENT, "look_s": 0.2, **quiet, **others},
        )


async def deliver_for_ever(folder: Path) -> None:
    """Run a room's deliveries, and take up new recordings."""
    targets = (folder / "targets.toml").read_text("utf-8")
    async with a_desk(folder, targets) as desk, asyncio.TaskGroup() as tasks:
        for run in desk.services.values():
            tasks.create_task(run())
        while True:
            await asyncio.sleep(0.2)
            await shelve(desk.store, folder / "recordings")


if __name__ == "__main__":
    asyncio.run(deliver_for_ever(Path(sys.argv[1])))
