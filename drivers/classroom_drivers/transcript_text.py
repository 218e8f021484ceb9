"""How a transcript is spelled, for people and for tests.

::

    # transcript, version 1
    driver: pjlink
    model: EB-L200F
    firmware: 1.03
    recorded: 2026-09-01T10:15:00+08:00
    source: bench
    transport: tcp

        0.000  opened
        0.021  <  50 4A 4C 49 4E 4B 20 30 0D                       |PJLINK 0.|
        0.022  >  25 31 50 4F 57 52 20 3F 0D                       |%1POWR ?.|  POWR ?
        0.060  <  25 31 50 4F 57 52 3D 31 0D                       |%1POWR=1.|
    = power on

``>`` is what was written to the device, ``<`` what was read, each at once; ``+`` goes on with the
line above; ``**`` is a secret of whatever length. ``!`` is an action, ``! power set-power
{"on": true}``; ``=`` a value that the driver must tell before the next action. The printable part
may be left out.
"""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from classroom_drivers.api import UnsupportedError
from classroom_drivers.transcript import Evidence, Kind, Step, Transcript

FIRST_LINE = "# transcript, version 1"
IN_A_LINE = 16  # bytes
SECRET = "**"  # noqa: S105 - what stands in its place


def write(transcript: Transcript) -> str:
    """Spell a transcript."""
    head = {
        "driver": transcript.driver,
        "model": transcript.model,
        "firmware": transcript.firmware,
        "recorded": transcript.recorded.isoformat(timespec="seconds"),
        "source": transcript.source,
        "transport": transcript.transport,
        "options": json.dumps(dict(transcript.options), ensure_ascii=False),
        "password": "yes, masked" if transcript.password else "",
        "counter": "-".join(map(str, transcript.counter)) if transcript.counter else "",
        "note": " ".join(transcript.note.split()),
    }
    lines = [FIRST_LINE]
    lines += [f"{name}: {text}" for name, text in head.items() if text not in {"", "{}"}]
    lines += ["", *(line for step in transcript.steps for line in _lines(step))]
    return "\n".join(lines) + "\n"


def read(text: str) -> Transcript:
    """Read a transcript, also one that was written by hand.

    Raises:
        UnsupportedError: it is none; says which line.
    """
    head: dict[str, str] = {}
    steps: list[Step] = []
    for number, line in enumerate(text.split("\n"), 1):
        try:
            if not line.strip() or line.startswith("#"):
                continue
            if not steps and (named := _HEAD.fullmatch(line)):
                head[named[1]] = named[2].strip()
            else:
                _take(line, steps)
        except ValueError as error:
            raise UnsupportedError(f"line {number}: {error}") from error
    return _made(head, tuple(steps))


_HEAD = re.compile(r"([a-z]+):(.*)")
_LINE = re.compile(r"\s*(?P<at>\d+\.\d+)?\s*(?P<sign>opened|hung up|closed|[<>+!=])\s*(?P<rest>.*)")
_BYTES = re.compile(r"(?P<hex>[0-9A-Fa-f*\s]*)(\|.*\|)?(?P<name>[^|]*)")
_KINDS = {kind.value: kind for kind in Kind}


def _lines(step: Step) -> Iterator[str]:
    if step.kind is Kind.EXPECTED:
        yield f"= {step.text}"
        return
    head = f"{step.at_s:>9.3f}  {step.kind}"
    if step.kind not in {Kind.WRITTEN, Kind.READ}:
        yield f"{head}  {step.text}".rstrip()
        return
    units = _units(step.parts)
    for begin in range(0, max(len(units), 1), IN_A_LINE):
        row = units[begin : begin + IN_A_LINE]
        spelled = " ".join(word for word, _ in row)
        shown = "".join(letter for _, letter in row)
        name = "" if begin else "  " + " ".join(step.text.replace("|", "/").split())
        yield f"{head}  {spelled:<{3 * IN_A_LINE}} |{shown}|{name}".rstrip()
        head = f"{'':>9}  +"


def _units(parts: tuple[bytes, ...]) -> list[tuple[str, str]]:
    """Give every byte, and every secret, as hex and as a letter."""
    units: list[tuple[str, str]] = []
    for place, part in enumerate(parts):
        if place:
            units.append((SECRET, "*"))
        units += [(f"{byte:02X}", chr(byte) if 32 <= byte < 127 else ".") for byte in part]
    return units


def _take(line: str, steps: list[Step]) -> None:
    """Read a line and add what it says; ValueError when it says nothing known."""
    found = _LINE.fullmatch(line)
    if found is None:
        raise ValueError(f"{line.strip()!r} is no line of a transcript")
    at_s = float(found["at"]) if found["at"] else (steps[-1].at_s if steps else 0.0)
    sign, rest = found["sign"], found["rest"].strip()
    if sign in {"!", "="}:
        steps.append(Step(at_s, _KINDS[sign], text=rest))
        return
    body = _BYTES.fullmatch(rest)
    if body is None:
        raise ValueError(f"{rest!r} is not hex, |text| and a name")
    first, *others = (bytes.fromhex(part) for part in body["hex"].split(SECRET))
    if sign != "+":
        steps.append(Step(at_s, _KINDS[sign], (first, *others), body["name"].strip()))
    elif steps:
        last = steps.pop()
        parts = (*last.parts[:-1], last.parts[-1] + first, *others)
        steps.append(Step(last.at_s, last.kind, parts, last.text))
    else:
        raise ValueError("there is nothing to go on with")


def _made(head: Mapping[str, str], steps: tuple[Step, ...]) -> Transcript:
    try:
        recorded = datetime.fromisoformat(head.get("recorded", ""))
        first, _, past = head.get("counter", "").partition("-")
        return Transcript(
            driver=head["driver"],
            model=head.get("model", ""),
            firmware=head.get("firmware", ""),
            recorded=recorded if recorded.tzinfo else recorded.replace(tzinfo=UTC),
            source=Evidence(head.get("source", "emulator")),
            transport=head.get("transport", ""),
            options=_options(head.get("options", "{}")),
            password=head.get("password", "").startswith("yes"),
            counter=(int(first), int(past)) if first else None,
            note=head.get("note", ""),
            steps=steps,
        )
    except KeyError as error:
        raise UnsupportedError(f"the head says nothing about {error}") from error
    except ValueError as error:
        raise UnsupportedError(f"the head: {error}") from error


def _options(text: str) -> Mapping[str, Any]:
    options = json.loads(text)
    if not isinstance(options, dict):
        raise ValueError(f"options: {text} is not like {{...}}")  # noqa: TRY004 - of a text
    return MappingProxyType(options)
