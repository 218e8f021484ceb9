"""What leaves a room besides its recordings: broadcasts, pushes to platforms, its screens."""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import zmq.asyncio

from classroom_edge.config.models import Config
from classroom_edge.door import Door
from classroom_edge.paths import DataFolder, has_ipc
from classroom_edge.room import BroadcastView, LinkView, Refused, Who
from classroom_edge.services import outlet_door as door
from classroom_edge.services.broadcast import BroadcastService
from classroom_edge.services.platforms import Platforms
from classroom_edge.services.problems import Finding
from classroom_edge.services.pushing import PushingService
from classroom_edge.services.refusals import refused
from classroom_edge.services.renditions import Renditions
from classroom_edge.services.screens import Screens
from classroom_edge.services.workers import WorkerService

FOLLOWED_S: Final = 0.5
LOCAL: Final = Who(name="command line")


@dataclass(kw_only=True)
class Outlets:
    """Those that room.toml asks for."""

    config: Config
    folder: DataFolder
    runtime: Path
    renditions: Renditions
    changed: Callable[[], None]
    context: zmq.asyncio.Context  # of the daemon, which closes it
    film: Callable[[str], Path]  # of a recording; raises Refused
    link: Callable[[], LinkView | None] = lambda: None
    on_air: Callable[[], None] = field(default=lambda: None, init=False)  # is told of a change
    pushing: PushingService = field(init=False)
    screens: Screens = field(init=False)
    _broadcast: BroadcastService | None = field(default=None, init=False)
    _stirred: asyncio.Event = field(default_factory=asyncio.Event, init=False)

    def __post_init__(self) -> None:
        self.pushing = PushingService(
            platforms=Platforms(
                configured=self.config.pushes, file=self.folder.path / "pushes.json"
            ),
            folder=self.folder,
            runtime=self.runtime,
            renditions=self.renditions,
            changed=self.changed,
            context=self.context,
        )
        self.screens = Screens(
            screens=self.config.screens,
            folder=self.folder,
            runtime=self.runtime,
            film=self.film,
            changed=self.changed,
            context=self.context,
        )
        if self.config.broadcast is not None:
            self._broadcast = BroadcastService(
                config=self.config,
                broadcast=self.config.broadcast,
                folder=self.folder,
                runtime=self.runtime,
                renditions=self.renditions,
                changed=self.changed,
                context=self.context,
            )

    @property
    def services(self) -> Mapping[str, Callable[[], Any]]:
        """What is to run for as long as the room is open, by name."""
        own = {"broadcast": self._broadcast.run} if self._broadcast else {}
        return {"outlets": self._run, "pushes": self.pushing.run, **own, **self.screens.services}

    @property
    def workers(self) -> tuple[WorkerService, ...]:
        """Every worker process."""
        origin = (self._broadcast.worker,) if self._broadcast else ()
        return (*origin, *self.pushing.workers, *self.screens.workers)

    async def end(self) -> None:
        """End everything in order."""
        if self._broadcast:
            await self._broadcast.end()
        await self.pushing.end()
        await self.screens.end()

    @property
    def broadcast(self) -> BroadcastService:
        """The broadcasts. Raises Refused: room.toml asks for none."""
        if self._broadcast is None:
            raise refused("no-broadcast")
        return self._broadcast

    @property
    def broadcast_view(self) -> BroadcastView | None:
        """What the room's state shows of broadcasts."""
        return self._broadcast.view if self._broadcast else None

    def findings(self) -> Iterator[Finding]:
        """Tell what is wrong."""
        if self._broadcast:
            yield from self._broadcast.findings()
        yield from self.pushing.findings()
        yield from self.screens.findings()

    def stir(self) -> None:
        """Have a look soon at what sessions ask for."""
        self._stirred.set()

    def watch(self, session: str) -> str:
        """Give where a session is broadcast, for its sites; "" = nowhere."""
        return self._broadcast.watch(session) if self._broadcast else ""

    async def answer(self, request: door.AnyRequest) -> door.Reply:
        """Answer somebody at this machine."""
        try:
            return await self._answered(request)
        except Refused as no:
            return door.Reply(problem=no.words)

    async def _answered(self, request: door.AnyRequest) -> door.Reply:
        match request:
            case door.Air(title=title):
                lesson = await self.broadcast.start(LOCAL, title=title)
                return door.Reply(lesson=lesson)
            case door.OffAir():
                await self.broadcast.stop(LOCAL)
            case door.Address():
                address = self.address(request.lesson, request.hours, again=request.again)
                return door.Reply(address=address)
            case door.Push(push=id_, on=on):
                self.pushing.switch(LOCAL, id_, on=on)
            case door.Screen(what=what, at=at) if what:
                self.screens.of(at).play(LOCAL, what)
            case door.Screen(at=at):
                self.screens.of(at).stop(LOCAL)
        return door.Reply(broadcast=self.broadcast_view, pushes=self.pushing.views)

    def address(self, lesson: str, hours: float, *, again: bool) -> str:
        """Give an address for viewers. Raises Refused: nothing is on the air, or wanted."""
        lesson = lesson or self.broadcast.wanted
        if not lesson:
            raise refused("off-air")
        return self.broadcast.address(lesson, hours, again=again)

    async def _run(self) -> None:
        """Do what the sessions of this room and commands of this machine ask for."""
        async with asyncio.TaskGroup() as tasks:
            if has_ipc():
                at = Door(runtime=self.runtime, language=door.LANGUAGE, answer=self.answer)
                tasks.create_task(at.run())
            while True:
                with suppress(TimeoutError):
                    async with asyncio.timeout(FOLLOWED_S):
                        await self._stirred.wait()
                self._stirred.clear()
                await self._follow(self.link())

    async def _follow(self, link: LinkView | None) -> None:
        if self._broadcast:
            before = self._broadcast.wanted
            await self._broadcast.follow(link)
            if self._broadcast.wanted != before:
                self.on_air()
        self.screens.follow(link)
