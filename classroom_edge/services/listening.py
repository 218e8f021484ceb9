"""A listener's room: a broadcast that it is invited to begins on its screen by itself.

The player is made ready when the session is told, so that nothing but the picture is waited for.
What people do stays done: a screen that somebody has stopped, or put to other use, is left alone.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Protocol
from urllib.parse import urlsplit, urlunsplit

from classroom_edge.room import LinkView, Refused, Who
from classroom_edge.sessions.forms import Kind
from classroom_edge.sessions.link.address import Address, parse
from classroom_edge.sessions.state import GOING_ON, Session

AGAIN_S: Final = 3.0  # after a broadcast broke off, while its session goes on

logger = logging.getLogger(__name__)


class Screen(Protocol):
    """The room's screen."""

    @property
    def playing(self) -> str:
        """What is played, by the name that `play` gave it; "" = nothing."""

    @property
    def broke_off(self) -> bool:
        """Whether what is played has ended, or cannot be played."""

    def play(self, who: Who, what: str, *, title: str = "") -> str:
        """Play an address; give a name for it. Raises Refused."""

    def stop(self, who: Who) -> None:
        """Play no more. Raises Refused."""

    def make_ready(self, *, on: bool) -> None:
        """Be ready to play at once, or no more."""


@dataclass(kw_only=True)
class Listening:
    """Follows the sessions of a site; at a hub it does nothing."""

    screen: Screen
    clock: Callable[[], float] = time.monotonic
    _session: str = field(default="", init=False)  # the one that was begun here last
    _ours: str = field(default="", init=False)  # its name on the screen
    _again_s: float = field(default=0.0, init=False)

    def follow(self, link: LinkView | None) -> None:
        """Begin what is broadcast to this room, and end it with its session."""
        session = _broadcast(link) if link and link.role == "site" else None
        self.screen.make_ready(on=session is not None)
        if session is None or link is None or not session.has(link.here):
            self._end()
            return
        address = _reached(session.watch, link.linked)
        if address and (session.id != self._session or self._is_due):
            self._begin(session, address)

    @property
    def _is_due(self) -> bool:
        """Whether what broke off is to be tried again."""
        broke_off = self.screen.playing == self._ours != "" and self.screen.broke_off
        return broke_off and self.clock() >= self._again_s

    def _begin(self, session: Session, address: str) -> None:
        self._session, self._again_s = session.id, self.clock() + AGAIN_S
        who = Who(name=f"session:{session.id}", why="broadcast")
        try:
            self._ours = self.screen.play(who, address, title=session.title)
        except Refused as refused:
            logger.warning("session %s is not shown: %s", session.id, refused)

    def _end(self) -> None:
        session, self._session = self._session, ""
        ours, self._ours = self._ours, ""
        if ours and self.screen.playing == ours:
            self.screen.stop(Who(name=f"session:{session}", why="over"))


def _broadcast(link: LinkView) -> Session | None:
    """Give the session that this room is to show, now or soon: an online one that goes."""
    online = (one for one in link.sessions if one.kind is Kind.ONLINE and one.stage in GOING_ON)
    return next((one for one in online if one.member(link.here)), None)


def _reached(watch: str, linked: tuple[str, ...]) -> str:
    """Give an address with a host: where it has none it is the hub's, as this room dials it."""
    parts = urlsplit(watch)
    if parts.hostname or not watch:
        return watch
    if not linked:
        return ""
    at = Address(parse(linked[0]).host, parts.port or 0)
    return urlunsplit(parts._replace(netloc=str(at)))
