"""What somebody who asks the origin is told."""

from dataclasses import dataclass
from http import HTTPStatus


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer over HTTP."""

    status: HTTPStatus
    body: bytes = b""
    kind: str = "text/plain"
    keep: str = "no-store"
