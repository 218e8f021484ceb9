"""What a target of deliveries is given: items of real files, and a course that notes all."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from classroom_edge.library.deliver.target import About, Item, Parcel, Receipt, Role
from tests.edge.received.scene import RECORDING


class KilledError(Exception):
    """The process is no more."""


@dataclass
class Noted:
    """A course; with `kill_after` bytes the process ends there, wherever that is."""

    kill_after: int | None = None
    tokens: dict[str, str] = field(default_factory=dict)
    went: int = 0
    came_back: int = 0
    resumptions: list[int] = field(default_factory=list)
    receipts: dict[str, Receipt] = field(default_factory=dict)
    at: Callable[[int], None] = lambda _went: None

    def has(self, item: Item) -> bool:
        return item.name in self.receipts

    def token(self, item: Item) -> str:
        return self.tokens.get(item.name, "")

    def keep(self, item: Item, token: str) -> None:
        self.tokens[item.name] = token

    def resumed(self, item: Item, at: int) -> None:
        del item
        self.resumptions.append(at)

    def sent(self, item: Item, count: int) -> None:
        del item
        self.went += count
        self.at(self.went)
        if self.kill_after is not None and self.went >= self.kill_after:
            raise KilledError

    def read(self, item: Item, count: int) -> None:
        del item
        self.came_back += count

    def arrived(self, item: Item, receipt: Receipt) -> None:
        self.receipts[item.name] = receipt


def an_item(folder: Path, name: str, data: bytes, role: Role = Role.PROGRAMME) -> Item:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    digest = hashlib.sha256(data).hexdigest()
    return Item(path=str(path), name=name, size=len(data), sha256=digest, role=role)


def a_parcel(*items: Item) -> Parcel:
    about = About(
        recording=RECORDING,
        title="分数的初步认识",
        started_at=datetime(2026, 11, 22, 10, 15, tzinfo=UTC),
        duration_s=2400.0,
    )
    return Parcel(
        id=f"{RECORDING}/all", folder=RECORDING, what="all", about=about, items=tuple(items)
    )
