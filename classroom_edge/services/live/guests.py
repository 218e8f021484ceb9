"""Somebody without a room, in a browser: let in by a ticket that the hub has signed.

A ticket names the session and the guest, who stands in its roster, and is good for a while. What
a ticket lets one do, it lets one do for that guest alone.
"""

import hashlib
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final

from classroom_edge.services.live.cast import Cast
from classroom_edge.services.live.offers import Accepted
from classroom_edge.services.live.relay import RelayPort, met, part
from classroom_edge.sessions import commands as c
from classroom_edge.sessions.conductor import seen_by
from classroom_edge.sessions.state import Session
from classroom_media.api import NS, WorkerError
from classroom_media.live.hls import tickets
from classroom_media.messages import Meet

GONE_NS: Final = 15 * NS  # without a picture or sound; then a guest has left
LONGEST_S: Final = 24 * 3600.0
_APART: Final = "~"

Speak = Callable[[str, str, c.AnyCommand], Awaitable[str]]  # session, who, command -> reason

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Ticket:
    """Whom a ticket lets in, and where."""

    session: str
    guest: str

    def signed(self, key: bytes, until_s: float) -> str:
        """Spell it, good until then (seconds since 1970)."""
        mark = tickets.ticket(key, f"{self.session}/{self.guest}", int(until_s))
        return _APART.join((self.session, self.guest, mark))


def key_of(hub_secret: str) -> bytes:
    """Make the key that signs tickets of the hub's own secret one: it needs no other home."""
    return hashlib.sha256(f"guests of {hub_secret}".encode()).digest()


def read(key: bytes, text: str, now_s: float) -> Ticket | None:
    """Read a ticket; None = it is none of ours, or no longer good."""
    parts = text.split(_APART)
    if len(parts) != 3:
        return None
    session, guest, mark = parts
    return (
        Ticket(session, guest) if tickets.is_good(key, f"{session}/{guest}", mark, now_s) else None
    )


@dataclass(kw_only=True)
class Guests:
    """Lets guests in and out. `speak` asks something of the session in a guest's name."""

    relay: RelayPort
    key: Callable[[], bytes | None]
    cast: Callable[[], Cast | None]
    speak: Speak
    clock: Callable[[], int] = time.monotonic_ns
    now_s: Callable[[], float] = time.time
    _unheard: dict[str, int] = field(default_factory=dict, init=False)  # guest -> since when

    async def meet(self, text: str, offer: str) -> Accepted:
        """Let the guest of a ticket in, with its offer; give the answer."""
        ticket, cast = self._read(text), self.cast()
        if ticket is None:
            return Accepted(reason="no-ticket")
        if cast is None or cast.session.id != ticket.session:
            return Accepted(reason="not-going")
        if reason := await self.speak(ticket.session, ticket.guest, c.Join()):
            return Accepted(reason=reason)
        cast = self.cast()
        peer = cast.peer(ticket.guest) if cast else None
        if peer is None:
            return Accepted(reason="not-going")
        self._unheard.pop(peer.id, None)
        try:
            answer = await met(self.relay, Meet(peer=peer.id, offer=offer, receive=peer.speaks))
        except WorkerError as error:
            logger.warning("%s cannot be met: %s", peer.id, error)
            return Accepted(reason="no-relay")
        return Accepted(answer)

    async def part(self, text: str) -> str:
        """Let the guest of a ticket go; give the reason why not, or ""."""
        ticket = self._read(text)
        if ticket is None:
            return "no-ticket"
        await self._let_go(ticket.session, ticket.guest)
        return ""

    def sees(self, text: str) -> tuple[Session, str] | None:
        """Give the session of a ticket as its guest sees it, and who that is; None = neither."""
        ticket, cast = self._read(text), self.cast()
        if ticket is None or cast is None or cast.session.id != ticket.session:
            return None
        return seen_by(cast.session, ticket.guest), ticket.guest

    async def raise_hand(self, text: str, *, up: bool) -> str:
        """Raise the hand of a ticket's guest, or lower it; give the reason why not, or ""."""
        ticket = self._read(text)
        if ticket is None:
            return "no-ticket"
        command = c.RaiseHand() if up else c.LowerHand()
        return await self.speak(ticket.session, ticket.guest, command)

    async def look(self, cast: Cast) -> None:
        """Let those go who have closed their page without a word."""
        connected = self.connected()
        for peer in cast.peers:
            if not peer.is_guest or peer.id in connected:
                self._unheard.pop(peer.id, None)
            elif self.clock() - self._unheard.setdefault(peer.id, self.clock()) >= GONE_NS:
                await self._let_go(cast.session.id, peer.id)

    def connected(self) -> frozenset[str]:
        """Give the peers that are connected, guests among them."""
        beat = self.relay.beat
        peers = beat.peers if beat else ()
        return frozenset(one.peer for one in peers if one.state == "connected")

    async def _let_go(self, session: str, guest: str) -> None:
        self._unheard.pop(guest, None)
        await part(self.relay, guest)
        await self.speak(session, guest, c.Leave())

    def _read(self, text: str) -> Ticket | None:
        key = self.key()
        return read(key, text, self.now_s()) if key else None
