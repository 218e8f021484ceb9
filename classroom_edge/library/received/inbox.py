"""What comes in at a hub: announced, taken aside, verified, and only then put among the received.

What has arrived is a folder of `received`, as `arrival.py` tells. What is still coming is in
`received/.aside/SITE/RECORDING`, on the same disk. What was erased here is not taken again.
"""

import hashlib
import logging
import re
import shutil
import time
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Final
from urllib.parse import quote

import msgspec

from classroom_edge.library.received.arrival import ARRIVAL, id_here, read_arrival
from classroom_edge.library.received.parcel import (
    RECORDING_ID,
    Answer,
    Content,
    Parcel,
    Standing,
)
from classroom_edge.library.received.putting import put
from classroom_edge.library.received.tus import TusError
from classroom_edge.library.received.upload import Upload
from classroom_edge.sessions.link.effects import Site
from classroom_media.record.durable import replace_durably

ASIDE: Final = ".aside"
PARCEL: Final = "parcel.json"
LASTS: Final = timedelta(days=7)  # how long one may pause with an upload
EMPTY_SHA256: Final = hashlib.sha256(b"").hexdigest()
SPARE_BYTES: Final = 2 * 10**9  # of the hub's disk, for its own lessons

_RECORDING: Final = re.compile(RECORDING_ID)

logger = logging.getLogger(__name__)


@dataclass(kw_only=True)
class Inbox:
    """The folder of a hub for what its sites send. Its calls block; one at a time of a parcel."""

    folder: Path
    bytes_max: int  # of one recording
    erased: Callable[[], Collection[str]] = frozenset  # ids that must not come back; blocks
    spare_bytes: int = SPARE_BYTES
    free: Callable[[Path], int] = lambda folder: shutil.disk_usage(folder).free
    now: Callable[[], float] = time.time  # seconds since 1970

    def announce(self, site: Site, parcel: Parcel) -> Answer:
        """Take note of what a site is going to send; tell what of it is here already.

        Raises:
            TusError: it is too much, there is no room for it, or it was erased here.
            OSError: the disk fails.
        """
        check(parcel)
        self._refuse_erased(site.id, parcel.recording)
        if parcel.bytes > self.bytes_max:
            raise TusError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"more than {self.bytes_max} bytes")
        aside = self._aside(site.id, parcel.recording)
        if set(parcel.contents) <= self._arrived(site.id, parcel.recording):
            shutil.rmtree(aside, ignore_errors=True)
            return Answer(whole=True)
        self._make_room(site.id, parcel)
        aside.mkdir(parents=True, exist_ok=True)
        self._drop_others(aside, parcel)
        replace_durably(aside / PARCEL, msgspec.json.encode(parcel))
        return self.answer(site, parcel.recording)

    def answer(self, site: Site, recording: str) -> Answer:
        """Tell how a recording stands, and put it in its place if all of it is here.

        Raises:
            TusError: nothing was announced of it, or it was erased here meanwhile.
            OSError: the disk fails.
        """
        parcel = self._announced(site.id, recording)
        if parcel is None:
            raise TusError(HTTPStatus.NOT_FOUND, "nothing was announced of it")
        self._refuse_erased(site.id, recording)
        there = self._arrived(site.id, recording)
        standings = tuple(_standing(one, there) for one in self._uploads(site.id, parcel))
        whole = all(one.offset == one.bytes and one.begun for one in standings)
        if whole:
            self._put(site, parcel)
        return Answer(whole=whole, contents=standings)

    def withdraw(self, site: Site, recording: str) -> None:
        """Forget what was announced of a recording and has not arrived. Raises TusError."""
        if self._announced(site.id, recording) is None:
            raise TusError(HTTPStatus.NOT_FOUND, "nothing was announced of it")
        shutil.rmtree(self._aside(site.id, recording))

    def upload(self, site: Site, recording: str, key: str) -> Upload:
        """Give an upload of a content that was announced. Raises TusError: there is none."""
        parcel = self._announced(site.id, recording)
        content = parcel.by_key.get(key) if parcel else None
        if content is None:
            raise TusError(HTTPStatus.NOT_FOUND, "no such upload")
        return Upload(self._aside(site.id, recording), content)

    def create(self, site: Site, recording: str, name: str, length: int) -> Upload:
        """Begin an upload, from nothing. Raises TusError, OSError."""
        parcel = self._announced(site.id, recording)
        found = (one for one in (parcel.contents if parcel else ()) if one.name == name)
        content = next(found, None)
        if content is None or content.bytes != length:
            raise TusError(HTTPStatus.FORBIDDEN, "that was not announced")
        upload = Upload(self._aside(site.id, recording), content)
        upload.create()
        return upload

    def expires_at(self) -> datetime:
        """Give until when an upload that is touched now may pause."""
        return datetime.fromtimestamp(self.now(), UTC) + LASTS

    def sweep(self) -> None:
        """Remove what nobody has gone on with for a week. Raises OSError."""
        oldest = self.now() - LASTS.total_seconds()
        for aside in self.folder.glob(f"{ASIDE}/*/*"):
            touched = (one.stat().st_mtime for one in (aside, *aside.iterdir()))
            if max(touched) < oldest:
                logger.warning("given up: %s sent no more of %s", aside.parent.name, aside.name)
                shutil.rmtree(aside)

    def _aside(self, site: str, recording: str) -> Path:
        if not _RECORDING.fullmatch(recording):
            raise TusError(HTTPStatus.NOT_FOUND, "no such recording")
        return self.folder / ASIDE / folder_name(site) / recording

    def _place(self, site: str, recording: str) -> Path:
        return self.folder / id_here(site, recording)

    def _refuse_erased(self, site: str, recording: str) -> None:
        if id_here(site, recording) in self.erased():
            shutil.rmtree(self._aside(site, recording), ignore_errors=True)
            raise TusError(HTTPStatus.GONE, "erased here on request: it is not taken again")

    def _announced(self, site: str, recording: str) -> Parcel | None:
        try:
            content = (self._aside(site, recording) / PARCEL).read_bytes()
            return msgspec.json.decode(content, type=Parcel)
        except (OSError, msgspec.MsgspecError):
            return None

    def _uploads(self, site: str, parcel: Parcel) -> Iterator[Upload]:
        aside = self._aside(site, parcel.recording)
        return (Upload(aside, content) for content in parcel.contents)

    def _arrived(self, site: str, recording: str) -> frozenset[Content]:
        arrival = read_arrival(self._place(site, recording))
        return frozenset(arrival.contents if arrival else ())

    def _make_room(self, site: str, parcel: Parcel) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        here = sum(one.offset for one in self._uploads(site, parcel))
        if self.free(self.folder) - self.spare_bytes < parcel.bytes - here:
            raise TusError(HTTPStatus.INSUFFICIENT_STORAGE, "no space left here")

    def _drop_others(self, aside: Path, parcel: Parcel) -> None:
        """Forget what came of an earlier announcement and is not in this one."""
        known = parcel.by_key
        for path in aside.iterdir():
            if path.suffix in {".part", ".count"} and path.stem not in known:
                path.unlink()

    def _put(self, site: Site, parcel: Parcel) -> None:
        aside, place = (
            self._aside(site.id, parcel.recording),
            self._place(site.id, parcel.recording),
        )
        put(site, parcel, aside, place, datetime.fromtimestamp(self.now(), UTC))
        logger.info("received from %s: %s, %d bytes", site.name, parcel.recording, parcel.bytes)


def folder_name(site: str) -> str:
    """Spell a site's id as the name of a folder, whatever somebody called it."""
    return quote(site, safe="").replace(".", "%2E")


def check(parcel: Parcel) -> None:
    """Raise TusError if a parcel cannot be what a recording consists of."""
    names = {content.name.lower() for content in parcel.contents}
    empty = (content for content in parcel.contents if not content.bytes)
    if len(names) < len(parcel.contents) or ARRIVAL in names:
        raise TusError(HTTPStatus.BAD_REQUEST, "a name twice, or one of ours")
    if any(content.sha256 != EMPTY_SHA256 for content in empty):
        raise TusError(HTTPStatus.BAD_REQUEST, "that is not the checksum of nothing")


def _standing(upload: Upload, there: frozenset[Content]) -> Standing:
    content = upload.content
    begun = content in there or upload.is_open
    offset = content.bytes if content in there else upload.offset if begun else 0
    return Standing(
        name=content.name, offset=offset, bytes=content.bytes, begun=begun, key=content.key
    )
