"""``classroom-edge discover``: searches for devices and prints them as they stand in room.toml."""

import asyncio
import json
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict

from classroom_drivers.api import DeviceError, UnsupportedError
from classroom_drivers.discovery.discover import KINDS, discover
from classroom_drivers.discovery.found import Found
from classroom_edge.words import words

NAME_MAX = 60
GOOD, FAILED, WRONG_USE = 0, 1, 2


def search(
    kinds: Sequence[str],
    *,
    serial_ports: Sequence[str],
    hosts: Sequence[str],
    seconds: float,
    as_json: bool,
    language: str,
) -> int:
    """Print what answers; give 1 when nothing did and a search could not be done."""
    problems: list[str] = []

    def trouble(kind: str, error: DeviceError) -> None:
        problems.append(f"{kind}: {error}")

    try:
        found = asyncio.run(
            discover(
                kinds or KINDS,
                within_s=seconds,
                serial_ports=serial_ports,
                hosts=hosts,
                trouble=trouble,
            )
        )
    except UnsupportedError as error:
        sys.stderr.write(f"{error}\n")
        return WRONG_USE
    if as_json:
        plain = [asdict(one) for one in found]
        sys.stdout.write(json.dumps(plain, ensure_ascii=False, indent=2) + "\n")
    else:
        sys.stdout.write("\n".join(_lines(found, language)))
    sys.stderr.writelines(f"{problem}\n" for problem in problems)
    if not found:
        sys.stderr.write(words("cli").say("discover.nothing", language) + "\n")
    return FAILED if problems and not found else GOOD


def _lines(found: Sequence[Found], language: str) -> list[str]:
    """Spell devices as parts of a room.toml, with what else was told as comments."""
    numbers: Counter[str] = Counter()
    lines: list[str] = []
    for one in found:
        numbers[one.driver] += 1
        told = (one.how, one.name, one.model, one.serial)
        lines.append("# " + ", ".join(filter(None, map(_legible, told))))
        name = _legible(one.name or one.model or one.driver)[:NAME_MAX]
        lines += [
            "[[device]]",
            f'id = "{one.driver}-{numbers[one.driver]}"',
            f"name = {_quoted(name)}",
            f'driver = "{one.driver}"',
            f"url = {_quoted(one.url)}",
        ]
        if (hint := f"discover.hint.{one.driver}") in words("cli").texts[language]:
            lines.append(f"# {words('cli').say(hint, language)}")
        lines.append("")
    return lines


def _legible(text: str) -> str:
    """Leave out what could pretend to be another line; devices may tell anything."""
    return "".join(letter if letter.isprintable() else " " for letter in text).strip()


def _quoted(text: str) -> str:
    return json.dumps(_legible(text), ensure_ascii=False)
