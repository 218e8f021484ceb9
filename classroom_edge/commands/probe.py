"""``classroom-edge probe``: what a real device answers, as a transcript that becomes a test.

It asks and changes nothing: what the driver asks by itself, and what the device is, how it feels
and what it measures.
"""

import asyncio
import json
import statistics
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.text import Text

from classroom_drivers import connect
from classroom_drivers.api import Availability, DeviceError, DeviceState, UnsupportedError
from classroom_drivers.recording import Recording
from classroom_drivers.transcript import Evidence, Kind, Transcript
from classroom_drivers.transcript_text import write
from classroom_edge.commands.target import Password, Target, target
from classroom_edge.words import words

GOOD, FAILED, WRONG_USE = 0, 1, 2
QUESTIONS: Final = {
    "identity": "identify",
    "health": "check-health",
    "sensor": "read-sensors",
}


@dataclass(frozen=True, slots=True)
class Seen:
    """What came of it."""

    transcript: Transcript
    state: DeviceState

    @property
    def has_answered(self) -> bool:
        """Whether the device said anything at all."""
        return any(step.kind is Kind.READ for step in self.transcript.steps)

    @property
    def answer_ms(self) -> float:
        """How long a first answer takes, in the middle."""
        steps = self.transcript.steps
        times = [
            after.at_s - before.at_s
            for before, after in pairwise(steps)
            if (before.kind, after.kind) == (Kind.WRITTEN, Kind.READ)
        ]
        return 1000 * statistics.median(times) if times else 0.0


def probe(
    first: str,
    second: str,
    *,
    password: Password,
    options: Sequence[str],
    wait_s: float,
    seconds: float,
    out: Path | None,
    hidden: Sequence[str],
    in_use: bool,
    as_json: bool,
    language: str,
) -> int:
    """Record a device; give 1 when it does not answer. `in_use`: it is in a room that is used.

    Raises:
        ConfigError: the room.toml cannot be used.
    """
    claimed = Evidence.FIELD if in_use else Evidence.BENCH
    try:
        found = target(first, second, password=password, options=options, language=language)
        seen = asyncio.run(record(found, wait_s, seconds, hidden, claimed))
    except UnsupportedError as error:
        sys.stderr.write(f"{error}\n")
        return WRONG_USE
    if not seen.has_answered:
        reason = seen.state.problem or str(seen.state.availability)
        sys.stderr.write(words("cli").say("probe.silent", language, reason=reason) + "\n")
        return FAILED
    path = save(seen.transcript, out)
    if as_json:
        sys.stdout.write(json.dumps(_plain(seen, path), ensure_ascii=False, indent=2) + "\n")
    else:
        _show(seen, path, language)
    return GOOD if seen.state.availability is Availability.ONLINE else FAILED


async def record(
    found: Target, wait_s: float, seconds: float, hidden: Sequence[str], claimed: Evidence
) -> Seen:
    """Connect, ask, and watch for some seconds.

    Raises:
        UnsupportedError: no such driver or transport, or an option does not fit.
    """
    async with connect(
        found.driver, found.url, password=found.password, options=found.options
    ) as device:
        device.journal.hide(*hidden)
        recording = Recording(
            device=device,
            driver=found.driver,
            url=found.url,
            options=found.options,
            password=bool(found.password),
            claimed=claimed,
        )
        await device.meet(wait_s)
        for capability, action in QUESTIONS.items():
            if capability in device.capabilities:
                with suppress(DeviceError):  # in standby some tell nothing
                    await recording.perform(capability, action, {})
        await asyncio.sleep(seconds)
        return Seen(recording.transcript(), device.state())


def save(transcript: Transcript, out: Path | None) -> Path:
    """Write a transcript to a file, or under its own name into a folder; overwrites none."""
    path = out or Path()
    if path.is_dir():
        path /= transcript.file_name
    stem, number = path.stem, 2
    while path.exists():
        path = path.with_name(f"{stem}-{number}{path.suffix}")
        number += 1
    path.write_text(write(transcript), encoding="utf-8")
    return path


def _plain(seen: Seen, path: Path) -> dict[str, Any]:
    return {
        "file": str(path),
        "driver": seen.transcript.driver,
        "model": seen.transcript.model,
        "firmware": seen.transcript.firmware,
        "source": str(seen.transcript.source),
        "availability": str(seen.state.availability),
        "problem": seen.state.problem,
        "answer_ms": round(seen.answer_ms, 1),
        "steps": len(seen.transcript.steps),
        "values": {name: value.value for name, value in seen.state.values.items()},
    }


def _show(seen: Seen, path: Path, language: str) -> None:
    say, console = words("cli").say, Console(highlight=False, soft_wrap=True)
    availability = say(f"availability.{seen.state.availability}", language)
    console.print(Text(f"{availability} {seen.state.problem}".strip(), style="bold"))
    for name, value in sorted(seen.state.values.items()):
        console.print(Text(f"  {name} = {value.value}"))
    console.print(Text(say("probe.timing", language, median=f"{seen.answer_ms:.0f}")))
    told = {"file": path, "steps": len(seen.transcript.steps)}
    console.print(Text(say("probe.written", language, **told)))
    console.print(Text(say(f"probe.{seen.transcript.source}", language)))
