"""The values of RTMP's commands. Pure.

Source: Adobe, Action Message Format AMF 0 (2007), 2.2 to 2.10.
"""

import struct
from collections.abc import Iterator, Mapping
from typing import Final

Value = float | bool | str | None | dict[str, "Value"] | list["Value"]

_NUMBER: Final = 0
_TRUTH: Final = 1
_TEXT: Final = 2
_OBJECT: Final = 3
_NULL: Final = 5
_MAP: Final = 8
_END: Final = 9
_LIST: Final = 10
_DEPTH_MAX: Final = 8
_LIST_MAX: Final = 1024


def spelled(*values: Value) -> bytes:
    """Spell values one after the other."""
    return b"".join(map(_spell, values))


def read(data: bytes) -> list[Value]:
    """Read all values.

    Raises:
        ValueError: they are cut short, of a kind that no server sends, or nested too deep.
    """
    try:
        return list(_Reader(data).values())
    except (struct.error, IndexError, UnicodeDecodeError) as error:
        raise ValueError(f"values that cannot be read: {error}") from error


def _spell(value: Value) -> bytes:
    match value:
        case None:
            return bytes((_NULL,))
        case bool():
            return bytes((_TRUTH, value))
        case int() | float():
            return struct.pack(">Bd", _NUMBER, value)
        case str():
            return bytes((_TEXT,)) + _name(value)
        case dict():
            return bytes((_OBJECT,)) + _properties(value)
        case list():
            return struct.pack(">BI", _LIST, len(value)) + spelled(*value)


def _properties(values: Mapping[str, Value]) -> bytes:
    return b"".join(_name(key) + _spell(one) for key, one in values.items()) + bytes((0, 0, _END))


def _name(text: str) -> bytes:
    data = text.encode()[:0xFFFF]
    return struct.pack(">H", len(data)) + data


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def values(self) -> Iterator[Value]:
        while self._at < len(self._data):
            yield self._value(0)

    def _value(self, depth: int) -> Value:
        if depth > _DEPTH_MAX:
            raise ValueError("nested too deep")
        kind = self._data[self._at]
        self._at += 1
        if kind in {_OBJECT, _MAP, _LIST}:
            return self._several(kind, depth)
        return self._single(kind)

    def _single(self, kind: int) -> Value:
        match kind:
            case 0 | 11:  # number, date
                value = float(self._take(">d"))
                if kind:
                    self._take(">h")  # a time zone, which is always 0
                return value
            case 1:  # truth
                return bool(self._take(">B"))
            case 2 | 12:  # text, long text
                return self._text(self._take(">H" if kind == _TEXT else ">I"))
            case 5 | 6:  # null, undefined
                return None
        raise ValueError(f"a value of kind {kind}")

    def _several(self, kind: int, depth: int) -> Value:
        if kind == _LIST:
            return [self._value(depth + 1) for _ in range(min(self._take(">I"), _LIST_MAX))]
        if kind == _MAP:
            self._take(">I")  # a length that is only a hint
        return self._object(depth)

    def _object(self, depth: int) -> dict[str, Value]:
        found: dict[str, Value] = {}
        while True:
            key = self._text(self._take(">H"))
            if not key and self._data[self._at] == _END:
                self._at += 1
                return found
            found[key] = self._value(depth + 1)

    def _text(self, length: int) -> str:
        end = self._at + length
        if end > len(self._data):
            raise ValueError("a text that is cut short")
        text = self._data[self._at : end].decode()
        self._at = end
        return text

    def _take(self, form: str) -> int:
        (value,) = struct.unpack_from(form, self._data, self._at)
        self._at += struct.calcsize(form)
        return value  # type: ignore[no-any-return]
