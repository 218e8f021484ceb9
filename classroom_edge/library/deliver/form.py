"""An address of a platform as a target: every file by POST as a form, or by PUT as it is.

A platform need not give back what it got. Where it does, or tells a checksum, that is believed;
else it is only known that it took the file. A line that breaks between the platform's taking and
its answer leaves that unknown: the request is repeated with the same ``Idempotency-Key``.

Source: RFC 7578 (multipart/form-data), section 4; RFC 9530 (Repr-Digest), section 3;
draft-ietf-httpapi-idempotency-key-header.
"""

import base64
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

import msgspec

from classroom_edge.library.deliver.files import Files
from classroom_edge.library.deliver.pieces import counted
from classroom_edge.library.deliver.spec import TargetSpec
from classroom_edge.library.deliver.target import (
    About,
    Course,
    Item,
    Proof,
    Receipt,
    Target,
    TransientError,
    receipt_of,
)
from classroom_edge.library.deliver.web import Answer, Body, Web, check

TAKEN: Final = (200, 201, 202, 204)
SILENT: Final = frozenset({401, 403, 404, 405, 410, 501})  # of a GET: it gives nothing back


@dataclass(frozen=True)
class Put:
    """A place that takes a file by PUT at an address of its own."""

    web: Web

    def stands(self, where: str, item: Item, course: Course) -> Receipt | None:
        """Read what lies there; None = it is not the item, or nothing is given back."""
        proof = self._proof(where, item, course)
        return self._receipt(where, item, proof, sent=False) if proof else None

    def send(self, where: str, item: Item, course: Course) -> Receipt:
        """Send it, and read it back where that is possible."""
        headers = {"Content-Type": item.media_type, **_digest_header(item)}
        body = Body(counted(item, course), item.size)
        answer = check(self.web.ask("PUT", where, headers=headers, body=body), *TAKEN)
        told = _told(answer, item)
        proof = told or self._proof(where, item, course) or Proof.ACCEPTED
        return self._receipt(where, item, proof, sent=True)

    def remove(self, where: str) -> bool:
        """Remove a file, if the platform lets us."""
        return self.web.ask("DELETE", where).status in TAKEN

    def close(self) -> None:
        """Nothing is open."""

    def _proof(self, where: str, item: Item, course: Course) -> Proof | None:
        """Prove what lies there. Raises TransientError: it is something else."""
        answer = self.web.ask("HEAD", where)
        if answer.status in SILENT:
            return None
        check(answer, HTTPStatus.OK)
        digest = hashlib.sha256()
        for piece in self.web.read(where):
            digest.update(piece)
            course.read(item, len(piece))
        return Proof.READ_BACK if digest.hexdigest() == item.sha256 else None

    def _receipt(self, where: str, item: Item, proof: Proof, *, sent: bool) -> Receipt:
        return receipt_of(item, proof, self.web.address(where), sent=sent)


@dataclass(frozen=True)
class Form:
    """A place that takes files by POST: one address for all, a form with one file in it."""

    web: Web
    about: About | None = None  # of the parcel; None for a probe
    field: str = "file"

    def stands(self, where: str, item: Item, course: Course) -> Receipt | None:
        """Nobody can ask a form what was sent by it."""
        del where, item, course
        return None

    def send(self, where: str, item: Item, course: Course) -> Receipt:
        """Send it with what is known of it."""
        mark = hashlib.sha256(f"{where}\0{item.sha256}".encode()).hexdigest()
        head, tail = self._around(where, item, boundary=mark[:32])
        headers = {
            "Content-Type": f"multipart/form-data; boundary={mark[:32]}",
            "Idempotency-Key": f'"{mark}"',
        }
        body = Body(_between(head, tail, item, course), len(head) + item.size + len(tail))
        answer = check(self.web.ask("POST", "", headers=headers, body=body), *TAKEN)
        proof = _told(answer, item) or Proof.ACCEPTED
        return receipt_of(item, proof, self.web.address(""), sent=True)

    def remove(self, where: str) -> bool:
        """What was sent stays there."""
        del where
        return False

    def close(self) -> None:
        """Nothing is open."""

    def _around(self, where: str, item: Item, boundary: str) -> tuple[bytes, bytes]:
        """Give what stands before and after the file."""
        fields = {"path": where, "size": str(item.size), "sha256": item.sha256, "role": item.role}
        if self.about is not None:
            fields |= {key: str(value) for key, value in msgspec.to_builtins(self.about).items()}
        parts = [
            f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
            for name, value in fields.items()
        ]
        file = item.name.rpartition("/")[2]
        parts.append(
            f'--{boundary}\r\nContent-Disposition: form-data; name="{self.field}"; '
            f'filename="{file}"\r\nContent-Type: {item.media_type}\r\n\r\n'
        )
        return "".join(parts).encode(), f"\r\n--{boundary}--\r\n".encode()


def made(spec: TargetSpec, about: About | None) -> Target:
    """Make the target that `options` ask for: method = post (usual) or put, field = file."""
    if spec.options.get("method") == "put":
        return Files(Put(spec.web))
    return Files(Form(spec.web, about, spec.options.get("field", "file")))


def _told(answer: Answer, item: Item) -> Proof | None:
    """Take the platform at its word of what it got. Raises TransientError: that is wrong."""
    said = answer.headers.get("repr-digest", "")
    if not said.startswith("sha-256="):
        return None
    if said != _digest_header(item)["Repr-Digest"]:
        raise TransientError("other-there", item.name)
    return Proof.TOLD


def _digest_header(item: Item) -> dict[str, str]:
    coded = base64.b64encode(bytes.fromhex(item.sha256)).decode()
    return {"Repr-Digest": f"sha-256=:{coded}:"}


def _between(head: bytes, tail: bytes, item: Item, course: Course) -> Iterator[bytes]:
    yield head
    yield from counted(item, course)
    yield tail
