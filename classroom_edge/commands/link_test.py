"""``classroom-edge link test``: what the line to the hub carries, and what to do."""

import asyncio
import sys
from pathlib import Path

import msgspec

from classroom_edge.commands.session import FAILED, GOOD, WRONG, complain
from classroom_edge.config import load
from classroom_edge.paths import DataFolder, default_data_folder
from classroom_edge.services.surveying import survey
from classroom_edge.sessions.link.address import AddressError
from classroom_edge.sessions.link.findings import Findings, Grade, Use, Verdict, judge
from classroom_edge.sessions.link.keys import KeyFileError
from classroom_edge.words import words


def test(room: Path, data: Path | None, *, hub: str, as_json: bool, language: str) -> int:
    """Measure and tell; give 1 when no two-way lesson can be held.

    Raises:
        ConfigError: the room.toml cannot be used.
    """
    folder = DataFolder((data or default_data_folder(load(room).room.id)).absolute())
    try:
        found = asyncio.run(survey(folder.link, hub))
    except AddressError as error:
        complain("enrol.address", language, text=error)
        return WRONG
    except KeyFileError as error:
        return complain("enrol.keys", language, text=error)
    verdict = judge(found)
    if as_json:
        told = {"found": msgspec.to_builtins(found), "verdict": msgspec.to_builtins(verdict)}
        sys.stdout.write(msgspec.json.encode(told).decode() + "\n")
    else:
        sys.stdout.write("\n".join(lines(found, verdict, language)) + "\n")
    return FAILED if verdict.grades[Use.TWO_WAY] is Grade.NO else GOOD


def lines(found: Findings, verdict: Verdict, language: str) -> list[str]:
    """Tell what was found, in words: what it is good for, what to do, and the figures."""
    say = words("survey").say
    advice = [say(f"advice.{one}", language) for one in verdict.advice]
    if found.reason:
        return advice
    grades = [
        f"{say(f'use.{use}', language)}: {say(f'grade.{grade}', language)}"
        for use, grade in verdict.grades.items()
    ]
    return [*grades, *advice, *(f"  {line}" for line in _figures(found, language))]


def _figures(found: Findings, language: str) -> list[str]:
    say = words("survey").say
    unknown = say("unknown", language)

    def told(value: float | None, form: str, scale: float = 1.0) -> str:
        return unknown if value is None else form.format(value / scale)

    return [
        say(
            "line.rates",
            language,
            up=told(found.up_bps, "{:.1f} Mbit/s", 1e6),
            down=told(found.down_bps, "{:.1f} Mbit/s", 1e6),
        ),
        say(
            "line.trip",
            language,
            trip=told(found.round_trip_ms, "{:.0f} ms"),
            jitter=told(found.jitter_ms, "{:.0f} ms"),
        ),
        say(
            "line.loss",
            language,
            up=told(found.loss_up, "{:.1%}"),
            down=told(found.loss_down, "{:.1%}"),
        ),
        say(
            "line.way",
            language,
            mtu=told(found.mtu, "{:.0f}"),
            nat=say(f"nat.{found.nat}", language),
            ipv6=say("ipv6.yes" if found.ipv6 else "ipv6.no", language),
            udp=say("udp.yes" if found.udp else "udp.no", language),
        ),
    ]
