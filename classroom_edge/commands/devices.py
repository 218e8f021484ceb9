"""``classroom-edge devices``: connects to every device of a room and tells what each says."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from classroom_edge.commands import survey
from classroom_edge.commands.survey import SeenDevice
from classroom_edge.config import load
from classroom_edge.words import words

IDENTITY = ("maker", "model", "name", "firmware")
STYLES = {"online": "green", "degraded": "yellow"}


def devices(room: Path, *, as_json: bool, language: str) -> int:
    """Print every device; give 1 when one of them does not answer.

    Raises:
        ConfigError: the room.toml cannot be used.
    """
    seen = asyncio.run(survey.devices(load(room)))
    if as_json:
        sys.stdout.write(json.dumps([_plain(one) for one in seen], ensure_ascii=False, indent=2))
        sys.stdout.write("\n")
    else:
        Console(highlight=False).print(_table(seen, language))
    return 0 if all(one.is_online for one in seen) else 1


def _plain(seen: SeenDevice) -> dict[str, Any]:
    values = {name: value.value for name, value in seen.state.values.items()}
    return {
        "id": seen.config.id,
        "name": seen.config.name,
        "driver": seen.config.driver,
        "availability": seen.state.availability.value,
        "capabilities": list(seen.capabilities),
        "values": {name: value for name, value in values.items() if name not in IDENTITY},
        "identity": {name: values[name] for name in IDENTITY if name in values},
        "problem": seen.state.problem,
    }


def _table(devices_seen: tuple[SeenDevice, ...], language: str) -> Table:
    table = Table()
    for column in ("id", "name", "driver", "availability", "values", "identity"):
        table.add_column(words("cli").say(f"devices.{column}", language))
    for seen in devices_seen:
        plain = _plain(seen)
        availability = plain["availability"]
        state = words("cli").say(f"availability.{availability}", language)
        if plain["problem"]:
            state = f"{state}: {plain['problem']}"
        table.add_row(
            Text(plain["id"]),
            Text(plain["name"]),
            Text(plain["driver"]),
            Text(state, style=STYLES.get(availability, "bold red")),
            Text("\n".join(f"{name} = {value}" for name, value in plain["values"].items())),
            Text(" ".join(str(value) for value in plain["identity"].values())),
        )
    return table
