"""WebDAV as a target: sent beside, read back, and moved into place.

WebDAV has no way to go on in the middle of a file (RFC 9110 section 14.4 leaves a PUT of a part
to each server, and most refuse it): a file that was cut is sent again.

Source: RFC 4918, sections 9.3 (MKCOL), 9.7 (PUT), 9.9 (MOVE).
"""

import hashlib
from contextlib import suppress
from dataclasses import dataclass, field
from http import HTTPStatus

from classroom_edge.library.deliver.files import Files, partial_name
from classroom_edge.library.deliver.pieces import counted
from classroom_edge.library.deliver.spec import TargetSpec
from classroom_edge.library.deliver.target import (
    About,
    Course,
    DeliveryError,
    Item,
    Proof,
    Receipt,
    Target,
    TransientError,
    receipt_of,
)
from classroom_edge.library.deliver.web import Answer, Body, Web, check


@dataclass(frozen=True)
class WebDav:
    """A place on a WebDAV server, below a collection that is there."""

    web: Web
    _made: set[str] = field(default_factory=set, init=False)

    def stands(self, where: str, item: Item, course: Course) -> Receipt | None:
        """Read what lies there; None = it is not the item."""
        if self._size(where) != item.size or self._digest(where, item, course) != item.sha256:
            return None
        return self._receipt(where, item, sent=False)

    def send(self, where: str, item: Item, course: Course) -> Receipt:
        """Send it beside, read it back, move it into place."""
        self._make(where.rpartition("/")[0])
        beside = partial_name(where, item)
        body = Body(counted(item, course), item.size)
        check(self.web.ask("PUT", beside, body=body), 200, 201, 204)
        if self._digest(beside, item, course) != item.sha256:
            with suppress(DeliveryError):  # it is sent again under the same name, anyway
                self.web.ask("DELETE", beside)
            raise TransientError("other-there", self.web.address(beside))
        self._move(beside, where)
        if self._size(where) != item.size:
            raise TransientError("other-there", self.web.address(where))
        return self._receipt(where, item, sent=True)

    def remove(self, where: str) -> bool:
        """Remove a file, and its collection."""
        if self.web.ask("DELETE", where).status not in {200, 204}:
            return False
        self.web.ask("DELETE", f"{where.rpartition('/')[0]}/")
        return True

    def close(self) -> None:
        """Nothing is open."""

    def _make(self, folder: str) -> None:
        """Make a collection and those above it; one that is there already is answered with 405."""
        if not folder or folder in self._made:
            return
        self._make(folder.rpartition("/")[0])
        check(self.web.ask("MKCOL", f"{folder}/"), 201, 405)
        self._made.add(folder)

    def _size(self, where: str) -> int | None:
        """Give the size of what lies there; None = nothing."""
        answer = self.web.ask("HEAD", where)
        if answer.status == HTTPStatus.NOT_FOUND:
            return None
        return _length(check(answer, 200))

    def _digest(self, where: str, item: Item, course: Course) -> str:
        digest = hashlib.sha256()
        for piece in self.web.read(where):
            digest.update(piece)
            course.read(item, len(piece))
        return digest.hexdigest()

    def _move(self, source: str, where: str) -> None:
        headers = {"Destination": self.web.address(where), "Overwrite": "T"}
        check(self.web.ask("MOVE", source, headers=headers), 200, 201, 204)

    def _receipt(self, where: str, item: Item, *, sent: bool) -> Receipt:
        return receipt_of(item, Proof.READ_BACK, self.web.address(where), sent=sent)


def made(spec: TargetSpec, _about: About | None) -> Target:
    """Make the target."""
    return Files(WebDav(spec.web))


def _length(answer: Answer) -> int:
    said = answer.headers.get("content-length", "")
    return int(said) if said.isdigit() else -1
