"""Carries routines out: all devices at the same time, every step told, no device waited for long.

A routine may be asked for again and again. A routine that is asked for while another runs takes
its place: somebody pressed the wrong button.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Final

from classroom_drivers.api import AuthenticationError, DeviceError, LinkError, LockedOutError
from classroom_edge.config.models import RoutineConfig
from classroom_edge.room import RoutineView, StepView, Who, Words
from classroom_edge.routines import READY, Step, fitting, is_so, plan
from classroom_edge.services.devices import DeviceService
from classroom_edge.services.refusals import refused
from classroom_edge.words import words

ONLINE_WITHIN_S: Final = 6.0
ACCEPTED_WITHIN_S: Final = 10.0
READY_WITHIN_S: Final = 240.0  # a lamp that cools down and warms up again
AFTER_LOCKOUT_S: Final = 0.2

logger = logging.getLogger(__name__)


@dataclass
class Run:
    """One run of a routine."""

    routine: RoutineConfig
    steps: dict[str, tuple[Step, ...]]
    views: dict[str, list[StepView]]

    @property
    def state(self) -> str:
        """Give "running", "done" or "failed"."""
        states = {view.state for views in self.views.values() for view in views}
        if states & {"waiting", "running"}:
            return "running"
        return "failed" if states & {"failed", "skipped"} else "done"


@dataclass(kw_only=True)
class RoutineService:
    """Every routine of a room; at most one runs."""

    routines: Sequence[RoutineConfig]
    devices: Mapping[str, DeviceService]
    changed: Callable[[], None]
    online_within_s: float = ONLINE_WITHIN_S
    newest: str = field(default="", init=False)  # the routine that was asked for last
    _runs: dict[str, Run] = field(default_factory=dict, init=False)
    _asked: asyncio.Queue[Run] = field(default_factory=asyncio.Queue, init=False)

    def ask(self, who: Who, name: str) -> None:
        """Start a routine.

        Raises:
            Refused: there is no such routine, or it runs already.
        """
        routine = self._routine(name)
        if name in self._runs and self._runs[name].state == "running":
            raise refused("routine-running", name=name)
        steps = plan(routine.wants)
        views = {
            device: [
                StepView(device, self.devices[device].config.name, step.title, "waiting")
                for step in of_device
            ]
            for device, of_device in steps.items()
        }
        logger.info("routine %s asked for by %s", name, who.name)
        self._runs[name] = Run(routine, steps, views)
        self.newest = name
        self._asked.put_nowait(self._runs[name])
        self.changed()

    def preview(self, name: str) -> tuple[StepView, ...]:
        """Tell what a routine would do now, and do nothing: the difference to how the room is.

        Raises:
            Refused: there is no such routine.
        """
        steps = plan(self._routine(name).wants).values()
        return tuple(self._foreseen(step) for of_device in steps for step in of_device)

    async def run(self) -> None:
        """Run until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            running: asyncio.Task[None] | None = None
            while True:
                asked = await self._asked.get()
                if running is not None:
                    running.cancel()
                    self._give_up_all_but(asked)
                running = tasks.create_task(self._carry_out(asked))

    def views(self) -> tuple[RoutineView, ...]:
        """Show every routine and its last run."""
        return tuple(self._view(one) for one in self.routines)

    def _routine(self, name: str) -> RoutineConfig:
        found = next((one for one in self.routines if one.name == name), None)
        if found is None:
            raise refused("unknown-routine", name=name)
        return found

    def _foreseen(self, step: Step) -> StepView:
        service = self.devices[step.device]
        view = StepView(step.device, service.config.name, step.title, "waiting")
        if service.refuses_password:
            return replace(view, state="failed", problem=_words("auth"))
        if not service.is_online:
            return replace(view, state="failed", problem=_words("offline"))
        return replace(view, state="unchanged") if self._is_so(step) else view

    def _is_so(self, step: Step) -> bool:
        seen = self.devices[step.device].view()
        locked = step.what == READY and seen.lockouts
        return not locked and is_so(fitting(step, seen.choices), seen.values)

    def _view(self, routine: RoutineConfig) -> RoutineView:
        title: Words = {str(language): text for language, text in routine.title.items()}
        run = self._runs.get(routine.name)
        if run is None:
            return RoutineView(routine.name, title, "idle")
        steps = tuple(view for views in run.views.values() for view in views)
        return RoutineView(routine.name, title, run.state, steps, self._ready_at(run))

    def _ready_at(self, run: Run) -> datetime | None:
        """When the slowest device will be ready, as far as that is known."""
        states = (self.devices[device].state for device in run.steps)
        ends = [lock.until for state in states if state for lock in state.lockouts]
        return max((end for end in ends if end > datetime.now(UTC)), default=None)

    def _give_up_all_but(self, asked: Run) -> None:
        for run in self._runs.values():
            if run is not asked:
                for views in run.views.values():
                    for at, view in enumerate(views):
                        if view.state in {"waiting", "running"}:
                            views[at] = replace(view, state="skipped", problem=_words("replaced"))

    async def _carry_out(self, run: Run) -> None:
        async with asyncio.TaskGroup() as tasks:
            for device in run.steps:
                tasks.create_task(self._on_device(run, device))
        logger.info("routine %s: %s", run.routine.name, run.state)

    async def _on_device(self, run: Run, device: str) -> None:
        views = run.views[device]
        goes_on = True
        for at, step in enumerate(run.steps[device]):
            if not goes_on:
                views[at] = replace(views[at], state="skipped", problem=_words("skipped"))
                continue
            views[at] = replace(views[at], state="running")
            self.changed()
            state, problem = await self._do(step)
            if problem:
                logger.warning("%s: %s %s: %s", device, step.what, step.action, problem["en"])
            views[at] = replace(views[at], state=state, problem=problem)
            goes_on = not (problem and step.must_succeed)
            self.changed()

    async def _do(self, step: Step) -> tuple[str, Words]:
        """Do a step unless it is so already; give its state and what went wrong, if anything."""
        service = self.devices[step.device]
        try:
            async with asyncio.timeout(self.online_within_s):
                while not service.is_online:
                    if service.refuses_password:
                        return "failed", _words("auth")
                    await service.news.wait()
        except TimeoutError:
            return "failed", _words("offline")
        if self._is_so(step):
            return "unchanged", {}
        try:
            async with asyncio.timeout(READY_WITHIN_S):
                problem = await (
                    self._until_ready(step)
                    if step.what == READY
                    else self._do_once_ready(service, step)
                )
        except TimeoutError:
            problem = _words("not-ready")
        return "failed" if problem else "done", problem

    async def _until_ready(self, step: Step) -> Words:
        service = self.devices[step.device]
        while not self._is_so(step):
            if not service.is_online:
                return _words("offline")
            await service.news.wait()
        return {}

    async def _do_once_ready(self, service: DeviceService, step: Step) -> Words:
        while True:
            choices = service.state.choices if service.state else {}
            try:
                async with asyncio.timeout(ACCEPTED_WITHIN_S):
                    await service.perform(
                        step.capability, step.action, fitting(step, choices).arguments
                    )
            except LockedOutError as error:
                left_s = (error.until - datetime.now(UTC)).total_seconds()
                with suppress(TimeoutError):  # it may be ready sooner, and says so
                    async with asyncio.timeout(max(0.0, left_s) + AFTER_LOCKOUT_S):
                        await service.news.wait()
            except AuthenticationError:
                return _words("auth")
            except (LinkError, TimeoutError) as error:
                return _words("silent", text=error)
            except DeviceError as error:
                return _words("refused", text=error)
            else:
                return {}


def _words(key: str, **values: object) -> Words:
    return words("problems").both(f"step-failed.{key}", **values)
