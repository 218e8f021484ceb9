"""Targets that hold files one by one: what lies there is not sent, what was sent is proved."""

import hashlib
import secrets
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from classroom_edge.library.deliver.target import (
    Course,
    Item,
    Parcel,
    Place,
    Probe,
    Receipt,
    Role,
)

PROBE_BYTES: Final = 4096
PROBE_FOLDER: Final = "classroom-edge-test"


@dataclass(frozen=True)
class Files:
    """Delivers to a place file by file, in the parcel's order."""

    place: Place

    def deliver(self, parcel: Parcel, course: Course) -> None:
        """Bring there what is not there yet. Raises DeliveryError."""
        for item in parcel.items:
            if not course.has(item):
                where = f"{parcel.folder}/{item.name}"
                lies = self.place.stands(where, item, course)
                course.arrived(item, lies or self.place.send(where, item, course))

    def probe(self) -> Probe:
        """Write a small file, prove that it arrived, remove it. Raises DeliveryError."""
        begun_s = time.monotonic()
        with tempfile.TemporaryDirectory() as folder:
            item = probe_item(Path(folder))
            where = f"{PROBE_FOLDER}/{item.name}"
            receipt = self.place.send(where, item, Alone())
            removed = self.place.remove(where)
        took_ms = round((time.monotonic() - begun_s) * 1000)
        return Probe(proof=receipt.proof, removed=removed, took_ms=took_ms)

    def close(self) -> None:
        """Close what is open."""
        self.place.close()


class Alone:
    """The course of a probe: nobody is told, and nothing is kept."""

    def has(self, item: Item) -> bool:
        """Nothing has arrived."""
        del item
        return False

    def token(self, item: Item) -> str:
        """Nothing is kept."""
        del item
        return ""

    def keep(self, item: Item, token: str) -> None:
        """Keep nothing."""

    def resumed(self, item: Item, at: int) -> None:
        """Tell nobody."""

    def sent(self, item: Item, count: int) -> None:
        """Tell nobody."""

    def read(self, item: Item, count: int) -> None:
        """Tell nobody."""

    def arrived(self, item: Item, receipt: Receipt) -> None:
        """Tell nobody."""


def probe_item(folder: Path) -> Item:
    """Make a small file that no other has the content of."""
    content = secrets.token_bytes(PROBE_BYTES)
    path = folder / f"test-{secrets.token_hex(4)}.bin"
    path.write_bytes(content)
    digest = hashlib.sha256(content).hexdigest()
    return Item(path=str(path), name=path.name, size=len(content), sha256=digest, role=Role.ABOUT)


def partial_name(where: str, item: Item) -> str:
    """Give the name under which a file is sent: the same again for the same content."""
    return f"{where}.{item.sha256[:8]}.partial"
