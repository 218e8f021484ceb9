"""A screen of this room, in a browser: a site shows the hub, a hub its programme or a site.

It never sounds what is said in the room itself.
"""

import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from classroom_edge.services.live.cast import HUB, Cast
from classroom_edge.services.live.offers import Accepted
from classroom_edge.services.live.relay import RelayPort, met, part
from classroom_media.api import WorkerError
from classroom_media.messages import Meet

PREFIX: Final = "screen-"

logger = logging.getLogger(__name__)


@dataclass(kw_only=True)
class Screens:
    """Lets screens in and out; they stand in no roster, for they are of the room itself."""

    relay: RelayPort
    cast: Callable[[], Cast | None]

    async def meet(self, offer: str, school: str = "") -> tuple[str, Accepted]:
        """Give a screen's name, and the answer to its offer; `school` = a hub shows that one."""
        name = PREFIX + secrets.token_hex(4)
        cast = self.cast()
        if cast is None:
            return name, Accepted(reason="not-going")
        if school and not _is_seen(cast, school):
            return name, Accepted(reason="not-in-it")
        shown = school if cast.leads else HUB
        meeting = Meet(peer=name, offer=offer, receive=False, inside=True, shows=shown)
        try:
            answer = await met(self.relay, meeting)
        except WorkerError as error:
            logger.warning("%s cannot be met: %s", name, error)
            return name, Accepted(reason="no-relay")
        return name, Accepted(answer)

    async def part(self, name: str) -> None:
        """Let a screen go."""
        if name.startswith(PREFIX):
            await part(self.relay, name)


def _is_seen(cast: Cast, school: str) -> bool:
    """Whether the picture of a school comes to this room."""
    peer = cast.peer(school)
    return peer is not None and peer.speaks
