"""The seam between the web layer and the room: state out, commands in."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Protocol

from classroom_edge.library.shelf import Shelf
from classroom_edge.room import LevelView, RoomState, SoundView, StepView, TitlesView, Who
from classroom_edge.services.outlets import Outlets
from classroom_edge.services.timetabling import DayDesk
from classroom_edge.sessions import local
from classroom_edge.sessions.link.findings import Findings
from classroom_edge.sessions.state import Session
from classroom_media.record.manifest import Manifest


class ProgrammePort(Protocol):
    """Where people say what the programme shows and how it sounds."""

    async def show(self, who: Who, name: str, sources: tuple[str, ...] = ()) -> None:
        """Show another layout, filled with `sources` or as configured. Raises Refused."""
        ...

    async def direct(self, who: Who, mode: str) -> None:
        """Let the director's rules choose what is shown ("auto"), or people ("hand")."""
        ...

    def track(self, who: Who, source: str, *, on: bool) -> None:
        """Let the camera of a source follow whoever moves, or not. Raises Refused."""
        ...

    async def write(self, who: Who, titles: TitlesView) -> None:
        """Write other titles over the programme. Raises Refused."""
        ...

    async def mix(self, who: Who, sound: SoundView) -> None:
        """Mix the sound of one source so. Raises Refused."""
        ...


class SessionPort(Protocol):
    """Where people ask something of sessions with other schools. It raises Refused."""

    async def ask(self, who: Who, request: local.AnyRequest) -> local.Reply:
        """Ask something of the link with other schools. Raises StoreError, too."""
        ...

    async def survey(self, who: Who) -> Findings:
        """Measure the line to the hub."""
        ...

    async def meet_guest(self, ticket: str, offer: str) -> str:
        """Let the guest of a ticket into its session; give the answer (SDP)."""
        ...

    def guest_sees(self, ticket: str) -> tuple[Session, str]:
        """Give a session as the guest of a ticket sees it, and who that is."""
        ...

    async def guest_raises_hand(self, ticket: str, *, up: bool) -> None:
        """Raise the hand of a ticket's guest, or lower it."""
        ...

    async def part_guest(self, ticket: str) -> None:
        """Let the guest of a ticket go."""
        ...

    async def meet_screen(self, offer: str, school: str) -> tuple[str, str]:
        """Let a screen see the session, or a school; give its name and the answer (SDP)."""
        ...

    async def part_screen(self, name: str) -> None:
        """Let a screen of this room go."""
        ...

    async def undo_layout(self, who: Who) -> None:
        """Show what was shown before the floor changed it."""
        ...


class RecorderPort(Protocol):
    """Where people have a lesson recorded."""

    async def start(
        self, who: Who, *, title: str = "", pre_roll: bool = True, limit_s: float = 0.0
    ) -> str:
        """Begin a recording; give its id. With a limit a micro-lesson. Raises Refused."""
        ...

    async def limit(self, who: Who, limit_s: float) -> None:
        """Let the recording end by itself after so long, or not (0). Raises Refused."""
        ...

    async def stop(self, who: Who, *, grace_s: float = 0) -> None:
        """End the recording, at once or after `grace_s` in which one may go on. Raises Refused."""
        ...

    async def go_on(self, who: Who) -> None:
        """Undo a stop within its grace, without a seam. Raises Refused."""
        ...

    async def pause(self, who: Who) -> None:
        """Keep nothing until resumed. Raises Refused."""
        ...

    async def resume(self, who: Who) -> None:
        """Go on after a pause. Raises Refused."""
        ...

    async def mark(self, who: Who, text: str = "") -> float:
        """Set a mark; give its place in the recording in seconds. Raises Refused."""
        ...


class RoomPort(Protocol):
    """What a running room offers; the daemon is one, and a test passes a pretend one."""

    def state(self) -> RoomState:
        """Give the newest snapshot."""
        ...

    def changes(self) -> AsyncIterator[RoomState]:
        """Follow the snapshots: the present one at once, then the newest, at most 10 a second."""
        ...

    @property
    def day(self) -> DayDesk:
        """Where people ask something of today's lessons. Raises Refused."""
        ...

    def touched(self) -> None:
        """Know that a person has asked for something: the room is not empty."""
        ...

    def levels(self) -> AsyncIterator[tuple[LevelView, ...]]:
        """Follow the loudness of every sound, at most 10 times a second."""
        ...

    def previews(self) -> AsyncIterator[bytes]:
        """Follow the programme as JPEG pictures; made only while somebody looks."""
        ...

    def multiviews(self) -> AsyncIterator[bytes]:
        """Follow all sources on one JPEG picture; made only while somebody looks."""
        ...

    @property
    def recorder(self) -> RecorderPort:
        """Where people have a lesson recorded."""
        ...

    async def run_routine(self, who: Who, name: str) -> None:
        """Start a routine; its steps show in the state. Raises Refused."""
        ...

    def preview_routine(self, name: str) -> tuple[StepView, ...]:
        """Tell what a routine would do now, and do nothing. Raises Refused."""
        ...

    @property
    def programme(self) -> ProgrammePort:
        """Where people say what the programme shows and how it sounds."""
        ...

    async def perform(
        self, who: Who, device: str, capability: str, action: str, arguments: dict[str, Any]
    ) -> None:
        """Do one action of a device's capability. Raises Refused, DeviceError."""
        ...

    @property
    def outlets(self) -> Outlets:
        """Where people ask something of broadcasts and of what else leaves the room."""
        ...

    @property
    def shelf(self) -> Shelf:
        """Where people ask something of what was recorded."""
        ...

    @property
    def session(self) -> SessionPort:
        """Where people ask something of sessions with other schools."""
        ...

    def recording(self, recording: str) -> Manifest:
        """Give one recording's manifest. Raises Refused ("unknown-recording")."""
        ...

    def folder(self, recording: str) -> Path:
        """Give the folder of a recording. Raises Refused ("unknown-recording")."""
        ...

    def show_code(self, code: str) -> None:
        """Show a pairing code large on the room's screen; an empty one takes it away."""
        ...
