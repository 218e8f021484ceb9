"""The hub at which this room is enrolled, as a target: announced, sent by tus, verified there.

A recording that has arrived lies at the hub beside the name of this school.
"""

import secrets
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Final

import msgspec

from classroom_edge.library.deliver.files import Alone, probe_item
from classroom_edge.library.deliver.pinned import PinnedWeb
from classroom_edge.library.deliver.spec import TargetSpec
from classroom_edge.library.deliver.target import (
    About,
    Course,
    Item,
    MisconfiguredError,
    Parcel,
    Probe,
    Proof,
    RefusedError,
    TransientError,
    receipt_of,
)
from classroom_edge.library.deliver.tus import Tus
from classroom_edge.library.deliver.web import Answer as Reply
from classroom_edge.library.deliver.web import Body, check
from classroom_edge.library.received.gate import spelled
from classroom_edge.library.received.parcel import Answer, Content, Standing
from classroom_edge.library.received.parcel import Parcel as Announcement
from classroom_edge.sessions.link.keys import SITE_KEY, KeyFileError, KeyPair, hub_of, load_or_make
from classroom_edge.sessions.link.passes import Pass, PassError, Shared

API: Final = "api/v1"


@dataclass(frozen=True, kw_only=True)
class Hub:
    """A hub's web server, and the keys by which the two know each other."""

    web: PinnedWeb
    keys: KeyPair
    shared: Shared
    _proven: list[bool] = field(default_factory=list, init=False)

    def deliver(self, parcel: Parcel, course: Course) -> None:
        """Send what the hub does not have yet. Raises DeliveryError."""
        contents = tuple(_content(item) for item in parcel.items)
        announcement = Announcement(recording=parcel.about.recording, contents=contents)
        answer = self._announce(announcement)
        there = {standing.name: standing for standing in answer.contents}
        where = self.web.address(f"{API}/received/{announcement.recording}")
        for item in parcel.items:
            sent = self._bring(announcement.recording, item, there.get(item.name), course)
            course.arrived(item, receipt_of(item, Proof.TOLD, where, sent=sent))
        if not (answer.whole or self._announce(announcement).whole):
            raise TransientError("not-all-there", announcement.recording)

    def probe(self) -> Probe:
        """Send a small file, have the hub verify it, and take all of it back."""
        begun_s = time.monotonic()
        recording = f"20000101-000000-{secrets.token_hex(8)}"
        with tempfile.TemporaryDirectory() as folder:
            item = probe_item(Path(folder))
            other = msgspec.structs.replace(item, name=f"not-{item.name}")  # so it stays aside
            contents = (_content(item), _content(other))
            answer = self._announce(Announcement(recording=recording, contents=contents))
            self._bring(recording, item, answer.contents[0], Alone())
            removed = self._ask("DELETE", f"{API}/received/{recording}").status
        took_ms = round((time.monotonic() - begun_s) * 1000)
        return Probe(proof=Proof.TOLD, removed=removed == HTTPStatus.NO_CONTENT, took_ms=took_ms)

    def close(self) -> None:
        """Nothing is open."""

    def _bring(self, recording: str, item: Item, standing: Standing | None, course: Course) -> bool:
        """Send what is missing of an item; tell whether anything was."""
        if standing is None or (standing.begun and standing.offset == item.size):
            return False
        tus = Tus(web=self.web, uploads=f"{API}/uploads", shown=self._shown)
        upload = f"{API}/uploads/{recording}/{standing.key}"
        if not standing.begun:
            upload = tus.create(item, {"recording": recording, "name": item.name})
        elif standing.offset:
            course.resumed(item, standing.offset)
        tus.send(upload, item, standing.offset, course)
        return True

    def _announce(self, announcement: Announcement) -> Answer:
        """Tell the hub what comes; asked again, it tells how that stands."""
        body = msgspec.json.encode(announcement)
        path = f"{API}/received/{announcement.recording}"
        answer = self._ask("PUT", path, Body((body,), len(body)))
        if answer.status == HTTPStatus.GONE:
            raise RefusedError("erased-there", announcement.recording)
        try:
            return msgspec.json.decode(check(answer, HTTPStatus.OK).body, type=Answer)
        except msgspec.MsgspecError as error:
            raise TransientError("answer-odd", str(error)) from error

    def _ask(self, method: str, path: str, body: Body | None = None) -> Reply:
        return self.web.ask(method, path, headers=self._shown(), body=body)

    def _shown(self) -> Mapping[str, str]:
        """Give the pass of this site, made anew: an upload takes longer than one is good."""
        if not self._proven:
            self.web.proven_by(self.shared, spelled(self.keys.public))
            self._proven.append(True)
        return {"Authorization": f"Bearer {Pass.made(self.keys, self.shared, time.time())}"}


def made(spec: TargetSpec, _about: About | None) -> Hub:
    """Make the target of a room that is enrolled. Raises MisconfiguredError: it is not."""
    folder = spec.data.link
    try:
        record = hub_of(folder)
        keys = load_or_make(folder / SITE_KEY)
        if record is None:
            raise MisconfiguredError("not-enrolled", str(folder))
        shared = Shared.of(keys, record.key)
    except (KeyFileError, PassError) as error:
        raise MisconfiguredError("not-enrolled", str(error)) from error
    return Hub(web=PinnedWeb(spec.url), keys=keys, shared=shared)


def _content(item: Item) -> Content:
    return Content(name=item.name, bytes=item.size, sha256=item.sha256)
