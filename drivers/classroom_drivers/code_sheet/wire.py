"""Reads how frames are spelled, cut and computed: [line], [commands], [replies], [checksums]."""

from collections.abc import Iterable, Mapping

from classroom_drivers.code_sheet.sheet import CHANNEL, VALUE, Framing, Option, Refusal
from classroom_drivers.code_sheet.table import Table
from classroom_drivers.codecs.sheet_checksum import CHECKSUMS, OVER, Rule
from classroom_drivers.codecs.sheet_format import Format, UnclearError, format_of
from classroom_drivers.codecs.sheet_frame import (
    BODY,
    FRAME_MAX,
    Literal,
    Piece,
    Shape,
    Wild,
    parse,
)
from classroom_drivers.codecs.sheet_stream import Cut

ANYTHING: tuple[Piece, ...] = (Wild(many=True),)
REFUSALS = ("refused", "unsupported", "busy")
SPELLINGS = ("hex", "text")
OPTIONS_MAX = 16
PLAIN = "{body}"
Names = tuple[str, ...]  # of placeholders that make sense somewhere


class Wire:
    """Turns the texts of a sheet into shapes; notes what it cannot."""

    def __init__(self, root: Table) -> None:
        line = root.table("line")
        self.line = line
        self.in_hex = _spelled(line) == "hex"
        self._any_case = line.flag("any-case")
        self.options = _options(root.table("options"))
        self._computed = _checksums(root.table("checksums"))
        self.commands = root.table("commands")
        self.replies = root.table("replies")
        self._envelopes = {
            False: self._envelope(self.commands, PLAIN),
            True: self._envelope(self.replies, self.commands.text("frame") or PLAIN),
        }

    def shape(
        self, table: Table, keys: Iterable[str], text: object, names: Names, *, reply: bool
    ) -> Shape | None:
        """Give the shape of a frame that stands at a key of a table, None if it has none."""
        keys = tuple(keys)
        if not isinstance(text, str):
            table.complain("not-frame", *keys)
            return None
        try:
            shape = self._shape(parse(text, in_hex=self.in_hex), reply=reply)
        except UnclearError as error:
            table.complain(error.key, *keys, **error.values)
            return None
        known = {*names, *self.options}
        if unknown := shape.names - known:
            there_are = ", ".join(sorted({*known, *self._computed})) or "-"
            for name in sorted(unknown):
                table.complain("unknown-placeholder", *keys, name=name, near=there_are)
            return None
        return shape

    def framing(self, *, reply: bool) -> Framing | None:
        """Give how frames of one direction are cut; replies are cut as commands unless told."""
        table = self.replies if reply and "cut" in self.replies else self.commands
        cuts = tuple(cut for row in table.tables("cut") if (cut := self._cut(row)))
        skip = (self.replies if reply else self.commands).text("skip")
        skipped = self._literal(self.replies if reply else self.commands, "skip", skip)
        if not cuts:
            table.complain("no-cut", "cut")
            return None
        try:
            whole = self._shape(ANYTHING, reply=reply, vague=True)
        except UnclearError as error:
            table.complain(error.key, "frame", **error.values)
            return None
        return Framing(cuts=cuts, whole=whole, skip=skipped)

    def refusals(self) -> tuple[Refusal, ...]:
        """Give the patterns with which the device says no."""
        found = []
        for kind in REFUSALS:
            table = self.replies.table(kind)
            for pattern in table.names():
                shape = self.shape(table, [pattern], pattern, (VALUE,), reply=True)
                means = table.text(pattern, most=200)
                if shape:
                    found.append(Refusal(shape=shape, kind=kind, means=means))
        return tuple(found)

    def _shape(self, body: tuple[Piece, ...], *, reply: bool, vague: bool = False) -> Shape:
        envelope = self._envelopes[reply]
        return Shape(envelope, body, self._computed, any_case=self._any_case, vague=vague)

    def _envelope(self, table: Table, usual: str) -> tuple[Piece, ...]:
        text = table.text("frame") or usual
        try:
            pieces = parse(text, in_hex=self.in_hex)
            shape = Shape(pieces, ANYTHING, self._computed, vague=True)
        except UnclearError as error:
            table.complain(error.key, "frame", **error.values)
            return parse(PLAIN, in_hex=self.in_hex)
        for name in sorted(shape.names - self.options.keys()):
            near = ", ".join(sorted({*self.options, *self._computed, BODY}))
            table.complain("unknown-placeholder", "frame", name=name, near=near)
        return pieces

    def _cut(self, table: Table) -> Cut | None:
        head, ends = (self._literal(table, key, table.text(key)) for key in ("head", "ends"))
        length = table.whole("length", 0, most=FRAME_MAX)
        count = table.table("count") if "count" in table else None
        ways = bool(length) + bool(ends) + (count is not None)
        table.finish()
        if ways != 1:
            table.complain("cut-ways")
            return None
        if not head and not ends:
            table.complain("cut-without-head")
            return None
        if count is None:
            return Cut(head=head, length=length, ends=ends)
        at, plus = count.whole("at", 0, most=FRAME_MAX), count.whole("plus", 0, most=FRAME_MAX)
        form = self._format(count)
        count.finish()
        return Cut(head=head, count=form, count_at=at, plus=plus) if form else None

    def _format(self, table: Table) -> Format | None:
        try:
            form = format_of(table.text("as", "u8"))
        except UnclearError as error:
            table.complain(error.key, "as", **error.values)
            return None
        if form.size == 0:
            table.complain("unknown-format", "as", format=form.name)
            return None
        return form

    def _literal(self, table: Table, key: str, text: str) -> bytes:
        """Give bytes that are spelled without placeholders."""
        try:
            pieces = parse(text, in_hex=self.in_hex)
        except UnclearError as error:
            table.complain(error.key, key, **error.values)
            return b""
        if any(not isinstance(piece, Literal) for piece in pieces):
            table.complain("not-literal", key)
        return b"".join(piece.data for piece in pieces if isinstance(piece, Literal))


def _spelled(line: Table) -> str:
    spelled = line.text("spelled", SPELLINGS[0])
    if spelled not in SPELLINGS:
        line.complain("unknown-choice", "spelled", name=spelled, near=", ".join(SPELLINGS))
    return spelled


def _options(table: Table) -> Mapping[str, Option]:
    found = {}
    for name in table.names()[:OPTIONS_MAX]:
        row = table.table(name)
        if not name.isidentifier() or not name.islower() or name in {VALUE, CHANNEL, BODY}:
            table.complain("bad-name", name, name=name)
        default = row.given("default")
        if not isinstance(default, int | str) or isinstance(default, bool):
            row.complain("no-default")
            continue
        low, high = row.whole("from", 0), row.whole("to", 0xFFFF)
        if isinstance(default, int) and not low <= default <= high:
            row.complain("not-whole", "default", least=low, most=high)
        everybody = row.given("everybody")
        found[name] = Option(name=name, default=default, low=low, high=high, everybody=everybody)
        row.finish()
    return found


def _checksums(table: Table) -> Mapping[str, Rule]:
    found = {}
    for name in table.names():
        row = table.table(name)
        rule, over = row.text("rule"), row.text("over", "before")
        if rule not in CHECKSUMS:
            row.complain("unknown-checksum", "rule", name=rule, near=", ".join(CHECKSUMS))
            rule = "length"  # so that its placeholder is known
        if over not in OVER:
            row.complain("unknown-choice", "over", name=over, near=", ".join(OVER))
            over = OVER[0]
        skip, plus = row.whole("skip", 0, most=FRAME_MAX), row.whole("plus", 0, least=-0xFFFF)
        found[name] = Rule(name=rule, over=over, skip=skip, plus=plus)
        row.finish()
    return found
