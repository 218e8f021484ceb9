"""The daemon's room, as the timetable works it: commands like everybody's, and three looks."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, Protocol

from classroom_edge.room import RecordingState, Who
from classroom_edge.services.day.acts import Aired
from classroom_edge.services.day.on_air import OnAir
from classroom_edge.services.media import PROGRAMME, Media
from classroom_edge.services.recording import RecordingService
from classroom_media.api import RecordError
from classroom_media.record.journal import Taught
from classroom_media.record.story import tell
from classroom_schedules import Occurrence
from classroom_schedules.rules import Rule
from classroom_schedules.runner import Running

GRACE_S: Final = 10.0  # after the bell, in which one may go on
GATE_LU: Final = 10.0  # below the recording's own loudness nobody speaks


class Recorder(Protocol):
    """Who begins and ends recordings. It raises `Refused`."""

    async def start(self, who: Who, *, title: str = "", taught: Taught | None = None) -> str:
        """Begin one; give its id."""

    async def stop(self, who: Who, *, grace_s: float = 0) -> None:
        """End it."""


class Programme(Protocol):
    """What the room shows. It raises `Refused`."""

    async def show(self, who: Who, name: str, sources: tuple[str, ...] = ()) -> None:
        """Show a layout."""


@dataclass(frozen=True, kw_only=True)
class RoomAtHand:
    """Implements `Acts` with the services of a running daemon.

    Somebody speaks as long as the programme is hardly less loud than the recording in whole.

    Source: ITU-R BS.1770-4, relative gate.
    """

    run_routine: Callable[[Who, str], Awaitable[None]]
    recorder: Recorder
    programme: Programme
    takes: RecordingService
    media: Media
    on_air: OnAir
    speed: float = 1.0  # of the timetable's clock

    def running(self) -> Running | None:
        """Give the recording that runs, with the lesson that it was begun for."""
        story = self.takes.story
        if story is None or self.takes.state is RecordingState.IDLE:
            return None
        return Running(story.id, story.taught.occurrence if story.taught else "")

    def was_cut(self, recording: str) -> bool:
        """Tell whether an outage or the daemon's end ended a recording, and no person."""
        try:
            story = tell(self.takes.places.events(recording))
        except RecordError:
            return False
        return story.stopped and story.stopped_for in {"outage", "ended"}

    def is_speaking(self) -> bool:
        """Tell whether somebody has spoken in the last seconds."""
        levels = self.media.loudness.newest.value or ()
        mixed = next((one for one in levels if one.source == PROGRAMME), None)
        if mixed is None or mixed.short_term_lufs is None or mixed.integrated_lufs is None:
            return False
        return mixed.short_term_lufs > mixed.integrated_lufs - GATE_LU

    async def routine(self, who: Who, name: str) -> None:
        """Have a routine run; one that runs already is what was asked for."""
        await self.run_routine(who, name)

    async def layout(self, who: Who, name: str, sources: tuple[str, ...]) -> None:
        """Have a layout shown."""
        await self.programme.show(who, name, sources)

    async def record(self, who: Who, title: str, taught: Taught) -> str:
        """Begin a recording; give its id."""
        return await self.recorder.start(who, title=title, taught=taught)

    async def stop(self, who: Who, *, at_once: bool) -> None:
        """End the recording, at once or with a grace in which a person may go on."""
        if at_once:
            await self.takes.stop(who)
        else:
            await self.recorder.stop(who, grace_s=GRACE_S / self.speed)

    async def go_live(self, who: Who, lesson: Occurrence, rule: Rule, in_s: float) -> Aired:
        """Have a lesson be live as its rule says; its bell rings in so many seconds."""
        return await self.on_air.begin(who, lesson, rule, in_s / self.speed)

    async def off_air(self, who: Who, aired: str) -> None:
        """End what is live; it may have ended by itself."""
        await self.on_air.end(who, aired)
