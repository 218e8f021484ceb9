"""Recordings on disk for tests of keeping: true manifests, small files, receipts, a store."""

import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from classroom_edge.config import Config
from classroom_edge.library.card import Card, write_card
from classroom_edge.library.catalogue import Catalogue
from classroom_edge.library.deliver.receipts import Delivered, add_receipt
from classroom_edge.library.deliver.target import Proof, Receipt
from classroom_edge.library.keeping.erasing import Erasing
from classroom_edge.library.keeping.forecast import Coming
from classroom_edge.library.keeping.service import Keeping
from classroom_edge.library.roots import Roots
from classroom_edge.paths import DataFolder
from classroom_edge.room import Who
from classroom_edge.store import Store
from classroom_media.record.manifest import Manifest, State, Track, write_manifest

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)
LI = Who(name="person:li")
NAS = {
    "id": "nas",
    "name": "NAS",
    "kind": "folder",
    "url": "/mnt/nas",
    "what": "all",
    "automatic": True,
    "least_consent": "internal",
}
STAGE = NAS | {
    "id": "tv",
    "name": "TV",
    "kind": "rtmp",
    "url": "rtmp://tv.example/live",
    "token": "key",
}


@dataclass
class Scene:
    """A room's data folder; its clock stands until it is moved."""

    path: Path
    config: Config
    now: datetime = NOW
    at_work: set[str] = field(default_factory=set)
    lessons: tuple[Coming, ...] = ()
    rate: float = 0.0

    def __post_init__(self) -> None:
        self.folder = DataFolder(self.path)
        self.folder.recordings.mkdir(parents=True, exist_ok=True)
        self.roots = Roots(self.folder.recordings, self.folder.received)
        self.store = Store(self.folder.database)
        self.catalogue = Catalogue(roots=self.roots, store=self.store)
        self.erasing = Erasing(
            folder=self.folder,
            roots=self.roots.all(),
            store=self.store,
            at_work=lambda: frozenset(self.at_work),
            clock=lambda: self.now,
        )
        self.keeping = Keeping(
            config=self.config,
            catalogue=self.catalogue,
            erasing=self.erasing,
            rate=lambda: self.rate,
            changed=lambda: None,
            lessons=lambda: self.lessons,
        )

    def record(
        self, days_ago: int, *, state: State = State.FINISHED, size: int = 1000, held: bool = False
    ) -> str:
        """Put a recording of so many days ago on the disk; give its id."""
        began = self.now - days_ago * DAY
        id_ = f"{began:%Y%m%d-%H%M%S}-{days_ago:04x}"
        folder = self.folder.recordings / id_
        (folder / "edits").mkdir(parents=True)
        film = id_.encode() * (size // len(id_) + 1)
        (folder / "programme.mp4").write_bytes(film)
        (folder / "thumbnail.jpg").write_bytes(b"\xff\xd8picture")
        (folder / "edits" / "e1.json").write_text("{}")
        track = Track(
            name="programme", source="", kind="programme", file="programme.mp4",
            codec="h264+aac", duration_s=60.0, bytes=len(film),
            sha256=hashlib.sha256(film).hexdigest(),
        )  # fmt: skip
        manifest = Manifest(
            id=id_, state=state, room="room", title="Fractions", started_at=began,
            duration_s=60.0, tracks=(track,), thumbnail="thumbnail.jpg",
        )  # fmt: skip
        write_manifest(folder, manifest)
        if held:
            write_card(folder, Card(held=True))
        return id_

    def deliver(
        self,
        id_: str,
        *,
        days_ago: int,
        sha256: str = "",
        to: str = "nas",
        proof: Proof = Proof.READ_BACK,
    ) -> None:
        """Note that all of it arrived somewhere, at the NAS if nothing else is said."""
        film = (self.place(id_) / "programme.mp4").read_bytes()
        receipt = Receipt(
            name="programme.mp4",
            size=len(film),
            sha256=sha256 or hashlib.sha256(film).hexdigest(),
            proof=proof,
            where=f"/mnt/nas/{id_}/programme.mp4",
        )
        at = self.now - days_ago * DAY
        add_receipt(self.place(id_), Delivered(target=to, what="all", at=at, files=(receipt,)))

    def place(self, id_: str) -> Path:
        """Give a recording's folder."""
        return self.folder.recordings / id_

    @property
    def there(self) -> set[str]:
        """The recordings that are on the disk."""
        return {one.name for one in self.folder.recordings.iterdir() if one.name[0] != "."}

    async def look(self) -> None:
        """Bring the index up to the disk and let the rules be looked at."""
        await self.catalogue.scan()
        self.now += timedelta(minutes=2)
        await self.keeping.look()


@asynccontextmanager
async def a_room(path: Path, **parts: Any) -> AsyncIterator[Scene]:
    """Give a room with parts of room.toml, its store open."""
    config = Config.model_validate({"room": {"id": "room", "name": "Room"}} | parts)
    scene = Scene(path, config)
    async with scene.store:
        yield scene
