"""Opencast as a target: a recording becomes a media package, as a capture agent ingests one.

A media package grows by one request after the other, and each answer is what the next one needs:
so it is kept. It has an id of ours, the same again after everything else was lost; before it is
ingested, Opencast is asked whether it was.

Source: Opencast's documentation for developers, "Ingest"; RFC 7578 (multipart/form-data).
"""

import hashlib
import json
import secrets
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from random import SystemRandom
from typing import Final
from urllib.parse import quote

import msgspec

from classroom_edge.library.deliver.pieces import counted
from classroom_edge.library.deliver.spec import TargetSpec
from classroom_edge.library.deliver.target import (
    About,
    Course,
    DeliveryError,
    Item,
    MisconfiguredError,
    Parcel,
    Probe,
    Proof,
    Role,
    TransientError,
    receipt_of,
)
from classroom_edge.library.deliver.web import Answer, Body, check
from classroom_edge.library.opencast import wire
from classroom_edge.library.opencast.calendar import Event, event_of
from classroom_edge.library.opencast.core import LOGINS, Core

OK: Final = HTTPStatus.OK
HIDDEN: Final = frozenset({401, 403, 404, 405})  # of a file there: not for capture agents
OPTIONS: Final = frozenset({"agent", "login", "series", "spread_s", "workflow"})
SPREAD_MAX_S: Final = 600
WORKFLOW: Final = "schedule-and-upload"  # of every new Opencast


class _LostError(Exception):
    """Opencast does not know a media package that it gave us."""


@dataclass(frozen=True, kw_only=True)
class Opencast:
    """An Opencast, and what of a recording is what there."""

    core: Core
    workflow: str = WORKFLOW
    series: str = ""
    flavors: Mapping[str, str]  # of tracks, by name
    schedule: Path  # what is kept of Opencast's calendar
    spread_s: float = 0.0  # rooms whose lessons end together do not all begin at once

    def deliver(self, parcel: Parcel, course: Course) -> None:
        """Ingest what was not ingested yet. Raises DeliveryError."""
        event = event_of(self.schedule, parcel)
        id_ = event.uid if event else wire.package_id(parcel.about.room, parcel.id)
        sent = not self._is_there(id_)
        if sent:
            time.sleep(SystemRandom().uniform(0, self.spread_s))
            self._tell(event, "uploading")
            try:
                proofs = self._ingest(id_, parcel, event, course)
            except DeliveryError:
                self._tell(event, "upload_error")
                raise
            self._tell(event, "upload_finished")
        where = f"{self.core.url.rstrip('/')}/assets/episode/{id_}"
        for item in parcel.items:
            proof = proofs[item.name] if sent else Proof.TOLD
            course.arrived(item, receipt_of(item, proof, where, sent=sent))

    def probe(self) -> Probe:
        """Make an empty media package, and have it discarded."""
        begun_s = time.monotonic()
        ingest = self.core.service(wire.INGEST)
        package = self._package(f"probe-{secrets.token_hex(8)}")
        dropped = self.core.post(f"{ingest}/discardMediaPackage", {"mediaPackage": package})
        self.core.service(wire.ADMIN)
        took_ms = round((time.monotonic() - begun_s) * 1000)
        return Probe(proof=Proof.ACCEPTED, removed=dropped.status == OK, took_ms=took_ms)

    def close(self) -> None:
        """Nothing is open."""

    def _is_there(self, id_: str) -> bool:
        """Ask whether the media package was ingested: by an answer that was lost, perhaps."""
        workflow = self.core.service(wire.WORKFLOW)
        answer = self.core.ask("GET", f"{workflow}/mediaPackage/{id_}/instances.json")
        if answer.status == HTTPStatus.NOT_FOUND:
            return False
        try:
            return wire.has_instances(check(answer, OK).body)
        except msgspec.MsgspecError as error:
            raise TransientError("answer-odd", str(error)) from error

    def _ingest(
        self, id_: str, parcel: Parcel, event: Event | None, course: Course
    ) -> dict[str, Proof]:
        """Build the media package, from where an earlier try ended; ingest it."""
        package, proofs = _resumed(id_, parcel, course)
        try:
            if not package:
                package = self._catalogued(self._package(id_), parcel.about, event, id_)
            for item in parcel.items[len(proofs) :]:
                package, proofs[item.name] = self._add(package, parcel, item, course)
                course.keep(item, json.dumps([package, proofs]))
            self._begin(package, event)
        except _LostError as error:  # what it had of it: cleaned away, perhaps
            for item in parcel.items:
                course.keep(item, "")
            raise TransientError("upload-gone", str(error)) from error
        return proofs

    def _begin(self, package: str, event: Event | None) -> None:
        """Have the media package processed. Raises _LostError: its files are not there any more."""
        workflow, config = event.workflow if event else ("", {})
        fields = {"mediaPackage": package, "workflowDefinitionId": workflow or self.workflow}
        if event:
            fields["workflowInstanceId"] = event.uid
        answer = self.core.post(f"{self.core.service(wire.INGEST)}/ingest", fields | config)
        check(_not_lost(answer), OK)

    def _package(self, id_: str) -> str:
        url = f"{self.core.service(wire.INGEST)}/createMediaPackageWithID/{quote(id_)}"
        return _grown(self.core.ask("PUT", url, body=Body((), 0)))

    def _catalogued(self, package: str, about: About, event: Event | None, id_: str) -> str:
        """Add what is known of the episode: in Opencast's own words where it planned it."""
        catalogs = dict(event.catalogs) if event else {}
        catalogs.setdefault(wire.EPISODE, self._episode(about, id_))
        for flavor, catalog in catalogs.items():
            url = f"{self.core.service(wire.INGEST)}/addDCCatalog"
            fields = {"mediaPackage": package, "flavor": flavor, "dublinCore": catalog}
            package = _grown(self.core.post(url, fields))
        return package

    def _episode(self, about: About, id_: str) -> str:
        fields = {
            "title": about.title or about.recording,
            "identifier": id_,
            "creator": about.teacher,
            "subject": about.subject,
            "description": about.class_name,
            "spatial": about.room,
            "isPartOf": self.series,
        }
        return wire.episode(fields, about.started_at, about.duration_s)

    def _add(self, package: str, parcel: Parcel, item: Item, course: Course) -> tuple[str, Proof]:
        """Add a file; give the media package that it is in then, and how it is known."""
        kind = "addAttachment" if item.role is Role.ABOUT else "addTrack"
        boundary = secrets.token_hex(16)
        fields = {"mediaPackage": package, "flavor": self._flavor(item, parcel)}
        head, tail = _around(fields, item, boundary)
        body = Body(_between(head, tail, item, course), len(head) + item.size + len(tail))
        headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
        url = f"{self.core.service(wire.INGEST)}/{kind}"
        grown = _grown(_not_lost(self.core.ask("POST", url, headers=headers, body=body)))
        before = {told.id for told in wire.elements(package.encode()) or ()}
        new = [told for told in wire.elements(grown.encode()) or () if told.id not in before]
        if len(new) != 1:
            raise TransientError("answer-odd", "not one element more")
        return grown, self._proof(new[0], item, course)

    def _proof(self, told: wire.Told, item: Item, course: Course) -> Proof:
        """Read a file back, where capture agents may. Raises TransientError: it is another."""
        url = told.url
        if not url or self.core.ask("HEAD", url).status in HIDDEN:
            return Proof.ACCEPTED
        digest = hashlib.sha256()
        for piece in self.core.read(url):
            digest.update(piece)
            course.read(item, len(piece))
        if digest.hexdigest() != item.sha256:
            raise TransientError("other-there", item.name)
        return Proof.READ_BACK

    def _flavor(self, item: Item, parcel: Parcel) -> str:
        """Give what a file is to Opencast."""
        if item.role is Role.ABOUT:
            return f"classroom-edge/{Path(item.name).stem.lower()}"
        if item.track in self.flavors:
            return self.flavors[item.track]
        if item.role is Role.TRACK:
            return "presentation/source" if "screen" in item.track else "presenter/source"
        has_tracks = any(one.role is Role.TRACK for one in parcel.items)
        return "composite/source" if has_tracks else "presenter/source"

    def _tell(self, event: Event | None, state: str) -> None:
        """Tell how the recording of a planned event stands; if that fails, it is told later."""
        if event:
            with suppress(DeliveryError):
                url = f"{self.core.service(wire.ADMIN)}/recordings/{quote(event.uid)}"
                self.core.post(url, {"state": state})


def made(spec: TargetSpec, _about: About | None) -> Opencast:
    """Make the target. Raises MisconfiguredError: an option is none."""
    options = dict(spec.options)
    flavors = {
        name.removeprefix("flavor."): value
        for name, value in options.items()
        if name.startswith("flavor.")
    }
    wrong = [value for value in flavors.values() if not wire.FLAVOR.fullmatch(value)]
    wrong += sorted(
        name for name in options.keys() - OPTIONS if name.removeprefix("flavor.") not in flavors
    )
    login = options.get("login", "digest")
    if wrong or login not in LOGINS:
        raise MisconfiguredError("option-wrong", ", ".join((*wrong, login)))
    return Opencast(
        core=core_of(spec),
        workflow=options.get("workflow", WORKFLOW),
        series=options.get("series", ""),
        flavors=flavors,
        schedule=schedule_of(spec),
        spread_s=_seconds(options.get("spread_s", "30")),
    )


def _seconds(text: str) -> float:
    if not text.isdigit() or int(text) > SPREAD_MAX_S:
        raise MisconfiguredError("option-wrong", f"spread_s = {text}")
    return float(text)


def schedule_of(spec: TargetSpec) -> Path:
    """Give where what Opencast has planned for this room is kept."""
    return spec.data.deliveries / f"{spec.id}.schedule.json"


def core_of(spec: TargetSpec) -> Core:
    """Give the Opencast that a target is."""
    return Core(
        url=spec.url,
        username=spec.username,
        password=spec.password,
        login=spec.options.get("login", "digest"),
        authority=spec.authority,
    )


def _resumed(id_: str, parcel: Parcel, course: Course) -> tuple[str, dict[str, Proof]]:
    """Give the media package as the last answer that was kept had it; nothing without one."""
    for count in range(len(parcel.items), 0, -1):
        token = course.token(parcel.items[count - 1])
        package, proofs = json.loads(token) if token else ("", {})
        if f'id="{id_}"' in package and len(proofs) == count:
            return package, {name: Proof(proof) for name, proof in proofs.items()}
    return "", {}


def _not_lost(answer: Answer) -> Answer:
    """Raise _LostError if Opencast does not know what it gave us."""
    if answer.status == HTTPStatus.BAD_REQUEST:
        raise _LostError(answer.said)
    return answer


def _grown(answer: Answer) -> str:
    """Give the media package of an answer. Raises DeliveryError."""
    if wire.elements(check(answer, OK).body) is None:
        raise TransientError("answer-odd", "no media package")
    return answer.body.decode()


def _around(fields: Mapping[str, str], item: Item, boundary: str) -> tuple[bytes, bytes]:
    """Give what stands before and after the file: it comes last, or it is not understood."""
    head = "".join(
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    )
    head += (
        f'--{boundary}\r\nContent-Disposition: form-data; name="BODY"; '
        f'filename="{item.name.rpartition("/")[2]}"\r\nContent-Type: {item.media_type}\r\n\r\n'
    )
    return head.encode(), f"\r\n--{boundary}--\r\n".encode()


def _between(head: bytes, tail: bytes, item: Item, course: Course) -> Iterator[bytes]:
    yield head
    yield from counted(item, course)
    yield tail
