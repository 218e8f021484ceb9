"""Where people say something of a recording: its card is written, and the catalogue follows."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

import msgspec

from classroom_edge.library.card import (
    Card,
    Consent,
    Saying,
    Standing,
    read_card,
    write_card,
)
from classroom_edge.library.catalogue import Catalogue
from classroom_edge.library.folders import Folders
from classroom_edge.room import Who
from classroom_edge.services.refusals import refused
from classroom_media.api import RecordError

logger = logging.getLogger(__name__)


@dataclass(kw_only=True)
class Cards:
    """The cards of all recordings, written one after the other."""

    folders: Folders
    catalogue: Catalogue
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)

    async def read(self, recording: str) -> Card:
        """Give what is said of a recording. Raises Refused."""
        folder = self.folders.place(recording)
        try:
            return await asyncio.to_thread(read_card, folder)
        except RecordError as error:
            raise refused("card-unreadable", text=str(error)) from error

    async def say(self, who: Who, recording: str, **said: str | bool) -> Card:
        """Say something else of it: title, subject, teacher, class_name, note, held.

        Raises:
            Refused: there is no such recording, or the disk does not take it.
        """
        async with self._turn:
            card = msgspec.structs.replace(await self.read(recording), **said)
            await self._write(recording, card)
        logger.info("%s: %s said by %s", recording, ", ".join(said), who.name)
        return card

    async def consent(self, who: Who, recording: str, consent: Consent) -> Standing:
        """Say who may see it; "public" is a proposal until somebody else says so, too.

        Raises:
            Refused: there is no such recording, or the disk does not take it.
        """
        async with self._turn:
            card = await self.read(recording)
            saying = Saying(consent=consent, by=who.name, at=self.clock())
            card = msgspec.structs.replace(card, sayings=(*card.sayings, saying))
            await self._write(recording, card)
        logger.info("%s: %s may see it, says %s", recording, consent, who.name)
        return card.standing

    async def _write(self, recording: str, card: Card) -> None:
        folder = self.folders.place(recording)
        try:
            await asyncio.to_thread(write_card, folder, card)
        except RecordError as error:
            raise refused("card-unwritable", text=str(error)) from error
        await self.catalogue.refresh(recording)
