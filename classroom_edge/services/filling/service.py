"""What the rooms of a session missed of it: offered to others, and fetched from them."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from classroom_edge.config.models import REMOTE, SEAT_URL, Config
from classroom_edge.library.folders import Folders
from classroom_edge.library.roots import Roots
from classroom_edge.services.filling.carrying import Carrier
from classroom_edge.services.filling.fetching import Fetching, Patience
from classroom_edge.services.filling.findings import findings
from classroom_edge.services.filling.joining import Joiner
from classroom_edge.services.filling.offers import Offers
from classroom_edge.services.filling.pacing import Pace, Shares
from classroom_edge.services.filling.spoken import Spoken
from classroom_edge.services.filling.steps import Steps
from classroom_edge.services.linking import LinkService
from classroom_edge.services.problems import Finding
from classroom_edge.sessions.link import films
from classroom_edge.sessions.missing import Missing
from classroom_edge.sessions.state import GOING_ON
from classroom_edge.sessions.taught import Taught

HUB: Final = "hub"  # what a site calls its hub
FOLLOWED_S: Final = 1.0  # the floor

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class LineTo:
    """The link with one other room: a site's with its hub, or a hub's with a site."""

    link: LinkService
    other: str

    @property
    def is_up(self) -> bool:
        """Whether it is there."""
        linked = self.link.view.linked
        return bool(linked) if self.other == HUB else self.other in linked

    @property
    def sessions(self) -> frozenset[str]:
        """The sessions that go on."""
        return frozenset(session.id for session in self.link.view.sessions)

    async def inquire(self, question: films.Question, *, within_s: float) -> films.Reply:
        """Ask it. Raises NotLinkedError, SilentError."""
        return await self.link.inquire(self.other, question, within_s=within_s)


@dataclass(kw_only=True)
class FillingService:
    """A hub offers the films of its sessions; a site fetches what it missed of them.

    The other way round a site offers the passages in which it had the floor, and a hub that sees
    it by a source of its own fetches what it missed of those.
    """

    config: Config
    recordings: Path
    folder: Path  # for outlines, and what was fetched so far
    runtime: Path
    log: Path
    link: LinkService
    changed: Callable[[], None]
    erased: Callable[[], Collection[str]] = frozenset  # sessions of which nothing may come; blocks
    patience: Patience = field(default_factory=Patience)
    _offers: Offers = field(init=False)
    _spoken: Spoken = field(init=False)
    _fetching: tuple[Fetching, ...] = field(default=(), init=False)

    def __post_init__(self) -> None:
        steps = Steps(runtime=self.runtime, log=self.log)
        library = Folders(Roots(self.recordings))
        is_site = self.config.site is not None
        self._spoken = Spoken(self.folder)
        self._offers = Offers(
            folder=self.folder / "offered",
            library=library,
            steps=steps,
            taught=self._said if is_site else self.link.taught,
            share=self.share,
            most=films.PIECE_TO_HUB_MAX if is_site else films.PIECE_MAX,
        )
        if self.config.filling.fetch:
            others = (HUB,) if is_site else tuple(self._sites())
            self._fetching = tuple(self._from(one, library, steps) for one in others)

    @property
    def missing(self) -> tuple[Missing, ...]:
        """The films that are still to come."""
        return tuple(view for one in self._fetching for view in one.views)

    def findings(self, now: datetime) -> Iterator[Finding]:
        """What keeps films from coming."""
        return findings(self.missing, now)

    @property
    def attended(self) -> dict[str, str]:
        """The sessions that this room is in now, by id, with their titles."""
        view = self.link.view
        here = ((one, one.member(view.here)) for one in view.sessions if one.stage in GOING_ON)
        return {one.id: one.title for one, member in here if member and member.present}

    @property
    def answer(self) -> Callable[[str, films.Question], Awaitable[films.Reply]]:
        """Answer what another room asks about films."""
        return self._offers.answer

    async def run(self) -> None:
        """Run until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._offers.run())
            if self.config.site:
                tasks.create_task(self._follow())
            for one in self._fetching:
                tasks.create_task(one.run())

    def share(self) -> float:
        """Give the share of the line that is for films now."""
        filling = self.config.filling
        shares = Shares(
            day=filling.share,
            lesson=filling.lesson_share,
            night=filling.night_share,
            night_from=filling.night_hours[0],
            night_to=filling.night_hours[1],
        )
        now = datetime.now(ZoneInfo(self.config.room.timezone)).time()
        return shares.at(now, in_lesson=bool(self.attended))

    async def _follow(self) -> None:
        """Note when this room has the floor."""
        while True:
            try:
                await asyncio.to_thread(self._spoken.follow, self.link.view, self.link.hub_ns)
            except OSError as error:
                logger.warning("that this room has the floor cannot be noted: %s", error)
            await asyncio.sleep(FOLLOWED_S)

    async def _said(self, _hub: str, since_ns: int) -> tuple[Taught, ...]:
        return self._spoken.stretches(since_ns)

    def _sites(self) -> Iterator[str]:
        """Name the sites that this room sees by sources of its own."""
        remotes = (one.url for one in self.config.sources if one.url.startswith(f"{REMOTE}://"))
        return (url.removeprefix(f"{REMOTE}://") for url in remotes if url != SEAT_URL)

    def _from(self, other: str, library: Folders, steps: Steps) -> Fetching:
        is_hub = other == HUB
        most = films.PIECE_MAX if is_hub else films.PIECE_TO_HUB_MAX
        return Fetching(
            other=other,
            folder=self.folder / ("fetched" if is_hub else f"fetched-{other}"),
            carrier=Carrier(line=LineTo(self.link, other), share=self.share, pace=Pace(most)),
            joiner=Joiner(
                room=self.config.room.id,
                source=self._source_of(other),
                whole=is_hub,
                library=library,
                steps=steps,
            ),
            changed=self.changed,
            erased=self.erased,
            patience=self.patience,
        )

    def _source_of(self, peer: str) -> str:
        """Give the source by which this room sees another; the other's name if there is none."""
        url = f"{REMOTE}://{peer}"
        found = (one.id for one in self.config.sources if one.url == url)
        return next(found, peer)
