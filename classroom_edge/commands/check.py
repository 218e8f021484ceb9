"""``classroom-edge check``: everything that is wrong with a room.toml, by the way of start-up."""

import asyncio
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from classroom_edge.commands import survey
from classroom_edge.config import Config, Examination, Mistake, examine
from classroom_edge.words import words

GOOD, FAILED, WRONG = 0, 1, 2


def check(room: Path, *, probe: bool, as_json: bool, language: str) -> int:
    """Tell every mistake, and with `probe` everything that does not answer.

    Gives 0 when all is well, 1 when something does not answer, 2 when the file is wrong.
    """
    found = examine(room)
    probed = asyncio.run(_probe(found, found.config)) if found.config and probe else []
    told = [*found.mistakes, *found.notes, *probed]
    if as_json:
        _print_json([one.as_json(room) for one in told])
    else:
        _report(found, told, language)
    if found.mistakes:
        return WRONG
    return GOOD if all(one.is_note for one in told) else FAILED


def tell(file: Path, mistakes: Sequence[Mistake], *, language: str) -> None:
    """Print mistakes for people, on standard error."""
    console = Console(file=sys.stderr, highlight=False, soft_wrap=True)
    for one in mistakes:
        _tell_one(console, file, one, language)
    console.print(_say("report.count", language, file=file, count=len(mistakes)))


async def _probe(found: Examination, config: Config) -> list[Mistake]:
    """Look at every device and source; what answers becomes a note, what does not a mistake."""
    async with asyncio.TaskGroup() as tasks:
        devices = tasks.create_task(survey.devices(config))
        sources = tasks.create_task(survey.sources(config))
    answers = []
    for index, device in enumerate(devices.result()):
        code = "device-answers" if device.is_online else "device-silent"
        values = {"name": device.config.name, "reason": device.problem}
        place = ("device", index, "url")
        answers.append(found.mistake(code, place, is_note=device.is_online, **values))
    for source in sources.result():
        code = "source-silent" if source.problem else "source-answers"
        streams = "; ".join(source.streams)
        values = {"name": source.config.name, "reason": source.problem, "streams": streams}
        place = ("source", config.sources.index(source.config), source.key)
        answers.append(found.mistake(code, place, is_note=not source.problem, **values))
    return answers


def _report(found: Examination, told: Sequence[Mistake], language: str) -> None:
    console = Console(highlight=False, soft_wrap=True)
    for one in told:
        _tell_one(console, found.file, one, language)
    if found.mistakes:
        console.print(_say("report.count", language, file=found.file, count=len(found.mistakes)))
    elif silent := sum(not one.is_note for one in told):
        console.print(_say("report.silent", language, file=found.file, count=silent))
    elif found.config:
        counts = {
            "devices": len(found.config.devices),
            "sources": len(found.config.sources),
            "routines": len(found.config.routines),
            "profile": _say(f"report.{found.config.profile}", language),
        }
        console.print(_say("report.good", language, file=found.file, **counts))


def _tell_one(console: Console, file: Path, one: Mistake, language: str) -> None:
    """Print one mistake: where, what, the line with a caret under it, and the remedy."""
    line, column = one.position.line, one.position.column
    heading = Text(f"{file}:{line}:{column}: ", style="bold")
    if one.is_note:
        heading += _say("report.note", language) + ": "
    console.print(heading + Text(one.message[language], style="" if one.is_note else "bold red"))
    if one.text:
        number = f"{line:>5} │ "
        shown = one.text.replace("\t", " ")
        console.print(Text(number, style="dim") + Text(shown))
        indent = " " * (len(number) - 2) + "│ " + " " * cell_len(shown[: column - 1])
        console.print(Text(indent, style="dim") + Text("^", style="bold red"))
    if one.remedy[language]:
        label = _say("report.remedy", language)
        console.print(Text(f"        {label}: ", style="green") + Text(one.remedy[language]))
    console.print()


def _say(key: str, language: str, **values: object) -> Text:
    return Text(words("check").say(key, language, **values))


def _print_json(value: object) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")
