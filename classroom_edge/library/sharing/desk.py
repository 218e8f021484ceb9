"""Where links to recordings are made, taken back and followed.

Who may follow one depends on the recording's consent as it is at that moment: "internal" is for
people with an account here, whoever they got the link from; every other class for whoever has it.
"""

import asyncio
import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import msgspec

from classroom_edge.library.card import Card, Consent, read_card
from classroom_edge.library.editing.files import EditFolder
from classroom_edge.library.folders import Folders
from classroom_edge.library.sharing.share import (
    Role,
    Share,
    found,
    hash_of,
    new_token,
    read_shares,
    recording_of,
    write_shares,
)
from classroom_edge.library.sharing.tries import Tries
from classroom_edge.room import Refused, Who
from classroom_edge.services.refusals import refused
from classroom_edge.store import Store
from classroom_edge.store.audit import note, views
from classroom_media.api import RecordError
from classroom_media.record.manifest import Manifest

logger = logging.getLogger(__name__)


class ShareError(Exception):
    """A link that opens nothing: "unknown", "over", "login" or "locked"."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Shared:
    """What somebody with a good link sees."""

    share: Share
    recording: str
    manifest: Manifest
    card: Card
    film: Path
    picture: Path | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a new link is to be."""

    role: Role = Role.WATCH
    edit: str = ""
    lasts: timedelta = timedelta(days=14)


@dataclass(kw_only=True)
class SharingDesk:
    """The links of all recordings. `tries` has a limit for wrong ones."""

    folders: Folders
    store: Store
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    tries: Tries = field(init=False)
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)

    def __post_init__(self) -> None:
        self.tries = Tries(self.clock)

    async def make(self, who: Who, recording: str, wanted: Wanted) -> tuple[Share, str]:
        """Make a link; give it, and its token, which is told this once and never again.

        Raises:
            Refused: there is no such recording or film, or the disk does not take it.
        """
        await asyncio.to_thread(self._film, recording, wanted.edit)
        token, now = new_token(recording), self.clock()
        share = Share(
            id=secrets.token_hex(4),
            hash=hash_of(token),
            role=wanted.role,
            by=who.name,
            at=now,
            expires_at=now + wanted.lasts,
            edit=wanted.edit,
        )
        async with self._turn:
            await self._keep(recording, (*await self.all(recording), share))
        await self._note("share", who.name, "", recording)
        return share, token

    async def all(self, recording: str) -> tuple[Share, ...]:
        """Give the links to a recording, the oldest first. Raises Refused."""
        folder = self.folders.place(recording)
        try:
            return await asyncio.to_thread(read_shares, folder)
        except RecordError as error:
            raise refused("share-unwritable", text=str(error)) from error

    async def views(self, share: Share) -> int:
        """Tell how often a link was followed, in the time that the audit remembers."""
        return await self.store.run(partial(views, who=_name(share)))

    async def revoke(self, who: Who, recording: str, share: str) -> None:
        """Take a link back; from now on it opens nothing. Raises Refused."""
        async with self._turn:
            shares = await self.all(recording)
            if share not in {one.id for one in shares}:
                raise refused("unknown-share")
            now = self.clock()
            await self._keep(
                recording,
                tuple(
                    msgspec.structs.replace(one, revoked_at=one.revoked_at or now)
                    if one.id == share
                    else one
                    for one in shares
                ),
            )
        await self._note("unshare", who.name, "", recording)

    async def follow(self, token: str, address: str, *, has_account: bool) -> Shared:
        """Give what a link leads to.

        Raises:
            ShareError: to nothing, or not for this visitor.
        """
        if self.tries.is_locked(address):
            raise ShareError("locked")
        try:
            shared = await asyncio.to_thread(self._followed, token)
        except (Refused, RecordError, ShareError) as error:
            if not isinstance(error, ShareError):
                error = ShareError("unknown")
            if error.code == "unknown":
                self.tries.wrong(address)
            raise error from None
        if shared.card.standing.consent is Consent.INTERNAL and not has_account:
            raise ShareError("login")
        return shared

    async def seen(self, shared: Shared, address: str) -> None:
        """Write down that a link was followed."""
        await self._note("share-view", _name(shared.share), address, shared.recording)

    def _followed(self, token: str) -> Shared:
        recording = recording_of(token)
        folder = self.folders.place(recording)
        share = found(read_shares(folder), token)
        if share is None:
            raise ShareError("unknown")
        if not share.is_good(self.clock()):
            raise ShareError("over")
        manifest = self.folders.one(recording)
        picture = folder / manifest.thumbnail
        return Shared(
            share,
            recording,
            manifest,
            read_card(folder),
            self._film(recording, share.edit),
            picture if manifest.thumbnail and picture.is_file() else None,
        )

    def _film(self, recording: str, edit: str) -> Path:
        """Give the film that a link shows. Raises Refused."""
        folder = self.folders.place(recording)
        if not edit:
            return self.folders.film(recording)
        film = EditFolder(folder).film(edit)
        if film.parent != EditFolder(folder).path or not film.is_file():
            raise refused("nothing-to-share")
        return film

    async def _keep(self, recording: str, shares: tuple[Share, ...]) -> None:
        folder = self.folders.place(recording)
        try:
            await asyncio.to_thread(write_shares, folder, shares)
        except RecordError as error:
            raise refused("share-unwritable", text=str(error)) from error

    async def _note(self, what: str, who: str, address: str, recording: str) -> None:
        at = self.clock()
        await self.store.run(
            lambda db: note(db, at, what=what, who=who[:64], address=address, result=recording)
        )


def _name(share: Share) -> str:
    return f"share:{share.id}"
