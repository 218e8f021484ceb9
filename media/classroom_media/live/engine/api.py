"""What an engine does for a class, whatever server it is.

MediaError
└── EngineError           the server cannot be reached, or refuses
"""

from dataclasses import dataclass
from typing import Protocol

from classroom_media.api import MediaError


class EngineError(MediaError):
    """An engine cannot be reached, or refuses; the text says what was asked and what came back."""


@dataclass(frozen=True, slots=True)
class Carried:
    """What an engine has carried for one of ours, since it came; in packets and bytes."""

    name: str
    received: int
    received_bytes: int
    sent: int
    sent_bytes: int
    asked_again: int  # packets that the engine asked us to send again


class Engine(Protocol):
    """Classes on a server by others. Every method may raise `EngineError`."""

    async def create(self, room: str, *, publishers: int, bitrate_bps: int) -> None:
        """Open a class; each who sends may send so much."""

    async def publish(self, room: str, name: str, offer: str) -> str:
        """Let somebody send into a class; gives the answer to his offer."""

    async def subscribe(self, room: str, name: str, publisher: str) -> str:
        """Let somebody have what another sends; gives an offer, which `agree` must answer."""

    async def agree(self, room: str, name: str, answer: str) -> None:
        """Take the answer of who subscribed."""

    async def publishers(self, room: str) -> tuple[str, ...]:
        """Name those who send."""

    async def drop(self, room: str, name: str) -> None:
        """Send somebody away."""

    async def statistics(self) -> tuple[Carried, ...]:
        """Tell what was carried for each of ours."""

    async def close(self) -> None:
        """Send all of ours away, close the classes that we opened, and leave."""
