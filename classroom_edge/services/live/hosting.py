"""A hub's side: it takes what sites of its session offer, and asks for what is missing."""

import asyncio
import logging
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from random import SystemRandom
from typing import Final

from classroom_edge.services.live.again import Again
from classroom_edge.services.live.cast import Cast, Peer
from classroom_edge.services.live.guests import Guests
from classroom_edge.services.live.offers import Accepted
from classroom_edge.services.live.relay import RelayPort, health_of, met
from classroom_edge.sessions.refusals import Reason
from classroom_media.api import NS, WorkerError
from classroom_media.messages import Meet

LOOKS_EVERY_S: Final = 0.05
STARTS_WITHIN_S: Final = 3.0  # a relay, while a site's offer waits for it
LACKS_NS: Final = 2 * NS  # for so long a site is missing before it is asked: it may come back
NEVER_MET_NS: Final = NS // 2  # the same, by a relay that does not know it: it was started anew

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class HubSide:
    """What a hub looks after: its sites, and its guests."""

    hosting: "Hosting"
    guests: Guests

    async def look(self, cast: Cast, *, linked: bool) -> None:
        """Ask for what is missing, and let those go who are gone."""
        self.hosting.look(cast)
        await self.guests.look(cast)


@dataclass(kw_only=True)
class Hosting:
    """Meets the sites. `cast` tells who they are now; `want_offer(site, session)` asks one."""

    relay: RelayPort
    cast: Callable[[], Cast | None]
    want_offer: Callable[[str, str], None]
    clock: Callable[[], int] = time.monotonic_ns
    _meeting: set[str] = field(default_factory=set, init=False)
    _lacking: dict[str, int] = field(default_factory=dict, init=False)  # site -> since when
    _again: dict[str, Again] = field(default_factory=dict, init=False)

    async def accept(self, site: str, session: str, offer: str) -> Accepted:
        """Meet a site that takes part in the session; nobody else, and not twice at once."""
        cast = self.cast()
        peer = cast.peer(site) if cast is not None and cast.session.id == session else None
        if peer is None or peer.is_guest:
            return Accepted(reason=Reason.NOT_PRESENT)
        if site in self._meeting:
            return Accepted(reason="busy")
        self._meeting.add(site)
        try:
            return await self._meet(peer, offer)
        finally:
            self._meeting.discard(site)

    def look(self, cast: Cast) -> None:
        """Ask the sites that are there, and whose picture is not."""
        now_ns = self.clock()
        for peer in cast.peers:
            member = cast.session.member(peer.id)
            health = health_of(self.relay.beat, peer.id)
            is_there = health is not None and health.state != "lost"
            if is_there or peer.is_guest or member is None or member.dark:
                self._lacking.pop(peer.id, None)
                self._again.pop(peer.id, None)
                continue
            after_ns = LACKS_NS if health else NEVER_MET_NS
            if now_ns - self._lacking.setdefault(peer.id, now_ns) >= after_ns:
                again = self._again.setdefault(peer.id, Again(SystemRandom()))
                if again.is_due(now_ns / NS):
                    self.want_offer(peer.id, cast.session.id)

    async def _meet(self, peer: Peer, offer: str) -> Accepted:
        await self._started()
        try:
            answer = await met(self.relay, Meet(peer=peer.id, offer=offer, receive=peer.speaks))
        except WorkerError as error:
            logger.warning("%s cannot be met: %s", peer.id, error)
            return Accepted(reason="no-relay")
        logger.info("picture and sound are agreed with %s", peer.id)
        return Accepted(answer)

    async def _started(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(STARTS_WITHIN_S):
                while self.relay.beat is None:  # noqa: ASYNC110 - a worker's first word
                    await asyncio.sleep(LOOKS_EVERY_S)
