"""What one part of a room.toml says about another, and about drivers and addresses.

All this is asked of the file as it was read, not of a `Config`, so that a mistake elsewhere
does not keep it from being told. What is of the wrong kind is passed over: it was told before.
"""

from typing import Final

from classroom_edge.config.document import Document
from classroom_edge.config.fitting import devices, network, programme, room, sources
from classroom_edge.config.fitting.reading import Reading, text
from classroom_edge.config.mistakes import Slip
from classroom_edge.config.scan import Path

NAMED: Final = (
    ("device", "id"),
    ("source", "id"),
    ("layout", "name"),
    ("routine", "name"),
    ("push", "id"),
    ("screen", "id"),
    ("targets", "id"),
)


def check(document: Document) -> list[Slip]:
    """Tell everything that does not fit together."""
    reading = Reading(document)
    for part, key in NAMED:
        _unique(reading, part, key)
    for one in (devices, sources, programme, room, network):
        one.check(reading)
    return reading.slips


def _unique(reading: Reading, part: str, key: str) -> None:
    seen: dict[str, Path] = {}
    for table, path in reading.tables(part):
        name = text(table, key)
        if name and name in seen:
            first = reading.document.place((*seen[name], key)).line
            reading.tell("duplicate-id", (*path, key), name=name, first=first)
        seen.setdefault(name, path)
