"""Reads the controls of a sheet: [power], [input], [volume], [keys] and the others."""

from collections.abc import Iterator, Mapping

from classroom_drivers.code_sheet.sections import GROUPS, SECTIONS, Section
from classroom_drivers.code_sheet.sheet import (
    CHANNEL,
    HEALTH,
    NUMBER,
    VALUE,
    Answer,
    Control,
    Kind,
    Order,
)
from classroom_drivers.code_sheet.table import Table
from classroom_drivers.code_sheet.values import read_range, read_words
from classroom_drivers.code_sheet.wire import Wire
from classroom_drivers.codecs.sheet_format import Word
from classroom_drivers.codecs.sheet_frame import Shape

CHANNELS_MAX = 64


def read_controls(root: Table, wire: Wire, *, gap_s: float, reply_s: float) -> tuple[Control, ...]:
    """Read every control of a sheet."""
    found: list[Control] = []
    has_power = "power" in root
    for name, section in SECTIONS.items():
        if root.given(name) is not None:
            reader = _Reader(root.table(name), wire, section, gap_s, reply_s, has_power=has_power)
            found.append(reader.control(name))
    for group, (capability, kinds) in GROUPS.items():
        table = root.table(group)
        for name in table.names():
            if name not in kinds:
                table.complain("unknown-key", name, name=name, near=", ".join(kinds))
                continue
            section = Section(capability=capability, kind=kinds[name])
            row = table.table(name)
            reader = _Reader(row, wire, section, gap_s, reply_s, has_power=has_power)
            found.append(reader.control(HEALTH if name == "faults" else name))
    return tuple(found)


class _Reader:
    """Reads one table."""

    def __init__(
        self,
        table: Table,
        wire: Wire,
        section: Section,
        gap_s: float,
        reply_s: float,
        *,
        has_power: bool,
    ) -> None:
        self._table = table
        self._wire = wire
        self._section = section
        self._gap_s = gap_s
        self._reply_s = reply_s
        self._has_power = has_power
        self._names = (VALUE, CHANNEL) if section.many else (VALUE,)
        self._words = read_words(table.table("values"), section.says)

    def control(self, name: str) -> Control:
        """Read it."""
        table, section = self._table, self._section
        low, high = read_range(table, section.kind)
        always = name == "power" or not self._has_power
        reply_s = table.number("reply-s", self._reply_s, least=0.05, most=30)
        ask = self._shape("ask", names=self._names[1:])
        orders = self._orders()
        accepted = self._accepted()
        toggle = self._shape("toggle", names=self._names[1:])
        made = Control(
            name=name,
            path=table.path,
            capability=section.capability,
            kind=section.kind,
            orders=orders,
            toggle=Order(shape=toggle, answered=self._answered("toggle")) if toggle else None,
            ask=ask,
            answers=self._answers("answer"),
            pushed=self._answers("pushed"),
            accepted=accepted,
            words=self._words,
            low=low,
            high=high,
            scale=table.number("scale", 1.0, least=1e-6, most=1e6),
            add=table.number("add", 0.0, least=-1e6, most=1e6),
            bits=table.flag("bits"),
            channels=table.whole("channels", 1, least=1, most=CHANNELS_MAX) if section.many else 1,
            always=table.flag("in-standby", usual=always),
            gap_s=table.number("gap-s", self._gap_s, most=60),
            reply_s=reply_s,
            accept_s=table.number("accept-s", reply_s, least=0.05, most=60),
            travel_s=table.number("travel-s", 0.0, most=600) if name == "cover" else 0.0,
        )
        self._check(made)
        if name != "power":
            table.finish()
        return made

    def _check(self, control: Control) -> None:
        table = self._table
        if control.answers and not control.ask:
            table.complain("answer-without-ask", "answer")
        if control.ask and not control.answers:
            table.complain("ask-without-answer", "ask")
        if control.toggle and not control.ask:
            table.complain("blind-toggle", "toggle")
        if not control.orders and not control.toggle and not control.ask:
            table.complain("empty-control")

    # frames

    def _shape(self, key: str, *, names: tuple[str, ...], reply: bool = False) -> Shape | None:
        given = self._table.given(key)
        if given is None:
            return None
        return self._wire.shape(self._table, [key], given, names, reply=reply)

    def _orders(self) -> dict[str, Order]:
        match self._section:
            case Section(kind=Kind.TEXT | Kind.NUMBER) | Section(capability="health" | "sensor"):
                return {}
            case Section(capability="presets"):
                return self._numbered()
            case Section(capability="keys"):
                return self._named("set")
            case Section(kind=Kind.PERCENT):
                shape = self._shape("set", names=self._names)
                return {"": self._order("", shape)} if shape else {}
        return self._named("set")

    def _numbered(self) -> dict[str, Order]:
        shapes = {name: self._shape(name, names=(NUMBER,)) for name in ("recall", "store")}
        return {name: self._order(name, shape) for name, shape in shapes.items() if shape}

    def _named(self, key: str) -> dict[str, Order]:
        """Read one frame with a place for the value, or one frame for each name."""
        given = self._table.given(key)
        names = self._names[1:]
        if isinstance(given, dict):
            rows = self._table.table(key)
            shapes = {
                name: self._wire.shape(rows, [name], rows.given(name), names, reply=False)
                for name in rows.names()
            }
            self._check_names(rows, shapes)
            return {name: self._order(name, shape) for name, shape in shapes.items() if shape}
        shape = self._shape(key, names=self._names)
        if shape is None:
            return {}
        if VALUE not in shape.names:
            self._table.complain("no-value", key)
        told = self._section.told
        wanted = [name for name in self._words if told is None or name in told]
        if not wanted:
            self._table.complain("no-values", key)
        self._check_fit(shape, key)
        return {name: self._order(name, shape, self._words[name][0]) for name in wanted}

    def _check_names(self, rows: Table, shapes: Mapping[str, Shape | None]) -> None:
        told = self._section.told
        for name in shapes:
            if told is not None and name not in told:
                rows.complain("unknown-choice", name, name=name, near=", ".join(told))

    def _check_fit(self, shape: Shape, key: str) -> None:
        """Note words that cannot be written where they belong."""
        field = shape.field(VALUE)
        if field is None:
            return
        for name, words in self._words.items():
            for word in words:
                shifted = word + field.plus if isinstance(word, int) else word
                if not field.format.fits(shifted):
                    path = ("values", name)
                    self._table.complain("misfit", *path, word=word, format=field.format.name)

    def _order(self, name: str, shape: Shape, word: Word | None = None) -> Order:
        return Order(shape=shape, word=word, answered=self._answered(name))

    def _answered(self, name: str) -> bool:
        silent = self._table.given("unanswered")
        if isinstance(silent, bool):
            return not silent and self._has_accepted()
        if silent is not None and not isinstance(silent, list):
            self._table.complain("not-texts", "unanswered")
        return name not in (silent or ()) and self._has_accepted()

    def _has_accepted(self) -> bool:
        return "accepted" in self._table or "accepted" in self._wire.replies

    def _accepted(self) -> tuple[Shape, ...]:
        here = "accepted" in self._table
        table = self._table if here else self._wire.replies
        names = (*self._names, NUMBER) if here else self._names
        shapes = [
            self._wire.shape(table, ["accepted"], text, names, reply=True)
            for text in table.texts("accepted")
        ]
        for shape in shapes:
            if shape and here:
                self._check_fit(shape, "accepted")
        return tuple(shape for shape in shapes if shape)

    def _answers(self, key: str) -> tuple[Answer, ...]:
        given = self._table.given(key)
        if given is None:
            return ()
        if isinstance(given, dict):
            return tuple(self._named_answers(key))
        texts = given if isinstance(given, list) else [given]
        found = []
        for text in texts:
            shape = self._wire.shape(self._table, [key], text, self._names, reply=True)
            if shape and VALUE not in shape.names:
                self._table.complain("no-value", key)
            elif shape:
                self._check_fit(shape, key)
                found.append(Answer(shape=shape))
        return tuple(found)

    def _named_answers(self, key: str) -> Iterator[Answer]:
        rows, says = self._table.table(key), self._section.says
        for name in rows.names():
            if says is not None and name not in says:
                rows.complain("unknown-choice", name, name=name, near=", ".join(says))
                continue
            for text in rows.texts(name):
                shape = self._wire.shape(rows, [name], text, self._names[1:], reply=True)
                if shape:
                    yield Answer(shape=shape, name=name)
