"""Keeps one worker process running: finds it again or starts it, judges it, replaces it.

Workers go on without the daemon; cancelling `WorkerService.run` leaves the process alone,
`end` ends it.
"""

import asyncio
import logging
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import msgspec
import zmq.asyncio

from classroom_edge.paths import has_ipc
from classroom_edge.services.backoff import Backoff
from classroom_edge.services.liveness import SILENT_S, STARTS_S, Liveness
from classroom_edge.services.processes import Running, digest, find, start
from classroom_media.api import WorkerError
from classroom_media.messages import AnyCommand, AnyEvent, Heartbeat, Quit, Reply, Status
from classroom_media.workers.client import WorkerClient
from classroom_media.workers.specs import Endpoints

JUDGED_EVERY_S: Final = 0.25
SPOKEN_TO_EVERY_S: Final = 5.0  # a worker that hears nobody for 20 s thinks itself forgotten
DEAF_AFTER: Final = 3  # greetings in a row without an answer
QUIT_S: Final = 4.0  # to seal its files

logger = logging.getLogger(__name__)


@dataclass(kw_only=True)
class WorkerService:
    """One worker process for as long as the room is open.

    `spec` gives what the process is to be told, whenever one is started; `identity` gives the
    part of it that makes a running process with another one out of date.
    """

    role: str  # "source" | "director"
    name: str
    module: str
    endpoints: Endpoints
    spec: Callable[[], msgspec.Struct]
    identity: Callable[[msgspec.Struct], msgspec.Struct] = lambda spec: spec
    heard: Callable[["WorkerService", AnyEvent], None]
    changed: Callable[[], None]
    folder: Path  # of the run file
    log: Path
    context: zmq.asyncio.Context
    beat: Heartbeat | None = field(default=None, init=False)
    _client: WorkerClient | None = field(default=None, init=False)
    _process: Running | None = field(default=None, init=False)
    _liveness: Liveness = field(init=False)
    _backoff: Backoff = field(default_factory=Backoff, init=False)
    _wanted: bool = field(default=True, init=False)
    _unanswered: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        self._liveness = Liveness(time.monotonic())

    @property
    def pid(self) -> int:
        """The process that runs now, or 0."""
        return self._process.pid if self._process else 0

    @property
    def state(self) -> str:
        """Give "starting", "running" or "lost"."""
        if self._process is None:
            return "lost"
        return "running" if self._liveness.is_proven else "starting"

    @property
    def ran_s(self) -> float:
        """For how long the present process has been ours."""
        return time.monotonic() - self._liveness.born_s

    @property
    def is_unsteady(self) -> bool:
        """Whether it had to be started again so often of late that a person should know."""
        return self._backoff.is_often(time.monotonic())

    async def run(self) -> None:
        """Run until cancelled; the process stays."""
        client = WorkerClient(self.endpoints, context=self.context)
        async with client as self._client, asyncio.TaskGroup() as tasks:
            tasks.create_task(self._listen(client))
            tasks.create_task(self._greet())
            while self._wanted:
                await self._one_life()
            await asyncio.Event().wait()

    async def ask(self, command: AnyCommand, *, timeout_s: float = 2.0) -> Reply:
        """Give the worker a command, whichever process it is now; give its answer.

        Raises:
            WorkerError: it is silent, or refuses.
        """
        if self._client is None:
            raise WorkerError(f"{self.role} {self.name}: not started yet")
        return await self._client.ask(command, timeout_s=timeout_s)

    async def end(self) -> None:
        """Let the worker seal its files and end; make it when it does not."""
        self._wanted = False
        if (process := self._process) is None:
            return
        with suppress(WorkerError):
            await self.ask(Quit(), timeout_s=QUIT_S / 2)
        try:
            async with asyncio.timeout(QUIT_S):
                await process.wait()
        except TimeoutError:
            process.kill()

    async def _one_life(self) -> None:
        found = await self._find_again()
        process = found or self._start()
        self._process, started_s = process, time.monotonic()
        starts_s = SILENT_S if found else STARTS_S
        self._liveness = Liveness(started_s, starts_s, process.waited_s)
        self._unanswered = 0
        self.changed()
        reason = await self._watch(process)
        self._process = self.beat = None
        self.changed()
        if not self._wanted:
            return
        now_s = time.monotonic()
        delay_s = self._backoff.delay_s(ran_s=now_s - started_s, now_s=now_s)
        logger.warning("%s %s %s; again in %g s", self.role, self.name, reason, delay_s)
        await asyncio.sleep(delay_s)

    async def _find_again(self) -> Running | None:
        """Give the process that an earlier daemon left, unless its task has changed."""
        process = find(self._run_file)
        if process is None or process.spec == self._mark(self.spec()):
            return process
        with suppress(WorkerError):
            reply = await self.ask(Status())
            if reply.heartbeat is not None and reply.heartbeat.recording:
                return process  # its new task can wait until the recording is over
        logger.info("%s %s has another task now", self.role, self.name)
        process.terminate()
        try:
            async with asyncio.timeout(QUIT_S):
                await process.wait()
        except TimeoutError:
            process.kill()
        return None

    def _start(self) -> Running:
        spec = self.spec()
        return start(
            self.module, msgspec.json.encode(spec), self._mark(spec), self._run_file, self.log
        )

    async def _watch(self, process: Running) -> str:
        """Wait for the end of the process, or bring it about; give the reason."""
        verdicts: list[str] = []
        async with asyncio.TaskGroup() as tasks:
            judge = tasks.create_task(self._judge(process, verdicts))
            await process.wait()
            judge.cancel()
        return verdicts[0] if verdicts else f"ended ({process.status})"

    async def _judge(self, process: Running, verdicts: list[str]) -> None:
        while not verdicts:
            await asyncio.sleep(JUDGED_EVERY_S)
            verdict = self._liveness.verdict(time.monotonic())
            if self._unanswered >= DEAF_AFTER:
                verdict = "answers no more"
            if verdict:
                verdicts.append(verdict)
        process.kill()

    async def _listen(self, client: WorkerClient) -> None:
        async for event in client.events():
            if isinstance(event, Heartbeat):
                if event.pid != self.pid:
                    continue  # the last words of a predecessor
                self._liveness.heard(event, time.monotonic())
                is_first, self.beat = self.beat is None, event
                if is_first:
                    self.changed()
            self.heard(self, event)

    async def _greet(self) -> None:
        while True:
            await asyncio.sleep(SPOKEN_TO_EVERY_S)
            try:
                reply = await self.ask(Status())
            except WorkerError:
                self._unanswered += self._liveness.is_proven
                continue
            self._unanswered = 0
            is_recording = reply.heartbeat is not None and bool(reply.heartbeat.recording)
            if self._process and not is_recording and self._process.spec != self._mark(self.spec()):
                self._process.terminate()

    def _mark(self, spec: msgspec.Struct) -> str:
        return digest(msgspec.json.encode(self.identity(spec)))

    @property
    def _run_file(self) -> Path:
        return self.folder / f"{self.role}-{self.name}.json"


def endpoints_for(folder: Path, role: str, name: str) -> Endpoints:
    """Give the addresses of a worker: the same ones for every process that takes its place."""
    short = digest(f"{role} {name}".encode())[:8]
    if has_ipc():
        return Endpoints(
            commands=f"ipc://{folder / short}.ctl", packets=f"ipc://{folder / short}.pub"
        )
    known = folder / f"{short}.ports"
    try:
        return msgspec.json.decode(known.read_bytes(), type=Endpoints)
    except (OSError, msgspec.DecodeError):
        made = Endpoints(commands=_free_address(), packets=_free_address())
        known.write_bytes(msgspec.json.encode(made))
        return made


def _free_address() -> str:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return f"tcp://127.0.0.1:{free.getsockname()[1]}"
