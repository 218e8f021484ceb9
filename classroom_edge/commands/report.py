"""``classroom-edge report``: what a recording lacks, how it sounds, and what it shows."""

import base64
import sys
from pathlib import Path
from typing import Final

import msgspec
from jinja2 import Environment, PackageLoader, StrictUndefined
from rich.console import Console
from rich.table import Table as RichTable
from rich.text import Text

from classroom_edge.commands.recorded import recorded
from classroom_edge.commands.report_tables import Table, facts_of, tables_of
from classroom_edge.words import words
from classroom_media.analyse.figures import Report
from classroom_media.analyse.plot import plot_of
from classroom_media.analyse.report import report_on
from classroom_media.api import MediaError
from classroom_media.direct.lanes import Say

GOOD, FAILED, WRONG = 0, 1, 2
PLOT: Final = "report.png"
FIGURES: Final = "report.json"
PAGE: Final = "report.html"

_pages: Final = Environment(
    loader=PackageLoader("classroom_edge.commands"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def report(
    recording: str, *, data: Path | None, out: Path | None, as_json: bool, language: str
) -> int:
    """Print what is known of a recording, a folder or an id of `data`; nothing of it is changed.

    With `out`, figures, plot and a page that works offline are written there. Gives 1 when
    there is no recording or a file cannot be written, 2 for a place that cannot be meant.
    """
    say = _saying(language)
    errors = Console(file=sys.stderr, highlight=False, soft_wrap=True)
    folder = recorded(recording, data)
    if folder is None:
        errors.print(say("need-data", recording=recording), markup=False)
        return WRONG
    if not folder.is_dir():
        errors.print(say("no-recording", recording=recording), markup=False)
        return FAILED
    if out and out.resolve().is_relative_to(folder.resolve()):
        errors.print(say("out-inside", path=out), markup=False)
        return WRONG
    try:
        with errors.status("") as status:
            found = report_on(folder, lambda file: status.update(Text(say("looking", file=file))))
        written = _write(found, out, say, language) if out else ()
    except (MediaError, OSError) as error:
        errors.print(str(error), markup=False)
        return FAILED
    if as_json:
        sys.stdout.write(_figures(found).decode() + "\n")
    else:
        _print(found, say)
    for path in written:
        errors.print(say("wrote", path=path), markup=False)
    return GOOD


def _saying(language: str) -> Say:
    def say(key: str, /, **values: object) -> str:
        part = "direct" if key.startswith("cut.") else "report"  # why the director cut
        return words(part).say(key, language, **values)

    return say


def _figures(found: Report) -> bytes:
    """Give everything as JSON, with the sums that readers would otherwise make themselves."""
    plain = msgspec.to_builtins(found)
    for said, file in zip(plain["files"], found.files, strict=True):
        said["mean_kbps"] = round(file.mean_kbps, 1)
        if file.pictures:
            said["pictures"]["dropped"] = file.pictures.dropped
            said["pictures"]["dropped_in_gaps"] = file.pictures.dropped_in_gaps
            said["pictures"]["doubled"] = file.pictures.doubled
    return msgspec.json.format(msgspec.json.encode(plain), indent=2)


def _write(found: Report, out: Path, say: Say, language: str) -> tuple[Path, ...]:
    """Write the report's files.

    Raises:
        OSError: one cannot be written.
    """
    out.mkdir(parents=True, exist_ok=True)
    (out / FIGURES).write_bytes(_figures(found) + b"\n")
    (out / PLOT).write_bytes(plot_of(found, say))
    page = _pages.get_template("report.html").render(
        say=say,
        language=language,
        report=found,
        facts=facts_of(found, say),
        tables=[table for table in tables_of(found, say) if table.rows],
        plot=base64.b64encode(plot_of(found, say, headed=False)).decode("ascii"),
    )
    (out / PAGE).write_text(page, encoding="utf-8")
    return tuple(out / name for name in (PAGE, PLOT, FIGURES))


def _print(found: Report, say: Say) -> None:
    console = Console(highlight=False)
    console.print(Text(found.title or found.room or found.id, style="bold"))
    for fact in facts_of(found, say):
        style = "red" if fact.value.wrong else ""
        console.print(Text(f"  {fact.name}  ", style="dim") + Text(fact.value.text, style=style))
    for table in tables_of(found, say):
        if table.rows:
            console.print()
            console.print(_rich(table))
    console.print()
    console.print(Text(say("note.dropped"), style="dim"))


def _rich(table: Table) -> RichTable:
    drawn = RichTable(
        title=Text(table.title, style="bold"), title_justify="left", box=None, padding=(0, 2, 0, 0)
    )
    for at, column in enumerate(table.columns):
        drawn.add_column(
            column.name,
            justify="right" if column.number else "left",
            overflow="fold",
            no_wrap=at == 0,
        )
    for row in table.rows:
        drawn.add_row(*(Text(cell.text, style="red" if cell.wrong else "") for cell in row))
    return drawn
