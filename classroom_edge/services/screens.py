"""The room's screens: each plays for itself; those of the lesson follow what is broadcast to it."""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import zmq.asyncio

from classroom_edge.config.models import ScreenConfig
from classroom_edge.paths import DataFolder
from classroom_edge.room import LinkView, ScreenView
from classroom_edge.services.listening import Listening
from classroom_edge.services.playing import PlayingService
from classroom_edge.services.problems import Finding
from classroom_edge.services.refusals import refused
from classroom_edge.services.workers import WorkerService


@dataclass(kw_only=True)
class Screens:
    """Those of room.toml, in its order."""

    screens: tuple[ScreenConfig, ...]
    folder: DataFolder
    runtime: Path
    film: Callable[[str], Path]  # of a recording; raises Refused
    changed: Callable[[], None]
    context: zmq.asyncio.Context  # of the daemon, which closes it
    quiet: Callable[[], datetime | None] = lambda: None  # until when, in quiet hours
    _each: Mapping[str, PlayingService] = field(init=False)
    _listening: tuple[Listening, ...] = field(init=False)

    def __post_init__(self) -> None:
        self._each = {
            one.id: PlayingService(
                screen=one,
                folder=self.folder,
                runtime=self.runtime,
                film=self.film,
                changed=self.changed,
                context=self.context,
                quiet=self._quiet_until,
            )
            for one in self.screens
        }
        lesson = (one.id for one in self.screens if one.display and one.shows == "lesson")
        self._listening = tuple(Listening(screen=self._each[id_]) for id_ in lesson)

    def of(self, id_: str = "") -> PlayingService:
        """Give the screen of that id; "" = the first one.

        Raises:
            Refused: there is none.
        """
        if not self._each:
            raise refused("screen-config")
        if id_ and id_ not in self._each:
            raise refused("unknown-screen", name=id_)
        return self._each[id_] if id_ else next(iter(self._each.values()))

    def follow(self, link: LinkView | None) -> None:
        """Show what is broadcast to this room."""
        for one in self._listening:
            one.follow(link)

    @property
    def services(self) -> Mapping[str, Callable[[], Awaitable[Any]]]:
        """What is to run for as long as the room is open, by name."""
        return {name: run for one in self._each.values() for name, run in one.services.items()}

    @property
    def workers(self) -> tuple[WorkerService, ...]:
        """The processes that are there."""
        return tuple(worker for one in self._each.values() for worker in one.workers)

    @property
    def views(self) -> tuple[ScreenView, ...]:
        """What the room's state shows of them."""
        return tuple(one.view for one in self._each.values())

    def findings(self) -> Iterator[Finding]:
        """Tell what is wrong."""
        for one in self._each.values():
            yield from one.findings()

    def _quiet_until(self) -> datetime | None:
        return self.quiet()  # which is told later

    async def end(self) -> None:
        """End the processes."""
        for one in self._each.values():
            await one.end()
