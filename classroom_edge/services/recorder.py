"""Where people have a lesson recorded."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from classroom_edge.config.models import Config
from classroom_edge.room import RecordingState, Who
from classroom_edge.services.looks import with_card
from classroom_edge.services.media import Media
from classroom_edge.services.recording import RecordingService
from classroom_media.api import NS
from classroom_media.record.journal import Taught

LIMIT_GRACE_S: Final = 10.0  # for who is not ready when a micro-lesson ends by itself
CARD_STAYS_S: Final = 1.0  # after the end: nobody sees it go


@dataclass(frozen=True, kw_only=True, slots=True)
class RecorderDesk:
    """A recording opens and closes with the room's cards, where it has some."""

    config: Config
    media: Media
    takes: RecordingService
    changed: Callable[[], None]
    begun: Callable[[str], None]  # a recording, by its id

    async def start(
        self,
        who: Who,
        *,
        title: str = "",
        pre_roll: bool = True,
        limit_s: float = 0.0,
        taught: Taught | None = None,
    ) -> str:
        """Begin a recording; give its id. Raises Refused.

        With an opening card it begins with that, and not before it. With a limit it is a
        micro-lesson: it ends by itself after so long, with a grace in which one may go on.
        `taught` is the lesson that the timetable has it begun for.
        """
        opening_s = self.config.titles.opening_s
        id_ = await self.takes.start(
            who, title=title, pre_roll=pre_roll, limit_s=limit_s, taught=taught
        )
        if opening_s:
            await self._put_card("opening", opening_s, heading=title)
        await self.takes.shown(self.media.layout)
        self.begun(id_)
        return id_

    async def stop(self, who: Who, *, grace_s: float = 0) -> None:
        """End the recording, at once or after `grace_s` in which one may go on. Raises Refused.

        With a closing card it goes on under that card, and ends with it; asked again, at once.
        """
        closing_s = self.config.titles.closing_s
        if not closing_s or self.takes.state is not RecordingState.RECORDING:
            await self.takes.stop(who, grace_s=grace_s)
            return
        end_ns = time.monotonic_ns() + round(closing_s * NS)
        await self.takes.stop(who, grace_s=max(grace_s, closing_s + 0.1), at_ns=end_ns)
        await self._put_card("closing", closing_s + CARD_STAYS_S)

    async def end_in_time(self) -> None:
        """End a recording that was to last so long and no longer, with a grace."""
        if self.takes.is_over_limit:
            await self.stop(Who(name="daemon", why="limit"), grace_s=LIMIT_GRACE_S)

    async def limit(self, who: Who, limit_s: float) -> None:
        """Let the recording end by itself after so long, or not (0). Raises Refused."""
        await self.takes.limit(who, limit_s)

    async def go_on(self, who: Who) -> None:
        """Undo a stop within its grace, without a seam. Raises Refused."""
        await self.takes.go_on(who)
        if self.config.titles.closing_s and self.media.titles.card == "closing":
            await self.media.write(with_card(self.media.titles, "", 0))
            self.changed()

    async def pause(self, who: Who) -> None:
        """Keep nothing until resumed. Raises Refused."""
        await self.takes.pause(who)

    async def resume(self, who: Who) -> None:
        """Go on after a pause. Raises Refused."""
        await self.takes.resume(who)

    async def mark(self, who: Who, text: str = "") -> float:
        """Set a mark; give its place in the recording in seconds. Raises Refused."""
        return await self.takes.mark(who, text)

    async def _put_card(self, card: str, seconds: float, *, heading: str = "") -> None:
        """Put a card before the programme for a while, whatever becomes of this daemon."""
        until_ns = time.monotonic_ns() + round(seconds * NS)
        await self.media.write(with_card(self.media.titles, card, until_ns, heading))
        self.changed()
