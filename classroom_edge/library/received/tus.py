"""tus on the wire: headers to values and back. No I/O.

Source: tus resumable upload protocol 1.0.0, https://tus.io/protocols/resumable-upload: core,
extensions creation, checksum, expiration, termination.
"""

import base64
import binascii
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from http import HTTPStatus
from typing import Final

VERSION: Final = "1.0.0"
EXTENSIONS: Final = "creation,checksum,expiration,termination"
ALGORITHMS: Final = ("sha256", "sha1", "md5")  # sha1 is the one that every server must know
CONTENT_TYPE: Final = "application/offset+octet-stream"
CHECKSUM_MISMATCH: Final = 460  # tus's own
LENGTH_MAX: Final = 2**50  # bytes; more digits are nonsense
METADATA_MAX: Final = 4096  # characters
VALUE_MAX: Final = 200  # characters of one value


class TusError(Exception):
    """A request that is answered otherwise than with yes."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


@dataclass(frozen=True, slots=True)
class Checksum:
    """What the bytes of one request come to."""

    algorithm: str
    digest: bytes

    def hasher(self) -> "hashlib._Hash":
        """Give what works it out; it protects from a bad line, not from people."""
        return hashlib.new(self.algorithm, usedforsecurity=False)


def check_version(headers: Mapping[str, str]) -> None:
    """Raise TusError unless the client speaks our version."""
    if headers.get("tus-resumable") != VERSION:
        raise TusError(HTTPStatus.PRECONDITION_FAILED, f"tus {VERSION} is spoken here")


def length_of(headers: Mapping[str, str], name: str = "upload-length") -> int:
    """Read a number of bytes. Raises TusError."""
    said = headers.get(name, "")
    if not (said.isascii() and said.isdigit()) or len(said) > 16 or int(said) > LENGTH_MAX:
        raise TusError(HTTPStatus.BAD_REQUEST, f"{name} is not a number of bytes")
    return int(said)


def metadata_of(headers: Mapping[str, str]) -> dict[str, str]:
    """Read ``Upload-Metadata``: names, each with its value in Base64 of UTF-8. Raises TusError."""
    said = headers.get("upload-metadata", "")
    if len(said) > METADATA_MAX:
        raise TusError(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "upload-metadata is too long")
    pairs = [_pair(one.strip()) for one in said.split(",")] if said.strip() else []
    found = dict(pairs)
    if len(found) != len(pairs):
        raise TusError(HTTPStatus.BAD_REQUEST, "upload-metadata has a name twice")
    return found


def metadata_said(metadata: Mapping[str, str]) -> str:
    """Spell ``Upload-Metadata``."""
    coded = ((name, base64.b64encode(value.encode()).decode()) for name, value in metadata.items())
    return ",".join(f"{name} {value}" for name, value in coded)


def checksum_of(headers: Mapping[str, str]) -> Checksum | None:
    """Read ``Upload-Checksum``; None when there is none. Raises TusError."""
    said = headers.get("upload-checksum")
    if said is None:
        return None
    algorithm, _, digest = said.partition(" ")
    if algorithm not in ALGORITHMS:
        raise TusError(HTTPStatus.BAD_REQUEST, f"checksums here: {', '.join(ALGORITHMS)}")
    return Checksum(algorithm, _bytes(digest))


def checksum_said(data: bytes) -> str:
    """Spell the ``Upload-Checksum`` of a request's bytes."""
    return f"sha256 {base64.b64encode(hashlib.sha256(data).digest()).decode()}"


def instant_said(at: datetime) -> str:
    """Spell ``Upload-Expires``, from an instant in UTC."""
    return format_datetime(at, usegmt=True)


def _pair(said: str) -> tuple[str, str]:
    name, _, coded = said.partition(" ")
    value = _bytes(coded).decode("utf-8", "replace")
    if not name or len(value) > VALUE_MAX:
        raise TusError(HTTPStatus.BAD_REQUEST, f"upload-metadata: {name or 'a name'} is wrong")
    return name, value


def _bytes(coded: str) -> bytes:
    try:
        return base64.b64decode(coded, validate=True)
    except (binascii.Error, ValueError) as error:
        raise TusError(HTTPStatus.BAD_REQUEST, "not Base64") from error
