"""A pretend room behind the real web server: shows what a test wants, notes what it is asked."""

import asyncio
import io
import socket
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast

from PIL import Image

from classroom_edge.config import Config
from classroom_edge.library.shelf import Shelf
from classroom_edge.paths import DataFolder
from classroom_edge.room import LevelView, Refused, RoomState, SoundView, StepView, TitlesView, Who
from classroom_edge.services.day.incoming import Incoming
from classroom_edge.services.newest import Newest
from classroom_edge.services.outlets import Outlets
from classroom_edge.services.refusals import refused_in_session
from classroom_edge.services.timetabling import DayDesk
from classroom_edge.sessions import local
from classroom_edge.sessions.link.findings import Findings
from classroom_edge.sessions.state import Session
from classroom_edge.web.server import serve
from classroom_media.record.manifest import Manifest, write_manifest
from classroom_media.workers.specs import Trial
from tests.edge.browser import lessons, states
from tests.edge.pretend_desk import PretendDesk
from tests.ports import free_port
from tests.waiting import eventually

ID = "20261122-021500-3f2a"


def picture() -> bytes:
    """Give a JPEG that is no single colour."""
    file = io.BytesIO()
    Image.linear_gradient("L").resize((320, 180)).convert("RGB").save(file, "JPEG")
    return file.getvalue()


@dataclass
class PretendRoom:
    """What `RoomPort` asks for, from a script. Every command is noted as (name, arguments)."""

    folder_of_recordings: Path
    asked: list[tuple[str, Any]] = field(default_factory=list)
    refusal: Refused | None = None  # what the next command gets
    image: bytes = field(default_factory=picture)
    in_sessions: local.Reply = lessons.REPLY
    line: Findings = lessons.LINE
    guests_session: Session = field(default_factory=lessons.session)
    touches: int = 0
    incoming: Incoming | None = None

    def __post_init__(self) -> None:
        self.folder_of_recordings.mkdir(parents=True, exist_ok=True)
        self.shelf = self._shelf()
        self._levels: tuple[LevelView, ...] = states.TALKING
        self._states: Newest[RoomState] = Newest()
        self._states.put(states.idle())

    def begin(self) -> None:
        """Belong to the loop that runs now, as the server is new in it."""
        state = self.state()
        self.shelf = self._shelf()
        self._states = Newest()
        self._states.put(state)

    def _shelf(self) -> Shelf:
        return Shelf(
            config=Config.model_validate({"room": {"id": "demo", "name": "三年级(2)班"}}),
            folder=DataFolder(self.folder_of_recordings.parent),
            recordings=self.folder_of_recordings,
            changed=lambda: None,
        )

    def state(self) -> RoomState:
        return self._states.value or states.idle()

    def reset(self) -> None:
        """Be as at first."""
        self.asked.clear()
        self.refusal = None
        self._levels = states.TALKING
        self.touches, self.incoming = 0, None
        self.show(states.idle())

    def show(self, state: RoomState) -> None:
        """Put the room into a state; its clock reads now."""
        self._states.put(replace(state, at=states.now(), version=self.state().version + 1))

    def sound(self, *levels: LevelView) -> None:
        """Let these be heard from now on."""
        self._levels = levels

    async def changes(self) -> AsyncIterator[RoomState]:
        async for state in self._states.follow():
            yield state

    def touched(self) -> None:
        self.touches += 1

    async def levels(self) -> AsyncIterator[tuple[LevelView, ...]]:
        while True:
            yield self._levels
            await asyncio.sleep(0.2)

    async def multiviews(self) -> AsyncIterator[bytes]:
        await asyncio.Event().wait()
        yield b""

    async def previews(self) -> AsyncIterator[bytes]:
        while True:
            yield self.image
            await asyncio.sleep(0.5)

    @property
    def recorder(self) -> "PretendRecorder":
        return PretendRecorder(self)

    @property
    def day(self) -> DayDesk:
        return PretendDesk(lambda wish, details: self.note(f"day {wish}", details), self.incoming)

    @property
    def outlets(self) -> Outlets:
        return cast("Outlets", PretendOutlets(self))

    async def run_routine(self, who: Who, name: str) -> None:
        self.note("routine", name)

    def preview_routine(self, name: str) -> tuple[StepView, ...]:
        return next(one.steps for one in self.state().routines if one.name == name)

    @property
    def programme(self) -> "PretendProgramme":
        return PretendProgramme(self)

    async def perform(
        self, who: Who, device: str, capability: str, action: str, arguments: dict[str, Any]
    ) -> None:
        self.note(f"{device}/{capability}/{action}", arguments)

    @property
    def session(self) -> "PretendSession":
        return PretendSession(self)

    def keep(self, manifest: Manifest) -> None:
        """Have recorded something."""
        folder = self.folder_of_recordings / manifest.id
        folder.mkdir(parents=True, exist_ok=True)
        write_manifest(folder, manifest)
        self.shelf.catalogue.touch(manifest.id)

    def recording(self, recording: str) -> Manifest:
        return self.shelf.folders.one(recording)

    def folder(self, recording: str) -> Path:
        return self.folder_of_recordings / recording

    def show_code(self, code: str) -> None:
        self.note("code", code)

    def names_asked(self) -> list[str]:
        """Give what was asked for, in order, without arguments."""
        return [name for name, _arguments in self.asked]

    def note(self, name: str, arguments: Any) -> None:
        self.asked.append((name, arguments))
        if self.refusal is not None:
            refusal, self.refusal = self.refusal, None
            raise refusal


@dataclass(frozen=True)
class PretendRecorder:
    room: PretendRoom

    async def start(
        self, who: Who, *, title: str = "", pre_roll: bool = True, limit_s: float = 0.0
    ) -> str:
        minutes = {"minutes": limit_s / 60} if limit_s else {}
        self.room.note("start", {"title": title, "pre_roll": pre_roll} | minutes)
        return ID

    async def limit(self, who: Who, limit_s: float) -> None:
        self.room.note("limit", {"minutes": limit_s / 60})

    async def stop(self, who: Who, *, grace_s: float = 0) -> None:
        self.room.note("stop", {"grace_s": grace_s})

    async def go_on(self, who: Who) -> None:
        self.room.note("go-on", {})

    async def pause(self, who: Who) -> None:
        self.room.note("pause", {})

    async def resume(self, who: Who) -> None:
        self.room.note("resume", {})

    async def mark(self, who: Who, text: str = "") -> float:
        self.room.note("mark", {"text": text})
        return 755.0  # where the media are: a little ahead of the disk


@dataclass
class PretendProgramme:
    """What the room offers of its programme."""

    room: PretendRoom

    async def show(self, who: Who, name: str, sources: tuple[str, ...] = ()) -> None:
        self.room.note("layout", (name, *sources))

    async def direct(self, who: Who, mode: str) -> None:
        self.room.note("direct", mode)

    def track(self, who: Who, source: str, *, on: bool) -> None:
        self.room.note("track", (source, on))

    async def write(self, who: Who, titles: TitlesView) -> None:
        self.room.note("titles", titles)

    async def mix(self, who: Who, sound: SoundView) -> None:
        self.room.note("sound", sound)


@dataclass
class PretendOutlets:
    """What goes out from a room: it is its own pushing service."""

    room: PretendRoom

    @property
    def pushing(self) -> "PretendOutlets":
        return self

    async def tried(self, pasted: str) -> Trial:
        self.room.note("try", pasted)
        if "good" in pasted:
            return Trial(connected_ms=120, sent_s=5, sent_bytes=1_250_000)
        return Trial(code="rejected", said="wrong key")

    def add(self, who: Who, name: str, pasted: str) -> str:
        self.room.note("add push", (name, pasted))
        return "platform-1"

    async def tried_again(self, id_: str) -> Trial:
        return await self.tried(f"the good address of {id_}")

    def replace(self, who: Who, id_: str, name: str, pasted: str) -> None:
        self.room.note("replace push", (id_, name, pasted))

    async def remove(self, who: Who, id_: str) -> None:
        self.room.note("remove push", id_)

    def switch(self, who: Who, id_: str, *, on: bool) -> None:
        self.room.note("push", (id_, on))


@dataclass
class PretendSession:
    """What a room offers of sessions with other schools; noted with the room's commands."""

    room: PretendRoom

    async def survey(self, who: Who) -> Findings:
        self.room.note("survey", who.name)
        return self.room.line

    async def meet_guest(self, ticket: str, offer: str) -> str:
        self.room.note("guest", ticket)
        if ticket == "old":
            raise refused_in_session("no-ticket")
        return offer

    def guest_sees(self, ticket: str) -> tuple[Session, str]:
        return self.room.guests_session, "hill"

    async def guest_raises_hand(self, ticket: str, *, up: bool) -> None:
        self.room.note("hand", (ticket, up))

    async def part_guest(self, ticket: str) -> None:
        self.room.note("guest gone", ticket)

    async def meet_screen(self, offer: str, school: str) -> tuple[str, str]:
        self.room.note("screen", school)
        return "screen-1", offer

    async def part_screen(self, name: str) -> None:
        self.room.note("screen gone", name)

    async def undo_layout(self, who: Who) -> None:
        self.room.note("undo layout", who.name)

    async def ask(self, who: Who, request: local.AnyRequest) -> local.Reply:
        if not isinstance(request, (local.Groups, local.Held, local.Counts)):
            self.room.note("session", request)
        return self.room.in_sessions


@dataclass
class PretendServer:
    """The web server of a pretend room in a thread of its own; may go away and come back."""

    room: PretendRoom
    data: Path
    port: int = 0
    _stop: Callable[[], object] = lambda: None
    _thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Return once it answers."""
        self.port = self.port or free_port()
        ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve(ready)))
        self._thread.start()
        ready.wait(timeout=10)
        eventually(self._answers)

    def stop(self) -> None:
        """Return once it is gone; the port stays ours to start again on."""
        self._stop()
        if self._thread is not None:
            self._thread.join(timeout=10)

    def in_room(self, change: Callable[[PretendRoom], object]) -> None:
        """Change the room on the server's own loop."""
        self.loop.call_soon_threadsafe(change, self.room)

    def reset(self) -> None:
        """Bring the room back to how it was at first."""
        done = threading.Event()
        self.in_room(PretendRoom.reset)
        self.in_room(lambda _room: done.set())
        done.wait(timeout=10)

    async def _serve(self, ready: threading.Event) -> None:
        self.loop = asyncio.get_running_loop()
        self.room.begin()
        over = asyncio.Event()
        self._stop = lambda: self.loop.call_soon_threadsafe(over.set)
        config = Config.model_validate(
            {
                "room": {"id": "demo", "name": "三年级(2)班"},
                "network": {"listen": "127.0.0.1", "port": self.port},
            }
        )
        async with self.room.shelf.store, asyncio.TaskGroup() as tasks:
            running = [
                tasks.create_task(serve(self.room, config, self.data)),
                tasks.create_task(self.room.shelf.catalogue.run()),
            ]
            ready.set()
            await over.wait()
            for task in running:
                task.cancel()

    def _answers(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


@contextmanager
def pretend_server(data: Path) -> Iterator[PretendServer]:
    """Serve a pretend room while the block runs."""
    server = PretendServer(PretendRoom(data / "recordings"), data)
    server.start()
    try:
        yield server
    finally:
        server.stop()
