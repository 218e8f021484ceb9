"""What all worker processes have in common: they answer commands, publish, and beat.

The main thread owns the ROUTER socket and answers one command after another; a thread of its
own beats every 0.5 s, at first more often, also while a command takes its time. Whoever
publishes sends at once, and never waits: what a subscriber is too slow for is dropped.

Workers outlive the daemon on purpose: a recording goes on while the daemon restarts. Ctrl-C
reaches the whole process group and is ignored here; the daemon decides. What nobody has
spoken to for long seals its files and ends by itself.

Source: ZeroMQ guide, chapter 3 (ROUTER), chapter 5 (PUB), https://zguide.zeromq.org/
"""

import logging
import signal
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import chain, repeat
from types import FrameType
from typing import Final, Protocol, TypeVar

import msgspec
import zmq

from classroom_media.api import NS, MediaError
from classroom_media.messages import (
    EVENT_TOPIC,
    MULTIVIEW_TOPIC,
    PREVIEW_TOPIC,
    VERSION,
    AnyCommand,
    AnyEvent,
    Heartbeat,
    Quit,
    Reply,
    Request,
    Status,
    event_to_wire,
    reply_to_wire,
    request_from_wire,
)
from classroom_media.packets import Coded, to_frames
from classroom_media.workers.specs import Endpoints

BEAT_S: Final = 0.5
EAGER_S: Final = (
    0.1  # between the first beats: a subscriber finds a new process no sooner than that
)
EAGER: Final = 3  # such pauses
ORPHAN_IDLE_S: Final = 20.0
ORPHAN_RECORDING_S: Final = 600.0
QUEUED: Final = 500  # messages; about 7 s of one camera. Beyond it the newest is dropped
POLL_MS: Final = 200  # how soon the main thread sees SIGTERM or a request to stop
MORE: Final = int(zmq.SNDMORE | zmq.NOBLOCK)  # a plain number: flags are made up anew at each `|`
LEAVE_S: Final = 2.0  # what is not sent yet may take this long at the end

Spec = TypeVar("Spec")

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a worker says to a command; an empty `problem` is yes."""

    problem: str = ""
    packets: tuple[Coded, ...] = ()
    sdp: str = ""


class Worker(Protocol):
    """The part of a worker process that knows its job."""

    def heartbeat(self) -> Heartbeat:
        """Tell how far things are. Called from another thread than `handle`; never waits."""

    def handle(self, command: AnyCommand) -> Answer:
        """Obey a command; a `MediaError` becomes the answer's problem."""

    def close(self) -> None:
        """Seal what is open and let go of everything."""


class Patience:
    """How long a worker goes on when it hears from nobody: longer while it records."""

    def __init__(self, clock: Callable[[], int] = time.monotonic_ns) -> None:
        self._clock = clock
        self._heard_ns = clock()

    def heard(self) -> None:
        """Note that somebody spoke."""
        self._heard_ns = self._clock()

    def over(self, is_recording: Callable[[], bool]) -> bool:
        """Tell whether it is time to leave; what is asked for is asked only when it matters."""
        silent_s = (self._clock() - self._heard_ns) / NS
        return silent_s > ORPHAN_IDLE_S and (silent_s > ORPHAN_RECORDING_S or not is_recording())


def read_spec(kind: type[Spec]) -> Spec:
    """Read what this process is to do: one JSON line on standard input. Sets up logging.

    Raises:
        msgspec.ValidationError: the line is no such specification.
    """
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    sys.setswitchinterval(0.0005)  # a thread that moves packets must not wait 5 ms for its turn
    return msgspec.json.decode(sys.stdin.buffer.readline(), type=kind)


class Shell:
    """Binds a worker's two sockets and runs its control loop.

    `publish`, `emit`, `preview` and `stop` may be called from any thread.
    """

    def __init__(
        self,
        endpoints: Endpoints,
        *,
        role: str,
        name: str,
        clock: Callable[[], int] = time.monotonic_ns,
    ) -> None:
        self._title = f"{role} {name}"
        self._patience = Patience(clock)
        self._status: int | None = None
        self._context = zmq.Context()
        self._commands = self._context.socket(zmq.ROUTER)
        self._commands.bind(endpoints.commands)  # unlinks the socket file of a killed predecessor
        self._publisher = _Publisher(self._context, endpoints.packets)

    def publish(self, packet: Coded) -> None:
        """Send a packet to whoever listens; never waits."""
        self._publisher.put(to_frames(packet))

    def emit(self, event: AnyEvent) -> None:
        """Tell an event to whoever listens; never waits."""
        self._publisher.put([EVENT_TOPIC, event_to_wire(event)])

    def preview(self, jpeg: bytes) -> None:
        """Send a preview picture to whoever looks; never waits."""
        self._publisher.put([PREVIEW_TOPIC, jpeg])

    def multiview(self, jpeg: bytes) -> None:
        """Send a picture of all sources to whoever looks; never waits."""
        self._publisher.put([MULTIVIEW_TOPIC, jpeg])

    def stop(self, status: int = 0) -> None:
        """Let `run` close the worker and return `status`; the first call counts."""
        if self._status is None:
            self._status = status

    def run(self, worker: Worker) -> int:
        """Answer commands until told to stop; give the process's exit status.

        Minds SIGTERM and SIGINT when it runs where Python allows that, in the main thread.
        """
        if threading.current_thread() is threading.main_thread():
            for name in ("SIGINT", "SIGHUP"):  # they reach the whole group; the daemon decides
                if number := getattr(signal, name, None):
                    signal.signal(number, signal.SIG_IGN)
            signal.signal(signal.SIGTERM, self._on_sigterm)
        logger.info("%s: started", self._title)
        self._publisher.start(worker.heartbeat)
        self._patience.heard()
        try:
            while self._status is None:
                self._turn(worker)
        finally:
            try:
                worker.close()
            finally:
                self._leave()
        logger.info("%s: ended with status %s", self._title, self._status)
        return self._status

    def _turn(self, worker: Worker) -> None:
        if self._commands.poll(POLL_MS):
            self._patience.heard()
            caller, *frames = self._commands.recv_multipart()
            self._commands.send_multipart([caller, *self._reply(worker, frames)])
        elif not self._publisher.is_beating():
            logger.error("%s: its heart has stopped", self._title)
            self.stop(1)
        elif self._patience.over(lambda: bool(worker.heartbeat().recording)):
            logger.warning("%s: nobody spoke to it for long; it ends", self._title)
            self.stop(0)

    def _reply(self, worker: Worker, frames: list[bytes]) -> list[bytes]:
        try:
            request = request_from_wire(frames[0])
        except msgspec.DecodeError as error:
            return [reply_to_wire(Reply(id=_id_of(frames[0]), problem=f"not understood: {error}"))]
        answer, heartbeat = Answer(), None
        match request:
            case Request(version=version) if version != VERSION:
                answer = Answer(f"speaks version {VERSION}, not {version}")
            case Request(command=Status()):
                heartbeat = worker.heartbeat()
            case Request(command=Quit()):
                self.stop(0)
            case _:
                answer = _obey(worker, request.command)
        reply = Reply(
            id=request.id,
            problem=answer.problem,
            heartbeat=heartbeat,
            packets=len(answer.packets),
            sdp=answer.sdp,
        )
        spelt = (frame for packet in answer.packets for frame in to_frames(packet))
        return [reply_to_wire(reply), *spelt]

    def _leave(self) -> None:
        self._commands.close(linger=int(LEAVE_S * 1000))
        if self._publisher.finish():
            self._context.term()

    def _on_sigterm(self, _signal: int, _frame: FrameType | None) -> None:
        self.stop(0)


class _Publisher:
    """The PUB socket, shared under a lock, and the thread that beats on it.

    Whoever publishes sends by itself: a PUB socket never blocks but drops what a subscriber is
    too slow for, and a thread in between would double the wake-ups of every packet.
    """

    def __init__(self, context: zmq.Context[zmq.Socket[bytes]], endpoint: str) -> None:
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._beats: threading.Thread | None = None
        self._socket = context.socket(zmq.PUB)
        self._socket.set(zmq.SNDHWM, QUEUED)
        self._socket.set(zmq.LINGER, int(LEAVE_S * 1000))
        self._socket.bind(endpoint)

    def put(self, frames: list[bytes]) -> None:
        *first, last = frames
        with self._lock:
            if not self._socket.closed:
                for frame in first:
                    self._socket.send(frame, MORE)
                self._socket.send(last, zmq.NOBLOCK)

    def start(self, heartbeat: Callable[[], Heartbeat]) -> None:
        self._beats = threading.Thread(
            target=self._beat, args=(heartbeat,), name="heartbeat", daemon=True
        )
        self._beats.start()

    def is_beating(self) -> bool:
        return self._beats is not None and self._beats.is_alive()

    def finish(self) -> bool:
        """Close the socket; tell whether the thread has ended in time."""
        self._over.set()
        if self._beats is not None:
            self._beats.join(LEAVE_S)
        with self._lock:
            self._socket.close()
        return not self.is_beating()

    def _beat(self, heartbeat: Callable[[], Heartbeat]) -> None:
        for pause_s in chain(repeat(EAGER_S, EAGER), repeat(BEAT_S)):
            self.put([EVENT_TOPIC, event_to_wire(heartbeat())])
            if self._over.wait(pause_s):
                return


class _Numbered(msgspec.Struct):
    id: int = 0


def _id_of(frame: bytes) -> int:
    """Give the number of a request that could not be understood otherwise."""
    try:
        return msgspec.json.decode(frame, type=_Numbered).id
    except msgspec.DecodeError:
        return 0


def _obey(worker: Worker, command: AnyCommand) -> Answer:
    try:
        return worker.handle(command)
    except MediaError as error:
        return Answer(str(error) or type(error).__name__)
