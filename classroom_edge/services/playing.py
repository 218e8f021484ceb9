"""What is played on a screen of the room: a broadcast, or a recording."""

import asyncio
import itertools
import logging
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import zmq.asyncio

from classroom_edge import parts
from classroom_edge.config.models import ScreenConfig
from classroom_edge.paths import DataFolder
from classroom_edge.room import ScreenView, Who, Words
from classroom_edge.services.live.relay import Relay
from classroom_edge.services.problems import Finding
from classroom_edge.services.refusals import refused
from classroom_edge.services.viewing import KEY
from classroom_edge.services.workers import WorkerService, endpoints_for
from classroom_edge.words import words
from classroom_media.api import WorkerError
from classroom_media.messages import Adjust, Play, PlayerHealth
from classroom_media.workers.specs import PlayerSpec

MODULE: Final = "classroom_media.workers.player"
HERE: Final = ("panel", "local")  # who asks at this room's own panel
SCHEMES: Final = frozenset({"http", "https", "rtsp"})
LOOKED_AFTER_S: Final = 0.3
NEEDED: Final = ("libvlc", "vlc-output")

logger = logging.getLogger(__name__)


@dataclass(kw_only=True)
class PlayingService:
    """The player, there while something is to be played. `film` finds that of a recording."""

    screen: ScreenConfig
    folder: DataFolder
    runtime: Path
    film: Callable[[str], Path]
    changed: Callable[[], None]
    context: zmq.asyncio.Context  # of the daemon, which closes it
    quiet: Callable[[], datetime | None] = lambda: None  # until when, in quiet hours
    _process: Relay = field(init=False)
    _wanted: Play | None = field(default=None, init=False)
    _title: str = field(default="", init=False)
    _is_ready: bool = field(default=False, init=False)  # for what is to be played soon
    _sent: tuple[int, str] = field(default=(0, ""), init=False)  # to which process, and what
    _stirred: asyncio.Event = field(default_factory=asyncio.Event, init=False)
    _numbers: Iterator[int] = field(default_factory=itertools.count, init=False)

    def __post_init__(self) -> None:
        self._process = Relay(make=self._worker)

    @property
    def services(self) -> Mapping[str, Callable[[], Awaitable[Any]]]:
        """What is to run for as long as the room is open, by name."""
        name = f"player {self.screen.id}"
        return {name: self._process.run, f"{name}'s orders": self._keep}

    @property
    def workers(self) -> tuple[WorkerService, ...]:
        """The process, while there is one."""
        return (self._process.worker,) if self._process.worker else ()

    async def end(self) -> None:
        """End the process."""
        await self._process.end()

    def play(self, who: Who, what: str, *, title: str = "") -> str:
        """Play an address or a recording, by its id; give a name for it.

        An address may name the key by which its server is trusted (`viewing.KEY`).

        Raises:
            Refused: there is no such recording, or nothing can be played here.
        """
        if lack := self._lack():
            raise refused(f"screen-{lack}", screen=self.screen.id)
        if (until := self.quiet()) and not who.name.startswith(HERE):
            raise refused("quiet-hours", until=f"{until:%H:%M}")
        address, _, key = what.partition(KEY)
        is_address = urlsplit(address).scheme in SCHEMES
        url = address if is_address else str(self.film(what))
        self._title = title or (urlsplit(address).hostname or "" if is_address else what)
        self._wanted = Play(id=f"{next(self._numbers)}", url=url, key=key)
        self._bring()
        logger.info("%s is played on %s for %s", self._title, self.screen.id, who.name)
        self.changed()
        return self._wanted.id

    def stop(self, who: Who) -> None:
        """Play no more. Raises Refused."""
        if self._wanted is None:
            raise refused("screen-idle")
        self._wanted, self._is_ready = None, False
        self._bring()
        logger.info("nothing is played on %s any more, for %s", self.screen.id, who.name)
        self.changed()

    def make_ready(self, *, on: bool) -> None:
        """Be ready to play at once, or no more."""
        if on != self._is_ready and not self._lack():
            self._is_ready = on
            self._bring()

    @property
    def playing(self) -> str:
        """What is played, by the name that `play` gave it; "" = nothing."""
        return self._wanted.id if self._wanted else ""

    @property
    def broke_off(self) -> bool:
        """Whether what is played has ended, or cannot be played."""
        return self._health is not None and self._health.state in {"ended", "failed"}

    async def adjust(self, _who: Who, how: Adjust) -> None:
        """Change volume, place, pause. Raises Refused: nothing is played."""
        try:
            await self._process.ask(how)
        except WorkerError as error:
            raise refused("screen-idle") from error

    @property
    def view(self) -> ScreenView:
        """What the room's state shows of it."""
        own = self.screen
        still = ScreenView(
            own.id, own.name, "idle", shows=own.shows, sound=own.sound, device=own.device
        )
        if lack := self._lack():
            state = "page" if lack == "page" else "unable"
            return replace(still, state=state, problem=self._refusal(lack))
        health = self._health
        if self._wanted is None:
            return still
        if health is None:
            return replace(still, state="opening", title=self._title)
        return replace(
            still,
            state=health.state,
            title=self._title,
            at_s=round(health.at_s),
            length_s=round(health.length_s),
            volume=health.volume,
            problem=self._problem(health),
        )

    def findings(self) -> Iterator[Finding]:
        """Tell what is wrong."""
        health = self._health
        if self._wanted and health and health.state == "failed":
            values = {"title": self._title, "screen": self.screen.name}
            yield Finding("E-SCR-001", "warning", values=values)

    @property
    def _health(self) -> PlayerHealth | None:
        """How it goes with what is wanted now."""
        told = self._process.beat.player if self._process.beat else None
        return told if told and self._wanted and told.id == self._wanted.id else None

    def _problem(self, health: PlayerHealth) -> Words:
        if health.state != "failed":
            return {}
        return words("problems").both("E-SCR-001.what", title=self._title, screen=self.screen.name)

    def _refusal(self, lack: str) -> Words:
        return words("problems").both(f"refused.screen-{lack}", screen=self.screen.id)

    def _lack(self) -> str:
        """Tell what keeps it from playing: "page", "libvlc", "display"; "" = nothing."""
        if not self.screen.display:
            return "page"
        if not all(map(parts.runs_here, NEEDED)):
            return "libvlc"
        number = self.screen.display.partition(":")[2].partition(".")[0]
        is_there = Path(f"/tmp/.X11-unix/X{number}").exists()  # noqa: S108 - X has it there
        return "" if is_there else "display"

    async def _keep(self) -> None:
        """Have the process that runs play what is wanted."""
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOKED_AFTER_S):
                    await self._stirred.wait()
            self._stirred.clear()
            wanted, pid = self._wanted, self._process.pid
            if wanted and self._process.beat and self._sent != (pid, wanted.id):
                with suppress(WorkerError):
                    await self._process.ask(wanted)
                    self._sent = (pid, wanted.id)

    def _bring(self) -> None:
        """Have the process that is needed now do what is wanted now."""
        self._process.want(on=self._wanted is not None or self._is_ready)
        self._stirred.set()

    def _heard(self) -> None:
        self._stirred.set()
        self.changed()

    def _worker(self) -> WorkerService:
        own = self.screen
        where = endpoints_for(self.runtime, "player", own.id)
        return WorkerService(
            role="player",
            name=own.id,
            module=MODULE,
            endpoints=where,
            spec=lambda: PlayerSpec(
                endpoints=where,
                name=own.id,
                display=own.display,
                area=own.area,
                sound=own.sound,
            ),
            heard=lambda _worker, _event: None,
            changed=self._heard,
            folder=self.runtime,
            log=self.folder.log / f"player-{own.id}.log",
            context=self.context,
        )
