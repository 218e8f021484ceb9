"""Where people ask something of sessions with other schools: the panel, guests, screens."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from classroom_edge.room import Who
from classroom_edge.services.live.guests import Guests
from classroom_edge.services.live.joining import Joined
from classroom_edge.services.live.offers import Accepted
from classroom_edge.services.refusals import refused_in_session
from classroom_edge.services.surveying import survey
from classroom_edge.sessions import local
from classroom_edge.sessions.link.findings import Findings
from classroom_edge.sessions.link.survey_hub import IN_SESSION
from classroom_edge.sessions.state import GOING_ON, Session

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SessionDesk:
    """It refuses ("no-link") where a room has no link with other schools."""

    joined: Joined | None
    folder: Path  # of the link's keys
    changed: Callable[[], None]

    async def ask(self, who: Who, request: local.AnyRequest) -> local.Reply:
        """Ask something of the link with other schools, in the name of this room.

        Raises:
            Refused: there is none, or it says no.
            StoreError: what is kept of sessions cannot be read or written.
        """
        reply = await self._link().link.answer(request)
        if reply.reason:
            raise refused_in_session(reply.reason)
        said = request.command if isinstance(request, local.Do) else request
        logger.info("session: %s for %s", type(said).__name__, who.name)
        return reply

    async def survey(self, who: Who) -> Findings:
        """Measure the line to the hub, but in no lesson. Raises Refused: there is no link."""
        sessions = self._link().link.view.sessions
        if any(one.stage in GOING_ON for one in sessions):
            return Findings(hub="", reason=IN_SESSION)
        logger.info("the line is measured for %s", who.name)
        return await survey(self.folder)

    async def meet_guest(self, ticket: str, offer: str) -> str:
        """Let the guest of a ticket into its session; give the answer (SDP). Raises Refused."""
        return _agreed(await self._guests().meet(ticket, offer))

    def guest_sees(self, ticket: str) -> tuple[Session, str]:
        """Give a session as the guest of a ticket sees it, and who that is. Raises Refused."""
        guests = self.joined.guests if self.joined else None
        seen = guests.sees(ticket) if guests else None
        if seen is None:
            raise refused_in_session("no-ticket")
        return seen

    async def guest_raises_hand(self, ticket: str, *, up: bool) -> None:
        """Raise the hand of a ticket's guest, or lower it. Raises Refused."""
        if reason := await self._guests().raise_hand(ticket, up=up):
            raise refused_in_session(reason)

    async def part_guest(self, ticket: str) -> None:
        """Let the guest of a ticket go. Raises Refused."""
        if reason := await self._guests().part(ticket):
            raise refused_in_session(reason)

    async def meet_screen(self, offer: str, school: str) -> tuple[str, str]:
        """Let a screen of this room see the session, or of its schools one alone.

        Gives its name and the answer (SDP).

        Raises:
            Refused: no session goes on here, or that school is not in it.
        """
        name, accepted = await self._link().live.screens.meet(offer, school)
        return name, _agreed(accepted)

    async def part_screen(self, name: str) -> None:
        """Let a screen of this room go."""
        if self.joined is not None:
            await self.joined.live.screens.part(name)

    async def undo_layout(self, who: Who) -> None:
        """Show what was shown before the floor changed it. Raises Refused."""
        if self.joined is None or not await self.joined.live.floor.undo():
            raise refused_in_session("not-chosen")
        logger.info("the layout before the floor's is shown for %s", who.name)
        self.changed()

    def _link(self) -> Joined:
        if self.joined is None:
            raise refused_in_session("no-link")
        return self.joined

    def _guests(self) -> Guests:
        guests = self._link().guests
        if guests is None:
            raise refused_in_session("no-link")
        return guests


def _agreed(accepted: Accepted) -> str:
    """Give the answer to an offer. Raises Refused."""
    if accepted.reason:
        raise refused_in_session(accepted.reason)
    return accepted.sdp
