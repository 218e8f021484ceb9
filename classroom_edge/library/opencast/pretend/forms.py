"""Forms as they are sent: urlencoded, or in parts with a file as the last that counts.

Source: RFC 7578 (multipart/form-data); RFC 2046, section 5.1; RFC 9112, section 6.3.
"""

import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email.message import Message
from io import BufferedIOBase
from typing import Final
from urllib.parse import parse_qsl

FIELD_MAX: Final = 1 << 20  # bytes
PIECE: Final = 64 << 10
_NAME: Final = re.compile(rb'; *(name|filename)="([^"]*)"')


class FormError(Exception):
    """A form that is none."""


class CutError(Exception):
    """The line broke in the middle of it."""


@dataclass(frozen=True, slots=True)
class File:
    """A file that came."""

    name: str
    size: int
    sha256: str


@dataclass
class Form:
    """What came, in the order in which it came."""

    fields: dict[str, str] = field(default_factory=dict)
    file: File | None = None
    before_file: frozenset[str] = frozenset()  # the fields that came before it


def read(stream: BufferedIOBase, length: int, kind: str, keep: Callable[[bytes], object]) -> Form:
    """Read a form of `length` bytes; bytes of its file go to `keep`.

    Raises:
        FormError: it is spelled wrongly.
        CutError: it did not come whole.
    """
    body = _Body(stream, length)
    header = Message()
    header["content-type"] = kind
    match header.get_content_type():
        case "application/x-www-form-urlencoded":
            if length > FIELD_MAX:
                raise FormError("a form that is too long")
            text = b"".join(body.pieces()).decode("utf-8")
            return Form(dict(parse_qsl(text, keep_blank_values=True, strict_parsing=bool(text))))
        case "multipart/form-data":
            boundary = header.get_param("boundary")
            if not isinstance(boundary, str) or not 0 < len(boundary) <= 70:
                raise FormError("no boundary")
            return _parts(body, boundary.encode(), keep)
    raise FormError(f"not a form: {kind!r}")


@dataclass
class _Body:
    stream: BufferedIOBase
    left: int
    rest: bytes = b""

    def more(self) -> bytes:
        data = self.stream.read1(min(PIECE, self.left)) if self.left else b""
        if not data and self.left:
            raise CutError
        self.left -= len(data)
        return data

    def pieces(self) -> Iterator[bytes]:
        while data := self.more():
            yield data

    def until(self, mark: bytes) -> Iterator[bytes]:
        """Give what stands before a mark, and go behind it."""
        data = self.rest
        while (at := data.find(mark)) < 0:
            safe = max(0, len(data) - len(mark) + 1)
            if safe:
                yield data[:safe]
            more = self.more()
            if not more:
                raise FormError("a part without end")
            data = data[safe:] + more
        self.rest = data[at + len(mark) :]
        yield data[:at]


def _parts(body: _Body, boundary: bytes, keep: Callable[[bytes], object]) -> Form:
    form = Form()
    body.rest = b"\r\n"
    if b"".join(body.until(b"\r\n--" + boundary)):
        raise FormError("something before the first part")
    while True:
        line = b"".join(body.until(b"\r\n"))
        if line == b"--":
            break
        if line:
            raise FormError("something behind a boundary")
        _part(form, body, boundary, keep)
    if body.rest or body.left:
        raise FormError("something behind the end")
    return form


def _part(form: Form, body: _Body, boundary: bytes, keep: Callable[[bytes], object]) -> None:
    head = b"".join(body.until(b"\r\n\r\n"))
    said = {name.decode(): value.decode("utf-8") for name, value in _NAME.findall(head)}
    if b"form-data" not in head or "name" not in said:
        raise FormError("a part without a name")
    content = body.until(b"\r\n--" + boundary)
    if "filename" not in said:
        data = b"".join(content)
        if len(data) > FIELD_MAX or said["name"] in form.fields:
            raise FormError(f"the field {said['name']} is too long, or there twice")
        form.fields[said["name"]] = data.decode("utf-8")
    elif form.file is not None:
        raise FormError("two files")
    else:
        form.before_file = frozenset(form.fields)
        form.file = _file(said["filename"], content, keep)


def _file(name: str, content: Iterator[bytes], keep: Callable[[bytes], object]) -> File:
    digest, size = hashlib.sha256(), 0
    for piece in content:
        keep(piece)
        digest.update(piece)
        size += len(piece)
    return File(name, size, digest.hexdigest())
