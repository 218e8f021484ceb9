"""The media workers of a room: one for each source, one director; what they tell goes on."""

import asyncio
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final

import msgspec
import zmq.asyncio

from classroom_edge.config.models import Config, SourceConfig
from classroom_edge.profiles import Profile
from classroom_edge.services.backoff import Backoff
from classroom_edge.services.directing import board_in, role_in, rules_of
from classroom_edge.services.looks import arrangement_of, first_titles, style_of
from classroom_edge.services.loudness import Loudness
from classroom_edge.services.newest import Newest
from classroom_edge.services.recorders import Recorder
from classroom_edge.services.sounds import first_strips
from classroom_edge.services.supervise import supervise
from classroom_edge.services.workers import WorkerService, endpoints_for
from classroom_media.api import NS, Directing, Kind, Layout, Strip, Titles, WorkerError
from classroom_media.messages import (
    AnyEvent,
    Cut,
    Direct,
    Heartbeat,
    Levels,
    Mix,
    Multiview,
    Preview,
    Show,
    SourceHealth,
    Whereabouts,
    Write,
)
from classroom_media.packets import small_of
from classroom_media.record.journal import ExpectedTrack
from classroom_media.workers.client import WorkerClient
from classroom_media.workers.specs import DirectorSource, DirectorSpec, Endpoints, SourceSpec

SOURCE_MODULE: Final = "classroom_media.workers.source"
DIRECTOR_MODULE: Final = "classroom_media.workers.director"
RELAY_MODULE: Final = "classroom_media.workers.relay"
RELAY: Final = ("relay", "session")  # its role and name
PROGRAMME: Final = "programme"
LOOKED_AFTER_S: Final = 0.3


@dataclass(kw_only=True)
class Media:
    """Every worker of a room: started, found again, listened to."""

    config: Config
    runtime: Path
    log: Path
    beaten: Callable[[WorkerService, Heartbeat], None]
    changed: Callable[[], None]
    wall: Callable[[], Mapping[str, str]]  # the sources on the multiview, by name
    report: Callable[[str, str], None] = lambda _name, _problem: None
    cut: Callable[[Cut], None] = lambda _cut: None  # by the director's rules
    spotted: Callable[[Whereabouts], None] = lambda _where: None
    directing: Directing = field(default_factory=Directing)  # at first
    sources: dict[str, WorkerService] = field(init=False)
    director: WorkerService = field(init=False)
    layout: Layout = field(init=False)
    titles: Titles = field(init=False)
    strips: dict[str, Strip] = field(init=False)  # how the sounds are mixed
    last_cut: Cut | None = field(default=None, init=False)
    ready_ns: int = field(default=0, init=False)  # where the present programme begins
    loudness: Loudness = field(default_factory=Loudness, init=False)
    pictures: Newest[bytes] = field(default_factory=Newest, init=False)
    walls: Newest[bytes] = field(default_factory=Newest, init=False)  # the multiview
    _asked_ns: int = field(default=0, init=False)  # when the layout was last asked for
    _rules_again: Backoff = field(default_factory=Backoff, init=False)
    _rules_again_s: float | None = field(default=None, init=False)  # when failed rules are mended
    _known_director: int = field(default=0, init=False)  # its process
    context: zmq.asyncio.Context = field(default_factory=zmq.asyncio.Context, init=False)

    def __post_init__(self) -> None:
        first = self.config.programme
        self.layout = Layout(first.layout, self.config.fill(first.layout, first.sources))
        self.titles = first_titles(self.config)
        self.strips = first_strips(self.config)
        self.sources = {
            one.id: self._worker("source", one.id, SOURCE_MODULE, partial(self._source_spec, one))
            for one in self.config.sources
        }
        self.director = self._worker(
            "director", PROGRAMME, DIRECTOR_MODULE, self._director_spec, identity=_but_for_orders
        )

    @property
    def workers(self) -> tuple[WorkerService, ...]:
        """Every worker, the director last."""
        return (*self.sources.values(), self.director)

    def recorders(self) -> tuple[Recorder, ...]:
        """Give the workers that write tracks, in that role."""
        isolated = (
            Recorder(worker=self.sources[one.id], tracks=tuple(t.name for t in tracks))
            for one in self.config.sources
            if (tracks := self._tracks_of(one))
        )
        return (*isolated, Recorder(worker=self.director, tracks=(PROGRAMME,)))

    def tracks(self) -> tuple[ExpectedTrack, ...]:
        """Give the tracks that a recording is meant to have."""
        programme = ExpectedTrack(name=PROGRAMME, source="", kind=Kind.PICTURE)
        isolated = (track for one in self.config.sources for track in self._tracks_of(one))
        return (programme, *isolated)

    @property
    def relay_endpoints(self) -> Endpoints:
        """Give where the room's relay is met while a session goes on."""
        return endpoints_for(self.runtime, *RELAY)

    def relay(
        self, spec: Callable[[], msgspec.Struct], changed: Callable[[], None]
    ) -> WorkerService:
        """Give a relay for a session that goes on; whoever asks for it runs it."""
        worker = self._worker(*RELAY, RELAY_MODULE, spec, identity=_but_for_voices)
        worker.changed = changed
        return worker

    async def run(self) -> None:
        """Run until cancelled; the workers go on."""
        async with asyncio.TaskGroup() as tasks:
            for worker in self.workers:
                name = f"{worker.role} {worker.name}"
                tasks.create_task(supervise(name, worker.run, self.report))
            tasks.create_task(supervise("preview", self._forward_previews, self.report))
            tasks.create_task(supervise("multiview", self._forward_multiviews, self.report))
            tasks.create_task(supervise("director's orders", self._keep_director, self.report))

    async def end(self) -> None:
        """Let every worker seal its files and end."""
        async with asyncio.TaskGroup() as tasks:
            for worker in self.workers:
                tasks.create_task(worker.end())

    def close(self) -> None:
        """Close every socket."""
        self.context.destroy(linger=0)

    async def show(self, layout: Layout) -> None:
        """Show another layout; a director that does not answer now will show it later."""
        self.layout, self._asked_ns = layout, time.monotonic_ns()
        with suppress(WorkerError):
            await self.director.ask(Show(layout=layout))
        self._asked_ns = time.monotonic_ns()

    async def direct(self, directing: Directing) -> None:
        """Let a person or the rules choose; a director that does not answer is told later."""
        self.directing, self._asked_ns = directing, time.monotonic_ns()
        with suppress(WorkerError):
            await self.director.ask(Direct(directing=directing))
        self._asked_ns = time.monotonic_ns()

    @property
    def rules_choose(self) -> bool:
        """Whether the rules may choose what is shown at this moment."""
        return self.directing.by_rules and time.monotonic_ns() >= self.directing.held_until_ns

    async def write(self, titles: Titles) -> None:
        """Write other titles; a director that does not answer now will write them later."""
        self.titles, self._asked_ns = titles, time.monotonic_ns()
        with suppress(WorkerError):
            await self.director.ask(Write(titles=titles))
        self._asked_ns = time.monotonic_ns()

    async def mix(self, strips: dict[str, Strip]) -> None:
        """Mix the sounds so; a director that does not answer now will do it later."""
        self.strips, self._asked_ns = strips, time.monotonic_ns()
        with suppress(WorkerError):
            await self.director.ask(Mix(strips=strips))
        self._asked_ns = time.monotonic_ns()

    def health(self, source: str) -> SourceHealth | None:
        """Give what the worker of a source says of it; None while it says nothing."""
        return _health(self.sources[source].beat, source)

    def small_health(self, source: str) -> SourceHealth | None:
        """Give what it says of the source's small stream."""
        return _health(self.sources[source].beat, small_of(source))

    def seen(self, source: str) -> str:
        """Give what the director sees wrong with the picture of a source: "frozen", "black"."""
        health = _health(self.director.beat, source)
        return health.seen if health else ""

    def still_for_s(self, source: str, now_s: float, *, since_s: float) -> float:
        """Give for how long nothing has moved in a picture, counted from `since_s` at most."""
        health = _health(self.director.beat, source)
        moved_s = health.moved_ns / NS if health else 0.0
        return now_s - max(moved_s, since_s)

    def _heard(self, worker: WorkerService, event: AnyEvent) -> None:
        if isinstance(event, Levels):
            self.loudness.heard(event, time.monotonic())
        elif isinstance(event, Cut):
            self._take(event)
        elif isinstance(event, Whereabouts):
            self.spotted(event)
        elif isinstance(event, Heartbeat):
            if worker is self.director:
                self.ready_ns = event.since_ns or event.at_ns
                self._learn_orders(event)
                if event.cut is not None and event.cut.layout == event.layout:
                    self._take(event.cut)  # its own event was missed
            self.beaten(worker, event)

    def _take(self, cut: Cut) -> None:
        """Take over what the rules chose, unless a person chose since, and tell it once."""
        if self.last_cut is not None and cut.at_ns <= self.last_cut.at_ns:
            return
        self.last_cut = cut
        if self.rules_choose:
            self.layout = cut.layout
            self.cut(cut)

    def _learn_orders(self, beat: Heartbeat) -> None:
        """Take over layout, titles and strips of a director that was there before us."""
        if beat.pid != self._known_director:
            is_first = self._known_director == 0
            self._known_director = beat.pid
            if is_first and beat.layout is not None:
                self.layout = beat.layout
                self.titles = beat.titles or self.titles
                if self.config.profile is Profile.STUDIO:
                    self.directing = beat.directing or self.directing
                self.strips = beat.strips or self.strips

    async def _forward_previews(self) -> None:
        async with WorkerClient(self.director.endpoints, context=self.context) as client:
            async for picture in client.previews():
                self.pictures.put(picture)

    async def _forward_multiviews(self) -> None:
        async with WorkerClient(self.director.endpoints, context=self.context) as client:
            async for wall in client.multiviews():
                self.walls.put(wall)

    async def _keep_director(self) -> None:
        """Have the director that runs show what is wanted, also to those who look."""
        told: dict[Newest[bytes], tuple[int, Preview | Multiview]] = {}
        while True:
            await asyncio.sleep(LOOKED_AFTER_S)
            beat = self.director.beat
            if beat is not None and beat.at_ns > self._asked_ns:
                await self._repeat_orders(beat)
            names = dict(self.wall())
            for pictures, order in (
                (self.pictures, Preview(on=self.pictures.followers > 0)),
                (self.walls, Multiview(on=self.walls.followers > 0, names=names)),
            ):
                wanted = (self.director.pid, order)
                if wanted != told.get(pictures) and beat is not None:
                    with suppress(WorkerError):
                        await self.director.ask(order)
                        told[pictures] = wanted
                    if not order.on:
                        pictures.forget()

    async def _repeat_orders(self, beat: Heartbeat) -> None:
        if beat.directing not in {None, self.directing}:
            await self.direct(self.directing)
        elif beat.rules_problem:
            await self._mend_rules()
        if beat.layout != self.layout and not self.rules_choose:
            await self.show(self.layout)
        if beat.titles not in {None, self.titles}:
            await self.write(self.titles)
        if beat.strips not in (None, self.strips):
            await self.mix(self.strips)

    async def _mend_rules(self) -> None:
        """Have rules that have failed begin anew, the later the more often they do."""
        now_s = time.monotonic()
        if self._rules_again_s is None:
            self._rules_again_s = now_s + self._rules_again.delay_s(ran_s=0.0, now_s=now_s)
        elif now_s >= self._rules_again_s:
            self._rules_again_s = None
            await self.direct(self.directing)

    def _tracks_of(self, source: SourceConfig) -> tuple[ExpectedTrack, ...]:
        if not (source.isolated and self.config.recording.isolated):
            return ()
        picture = ExpectedTrack(name=source.id, source=source.id, kind=Kind.PICTURE)
        sound = ExpectedTrack(name=f"{source.id}-sound", source=source.id, kind=Kind.SOUND)
        return (picture,) * source.picture + (sound,) * source.sound

    def _worker(
        self,
        role: str,
        name: str,
        module: str,
        spec: Callable[[], msgspec.Struct],
        identity: Callable[[msgspec.Struct], msgspec.Struct] = lambda spec: spec,
    ) -> WorkerService:
        return WorkerService(
            role=role,
            name=name,
            module=module,
            endpoints=endpoints_for(self.runtime, role, name),
            spec=spec,
            identity=identity,
            heard=self._heard,
            changed=self.changed,
            folder=self.runtime,
            log=self.log / f"{role}-{name}.log",
            context=self.context,
        )

    def _source_spec(self, source: SourceConfig) -> SourceSpec:
        return SourceSpec(
            id=source.id,
            name=source.name,
            url=source.url,
            endpoints=endpoints_for(self.runtime, "source", source.id),
            username=source.username,
            password=source.password.get_secret_value() if source.password else "",
            small_url=source.small_url,
            picture=source.picture,
            sound=source.sound,
            isolated=bool(self._tracks_of(source)),
            delay_ms=source.delay_ms,
            relay=self.relay_endpoints if source.is_remote else None,
        )

    def _director_spec(self) -> DirectorSpec:
        form, shown = self.config.recording, self.config.programme
        return DirectorSpec(
            sources=tuple(
                DirectorSource(
                    id=one.id,
                    name=one.name,
                    endpoints=endpoints_for(self.runtime, "source", one.id),
                    picture=one.picture,
                    sound=one.sound,
                    mixed=one.in_programme,
                    spare_of=one.spare_of or "",
                    remote=one.is_remote,
                    role=role_in(one),
                    board=board_in(one),
                    turns=one.camera is not None,
                    followed=one.tracking is not None and one.tracking.by == "picture",
                )
                for one in self.config.sources
            ),
            endpoints=endpoints_for(self.runtime, "director", PROGRAMME),
            layout=self.layout,
            layouts=tuple(map(arrangement_of, self.config.own_layouts)),
            style=style_of(self.config),
            titles=self.titles,
            strips=self.strips,
            directing=self.directing,
            rules=rules_of(self.config),
            fade_s=shown.fade_s if shown.transition == "fade" else 0.0,
            width=form.width,
            height=form.height,
            fps=form.fps,
            preset=form.preset,
            quality=form.quality,
            bitrate_kbps=form.bitrate_kbps,
            gop_s=form.gop_s,
            hardware=form.encoder == "auto",
            smart=form.smart,
            smart_max_kbps=form.smart_max_kbps or 2 * form.bitrate_kbps,
            unsteady=self.director.is_unsteady,
            language=self.config.room.language,
        )


def _health(beat: Heartbeat | None, source: str) -> SourceHealth | None:
    return next((one for one in beat.sources if one.source == source), None) if beat else None


def _but_for_voices(spec: msgspec.Struct) -> msgspec.Struct:
    """Leave out what a running relay is told by commands."""
    return msgspec.structs.replace(spec, voices=())


def _but_for_orders(spec: msgspec.Struct) -> msgspec.Struct:
    """Leave out what a running director is told by commands, and how often others have died."""
    orders = {"layout": Layout("", ()), "titles": Titles(), "strips": {}, "unsteady": False}
    return msgspec.structs.replace(spec, **orders, directing=Directing())
