"""``classroom-edge devices``: connects to every device of a room and tells what each says."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from classroom_edge.assets import Asset, table
from classroom_edge.commands import survey
from classroom_edge.commands.survey import SeenDevice
from classroom_edge.config import Config, load
from classroom_edge.words import words

IDENTITY = ("maker", "model", "name", "firmware", "serial-number")
STYLES = {"online": "green", "degraded": "yellow"}


def devices(room: Path, *, as_json: bool, csv: str, language: str) -> int:
    """Print every device; give 1 when one of them does not answer.

    With `csv` who they are goes into that file, or with "-" to standard output.

    Raises:
        ConfigError: the room.toml cannot be used.
    """
    config = load(room)
    seen = asyncio.run(survey.devices(config))
    if csv:
        said = table([_asset(one, config) for one in seen], language).encode()
        if csv == "-":
            sys.stdout.buffer.write(said)
        else:
            try:
                Path(csv).write_bytes(said)
            except OSError as error:
                sys.stderr.write(f"{csv}: {error.strerror or error}\n")
                return 1
    elif as_json:
        sys.stdout.write(json.dumps([_plain(one) for one in seen], ensure_ascii=False, indent=2))
        sys.stdout.write("\n")
    else:
        Console(highlight=False).print(_shown(seen, language))
    return 0 if all(one.is_online for one in seen) else 1


def _asset(seen: SeenDevice, config: Config) -> Asset:
    return Asset.of(
        room=config.room.id,
        room_name=config.room.name,
        id=seen.config.id,
        name=seen.config.name,
        driver=seen.config.driver,
        availability=str(seen.state.availability),
        values={name: (one.value, one.at) for name, one in seen.state.values.items()},
    )


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


def _shown(devices_seen: tuple[SeenDevice, ...], language: str) -> Table:
    shown = Table()
    for column in ("id", "name", "driver", "availability", "values", "identity"):
        shown.add_column(words("cli").say(f"devices.{column}", language))
    for seen in devices_seen:
        plain = _plain(seen)
        availability = plain["availability"]
        state = words("cli").say(f"availability.{availability}", language)
        if plain["problem"]:
            state = f"{state}: {plain['problem']}"
        shown.add_row(
            Text(plain["id"]),
            Text(plain["name"]),
            Text(plain["driver"]),
            Text(state, style=STYLES.get(availability, "bold red")),
            Text("\n".join(f"{name} = {value}" for name, value in plain["values"].items())),
            Text(" ".join(str(value) for value in plain["identity"].values())),
        )
    return shown
