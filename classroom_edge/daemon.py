"""The room's daemon as the web layer and the commands see it: state out, commands in.

It composes the services of `classroom_edge.services`, and decides nothing by itself.
"""

import asyncio
import logging
import time
import zoneinfo
from collections.abc import AsyncIterator
from contextlib import aclosing, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Final

from classroom_drivers.wiring import Wiring
from classroom_edge.config.models import Config, TrackingConfig
from classroom_edge.library.keeping.forecast import Coming
from classroom_edge.library.shelf import Shelf
from classroom_edge.paths import DataFolder
from classroom_edge.profiles import Profile
from classroom_edge.room import (
    LevelView,
    RecordingState,
    RoomState,
    StepView,
    Who,
)
from classroom_edge.services.day.clock import DayClock
from classroom_edge.services.day.on_air import OnAir
from classroom_edge.services.day.room_at_hand import RoomAtHand
from classroom_edge.services.day.surroundings import RoomAround
from classroom_edge.services.devices import DeviceService
from classroom_edge.services.directing import AUTO, KeptMode, role_in
from classroom_edge.services.filling.service import FillingService
from classroom_edge.services.finishing import FinishingService
from classroom_edge.services.flaws import flaw_of
from classroom_edge.services.health import notify
from classroom_edge.services.kin import KinService
from classroom_edge.services.lending import Lending, lendable
from classroom_edge.services.light import LightService
from classroom_edge.services.live.desk import SessionDesk
from classroom_edge.services.live.joining import Joiner
from classroom_edge.services.live.offering import OpenRoad, Road
from classroom_edge.services.media import PROGRAMME, Media
from classroom_edge.services.newest import Newest
from classroom_edge.services.outlets import Outlets
from classroom_edge.services.overview import Overview
from classroom_edge.services.places import Places
from classroom_edge.services.programme import ProgrammeDesk
from classroom_edge.services.recorder import RecorderDesk
from classroom_edge.services.recording import RecordingService
from classroom_edge.services.refusals import refused
from classroom_edge.services.renditions import Renditions
from classroom_edge.services.routines import RoutineService
from classroom_edge.services.storage import StorageService
from classroom_edge.services.supervise import supervise
from classroom_edge.services.timetabling import DayDesk, TimetableService
from classroom_edge.services.tracking import TrackingService
from classroom_edge.services.waking import WakingService
from classroom_edge.services.wall import wall_of
from classroom_edge.services.workers import WorkerService
from classroom_edge.sessions.link import films
from classroom_edge.words import words
from classroom_media.api import Directing
from classroom_media.compose.grid import Grid
from classroom_media.direct.signs import Role
from classroom_media.messages import Cut, Heartbeat, Whereabouts
from classroom_media.record.journal import boot_id
from classroom_media.record.manifest import Manifest, State

LOOKS_EVERY_S: Final = 0.5  # at the latest: a light must not burn on
APART_S: Final = 0.1  # between two snapshots at least
STARTED_WITHIN_S: Final = 4.0
FINISHED_WITHIN_S: Final = 8.0  # at an ordered stop; the next start goes on with what is left

logger = logging.getLogger(__name__)


class Daemon:
    """One room at work. `run` until cancelled; `end` for an ordered stop.

    Cancelled without `end`, the workers go on recording: so does a room whose daemon crashes.
    """

    def __init__(
        self,
        config: Config,
        data: Path,
        runtime: Path,
        *,
        room: Path | None = None,
        clock: DayClock | None = None,
        road: Road | None = None,
    ) -> None:
        folder = DataFolder(data)
        recordings = config.recording.folder or folder.recordings
        recordings.mkdir(parents=True, exist_ok=True)
        self._config = config
        self._stirred = asyncio.Event()
        self._degraded: dict[str, str] = {}
        self._states: Newest[RoomState] = Newest()
        places = Places(recordings, config.recording.second_folder)
        self.shelf = Shelf(
            config=config,
            folder=folder,
            recordings=recordings,
            changed=self._stir,
            damaged=self._damaged,
            bare=self._bare,
            at_work=self._at_work,
            lessons=lambda: tuple(Coming(*one) for one in self._timetable.recorded()),
            is_needed=self._is_needed,
            room=room,
            runtime=runtime,
            is_live=self._is_live,
            recorded=self._occurrence,
        )
        self._is_attended = config.profile is Profile.STUDIO
        mode = KeptMode(folder.path / "directing.json", config.director.mode)
        wiring = Wiring()
        self.devices = {
            one.id: DeviceService(
                config=one, changed=self._stir, asked=partial(self._worked, one.id), wiring=wiring
            )
            for one in config.devices
        }
        self._tracking = {
            one.id: self._tracker(one.id, one.tracking, self.devices[one.camera])
            for one in config.sources
            if one.tracking and one.camera
        }
        self.media = Media(
            config=config,
            runtime=runtime,
            log=folder.log,
            beaten=self._beaten,
            changed=self._worker_changed,
            wall=lambda: wall_of(config, self._joined.live.guest if self._joined else ""),
            report=self._report,
            cut=self._cut,
            spotted=self._spotted,
            directing=Directing(by_rules=self._is_attended and mode.read() == AUTO),
        )
        self.renditions = Renditions(director=self.media.director, height=config.recording.height)
        self.outlets = Outlets(
            config=config,
            folder=folder,
            runtime=runtime,
            renditions=self.renditions,
            changed=self._stir,
            context=self.media.context,
            film=self.shelf.folders.film,
            link=lambda: self._joined.link.view if self._joined else None,
        )
        self.finishing = FinishingService(
            places=places,
            runtime=runtime,
            log=folder.log / "finisher.log",
            changed=self._stir,
            done=self._finished,
            screens=tuple(one.id for one in config.sources if role_in(one) is Role.SCREEN),
            opening=config.titles.opening_s > 0,
            closing=config.titles.closing_s > 0,
            chapter=words("panel").say("chapter.page", config.room.language, page="{page}"),
            is_idle=lambda: self.takes.state is RecordingState.IDLE,
        )
        self._recorders = self.media.recorders()
        self.takes = RecordingService(
            room=config.room.id,
            places=places,
            pre_roll_s=config.pre_roll_s,
            grid=Grid(config.recording.fps),
            boot=boot_id(),
            tracks=self.media.tracks(),
            recorders=self._recorders,
            ready_ns=lambda: self.media.ready_ns or time.monotonic_ns(),
            changed=self._stir,
            over=self.finishing.finish,
        )
        self.recorder = RecorderDesk(
            config=config,
            media=self.media,
            takes=self.takes,
            changed=self._stir,
            begun=self.shelf.catalogue.touch,
        )
        self.programme = ProgrammeDesk(
            config=config,
            media=self.media,
            takes=self.takes,
            mode=mode,
            tracking=self._tracking,
            changed=self._stir,
        )
        self._routines = RoutineService(
            routines=config.routines, devices=self.devices, changed=self._stir
        )
        self._storage = StorageService(
            folder=recordings,
            written=self._written,
            changed=self._stir,
            usual=self.shelf.folders.rate,
            outlook=lambda: self.shelf.keeping.outlook,
        )
        self._kin = KinService(changed=self._stir)
        self._waking = WakingService(devices=self.devices, attended=self._is_attended)
        self._light = LightService(
            config=config.light,
            language=config.room.language,
            devices=self.devices,
            log=folder.log,
            truth=self._truth,
        )
        self._joined = Joiner(
            config=config,
            folder=folder,
            runtime=runtime,
            media=self.media,
            renditions=self.renditions,
            lending=Lending(
                perform=self.perform,
                cameras=lambda: lendable(one.view() for one in self.devices.values()),
            ),
            changed=self._stir,
            road=road or OpenRoad(),
            recorder=self.recorder,
            story=lambda: self.takes.story,
            inquired=self._inquired,
            missing=lambda: self._filling.missing if self._filling else (),
            outlets=self.outlets,
            quiet=lambda: self._timetable.quiet_until() is not None,
        ).join()
        self.session = SessionDesk(self._joined, folder.link, self._stir)
        self._filling = self._films(folder, recordings, runtime)
        clock = clock or DayClock()
        self._timetable = TimetableService(
            config=config,
            folder=folder,
            around=RoomAround(
                config=config,
                routines=self._routines.ask,
                recording=self.takes,
                finishing=self.finishing,
                outlets=self.outlets,
                loudness=self.media.loudness,
                still_for_s=self.media.still_for_s,
                in_session=lambda: (
                    self._joined is not None and self._joined.live.live() is not None
                ),
                delivering=lambda: self.shelf.deliveries.is_sending,
                speed=clock.speed,
            ),
            acts=RoomAtHand(
                run_routine=self.run_routine,
                recorder=self.recorder,
                programme=self.programme,
                takes=self.takes,
                media=self.media,
                on_air=OnAir(sessions=self.session, outlets=self.outlets),
                speed=clock.speed,
            ),
            changed=self._stir,
            clock=clock,
            elsewhere=self.shelf.agents.planned,
        )
        self.outlets.screens.quiet = self._timetable.quiet_until
        self._overview = Overview(
            config=config,
            devices=self.devices,
            media=self.media,
            recording=self.takes,
            finishing=self.finishing,
            routines=self._routines,
            storage=self._storage,
            kin=self._kin,
            tracking=self._tracking,
            outlets=self.outlets,
            shelf=self.shelf,
            degraded=self._degraded,
            joined=self._joined,
            filling=self._filling,
            day=lambda: self._timetable.view,
            last_id=self.shelf.folders.newest(),
        )
        self._judge(self.shelf.folders.newest_over())
        # Grows also across daemons: snapshots are at least a tenth of a second apart.
        self._state = self._overview.state(time.monotonic_ns() // 100_000_000)
        self._states.put(self._state)

    def recover(self) -> None:
        """Take up what an earlier daemon left unfinished."""
        self.shelf.recover()
        self.takes.recover()
        self.finishing.find_unfinished()

    async def at_work(self) -> None:
        """Return once every worker was heard of, or soon."""
        with suppress(TimeoutError):
            async with asyncio.timeout(STARTED_WITHIN_S):
                async for _state in self.changes():
                    if all(worker.state == "running" for worker in self.media.workers):
                        return

    async def run(self) -> None:
        """Run until cancelled; the workers go on."""
        joined = self._joined
        services = {
            "media": self.media.run,
            "renditions": self.renditions.run,
            "recording": self.takes.run,
            "finishing": self.finishing.run,
            "routines": self._routines.run,
            "storage": self._storage.run,
            "waking": self._waking.run,
            "light": self._light.run,
            "processes": self._kin.run,
            "overview": self._look_round,
            "timetable": self._timetable.run,
            **{f"device {id_}": service.run for id_, service in self.devices.items()},
            **{f"tracking {id_}": service.run for id_, service in self._tracking.items()},
            **({"link": joined.link.run, "live": joined.live.run} if joined else {}),
            **({"filling": self._filling.run} if self._filling else {}),
            **self.outlets.services,
            **self.shelf.services,
        }
        try:
            async with asyncio.TaskGroup() as tasks:
                for name, run in services.items():
                    tasks.create_task(supervise(name, run, self._report), name=name)
        finally:
            self.media.close()

    async def end(self) -> None:
        """End in order, beside `run`: recording sealed and finished, lights out, workers gone."""
        notify("STOPPING=1")
        if self.takes.state is not RecordingState.IDLE:
            await self.takes.stop(Who(name="daemon", why="ordered to end"))
        try:
            async with asyncio.timeout(FINISHED_WITHIN_S):
                await self.takes.at_rest()
                await self.finishing.at_rest()
        except TimeoutError:
            logger.warning("not everything is finished; the next start goes on with it")
        await self._light.put_out()
        if self._joined is not None:
            await self._joined.live.relay.end()
        await self.outlets.end()
        await self.media.end()

    def state(self) -> RoomState:
        """Give the newest snapshot."""
        return self._state

    @property
    def day(self) -> DayDesk:
        """Where people ask something of today's lessons. Raises Refused."""
        return self._timetable.desk

    def touched(self) -> None:
        """Know that a person has asked for something: the room is not empty."""
        self._timetable.touched()

    async def changes(self) -> AsyncIterator[RoomState]:
        """Follow the snapshots: the present one at once, then the newest, at most 10 a second."""
        async with aclosing(self._states.follow(pause_s=APART_S)) as states:
            async for state in states:
                yield state

    async def levels(self) -> AsyncIterator[tuple[LevelView, ...]]:
        """Follow the loudness of every sound, at most 10 times a second."""
        async with aclosing(self.media.loudness.newest.follow(pause_s=APART_S)) as newest:
            async for levels in newest:
                yield levels

    async def previews(self) -> AsyncIterator[bytes]:
        """Follow the programme as JPEG pictures; made only while somebody looks."""
        async with aclosing(self.media.pictures.follow(pause_s=0)) as pictures:
            async for picture in pictures:
                yield picture

    async def multiviews(self) -> AsyncIterator[bytes]:
        """Follow all sources on one JPEG picture; made only while somebody looks."""
        async with aclosing(self.media.walls.follow(pause_s=0)) as walls:
            async for wall in walls:
                yield wall

    async def run_routine(self, who: Who, name: str) -> None:
        """Start a routine; its steps show in the state. Raises Refused."""
        self._routines.ask(who, name)

    def preview_routine(self, name: str) -> tuple[StepView, ...]:
        """Tell what a routine would do now, and do nothing. Raises Refused."""
        return self._routines.preview(name)

    async def perform(
        self, who: Who, device: str, capability: str, action: str, arguments: dict[str, Any]
    ) -> None:
        """Do one action of a device's capability.

        Raises:
            Refused: there is no such device.
            DeviceError: it is away, refuses, or has no such action.
        """
        if device not in self.devices:
            raise refused("unknown-device", name=device)
        logger.info("%s: %s %s for %s", device, capability, action, who.name)
        await self.devices[device].perform(capability, action, arguments)

    def recording(self, recording: str) -> Manifest:
        """Give one recording's manifest. Raises Refused ("unknown-recording")."""
        return self.shelf.folders.one(recording)

    def folder(self, recording: str) -> Path:
        """Give the folder of a recording. Raises Refused ("unknown-recording")."""
        return self.shelf.folders.place(recording)

    def show_code(self, code: str) -> None:
        """Show a pairing code large on the room's screen; an empty one takes it away."""
        self._light.code = code

    async def _look_round(self) -> None:
        """Make a snapshot whenever something has changed; this is the daemon's pulse."""
        notify("READY=1")
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOKS_EVERY_S):
                    await self._stirred.wait()
            self._stirred.clear()
            await self.recorder.end_in_time()
            self._publish()
            notify("WATCHDOG=1")
            await asyncio.sleep(APART_S)

    def _publish(self) -> None:
        before, now = self._state, self._overview.state(self._state.version)
        if replace(now, at=before.at) == before:
            self._state = now
            return
        if self._filling is not None:
            self.takes.attends(self._filling.attended, self._filling.link.hub_ns)
        self._state = replace(now, version=before.version + 1)
        self._states.put(self._state)
        self._waking.look(self._state)
        self.takes.sources_are(
            {
                source.id: None if source.state == "live" else source.problem
                for source in now.sources
                if source.state == "live" or source.problem  # a worker that died has none to tell
            }
        )

    def _films(self, folder: DataFolder, recordings: Path, runtime: Path) -> FillingService | None:
        if self._joined is None:
            return None
        return FillingService(
            config=self._config,
            recordings=recordings,
            folder=folder.path / "films",
            runtime=runtime,
            log=folder.log / "filler.log",
            link=self._joined.link,
            changed=self._stir,
            erased=self.shelf.erasing.sessions,
        )

    async def _inquired(self, who: str, question: films.Question) -> films.Reply:
        """Answer another room that asks for films."""
        answer = self._filling.answer if self._filling else films.no_films
        return await answer(who, question)

    def _beaten(self, worker: WorkerService, beat: Heartbeat) -> None:
        for recorder in self._recorders:
            if recorder.worker is worker:
                recorder.heard(beat)
        self.takes.heard(beat)
        if beat.recording:  # otherwise the next look round is soon enough
            self._stir()

    def _worker_changed(self) -> None:
        for recorder in self._recorders:
            recorder.replaced()
        self._stir()

    def _tracker(
        self, source: str, config: TrackingConfig, camera: DeviceService
    ) -> TrackingService:
        return TrackingService(
            source=source,
            config=config,
            device=lambda: camera.device,
            preset=camera.preset,
            changed=self._stir,
        )

    def _worked(self, device: str, capability: str, action: str) -> None:
        """Tell those who track with a device that somebody else works it."""
        for one in self._config.sources:
            if one.camera == device and one.id in self._tracking:
                self._tracking[one.id].intervened(capability, action)

    def _spotted(self, where: Whereabouts) -> None:
        if where.source in self._tracking:
            self._tracking[where.source].spotted(where)

    def _cut(self, cut: Cut) -> None:
        self.takes.cut(cut)
        self._stir()

    def _finished(self, manifest: Manifest) -> None:
        logger.info("recording %s: %s", manifest.id, manifest.state)
        self.shelf.catalogue.touch(manifest.id)
        if manifest.state is State.FINISHED:
            self._overview.last_id = max(self._overview.last_id, manifest.id)
        self._judge(self.shelf.folders.newest_over())

    def _occurrence(self) -> str | None:
        """Give what of the day is recorded now, "" = something else; None = nothing is."""
        running = self.takes.story if self.takes.state is not RecordingState.IDLE else None
        if running is None:
            return None
        return running.taught.occurrence if running.taught else ""

    def _is_live(self) -> bool:
        """Whether a lesson of this room is seen elsewhere now."""
        if self._joined is not None and self._joined.live.live() is not None:
            return True
        broadcast = self.outlets.broadcast_view
        return broadcast is not None and broadcast.state == "on"

    def _is_needed(self) -> bool:
        """Whether a recording needs this machine, so that nothing else may begin."""
        is_short = bool(self._state.programme.load or self._state.storage.alarm)
        is_at_work = self.takes.state is not RecordingState.IDLE
        return bool(self.finishing.pid) or (is_at_work and is_short)

    def _damaged(self, folder: Path) -> None:
        self.finishing.finish_again(folder)

    def _bare(self, folder: Path) -> None:
        self.finishing.look_later(folder)

    def _at_work(self) -> frozenset[str]:
        """Give the recordings that are being made, finished or played."""
        story = self.takes.story
        played = (screen.title for screen in self.outlets.screens.views)
        made = {story.id if story else "", self.takes.closing, *played}
        return frozenset(made) | self.finishing.waiting

    def _judge(self, manifest: Manifest | None) -> None:
        """Where nobody was there to see it, see whether the newest recording is as it should be."""
        if manifest is not None and not self._is_attended:
            zone = zoneinfo.ZoneInfo(self._config.room.timezone)
            self._overview.flaw = flaw_of(manifest, zone)

    def _report(self, name: str, problem: str) -> None:
        if problem:
            self._degraded[name] = problem
        else:
            self._degraded.pop(name, None)
        self._stir()

    def _truth(self) -> str:
        """Give what every light of the room shows."""
        recording = self._state.recording
        if recording.light:
            return "recording"
        is_held = recording.state in {RecordingState.PAUSED, RecordingState.STOPPING}
        return "paused" if is_held else ""

    def _written(self) -> tuple[float, int]:
        progress = self.takes.progress
        return progress.seconds(PROGRAMME), progress.bytes()

    def _stir(self) -> None:
        self._stirred.set()
