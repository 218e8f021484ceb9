"""Who a room's devices are and how they feel, for the school's asset records: CSV and JSON."""

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any, Final, Self

from classroom_edge.words import words

FORMULAS: Final = ("=", "+", "-", "@", "\t", "\r", "\n")  # what makes a table compute a cell


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """One device; "" is what it does not tell."""

    room: str
    room_name: str
    id: str
    name: str
    driver: str
    availability: str
    maker: str
    model: str
    device_name: str
    firmware: str
    serial_number: str
    health: str
    run_hours: str
    lamp_hours: str
    told_at: str  # when it told the newest of these, ISO 8601

    @classmethod
    def of(
        cls,
        *,
        room: str,
        room_name: str,
        id: str,  # noqa: A002 - it is called so everywhere
        name: str,
        driver: str,
        availability: str,
        values: Mapping[str, tuple[Any, datetime]],
    ) -> Self:
        """Pick what belongs here out of a device's values, each with its time."""
        told = {key: str(value) for key, (value, _) in values.items()}
        named = ("maker", "model", "firmware", "health", "run-hours", "lamp-hours")
        times = [at for key, (_, at) in values.items() if key in {*named, "name", "serial-number"}]
        return cls(
            room=room,
            room_name=room_name,
            id=id,
            name=name,
            driver=driver,
            availability=availability,
            device_name=told.get("name", ""),
            serial_number=told.get("serial-number", ""),
            told_at=max(times).isoformat(timespec="seconds") if times else "",
            **{key.replace("-", "_"): told.get(key, "") for key in named},
        )


def plain(assets: Iterable[Asset]) -> list[dict[str, str]]:
    """Give them for JSON."""
    return [asdict(asset) for asset in assets]


def table(assets: Iterable[Asset], language: str) -> str:
    """Spell them as CSV that Excel opens rightly, and in which nothing computes.

    What a device says of itself may begin as a formula does; it gets an apostrophe before it.
    """
    names = [field.name for field in fields(Asset)]
    lines = io.StringIO()
    writer = csv.writer(lines)
    writer.writerow(words("cli").say(f"asset.{name.replace('_', '-')}", language) for name in names)
    writer.writerows([_harmless(getattr(asset, name)) for name in names] for asset in assets)
    return "\ufeff" + lines.getvalue()


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(FORMULAS) else cell
