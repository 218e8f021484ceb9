"""Uploads by tus: bounded pieces, each with its checksum, from wherever the server is.

Source: tus resumable upload protocol 1.0.0, https://tus.io/protocols/resumable-upload: core,
creation, checksum, expiration.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final
from urllib.parse import unquote, urlsplit

from classroom_edge.library.deliver.pieces import PIECE, pieces
from classroom_edge.library.deliver.target import Course, Item, TransientError
from classroom_edge.library.deliver.web import Answer, Body, Web, check
from classroom_edge.library.received.tus import (
    CHECKSUM_MISMATCH,
    CONTENT_TYPE,
    VERSION,
    checksum_said,
    metadata_said,
)

CHUNK: Final = 4 << 20  # bytes of a request: so much at most is sent again
GONE: Final = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.GONE, HTTPStatus.FORBIDDEN})


def nothing_more() -> Mapping[str, str]:
    """Give no further headers."""
    return {}


@dataclass(frozen=True, kw_only=True)
class Tus:
    """A server that takes uploads; `shown` gives the headers by which it knows us."""

    web: Web
    uploads: str  # path at which an upload is created
    shown: Callable[[], Mapping[str, str]] = nothing_more
    chunk: int = CHUNK
    checks: bool = True  # the server knows the extension checksum, with SHA-256

    def create(self, item: Item, metadata: Mapping[str, str]) -> str:
        """Begin an upload; give its path. Raises DeliveryError."""
        said = {"Upload-Length": str(item.size), "Upload-Metadata": metadata_said(metadata)}
        answer = check(self._ask("POST", self.uploads, said), HTTPStatus.CREATED)
        if not (location := answer.headers.get("location", "")):
            raise TransientError("answer-odd", "no Location")
        return self._below(location)

    def offset(self, upload: str) -> int | None:
        """Tell how much of an upload is safe there; None = it is gone. Raises DeliveryError."""
        answer = self._ask("HEAD", upload)
        if answer.status in GONE:
            return None
        return _offset(check(answer, HTTPStatus.OK, HTTPStatus.NO_CONTENT))

    def send(self, upload: str, item: Item, at: int, course: Course) -> None:
        """Send the rest of an item. Raises DeliveryError; TransientError if it is gone."""
        for data in pieces(item, at, self.chunk):
            said = {"Upload-Offset": str(at), "Content-Type": CONTENT_TYPE}
            if self.checks:
                said["Upload-Checksum"] = checksum_said(data)
            answer = self._ask("PATCH", upload, said, Body(_told(data, item, course), len(data)))
            at += len(data)
            if _offset(_taken(answer)) != at:
                raise TransientError("answer-odd", "another offset than was sent")

    def terminate(self, upload: str) -> bool:
        """Have an upload forgotten. Raises DeliveryError."""
        return self._ask("DELETE", upload).status == HTTPStatus.NO_CONTENT

    def _ask(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str] | None = None,
        body: Body | None = None,
    ) -> Answer:
        said = {"Tus-Resumable": VERSION, **self.shown(), **(headers or {})}
        return self.web.ask(method, path, headers=said, body=body or Body((), 0))

    def _below(self, location: str) -> str:
        """Give the path below our URL of what a server calls by an address or a path."""
        path, base = unquote(urlsplit(location).path), urlsplit(self.web.url).path.rstrip("/")
        return path.removeprefix(base).lstrip("/")


def _told(data: bytes, item: Item, course: Course) -> Iterator[bytes]:
    for begin in range(0, len(data), PIECE):
        piece = data[begin : begin + PIECE]
        yield piece
        course.sent(item, len(piece))


def _taken(answer: Answer) -> Answer:
    """Give the answer to bytes that were taken. Raises DeliveryError."""
    if answer.status == CHECKSUM_MISMATCH:
        raise TransientError("other-there", answer.said)
    if answer.status in GONE or answer.status == HTTPStatus.CONFLICT:
        raise TransientError("upload-gone", answer.said)  # the next try asks where it stands
    return check(answer, HTTPStatus.NO_CONTENT)


def _offset(answer: Answer) -> int:
    said = answer.headers.get("upload-offset", "")
    if not (said.isascii() and said.isdigit()):
        raise TransientError("answer-odd", "no Upload-Offset")
    return int(said)
