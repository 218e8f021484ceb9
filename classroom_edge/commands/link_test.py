"""``classroom-edge link test``: what the line to the hub carries, and what to do."""

import asyncio
import sys
from pathlib import Path

import msgspec

from classroom_edge.commands.session import FAILED, GOOD, WRONG, complain
from classroom_edge.config import load
from classroom_edge.paths import DataFolder, default_data_folder
from classroom_edge.services import survey_words as say
from classroom_edge.services.surveying import survey
from classroom_edge.sessions.link.address import AddressError
from classroom_edge.sessions.link.findings import Findings, Grade, Use, Verdict, judge
from classroom_edge.sessions.link.keys import KeyFileError


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
    graded = zip(say.uses(verdict, language), say.grades(verdict, language), strict=True)
    return [
        *(f"{use}: {grade}" for use, grade in graded if not found.reason),
        *say.advice(verdict, language),
        *(f"  {line}" for line in say.figures(found, language)),
    ]
