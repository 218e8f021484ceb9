"""Reads a code sheet: TOML becomes a `Sheet`, or every mistake in it at once."""

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from classroom_drivers.api import UnsupportedError
from classroom_drivers.code_sheet.controls import read_controls
from classroom_drivers.code_sheet.mistakes import Findings
from classroom_drivers.code_sheet.places import Places
from classroom_drivers.code_sheet.sheet import Example, PowerHabits, QuirkRow, Sheet
from classroom_drivers.code_sheet.table import Table
from classroom_drivers.code_sheet.wire import Wire
from classroom_drivers.codecs.sheet_format import UnclearError
from classroom_drivers.codecs.sheet_frame import Literal, parse

SIZE_MAX = 64 * 1024  # bytes; the longest sheet that is shipped has a tenth of that
EXAMPLES_MAX = 500
SHARINGS = ("", "bus", "chain")
SETTINGS = ("warm_up_s", "cool_down_s", "min_on_s", "min_off_s", "pace", "inputs", "echo")
_LINE = re.compile(r"at line (\d+)")


def content(path: Path) -> bytes:
    """Give what a file holds, no more of it than is looked at.

    Raises:
        UnsupportedError: it cannot be read.
    """
    try:
        with path.open("rb") as file:
            return file.read(SIZE_MAX + 1)
    except OSError as error:
        raise UnsupportedError(f"no sheet at {path}: {error.strerror or error}") from error


def examine(content: bytes) -> tuple[Sheet | None, Findings]:
    """Read a sheet's content; give it with its mistakes, None if not even that much is clear."""
    if len(content) > SIZE_MAX:
        findings = Findings(Places(""))
        findings.add("too-big", (), most=SIZE_MAX // 1024)
        return None, findings
    text = content.decode("utf-8", "replace")
    findings = Findings(Places(text))
    values = _toml(text, findings)
    sheet = _sheet(Table(values, (), findings)) if values is not None else None
    return sheet, findings


def _toml(text: str, findings: Findings) -> Mapping[str, Any] | None:
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        line = _LINE.search(str(error))
        findings.add("not-toml", (), why=str(error)[:200], where=line[1] if line else "?")
        return None


def _sheet(root: Table) -> Sheet | None:
    wire = Wire(root)
    line, head = wire.line, root.table("sheet")
    gap_s = line.number("gap-s", 0.0, most=60)
    reply_s = line.number("reply-s", 1.0, least=0.05, most=30)
    controls = read_controls(root, wire, gap_s=gap_s, reply_s=reply_s)
    commands, replies = wire.framing(reply=False), wire.framing(reply=True)
    ports = {scheme: line.whole(f"{scheme}-port", 0, most=65535) for scheme in ("tcp", "udp")}
    baud = line.whole("baud", 9600, least=1200, most=115200)
    if not controls:
        root.complain("no-controls")
    described: dict[str, Any] = {
        "title": head.text("title", "a device"),
        "maker": head.text("maker"),
        "models": head.texts("models"),
        "sources": head.texts("sources"),
        "unverified": head.texts("unverified"),
        "reached_by": _reached_by(baud, ports),
        "baud": baud,
        "ports": {scheme: port for scheme, port in ports.items() if port},
        "sharing": _sharing(line),
        "options": wire.options,
        "refusals": wire.refusals(),
        "echo": wire.replies.flag("echo"),
        "hang_up": line.flag("hangs-up"),
        "resend": line.whole("resend", 1, most=5),
        "gap_s": gap_s,
        "poll_s": line.number("poll-s", 3.0, least=0.5),
        "power": _power(root.table("power"), wire),
        "controls": controls,
        "examples": (
            *_examples(root.table("examples"), wire, reply=False),
            *_examples(root.table("replied"), wire, reply=True),
        ),
        "quirks": tuple(_quirk(row, wire) for row in root.tables("quirk")),
    }
    if not described["sources"]:
        head.complain("no-source")
    for table in (head, line, wire.commands, wire.replies, root):
        table.finish()
    if not commands or not replies or not controls:
        return None
    return Sheet(commands=commands, replies=replies, **described)


def _sharing(line: Table) -> str:
    sharing = line.text("shared")
    if sharing not in SHARINGS:
        line.complain("unknown-choice", "shared", name=sharing, near=", ".join(SHARINGS[1:]))
    return sharing


def _reached_by(baud: int, ports: Mapping[str, int]) -> tuple[str, ...]:
    network = [f"{scheme}://host" for scheme, port in ports.items() if port]
    return (f"serial:///dev/ttyUSB0?baud={baud}", *(network or ["tcp://host:port"]))


def _power(table: Table, wire: Wire) -> PowerHabits:
    standby = table.given("standby-reply")
    says = wire.shape(table, ["standby-reply"], standby, (), reply=True) if standby else None
    habits = PowerHabits(
        warm_up_s=table.number("warm-up-s", 0.0, most=600),
        cool_down_s=table.number("cool-down-s", 0.0, most=600),
        min_on_s=table.number("min-on-s", 0.0, most=600),
        min_off_s=table.number("min-off-s", 0.0, most=600),
        says_on_early=table.flag("says-on-early"),
        says_off_early=table.flag("says-off-early"),
        deaf=table.flag("deaf-in-standby"),
        standby_says=says,
    )
    table.finish()
    return habits


def _examples(table: Table, wire: Wire, *, reply: bool) -> list[Example]:
    found = []
    for what in table.names()[:EXAMPLES_MAX]:
        for text in table.texts(what):
            data = _bytes(table, what, text, in_hex=wire.in_hex)
            path = (*table.path, what)
            found.append(Example(what=what, data=data, reply=reply, path=path))
    return found


def _bytes(table: Table, what: str, text: str, *, in_hex: bool) -> bytes:
    try:
        pieces = parse(text, in_hex=in_hex)
    except UnclearError as error:
        table.complain(error.key, what, **error.values)
        return b""
    if any(not isinstance(piece, Literal) for piece in pieces):
        table.complain("not-literal", what)
    return b"".join(piece.data for piece in pieces if isinstance(piece, Literal))


def _quirk(row: Table, wire: Wire) -> QuirkRow:
    options, known = row.table("options"), {*wire.options, *SETTINGS}
    for name in options.names():
        if name not in known:
            near = ", ".join(sorted(known))
            options.complain("unknown-key", name, name=name, near=near)
    quirk = QuirkRow(
        model=row.text("model"),
        why=row.text("why"),
        source=row.text("source"),
        options={name: options.given(name) for name in options.names()},
    )
    if not (quirk.model and quirk.why and quirk.source):
        row.complain("bare-quirk")
    row.finish()
    return quirk
