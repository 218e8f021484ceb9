"""Frames of a code sheet: a text with placeholders becomes bytes, and bytes become values. No I/O.

A sheet spells its frames in hex, ``AA BB CC {value} ??``, or as text, ``ka {id:02X} FF<CR>``. In
hex a quoted part is text (``02 'PON' 03``); in text a part in angle brackets is a byte, by its
name or in hex (``<STX>``, ``<0D>``). A whole frame of a text sheet may be given in hex after
``hex:``. ``{?}`` is any one byte, ``{*}`` any number of them. ``{id+64}`` is 64 more than the id.

Source: none; the notation is ours. Names of control characters: ISO 646.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from classroom_drivers.codecs.sheet_checksum import LENGTH, Rule
from classroom_drivers.codecs.sheet_format import Format, UnclearError, Word, format_of

FRAME_MAX = 256  # bytes
TEXT_MAX = 1024  # characters of a frame in a sheet
LOOSE_MAX = 3  # parts of a frame whose length varies
BODY = "body"
CONTROLS = {"NUL": 0x00, "SOH": 0x01, "STX": 0x02, "ETX": 0x03, "EOT": 0x04, "ENQ": 0x05}
CONTROLS |= {"ACK": 0x06, "HT": 0x09, "LF": 0x0A, "CR": 0x0D, "NAK": 0x15, "CAN": 0x18, "ESC": 0x1B}
_HEX = re.compile(r"\s*(?:([0-9A-Fa-f]{2})|'([^']*)'|(\{[^}]*\}|\?\?))\s*")
_TEXT = re.compile(r"<([^<>]*)>|(\{[^}]*\})|([^<{}]+)")
_FIELD = re.compile(r"\{([a-z][a-z0-9_]*)([+-]\d{1,5})?(?::([a-z0-9A-Z]+))?\}$")


@dataclass(frozen=True, slots=True)
class Literal:
    """Bytes that are always there."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Wild:
    """Any byte, or any number of them."""

    many: bool


@dataclass(frozen=True, slots=True)
class Field:
    """A value's place; what is written is the value and `plus`."""

    name: str
    plus: int
    format: Format


Piece = Literal | Wild | Field


def parse(text: str, *, in_hex: bool) -> tuple[Piece, ...]:
    """Take a frame's text apart.

    Raises:
        UnclearError: it cannot be understood.
    """
    if len(text) > TEXT_MAX:
        raise UnclearError("too-long", most=TEXT_MAX)
    if text.startswith("hex:"):
        text, in_hex = text.removeprefix("hex:"), True
    return _joined(_hex_pieces(text) if in_hex else _text_pieces(text))


def _hex_pieces(text: str) -> Iterator[Piece]:
    place = 0
    while place < len(text):
        found = _HEX.match(text, place)
        if not found:
            raise UnclearError("not-hex", text=text[place : place + 12].strip())
        place = found.end()
        byte, quoted, other = found.groups()
        if other:
            yield _placeholder("{?}" if other == "??" else other, "u8")
        else:
            yield Literal(bytes.fromhex(byte) if byte else quoted.encode())


def _text_pieces(text: str) -> Iterator[Piece]:
    place = 0
    while place < len(text):
        found = _TEXT.match(text, place)
        if not found:
            raise UnclearError("loose-brace", text=text[place : place + 12])
        place = found.end()
        control, field, plain = found.groups()
        if field:
            yield _placeholder(field, "s")
        else:
            yield Literal(plain.encode() if plain else _control(control))


def _control(name: str) -> bytes:
    if name in CONTROLS:
        return bytes([CONTROLS[name]])
    if re.fullmatch("[0-9A-Fa-f]{2}", name):
        return bytes.fromhex(name)
    raise UnclearError("unknown-control", name=f"<{name}>")


def _placeholder(text: str, usual: str) -> Piece:
    if text in {"{?}", "{*}"}:
        return Wild(many=text == "{*}")
    found = _FIELD.match(text)
    if not found:
        raise UnclearError("bad-placeholder", text=text)
    return Field(found[1], int(found[2] or 0), format_of(found[3] or usual))


def _joined(pieces: Iterator[Piece]) -> tuple[Piece, ...]:
    joined: list[Piece] = []
    for piece in pieces:
        last = joined[-1] if joined else None
        if isinstance(piece, Literal) and isinstance(last, Literal):
            joined[-1] = Literal(last.data + piece.data)
        else:
            joined.append(piece)
    return tuple(joined)


class Shape:
    """One frame: its envelope, the body within it, and what both compute.

    A vague one only says whether bytes are a frame, and need not tell its parts apart.

    Raises:
        UnclearError: two parts of it cannot be told apart, or too many vary in length.
    """

    def __init__(
        self,
        envelope: Sequence[Piece],
        body: Sequence[Piece],
        computed: Mapping[str, Rule],
        *,
        any_case: bool = False,
        vague: bool = False,
    ) -> None:
        before, after = _around_body(envelope)
        self.pieces = (*before, *body, *after)
        self.computed = computed
        self._body = len(before), len(before) + len(body)
        if not vague:
            _check_apart(self.pieces)
        for _, field in self._computed_fields():
            if field.format.size == 0:
                raise UnclearError("loose-checksum", name=field.name)
        groups = [b"(%s)" % _pattern(piece) for piece in self.pieces]
        self._regex = re.compile(b"".join(groups), re.DOTALL | re.IGNORECASE * any_case)

    @property
    def names(self) -> frozenset[str]:
        """Give the names of its placeholders, computed ones left out."""
        found = {piece.name for piece in self.pieces if isinstance(piece, Field)}
        return frozenset(found - self.computed.keys())

    def field(self, name: str) -> Field | None:
        """Give the first placeholder of a name."""
        fields = (piece for piece in self.pieces if isinstance(piece, Field))
        return next((field for field in fields if field.name == name), None)

    def spell(self, words: Mapping[str, Word]) -> bytes:
        """Write the frame; what may be anything becomes zero, or nothing."""
        parts = [self._part(piece, words) for piece in self.pieces]
        places = [0]
        for part in parts:
            places.append(places[-1] + len(part))
        data = b"".join(parts)
        body = slice(places[self._body[0]], places[self._body[1]])
        for number, piece in self._computed_fields():
            own = slice(places[number], places[number + 1])
            value = self._compute(piece, data, own, body)
            data = data[: own.start] + piece.format.spell(value) + data[own.stop :]
        return data

    def read(self, data: bytes) -> dict[str, Word] | None:
        """Give the values of a frame, or None if it is another one or its checksum is wrong."""
        found = self._regex.fullmatch(data)
        if not found:
            return None
        words: dict[str, Word] = {}
        first, last = self._body
        body = slice(found.end(first) if first else 0, found.end(last) if last else 0)
        for number, piece in enumerate(self.pieces, start=1):
            if not isinstance(piece, Field):
                continue
            word = piece.format.read(found[number])
            own = slice(*found.span(number))
            if piece.name in self.computed:
                if word != self._compute(piece, data, own, body):
                    return None
                continue
            word = word - piece.plus if isinstance(word, int) else word
            if words.setdefault(piece.name, word) != word:
                return None
        return words

    def without_computed(self, data: bytes) -> bytes | None:
        """Give a frame with its computed parts as zeros, to tell what is wrong with it."""
        found = self._regex.fullmatch(data)
        if not found:
            return None
        for number, _ in self._computed_fields():
            start, stop = found.span(number + 1)
            data = data[:start] + bytes(stop - start) + data[stop:]
        return data

    def _computed_fields(self) -> list[tuple[int, Field]]:
        """Give what is computed, lengths first: checksums may be over them."""
        fields = [
            (number, piece)
            for number, piece in enumerate(self.pieces)
            if isinstance(piece, Field) and piece.name in self.computed
        ]
        return sorted(fields, key=lambda field: self.computed[field[1].name].name != LENGTH)

    def _part(self, piece: Piece, words: Mapping[str, Word]) -> bytes:
        match piece:
            case Literal(data):
                return data
            case Wild(many):
                return b"" if many else b"\0"
            case Field(name, plus, form):
                if name in self.computed:
                    return form.spell(0)
                word = words[name]
                return form.spell(word + plus if isinstance(word, int) else word)

    def _compute(self, piece: Field, data: bytes, own: slice, body: slice) -> int:
        value = self.computed[piece.name].compute(data, own, body)
        return value % (piece.format.largest + 1)


def _around_body(envelope: Sequence[Piece]) -> tuple[Sequence[Piece], Sequence[Piece]]:
    for place, piece in enumerate(envelope):
        if isinstance(piece, Field) and piece.name == BODY:
            return envelope[:place], envelope[place + 1 :]
    raise UnclearError("no-body")


def _loose(piece: Piece) -> bool:
    return piece.many if isinstance(piece, Wild) else _size(piece) == 0


def _size(piece: Piece) -> int:
    match piece:
        case Literal(data):
            return len(data)
        case Wild(many):
            return 0 if many else 1
        case Field(_, _, form):
            return form.size


def _check_apart(pieces: Sequence[Piece]) -> None:
    loose = [_loose(piece) for piece in pieces]
    if sum(loose) > LOOSE_MAX:
        raise UnclearError("too-loose", most=LOOSE_MAX)
    if any(here and following for here, following in pairwise(loose)):
        raise UnclearError("run-together")
    if sum(map(_size, pieces)) > FRAME_MAX:
        raise UnclearError("too-long", most=FRAME_MAX)


def _pattern(piece: Piece) -> bytes:
    match piece:
        case Literal(data):
            return re.escape(data)
        case Wild(many):
            return b".{0,%d}?" % FRAME_MAX if many else b"."
        case Field(_, _, form):
            return form.pattern
