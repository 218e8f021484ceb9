"""The link of a room with other schools, as the rest of the daemon sees it at either end."""

from typing import Protocol

from classroom_edge.room import LinkView
from classroom_edge.sessions import local
from classroom_edge.sessions.link import films
from classroom_edge.sessions.taught import Taught


class LinkService(Protocol):
    """Either end."""

    @property
    def view(self) -> LinkView:
        """What the room's state shows of it."""

    @property
    def hub_ns(self) -> int | None:
        """Hub time now, as well as it is known."""

    async def inquire(self, site: str, question: films.Question, *, within_s: float) -> films.Reply:
        """Ask the other end about films. Raises NotLinkedError, SilentError."""

    async def taught(self, site: str, since_ns: int) -> tuple[Taught, ...]:
        """Give the sessions that a site was invited to, and that ended since; a site knows none."""

    async def answer(self, request: local.AnyRequest) -> local.Reply:
        """Answer somebody of this room, who speaks for it. Raises StoreError."""

    async def run(self) -> None:
        """Run until cancelled."""
