"""S3 storage as a target: parts with checksums, an object only once it is whole.

It goes on in the middle of an upload: the storage tells which parts it has. An object is proven by
the checksum that the storage tells of it; where it tells none that we can work out, it is read.

Source: Amazon S3 API Reference: PutObject, CreateMultipartUpload, UploadPart, ListParts,
CompleteMultipartUpload, AbortMultipartUpload, ListMultipartUploads, HeadObject.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import Final
from urllib.parse import urlsplit

from classroom_edge.library.deliver import s3_wire as wire
from classroom_edge.library.deliver.bucket import STYLES, Bucket, Told
from classroom_edge.library.deliver.files import Files
from classroom_edge.library.deliver.pieces import pieces
from classroom_edge.library.deliver.s3_wire import Listed, Part, good
from classroom_edge.library.deliver.sigv4 import Signer
from classroom_edge.library.deliver.spec import TargetSpec
from classroom_edge.library.deliver.target import (
    About,
    Course,
    DeliveryError,
    Item,
    MisconfiguredError,
    Proof,
    Receipt,
    TransientError,
    receipt_of,
)
from classroom_edge.library.deliver.web import Web

CHECKED: Final = {"x-amz-checksum-mode": "ENABLED"}
OK: Final = HTTPStatus.OK
OPTIONS: Final = frozenset({"style", "region"})


@dataclass(frozen=True)
class S3:
    """A place in a bucket."""

    bucket: Bucket

    def stands(self, where: str, item: Item, course: Course) -> Receipt | None:
        """Prove that an object lies there; None = it does not, or is another."""
        answer = self.bucket.ask("HEAD", where, headers=CHECKED)
        if answer.status == HTTPStatus.NOT_FOUND:
            return None
        if good(answer, OK).headers.get("content-length") != str(item.size):
            return None
        parts = [Part.of(number, data) for number, data in _cut(item)]
        proof = self._proof(answer.headers, where, parts, item, course)
        return self._receipt(where, item, proof, sent=False) if proof else None

    def send(self, where: str, item: Item, course: Course) -> Receipt:
        """Send it, part by part, and prove that it is there. Raises DeliveryError."""
        if _is_small(item):
            parts = [self._put(where, item, partial(course.sent, item))]
        else:
            parts = self._put_parts(where, item, course)
        answer = good(self.bucket.ask("HEAD", where, headers=CHECKED), OK)
        proof = self._proof(answer.headers, where, parts, item, course)
        if proof is None:
            raise TransientError("other-there", where)
        return self._receipt(where, item, proof, sent=True)

    def remove(self, where: str) -> bool:
        """Remove an object, if the bucket lets us."""
        return self.bucket.ask("DELETE", where).status == HTTPStatus.NO_CONTENT

    def close(self) -> None:
        """Nothing is open."""

    def _put(self, where: str, item: Item, told: Told) -> Part:
        """Put a small file at once."""
        data = b"".join(pieces(item))
        part = Part.of(1, data)
        headers = _of_object(item) | {"x-amz-checksum-sha256": part.checksum}
        good(self.bucket.ask("PUT", where, headers=headers, data=data, told=told), OK)
        return part

    def _put_parts(self, where: str, item: Item, course: Course) -> list[Part]:
        """Put a large one in parts, those that are missing, and have them put together."""
        upload, there = self._taken_up(where, item, course)
        tagged: list[tuple[Part, str]] = []
        at = 0
        for number, data in _cut(item):
            part, lies = Part.of(number, data), there.get(number)
            at += part.size
            if lies is not None and lies.is_(part):
                course.resumed(item, at)
                tagged.append((part, lies.etag))
            else:
                told = partial(course.sent, item)
                tagged.append((part, self._put_part((where, upload), part, data, told)))
        body, query = wire.completion(tagged), {"uploadId": upload}
        headers = {"content-type": "application/xml"}
        good(self.bucket.ask("POST", where, query=query, headers=headers, data=body), OK)
        course.keep(item, "")
        return [part for part, _ in tagged]

    def _taken_up(self, where: str, item: Item, course: Course) -> tuple[str, Mapping[int, Listed]]:
        """Give the upload that an earlier try has begun, with its parts; else a new one."""
        if upload := course.token(item):
            with suppress(TransientError):  # it is gone: completed, aborted, expired
                return upload, {part.number: part for part in self._parts(where, upload)}
        self._abort_others(where)
        headers = _of_object(item) | {"x-amz-checksum-algorithm": "SHA256"}
        begun = self.bucket.ask("POST", where, query={"uploads": ""}, headers=headers, data=b"")
        upload = wire.upload_id(good(begun, OK).body)
        course.keep(item, upload)
        return upload, {}

    def _abort_others(self, where: str) -> None:
        """Abort uploads of that key that nobody remembers, if the bucket tells of them."""
        key = self.bucket.key(where)
        with suppress(DeliveryError):
            said = good(self.bucket.ask_bucket({"uploads": "", "prefix": key}), OK)
            for upload in wire.uploads_of(said.body, key):
                self.bucket.ask("DELETE", where, query={"uploadId": upload})

    def _parts(self, where: str, upload: str) -> Iterator[Listed]:
        marker = "0"
        while marker:
            query = {"uploadId": upload, "part-number-marker": marker}
            parts, marker = wire.listed(good(self.bucket.ask("GET", where, query=query), OK).body)
            yield from parts

    def _put_part(self, upload: tuple[str, str], part: Part, data: bytes, told: Told) -> str:
        """Put one part; give the storage's tag of it."""
        query = {"partNumber": str(part.number), "uploadId": upload[1]}
        headers = {"x-amz-checksum-sha256": part.checksum}
        sent = self.bucket.ask("PUT", upload[0], query=query, headers=headers, data=data, told=told)
        if not (etag := good(sent, OK).headers.get("etag", "")):
            raise TransientError("answer-odd", "no ETag")
        return etag

    def _proof(
        self,
        headers: Mapping[str, str],
        where: str,
        parts: Sequence[Part],
        item: Item,
        course: Course,
    ) -> Proof | None:
        """Prove an object by what a HEAD told of it, or else by reading it."""
        if wire.proves(headers, parts, whole=_is_small(item)):
            return Proof.TOLD
        digest = self.bucket.read(where, partial(course.read, item))
        return Proof.READ_BACK if digest == item.sha256 else None

    def _receipt(self, where: str, item: Item, proof: Proof, *, sent: bool) -> Receipt:
        return receipt_of(item, proof, self.bucket.web.address(where), sent=sent)


def made(spec: TargetSpec, _about: About | None) -> Files:
    """Make the target. Raises MisconfiguredError: no bucket, no such style, or option."""
    style = spec.options.get("style", "path")
    is_named = style == "virtual" or urlsplit(spec.url).path.strip("/")
    if unknown := spec.options.keys() - OPTIONS:
        raise MisconfiguredError("option-wrong", ", ".join(sorted(unknown)))
    if style not in STYLES or not is_named:
        raise MisconfiguredError("no-bucket", spec.url)
    region = spec.options.get("region", "us-east-1")
    signer = Signer(access_key=spec.username, secret_key=spec.password, region=region)
    web = Web(url=spec.url, authority=spec.authority)
    return Files(S3(Bucket(web=web, signer=signer, style=style)))


def _is_small(item: Item) -> bool:
    """Whether a file is put at once, in one part."""
    return item.size <= wire.part_size(item.size)


def _of_object(item: Item) -> dict[str, str]:
    return {"content-type": item.media_type, "x-amz-meta-sha256": item.sha256}


def _cut(item: Item) -> Iterator[tuple[int, bytes]]:
    """Give the parts of an item, with their numbers."""
    if not item.size:
        yield 1, b""
    yield from enumerate(pieces(item, 0, wire.part_size(item.size)), start=1)
