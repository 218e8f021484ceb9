"""``classroom-edge deliver``: recordings on their way elsewhere, by the daemon."""

import asyncio
import json
import sys
from collections.abc import Iterable
from pathlib import Path

import msgspec
from rich.console import Console
from rich.table import Table

from classroom_edge.commands.asking import FAILED, GOOD, WRONG, asked, say
from classroom_edge.config import load
from classroom_edge.library.deliver import door
from classroom_edge.library.deliver.messages import Failed
from classroom_edge.library.deliver.trying import probed
from classroom_edge.library.deliver.views import in_words
from classroom_edge.paths import DataFolder, default_data_folder
from classroom_edge.room import DeliveryView, TargetView, Words
from classroom_edge.words import words


def listed(room: Path, data: Path | None, state: str, *, as_json: bool, language: str) -> int:
    """List deliveries. Gives 1 when no daemon answers.

    Raises:
        ConfigError: the room.toml cannot be used.
    """

    def told(reply: door.Reply) -> None:
        if as_json:
            _dump(reply.deliveries)
        elif reply.deliveries:
            Console().print(_deliveries(reply.deliveries, language))
        else:
            say(words("deliver").say("none", language))

    return asked(room, data, door.LANGUAGE, door.Deliveries(state=state), told, language=language)


def targets(room: Path, data: Path | None, *, as_json: bool, language: str) -> int:
    """List targets. Gives 1 when no daemon answers.

    Raises:
        ConfigError: the room.toml cannot be used.
    """

    def told(reply: door.Reply) -> None:
        if as_json:
            _dump(reply.targets)
        elif reply.targets:
            Console().print(_targets(reply.targets, language))
        else:
            say(words("deliver").say("no-targets", language))

    return asked(room, data, door.LANGUAGE, door.Targets(), told, language=language)


def change(
    room: Path, data: Path | None, request: door.AnyRequest, *, as_json: bool, language: str
) -> int:
    """Ask for a delivery, or for something of it. Gives 1 when it is refused.

    Raises:
        ConfigError: the room.toml cannot be used.
    """

    def told(reply: door.Reply) -> None:
        if as_json:
            _dump(reply.deliveries)
            return
        for one in reply.deliveries:
            state = words("deliver").say(f"state.{one.state}", language)
            values = {"number": one.number, "recording": one.recording, "what": one.what}
            text = words("deliver").say("asked", language, **values, target=one.target, state=state)
            say(text)

    return asked(room, data, door.LANGUAGE, request, told, language=language)


def test(room: Path, data: Path | None, target: str, *, as_json: bool, language: str) -> int:
    """Try a target; no daemon is needed. Gives 1 when it does not work.

    Raises:
        ConfigError: the room.toml cannot be used.
    """
    config = load(room)
    found = {one.id: one for one in config.targets}.get(target)
    if found is None:
        text = words("problems").say("refused.unknown-target", language, id=target)
        sys.stderr.write(text + "\n")
        return WRONG
    folder = DataFolder((data or default_data_folder(config.room.id)).absolute())
    report = asyncio.run(probed(found, folder.deliveries))
    if as_json:
        say(msgspec.json.encode(report).decode())
        return FAILED if isinstance(report, Failed) else GOOD
    speak = words("deliver").say
    if isinstance(report, Failed):
        why = in_words(report.code, report.said)[language]
        sys.stderr.write(speak("test.fails", language, name=found.name, why=why) + "\n")
        if f"remedy.{report.code}" in words("deliver").texts[language]:
            sys.stderr.write(speak(f"remedy.{report.code}", language) + "\n")
        return FAILED
    key = "test.works" if report.probe.removed else "test.stays"
    proof = speak(f"proof.{report.probe.proof}", language)
    say(speak(key, language, name=found.name, proof=proof, ms=report.probe.took_ms))
    return GOOD


def _deliveries(deliveries: Iterable[DeliveryView], language: str) -> Table:
    speak = words("deliver").say
    columns = ("number", "recording", "what", "target", "state", "progress", "why")
    table = Table(*(speak(f"column.{one}", language) for one in columns))
    for one in deliveries:
        table.add_row(
            str(one.number),
            one.recording,
            one.what,
            one.target,
            speak(f"state.{one.state}", language),
            _progress(one, language),
            _in(one.problem, language),
        )
    return table


def _progress(one: DeliveryView, language: str) -> str:
    percent = round(100 * one.there / one.bytes) if one.bytes else 0
    if one.left_s is None:
        return f"{percent} %" if one.bytes else ""
    rate = f"{one.rate_bps / 1e6:.1f}"
    minutes = max(1, round(one.left_s / 60))
    return words("deliver").say("left", language, percent=percent, rate=rate, minutes=minutes)


def _targets(targets_: Iterable[TargetView], language: str) -> Table:
    speak = words("deliver").say
    columns = ("id", "name", "kind", "address", "consent", "state", "waiting", "sent", "why")
    table = Table(*(speak(f"column.{one}", language) for one in columns))
    for one in targets_:
        table.add_row(
            *(one.id, one.name, one.kind, one.address, one.least_consent),
            speak(f"target.{one.state}", language),
            *(str(one.waiting), str(one.sent)),
            _in(one.problem, language),
        )
    return table


def _in(text: Words, language: str) -> str:
    return text.get(language, "")


def _dump(rows: tuple[DeliveryView, ...] | tuple[TargetView, ...]) -> None:
    say(json.dumps(msgspec.to_builtins(rows), ensure_ascii=False, indent=2))
