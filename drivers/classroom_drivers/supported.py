"""SUPPORTED.md: every driver and how far it has been tried, written from the evidence alone."""

from collections.abc import Iterable, Iterator

from classroom_drivers.quality import Entry
from classroom_drivers.transcript import Evidence, Transcript

HEAD = """\
# Supported devices

Written by `classroom-edge drivers list --markdown`; a test fails when it is out of date. Do not
edit it: it follows from each driver's `ABOUT` and from the transcripts in `drivers/transcripts`.

Maturity says how far a driver has been tried, and no more:

- **untried**: written from its sources, without anything to try it on;
- **emulator**: does what its capabilities promise over an emulated device, with every fault, on
  every transport, and was never tried on a real one;
- **bench**: answers of a real device on somebody's table were recorded, and replay as tests;
- **field**: the same, from a room that is used.

A model named below is one whose differences from the others are known from its manual. That it
stands here does not mean that anybody has tried it.

| Driver | Devices | Can | Reached by | Maturity |
| --- | --- | --- | --- | --- |
"""


def markdown(entries: Iterable[Entry]) -> str:
    """Write the page."""
    entries = tuple(entries)
    rows = "".join(_row(entry) for entry in entries)
    parts = "\n".join("\n".join(_part(entry)) for entry in entries)
    return f"{HEAD}{rows}\n{parts}"


def _row(entry: Entry) -> str:
    about = entry.about
    cells = (
        f"[`{entry.name}`](#{entry.name})",
        about.title,
        ", ".join(entry.capabilities),
        "<br>".join(f"`{url}`" for url in about.reached_by),
        str(entry.maturity),
    )
    return f"| {' | '.join(map(_cell, cells))} |\n"


def _part(entry: Entry) -> Iterator[str]:
    yield f"## {entry.name}"
    yield ""
    yield f"{entry.about.title}. Emulated: {', '.join(entry.models) or 'nothing'}."
    yield ""
    yield from (f"{line}\n" for line in entry.options)
    yield from (f"- Source: {source}" for source in entry.about.sources)
    real = [one for one in entry.transcripts if one.source is not Evidence.EMULATOR]
    yield from (f"- Tried on: {_device(one)}" for one in real)
    yield ""
    if entry.about.quirks:
        yield "| `model` | `firmware` | What it does differently | Source |"
        yield "| --- | --- | --- | --- |"
        for quirk in entry.about.quirks:
            firmware = f"`{quirk.firmware}`" if quirk.firmware else ""
            cells = (f"`{quirk.model}`", firmware, quirk.why, quirk.source)
            yield f"| {' | '.join(map(_cell, cells))} |"
        yield ""


def _device(transcript: Transcript) -> str:
    model = transcript.model or "a model that did not tell its name"
    firmware = f", firmware {transcript.firmware}" if transcript.firmware else ""
    return f"{model}{firmware}, {transcript.recorded:%Y-%m-%d} ({transcript.source})"


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())
