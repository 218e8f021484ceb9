"""A site's side: it offers its picture and sound to the hub until they flow, and again when not."""

import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from random import SystemRandom
from typing import Final, Protocol

from classroom_edge.services.live.again import Again
from classroom_edge.services.live.cast import HUB, Cast
from classroom_edge.services.live.offers import Accepted
from classroom_edge.services.live.relay import RelayPort, health_of, met
from classroom_media.api import NS, WorkerError
from classroom_media.messages import Agree, Meet, PeerHealth

CONNECTS_WITHIN_S: Final = 8.0
FRESH_S: Final = 2.0  # an offer younger than that is not made again because the hub asks
HEALS_S: Final = 2.5  # for what was lost to come back by itself, and once the link is back
GONE_S: Final = 30.0  # after that nothing comes back by itself: the relays have given it up

Offer = Callable[[str, str], Awaitable[Accepted]]  # session, SDP -> what the hub says

logger = logging.getLogger(__name__)


class Road(Protocol):
    """What descriptions pass on their way: where a demo puts a cable that can be pulled."""

    async def out(self, offer: str) -> str:
        """Give the offer as the hub is to see it."""

    async def back(self, answer: str) -> str:
        """Give the answer as this room's relay is to see it."""


class OpenRoad:
    """Nothing stands between this room and the hub."""

    async def out(self, offer: str) -> str:
        """Give the offer as it is."""
        return offer

    async def back(self, answer: str) -> str:
        """Give the answer as it is."""
        return answer


@dataclass(kw_only=True)
class Offering:
    """Meets the hub. `look` is called again and again while a session goes."""

    relay: RelayPort
    offer: Offer
    road: Road
    again: Again = field(default_factory=lambda: Again(SystemRandom()))
    clock: Callable[[], int] = time.monotonic_ns
    _is_asked: bool = field(default=False, init=False)  # by the hub, which lacks us
    _offered_ns: int = field(default=0, init=False)
    _linked_ns: int | None = field(default=None, init=False)  # since when
    _lost_ns: int | None = field(default=None, init=False)  # since when, picture and sound

    def ask(self) -> None:
        """Note that the hub lacks our picture and sound; what is on its way is not asked for."""
        self._is_asked = (self.clock() - self._offered_ns) / NS > FRESH_S

    async def look(self, cast: Cast, *, linked: bool) -> None:
        """Offer, if that is what is missing now."""
        self._note_loss()
        if not linked:
            self._linked_ns = None
            return
        if self._linked_ns is None:
            self._linked_ns = self.clock()
        if self.relay.beat is None or self._is_well(self._linked_ns):
            return
        if self.again.is_due(self.clock() / NS):
            self._is_asked, self._offered_ns = False, self.clock()
            await self._offer(cast)

    def _is_well(self, linked_ns: int) -> bool:
        now_ns, beat = self.clock(), self.relay.beat
        age_s, linked_s = (now_ns - self._offered_ns) / NS, (now_ns - linked_ns) / NS
        if beat is not None and beat.at_ns < self._offered_ns:
            return True  # it does not tell of our last offer yet
        if self._is_asked:
            return False
        match health_of(beat, HUB):
            case PeerHealth(state="connected"):
                self.again.well()
                return True
            case PeerHealth(state="connecting"):
                return age_s < CONNECTS_WITHIN_S
            case PeerHealth():  # the link may be gone as well, and not be missed yet
                lost_s = (now_ns - (self._lost_ns or now_ns)) / NS
                return lost_s < HEALS_S or (linked_s < HEALS_S and lost_s < GONE_S)
        return False

    def _note_loss(self) -> None:
        health = health_of(self.relay.beat, HUB)
        if health is None or health.state != "lost":
            self._lost_ns = None
        elif self._lost_ns is None:
            self._lost_ns = self.clock()

    async def _offer(self, cast: Cast) -> None:
        try:
            ours = await met(self.relay, Meet(peer=HUB, send=cast.speaks))
            accepted = await self.offer(cast.session.id, await self.road.out(ours))
            if accepted.reason:
                logger.info("the hub does not take our picture: %s", accepted.reason)
                return
            await self.relay.ask(Agree(peer=HUB, answer=await self.road.back(accepted.sdp)))
        except (WorkerError, OSError) as error:
            logger.warning("our picture cannot be offered: %s", error)
        else:
            logger.info("picture and sound are agreed with the hub")
        finally:
            self._offered_ns = self.clock()
