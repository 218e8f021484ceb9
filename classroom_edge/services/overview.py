"""Puts together what the services know: one frozen snapshot of the room."""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from classroom_edge.config.models import Config, SourceConfig
from classroom_edge.library.shelf import Shelf
from classroom_edge.room import (
    DayView,
    LayoutView,
    MultiviewView,
    ProblemView,
    ProcessView,
    ProgrammeView,
    RecordingState,
    RecordingView,
    RoomState,
    SourceView,
    TrackView,
    Words,
)
from classroom_edge.services.day.findings import findings
from classroom_edge.services.devices import DeviceService
from classroom_edge.services.directing import AUTO, HAND, in_words
from classroom_edge.services.filling.service import FillingService
from classroom_edge.services.finishing import WORRYING, FinishingService
from classroom_edge.services.flaws import Flaw
from classroom_edge.services.kin import KinService
from classroom_edge.services.live.findings import findings as of_link
from classroom_edge.services.live.joining import Joined
from classroom_edge.services.looks import style_of, view_of
from classroom_edge.services.media import PROGRAMME, Media
from classroom_edge.services.outlets import Outlets
from classroom_edge.services.problems import Book, Facts, find
from classroom_edge.services.recording import RecordingService
from classroom_edge.services.routines import RoutineService
from classroom_edge.services.sounds import views_of
from classroom_edge.services.storage import StorageService
from classroom_edge.services.takes import limit_left_s
from classroom_edge.services.tracking import TrackingService
from classroom_edge.services.workers import WorkerService
from classroom_edge.words import words
from classroom_media.api import NS
from classroom_media.monitor.cells import Cells
from classroom_media.record.story import Story

OPENS_WITHIN_S: Final = 5.0  # a source has that long before it counts as lost
STALLED_S: Final = 8.0  # a track that reaches no disk for so long is a problem


@dataclass(kw_only=True)
class Overview:
    """Everything there is to be seen, asked for all at once."""

    config: Config
    devices: Mapping[str, DeviceService]
    media: Media
    recording: RecordingService
    finishing: FinishingService
    routines: RoutineService
    storage: StorageService
    kin: KinService
    tracking: Mapping[str, TrackingService]
    outlets: Outlets
    shelf: Shelf
    degraded: dict[str, str] = field(default_factory=dict)  # service -> problem
    joined: Joined | None = None  # with other schools
    filling: FillingService | None = None
    day: Callable[[], DayView | None] = lambda: None
    last_id: str = ""  # the newest finished recording
    flaw: Flaw | None = None  # of the newest one that is over, where nobody saw it
    _book: Book = field(default_factory=Book, init=False)
    _began_s: float = field(default_factory=time.monotonic, init=False)  # to listen

    def state(self, version: int) -> RoomState:
        """Look at everything now."""
        now, room = datetime.now(UTC), self.config.room
        sources = tuple(self._source(one) for one in self.config.sources)
        devices = tuple(service.view() for service in self.devices.values())
        programme, routines = self._programme(), self.routines.views()
        recording = self.recording_view({one.id: one.state for one in sources}, programme.state)
        day, joined = self.day(), self.joined
        link = joined.link.view if joined else None
        live = joined.live.live() if joined else None
        facts = Facts(
            devices=devices,
            sources=sources,
            recording=recording,
            routines=tuple(one for one in routines if one.name == self.routines.newest),
            storage=self.storage.view,
            director=programme.state,
            rules=beat.rules_problem if (beat := self.media.director.beat) else "",
            load=programme.load,
            encoder_problem=beat.encoder_problem if (beat := self.media.director.beat) else "",
            paused_s=self._paused_s(),
            silent_s=self._lasting(self.media.loudness.silent_for_s),
            dead_s=self._lasting(self.media.loudness.dead_for_s),
            clipping=frozenset(filter(self.media.loudness.clips, self.media.strips)),
            sounds=programme.sounds,
            echoes=beat.echoes if beat else (),
            unsteady=tuple(one.name for one in self.media.workers if one.is_unsteady),
            degraded=tuple(sorted(self.degraded)),
            stalled=self._stalled(recording.tracks),
            journal=self.recording.problem,
            elsewhere=self._elsewhere(),
            unfinished=self.finishing.name if self.finishing.failures >= WORRYING else "",
            flaw=self.flaw,
            day=tuple(findings(day)),
            link=tuple(of_link(link, live, joined.live.away_s)) if joined and link else (),
            remote=frozenset(one.id for one in self.config.sources if one.is_remote),
            outlets=(*self.outlets.findings(), *self.shelf.findings()),
            films=tuple(self.filling.findings(now)) if self.filling else (),
        )
        return RoomState(
            version=version,
            at=now,
            id=room.id,
            name=room.name,
            language=room.language,
            timezone=room.timezone,
            devices=devices,
            sources=sources,
            programme=programme,
            recording=recording,
            routines=routines,
            problems=self._problems(facts, now),
            processes=self._processes(),
            storage=self.storage.view,
            profile=self.config.profile,
            link=link,
            live=live,
            missing=self.filling.missing if self.filling else (),
            day=day,
            targets=self.shelf.deliveries.targets,
            renders=self.shelf.edits.rendering.views,
            broadcast=self.outlets.broadcast_view,
            pushes=self.outlets.pushing.views,
            screens=self.outlets.screens.views,
        )

    def recording_view(self, sources: Mapping[str, str], director: str) -> RecordingView:
        """Show the recording; `sources` and `director` tell who delivers."""
        service, story, now_s = self.recording, self.recording.story, time.monotonic()
        if story is None:
            id_ = service.closing or self.finishing.name
            rest = RecordingState.FINISHING if id_ else RecordingState.IDLE
            return RecordingView(
                rest,
                light=False,
                id=id_,
                last_id=self.last_id,
                pre_roll_s=self.config.pre_roll_s,
            )
        state, progress = service.state, service.progress
        tracks = tuple(
            progress.view(
                track.name,
                now_s,
                is_there=(sources.get(track.source, "lost") if track.source else director)
                == "live",
            )
            for track in story.tracks
        )
        return RecordingView(
            state=state,
            light=story.open_take is not None and progress.advances(PROGRAMME, now_s),
            id=story.id,
            title=story.title,
            started_at=story.started_at,
            seconds_on_disk=round(progress.seconds(PROGRAMME), 2),
            bytes_on_disk=progress.bytes(),
            marks=len(story.marks),
            tracks=tracks,
            undo_until=service.undo_until,
            limit_s=story.limit_s,
            ends_at=self._ends_at(story),
            last_id=self.last_id,
        )

    def _ends_at(self, story: Story) -> datetime | None:
        """Tell when a recording ends by itself, to the second: so it does not flicker."""
        if not story.limit_s or self.recording.state is not RecordingState.RECORDING:
            return None
        left_s = limit_left_s(story, time.monotonic_ns())
        ends_at = datetime.now(UTC) + timedelta(seconds=left_s + 0.5)
        return ends_at.replace(microsecond=0)

    def _source(self, source: SourceConfig) -> SourceView:
        worker, health = self.media.sources[source.id], self.media.health(source.id)
        state, problem = worker.state, ""
        if state == "running" and health and health.idle:
            state = "idle"
        elif state == "running":
            problem = health.problem if health else ""
            state = "live" if health and health.live else "lost"
            if (health is None or health.last_ns == 0) and worker.ran_s < OPENS_WITHIN_S:
                state, problem = "starting", ""
        return SourceView(
            id=source.id,
            name=source.name,
            picture=source.picture,
            sound=source.sound,
            state=state,
            problem=problem,
            camera=source.camera,
            tracking=self.tracking[source.id].view() if source.id in self.tracking else None,
            seen=self.media.seen(source.id) if state == "live" else "",
            small=self._small(source) if state == "live" else "",
        )

    def _small(self, source: SourceConfig) -> str:
        """Tell whether a small stream delivers; at its start it is given time."""
        if not source.small_url:
            return ""
        worker, health = self.media.sources[source.id], self.media.small_health(source.id)
        is_there = health is not None and health.live
        return "live" if is_there or worker.ran_s < OPENS_WITHIN_S else "lost"

    def _programme(self) -> ProgrammeView:
        shown, state = self.media.layout, self.media.director.state
        beat = self.media.director.beat
        return ProgrammeView(
            layout=shown.name,
            sources=shown.sources,
            layouts=tuple(self._layouts()),
            state="live" if state == "running" else state,
            titles=view_of(self.media.titles, time.monotonic_ns()),
            cards=tuple(style_of(self.config).cards),
            multiview=self._multiview(),
            encoder=beat.encoder if beat else "",
            load=beat.load if beat else "",
            sounds=views_of(self.config, self.media.strips, beat.stand_ins if beat else ()),
            directing=AUTO if self.media.directing.by_rules else HAND,
            reason=self._reason(),
            held_until=self._held_until(),
            making=beat.making if beat else "",
        )

    def _reason(self) -> Words:
        """Say why the rules show what is shown; nothing where a person does."""
        cut = self.media.last_cut
        if cut is None or not self.media.rules_choose or cut.layout != self.media.layout:
            return {}
        return in_words(cut.reason, self.config)

    def _held_until(self) -> datetime | None:
        directing, now_ns = self.media.directing, time.monotonic_ns()
        if not directing.by_rules or directing.held_until_ns <= now_ns:
            return None
        until = datetime.now(UTC) + timedelta(seconds=(directing.held_until_ns - now_ns) / NS)
        return (until + timedelta(seconds=0.5)).replace(microsecond=0)  # it does not flicker

    def _multiview(self) -> MultiviewView | None:
        sources = tuple(self.media.wall())
        cells = Cells(len(sources))
        return MultiviewView(sources, cells.columns, cells.rows) if sources else None

    def _layouts(self) -> Iterator[LayoutView]:
        """Give the layouts for which this room has enough pictures."""
        titles: dict[str, Words] = {
            layout.name: dict(layout.title.items()) for layout in self.config.own_layouts
        }
        for name, slots in self.config.slots.items():
            if self.config.fewest(name) <= max(1, len(self.config.pictures)):
                title = titles.get(name) or words("problems").both(f"layout.{name}")
                yield LayoutView(name, title, slots)

    def _paused_s(self) -> float:
        story = self.recording.story
        if story is None or self.recording.state is not RecordingState.PAUSED or not story.takes:
            return 0.0
        return (time.monotonic_ns() - (story.takes[-1].end_ns or 0)) / NS

    def _elsewhere(self) -> str:
        """Give the second folder while a track is written there."""
        second = self.recording.places.second
        is_there = self.recording.story is not None and self.recording.progress.elsewhere
        return str(second) if is_there else ""

    def _take_s(self) -> float | None:
        """When the open take began, on the monotonic clock."""
        take = self.recording.story.open_take if self.recording.story else None
        return take.from_ns / NS if take else None

    def _lasting(self, lasts_s: Callable[..., float]) -> dict[str, float]:
        """Give for how long something has been so of each sound while the take is open."""
        since_s = self._take_s()
        if since_s is None:
            return {}
        since_s = max(since_s, self._began_s)
        return {
            one.id: lasts_s(one.id, time.monotonic(), since_s=since_s)
            for one in self.config.sources
            if one.sound
        }

    def _stalled(self, tracks: tuple[TrackView, ...]) -> tuple[str, ...]:
        since_s, now_s = self._take_s(), time.monotonic()
        if since_s is None or self.recording.state is not RecordingState.RECORDING:
            return ()
        still = self.recording.progress.still_for_s
        return tuple(
            one.name
            for one in tracks
            if one.state == "waiting" and min(still(one.name, now_s), now_s - since_s) > STALLED_S
        )

    def _problems(self, facts: Facts, now: datetime) -> tuple[ProblemView, ...]:
        return self._book.view(find(facts), now)

    def _processes(self) -> tuple[ProcessView, ...]:
        workers = tuple(map(_process, (*self.media.workers, *self.outlets.workers)))
        if self.joined and (relay := self.joined.live.relay.worker):
            workers = (*workers, _process(relay))
        if not self.finishing.pid:
            return (*self.kin.views, *workers)
        name = self.finishing.name
        finisher = ProcessView("finisher", name, self.finishing.pid, "running")
        return (*self.kin.views, *workers, finisher)


def _process(worker: WorkerService) -> ProcessView:
    return ProcessView(worker.role, worker.name, worker.pid, worker.state)
