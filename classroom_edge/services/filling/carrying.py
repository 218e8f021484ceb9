"""Carries the pieces of a film over the link, one question at a time, within a share of the line.

What came stays when the line is cut: how far a film is, its files tell (`chore`).
"""

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Protocol

from classroom_edge.services.filling.chore import Chore, Stage
from classroom_edge.services.filling.offers import NOT_TOLD
from classroom_edge.services.filling.pacing import Pace
from classroom_edge.sessions.link import films

ANSWER_S: Final = 20.0
WRONG_MAX: Final = 3  # pieces, before everything is fetched anew
RATE_S: Final = 30.0  # over which the speed is measured

logger = logging.getLogger(__name__)


class Line(Protocol):
    """The link with the other room."""

    @property
    def is_up(self) -> bool:
        """Whether it answers."""

    @property
    def sessions(self) -> frozenset[str]:
        """Those that this room is in now."""

    async def inquire(self, question: films.Question, *, within_s: float) -> films.Reply:
        """Ask about films. Raises NotLinkedError, SilentError."""


class AnewError(Exception):
    """The other room is to be asked again for what there is."""


@dataclass(kw_only=True)
class Carrier:
    """Carries films from one other room."""

    line: Line
    share: Callable[[], float]  # of the line, that films may have now
    pace: Pace = field(default_factory=lambda: Pace(films.PIECE_MAX))
    _came: list[tuple[float, int]] = field(default_factory=list, init=False)

    async def ask(self, question: films.Question) -> films.Reply:
        """Ask the other room. Raises NotLinkedError, SilentError."""
        return await self.line.inquire(question, within_s=ANSWER_S)

    async def carry(self, chore: Chore) -> None:
        """Fetch the outline, or what is missing; return once it is all there.

        Raises:
            AnewError: the other room does not have it as it was told.
            NotLinkedError, SilentError: the line was cut; what came is kept.
        """
        spool, wrong = await asyncio.to_thread(chore.spool), 0
        while (wanted := spool.wanted) is not None:
            began_s = time.monotonic()
            most = self.pace.size(began_s)
            question = films.Fetch(
                film=chore.note.film.name,
                digest=wanted.blob.digest,
                offset=wanted.offset,
                most=min(most, wanted.blob.size - wanted.offset),
            )
            reply = await self.ask(question)
            if not isinstance(reply, films.Piece):
                await _refused(chore, reply)
            elif await asyncio.to_thread(spool.add, wanted, reply.data):
                self._count(len(reply.data))
                now_s = time.monotonic()
                share = min(self.share(), reply.share)
                await asyncio.sleep(self.pace.took(most, now_s, now_s - began_s, share))
            else:
                wrong += 1
                if wrong >= WRONG_MAX:
                    await asyncio.to_thread(chore.anew)
                    raise AnewError(chore.note.film.name)

    def left_s(self, left: int) -> float | None:
        """Say for how long so many bytes will take at the speed of the last half minute."""
        if len(self._came) < 2 or not left:
            return None
        span_s = time.monotonic() - self._came[0][0]
        rate = sum(size for _at, size in self._came) / max(span_s, 1.0)
        return left / rate

    def _count(self, size: int) -> None:
        now_s = time.monotonic()
        self._came = [one for one in self._came if now_s - one[0] < RATE_S]
        self._came.append((now_s, size))


async def _refused(chore: Chore, reply: films.Reply) -> None:
    film, other = chore.note.film.name, chore.note.other
    if isinstance(reply, films.NoPiece) and reply.reason == films.GONE:
        logger.warning("%s does not have %s any more", other, film)
        await asyncio.to_thread(chore.ended, Stage.GONE)
    elif not isinstance(reply, films.NoPiece) or reply.reason != NOT_TOLD:
        logger.warning("%s gives no piece of %s", other, film)
    raise AnewError(film)
