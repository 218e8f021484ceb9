"""Joins what was fetched into this room's own recording of the session, or makes one of it."""

import asyncio
import hashlib
import logging
from dataclasses import dataclass
from datetime import UTC, datetime

from classroom_edge.library.folders import Folders
from classroom_edge.services.filling.chore import Chore, Stage
from classroom_edge.services.filling.films import instant, is_final
from classroom_edge.services.filling.steps import Steps
from classroom_edge.sessions.link import films
from classroom_media.record.manifest import Manifest
from classroom_media.workers.specs import CompareSpec, JoinSpec

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Joiner:
    """Has films of another room joined. `source` is the one by which this room sees that room.

    `whole`: they are all of the lesson, and take the place of what came live. Others are
    passages: they stand beside that, where this room recorded the lesson itself.
    """

    room: str
    source: str
    whole: bool
    library: Folders
    steps: Steps

    def own(self, film: films.Film) -> Manifest | None:
        """Give this room's recording of the session: the one that lasted longest. Blocks."""
        found = [
            one
            for one in self.library.since(instant(film.from_ns))
            if any(part.session == film.session for part in one.sessions)
        ]
        return max(found, key=lambda one: one.duration_s, default=None)

    async def compare(self, chore: Chore, own: Manifest | None) -> bool:
        """See what came live; tell whether it could be seen. Raises OSError."""
        received: tuple[str, ...] = ()
        if own is not None:
            place = self.library.place(own.id)
            received = tuple(
                str(place / one.file)
                for one in own.tracks
                if one.source == self.source and one.height
            )
        await self.steps.do(CompareSpec(folder=str(chore.folder.path), films=received))
        chore.refresh()
        return await asyncio.to_thread(chore.stage) is not Stage.COMPARE

    def is_needed(self, chore: Chore, own: Manifest | None) -> bool:
        """Tell whether there is anything to join, once that was compared. Raises RecordError."""
        if self.whole:
            return True
        came_live = len(chore.folder.needs().here) == len(chore.folder.outline().groups)
        return own is not None and not came_live

    async def join(self, chore: Chore, own: Manifest | None, *, replaces: bool) -> bool:
        """Make the whole film; tell whether it is in a recording now. Raises OSError.

        `replaces`: the track that was received live goes away, once this film is whole.
        """
        film = chore.note.film
        recording = own.id if own is not None else id_of(film)
        spec = JoinSpec(
            folder=str(chore.folder.path),
            recording=str(self.library.roots.own / recording),
            name=film.name,
            session=film.session,
            title=film.title,
            hub_ns=film.from_ns,
            room=self.room,
            source=self.source,
            replaces=replaces and self.whole,
        )
        await self.steps.do(spec)
        chore.refresh()
        manifests = await asyncio.to_thread(self.library.since, instant(film.from_ns))
        if any(one.name == film.name for manifest in manifests for one in manifest.joined):
            logger.info("film %s of %s is in recording %s", film.name, chore.note.other, recording)
            return True
        return False


def is_being_made(own: Manifest | None) -> bool:
    """Tell whether a recording of this room is not finished yet."""
    return own is not None and not is_final(own, datetime.now(UTC))


def id_of(film: films.Film) -> str:
    """Give the id of the recording that a film becomes which this room has none of."""
    mark = hashlib.sha256(film.name.encode()).hexdigest()[:4]
    return f"{instant(film.from_ns):%Y%m%d-%H%M%S}-{mark}"
