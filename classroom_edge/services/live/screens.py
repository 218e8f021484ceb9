"""A screen of this room, in a browser beside the daemon: it shows what comes from afar."""

import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from classroom_edge.services.live.cast import Cast
from classroom_edge.services.live.offers import Accepted
from classroom_edge.services.live.relay import RelayPort, met, part
from classroom_media.api import WorkerError

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
        if self.cast() is None:
            return name, Accepted(reason="not-going")
        try:
            answer = await met(self.relay, name, offer, send=True, receive=False)
        except WorkerError as error:
            logger.warning("%s cannot be met: %s", name, error)
            return name, Accepted(reason="no-relay")
        return name, Accepted(answer)

    async def part(self, name: str) -> None:
        """Let a screen go."""
        if name.startswith(PREFIX):
            await part(self.relay, name)
