"""A screen of this room, in a browser: at a site it shows the hub, at a hub the programme.

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

    async def meet(self, offer: str) -> tuple[str, Accepted]:
        """Give a screen's name, and the answer to its offer."""
        name = PREFIX + secrets.token_hex(4)
        cast = self.cast()
        if cast is None:
            return name, Accepted(reason="not-going")
        shown = "" if cast.leads else HUB
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
