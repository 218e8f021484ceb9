"""What S3 storage says, and what parts of an upload come to. No I/O.

Source: Amazon S3 API Reference: CreateMultipartUpload, ListParts, CompleteMultipartUpload, "Error
responses"; Amazon S3 User Guide, "Checking object integrity" (composite checksums).
"""

import base64
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final
from xml.etree.ElementTree import Element

from classroom_drivers.codecs import loose_xml
from classroom_edge.library.deliver.target import (
    DeliveryError,
    MisconfiguredError,
    RefusedError,
    TransientError,
)
from classroom_edge.library.deliver.web import Answer, check

PART: Final = 8 << 20  # bytes; S3 wants at least 5 MiB, but for the last
PARTS_MAX: Final = 10_000
_SPACE: Final = "{http://s3.amazonaws.com/doc/2006-03-01/}"


@dataclass(frozen=True, slots=True)
class Part:
    """One part of an upload, by what it comes to."""

    number: int  # from 1 on
    size: int
    md5: bytes
    sha256: bytes

    @classmethod
    def of(cls, number: int, data: bytes) -> "Part":
        """Work it out."""
        md5 = hashlib.md5(data, usedforsecurity=False).digest()
        return cls(number, len(data), md5, hashlib.sha256(data).digest())

    @property
    def checksum(self) -> str:
        """As S3 spells a checksum."""
        return base64.b64encode(self.sha256).decode()


@dataclass(frozen=True, slots=True)
class Listed:
    """A part that lies there, as the storage tells of it."""

    number: int
    size: int
    etag: str
    checksum: str = ""  # SHA-256, if the storage keeps one

    def is_(self, part: Part) -> bool:
        """Tell whether it is that part; without anything told that proves it, it is not."""
        if self.size != part.size:
            return False
        if self.checksum:
            return self.checksum == part.checksum
        return self.etag.strip('"').lower() == part.md5.hex()


def part_size(size: int) -> int:
    """Give how large the parts of a file of that size are: the same again every time."""
    needed = -(-size // PARTS_MAX)
    return max(PART, -(-needed // (1 << 20)) << 20)


def proves(headers: Mapping[str, str], parts: Sequence[Part], *, whole: bool) -> bool:
    """Tell whether the storage's own words prove that an object consists of these parts.

    `whole`: it was put at once, in one part. What it says nothing of is not proven.
    """
    said = headers.get("x-amz-checksum-sha256", "")
    if said:
        return said.partition("-")[0] == _together((p.sha256 for p in parts), "sha256", whole=whole)
    etag = headers.get("etag", "").strip('"').lower()
    digest, _, count = etag.partition("-")
    md5 = base64.b64decode(_together((p.md5 for p in parts), "md5", whole=whole)).hex()
    return bool(digest) and digest == md5 and count == ("" if whole else str(len(parts)))


def uploads_of(body: bytes, key: str) -> tuple[str, ...]:
    """Read the ids of the uploads of a key that were begun and not ended."""
    found = (
        (_text(one, "Key"), _text(one, "UploadId")) for one in _root(body).iter(f"{_SPACE}Upload")
    )
    return tuple(id_ for name, id_ in found if name == key and id_)


def upload_id(body: bytes) -> str:
    """Read the id of an upload that was begun. Raises TransientError."""
    if not (found := _text(_root(body), "UploadId")):
        raise TransientError("answer-odd", "no UploadId")
    return found


def listed(body: bytes) -> tuple[tuple[Listed, ...], str]:
    """Read the parts that lie there, and after which of them to ask for more ("" = all told)."""
    root = _root(body)
    parts = tuple(
        Listed(
            number=int(_text(one, "PartNumber") or 0),
            size=int(_text(one, "Size") or 0),
            etag=_text(one, "ETag"),
            checksum=_text(one, "ChecksumSHA256"),
        )
        for one in root.iter(f"{_SPACE}Part")
    )
    more = _text(root, "IsTruncated") == "true"
    return parts, _text(root, "NextPartNumberMarker") if more else ""


def completion(parts: Iterable[tuple[Part, str]]) -> bytes:
    """Spell what an upload consists of: parts, with the tags that the storage gave them."""
    lines = "".join(
        f"<Part><PartNumber>{part.number}</PartNumber><ETag>{etag}</ETag>"
        f"<ChecksumSHA256>{part.checksum}</ChecksumSHA256></Part>"
        for part, etag in parts
    )
    space = _SPACE.strip("{}")
    return f'<CompleteMultipartUpload xmlns="{space}">{lines}</CompleteMultipartUpload>'.encode()


def good(answer: Answer, *wanted: int) -> Answer:
    """Give an answer that is wanted, and no error in disguise.

    Raises:
        DeliveryError: by the storage's own code where it tells one, else by the status.
    """
    root = loose_xml.read(answer.body) if answer.body else None
    code = _text(root, "Code") if root is not None and _plain(root.tag) == "Error" else ""
    if answer.status in wanted and not code:
        return answer
    if code in _CODES:
        kind, word = _CODES[code]
        raise kind(word, f"{answer.status} {code}")
    if answer.status in wanted:  # an error that came after the status was sent
        raise TransientError("server-error", code)
    if answer.status == HTTPStatus.FORBIDDEN and not answer.body:  # of a HEAD
        raise MisconfiguredError("login-wrong", answer.said)
    return check(answer, *wanted)


_CODES: Final[Mapping[str, tuple[type[DeliveryError], str]]] = {
    "SignatureDoesNotMatch": (MisconfiguredError, "login-wrong"),
    "InvalidAccessKeyId": (MisconfiguredError, "login-wrong"),
    "AccessDenied": (MisconfiguredError, "forbidden"),
    "AllAccessDisabled": (MisconfiguredError, "forbidden"),
    "NoSuchBucket": (MisconfiguredError, "no-such-path"),
    "PermanentRedirect": (MisconfiguredError, "other-region"),
    "AuthorizationHeaderMalformed": (MisconfiguredError, "other-region"),
    "RequestTimeTooSkewed": (MisconfiguredError, "clocks-differ"),
    "EntityTooLarge": (RefusedError, "too-large"),
    "QuotaExceeded": (TransientError, "full-there"),
    "XMinioStorageFull": (TransientError, "full-there"),
    "SlowDown": (TransientError, "server-busy"),
    "BadDigest": (TransientError, "other-there"),
    "XAmzContentSHA256Mismatch": (TransientError, "other-there"),
    "NoSuchUpload": (TransientError, "upload-gone"),
    "InvalidPart": (TransientError, "upload-gone"),
}


def _together(digests: Iterable[bytes], algorithm: str, *, whole: bool) -> str:
    """Give the checksum of an object from those of its parts, as S3 spells it."""
    joined = b"".join(digests)
    if not whole:
        joined = hashlib.new(algorithm, joined, usedforsecurity=False).digest()
    return base64.b64encode(joined).decode()


def _root(body: bytes) -> Element:
    root = loose_xml.read(body)
    if root is None:
        raise TransientError("answer-odd", "no XML")
    return root


def _plain(tag: str) -> str:
    return tag.rpartition("}")[2]


def _text(element: Element, name: str) -> str:
    found = next((one for one in element if _plain(one.tag) == name), None)
    return (found.text or "") if found is not None else ""
