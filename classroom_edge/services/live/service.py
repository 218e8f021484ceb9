"""A room in a session: its relay runs, its peers are met, who has the floor is seen and heard."""

import asyncio
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final, Protocol

from classroom_edge.room import LiveView
from classroom_edge.services.live.cast import Cast
from classroom_edge.services.live.floor import Floor, choice_of
from classroom_edge.services.live.health import peers_of
from classroom_edge.services.live.recording import SessionRecording
from classroom_edge.services.live.relay import Relay, hear, part
from classroom_edge.services.live.screens import PREFIX, Screens
from classroom_edge.services.live.sizes import sizes_for
from classroom_edge.services.renditions import Renditions
from classroom_media.messages import SEAT

WISHER: Final = "session"
LOOKS_EVERY_S: Final = 0.5  # at the latest
LINGERS_S: Final = 3.0  # the relay, when nobody is to be met: a link is told anew in that time


class Side(Protocol):
    """What a room does as a hub, or as a site."""

    async def look(self, cast: Cast, *, linked: bool) -> None:
        """Do what is to be done now."""


@dataclass(kw_only=True)
class Live:
    """Brings about what a session asks of this room, again and again.

    `sources` are the sources by which peers are seen and heard here, by peer.
    """

    linked: Callable[[], bool]
    cast: Callable[[], Cast | None]  # whom this room meets now
    relay: Relay
    renditions: Renditions
    floor: Floor
    side: Side
    recording: SessionRecording
    sources: Mapping[str, str]
    changed: Callable[[], None]
    screens: Screens = field(init=False)
    _stirred: asyncio.Event = field(default_factory=asyncio.Event, init=False)
    _linked_s: float = field(default_factory=time.monotonic, init=False)  # when it was last
    _idle_since_s: float | None = field(default=None, init=False)
    _may_resume: bool = field(default=True, init=False)  # a session, which is not told of yet
    _seated: str = field(default="", init=False)  # the peer in the seat; "" = nobody

    def __post_init__(self) -> None:
        self.screens = Screens(relay=self.relay, cast=self.cast)

    @property
    def away_s(self) -> float:
        """For how long the other end of the link has been away."""
        return time.monotonic() - self._linked_s

    @property
    def guest(self) -> str:
        """The name of who sits in the seat; "" = nobody."""
        cast = self.cast() if self._seated else None
        peer = cast.peer(self._seated) if cast else None
        return peer.name if peer else ""

    def live(self) -> LiveView | None:
        """What the room's state shows of it."""
        cast = self.cast()
        if cast is None:
            return None
        names = {peer.id: peer.name for peer in cast.peers}
        sizes = tuple(self.renditions.streams(WISHER))
        return LiveView(
            session=cast.session.id,
            peers=peers_of(cast, self.relay.beat, sizes, self._sources_now),
            voices=cast.voices,
            chosen=choice_of(self.floor.chosen, [names.get(one, one) for one in cast.voices]),
        )

    def stir(self) -> None:
        """Have a look soon: something has changed."""
        self._stirred.set()

    async def run(self) -> None:
        """Run until cancelled; the relay goes on, as all workers do."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.relay.run())
            while True:
                await self.look()
                with suppress(TimeoutError):
                    async with asyncio.timeout(LOOKS_EVERY_S):
                        await self._stirred.wait()
                self._stirred.clear()

    async def look(self) -> None:
        """Do what is to be done now."""
        if self.linked():
            self._linked_s = time.monotonic()
        cast = self.cast()
        self._seated = _seated(cast, self.sources) if cast else ""
        await self.floor.follow(self._seen(cast))
        await self.recording.follow(cast)
        if not self._is_on(cast):
            return
        if cast is None or self.relay.beat is None:
            return
        await self._let_go(cast)
        if (self.relay.beat.voices, self.relay.beat.seat) != (cast.voices, self._seated):
            await hear(self.relay, cast.voices, self._seated)
        await self.side.look(cast, linked=self.linked())
        self.changed()

    def _is_on(self, cast: Cast | None) -> bool:
        """Have relay and sizes while somebody is to be met, and a little longer.

        A daemon that finds a recording under way has them at once: they take time to start.
        """
        now_s = time.monotonic()
        self._may_resume &= self.recording.goes_on
        if cast is not None:
            self._idle_since_s = None
        elif self._idle_since_s is None:
            self._idle_since_s = now_s
        on = self._idle_since_s is None or now_s - self._idle_since_s < LINGERS_S
        if on and cast is None and self.relay.worker is None and not self._may_resume:
            return False  # it was never wanted
        self.renditions.want(WISHER, sizes_for(self.renditions.height) if on else ())
        self.relay.want(on=on)
        return on

    async def _let_go(self, cast: Cast) -> None:
        """Part from those who have gone, and from screens that were closed."""
        beat = self.relay.beat
        for one in beat.peers if beat else ():
            is_screen = one.peer.startswith(PREFIX)
            if (is_screen and one.state == "lost") or not (is_screen or cast.peer(one.peer)):
                await part(self.relay, one.peer)

    def _seen(self, cast: Cast | None) -> tuple[str, ...] | None:
        """Give the sources of those who have the floor; None = this room leads no session."""
        if cast is None or not cast.leads:
            return None
        sources = self._sources_now
        return tuple(sources[one] for one in cast.voices if one in sources)

    @property
    def _sources_now(self) -> Mapping[str, str]:
        """Give the sources by peer, with that of who sits in the seat."""
        if not self._seated:
            return self.sources
        return {**self.sources, self._seated: self.sources[SEAT]}


def _seated(cast: Cast, sources: Mapping[str, str]) -> str:
    """Tell who sits in the seat: the first with the floor who has no source; "" = nobody."""
    if not cast.leads or SEAT not in sources:
        return ""
    return next((one for one in cast.voices if one not in sources and cast.peer(one)), "")
