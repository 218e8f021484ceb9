"""What the rooms of a session missed of it: offered to others, and fetched from them."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from classroom_edge.config.models import Config
from classroom_edge.library.folders import Folders
from classroom_edge.library.roots import Roots
from classroom_edge.services.filling.carrying import Carrier
from classroom_edge.services.filling.fetching import Fetching, Patience
from classroom_edge.services.filling.findings import findings
from classroom_edge.services.filling.joining import Joiner
from classroom_edge.services.filling.offers import Offers
from classroom_edge.services.filling.pacing import Shares
from classroom_edge.services.filling.steps import Steps
from classroom_edge.services.linking import LinkService
from classroom_edge.services.problems import Finding
from classroom_edge.sessions.link import films
from classroom_edge.sessions.missing import Missing
from classroom_edge.sessions.state import GOING_ON

HUB: Final = "hub"  # what a site calls its hub


@dataclass(frozen=True, slots=True)
class LineToHub:
    """A site's link with its hub."""

    link: LinkService

    @property
    def is_up(self) -> bool:
        """Whether the hub is there."""
        return bool(self.link.view.linked)

    @property
    def sessions(self) -> frozenset[str]:
        """The sessions that go on."""
        return frozenset(session.id for session in self.link.view.sessions)

    async def inquire(self, question: films.Question, *, within_s: float) -> films.Reply:
        """Ask the hub. Raises NotLinkedError, SilentError."""
        return await self.link.inquire(HUB, question, within_s=within_s)


@dataclass(kw_only=True)
class FillingService:
    """A hub offers the films of its sessions; a site fetches what it missed of them."""

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
    _fetching: Fetching | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        steps = Steps(runtime=self.runtime, log=self.log)
        library = Folders(Roots(self.recordings))
        self._offers = Offers(
            folder=self.folder / "offered",
            library=library,
            steps=steps,
            taught=self.link.taught,
            share=self.share,
        )
        if self.config.site and self.config.filling.fetch:
            self._fetching = Fetching(
                other=HUB,
                folder=self.folder / "fetched",
                carrier=Carrier(line=LineToHub(self.link), share=self.share),
                joiner=Joiner(
                    room=self.config.room.id,
                    source=self._source_of(HUB),
                    library=library,
                    steps=steps,
                ),
                changed=self.changed,
                erased=self.erased,
                patience=self.patience,
            )

    @property
    def missing(self) -> tuple[Missing, ...]:
        """The films that are still to come."""
        return self._fetching.views if self._fetching else ()

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
            if self._fetching:
                tasks.create_task(self._fetching.run())

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

    def _source_of(self, peer: str) -> str:
        """Give the source by which this room sees another; the other's name if there is none."""
        url = f"remote://{peer}"
        found = (one.id for one in self.config.sources if one.url == url)
        return next(found, peer)
