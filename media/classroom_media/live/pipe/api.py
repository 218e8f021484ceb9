"""What every pipe does, whatever carries it.

MediaError
└── PipeError            a description that is none, a peer that cannot be what it says
"""

from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import Protocol

from classroom_media.api import MediaError
from classroom_media.live.pipe.agreement import Direction


class PipeError(MediaError):
    """A description that is none, or a peer that cannot prove to be who it says."""


class State(StrEnum):
    """How a pipe is. What is lost stays lost: a new pipe is agreed in its place."""

    CONNECTING = "connecting"
    CONNECTED = "connected"
    LOST = "lost"
    CLOSED = "closed"


Received = Callable[[bytes, int], None]  # a packet of RTP or RTCP, and when it came (monotonic ns)
Changed = Callable[[State], None]


class Pipe(Protocol):
    """Packets to one peer and from it. No method blocks; `send` may be called in any state."""

    @property
    def state(self) -> State:
        """Tell how the pipe is."""

    @property
    def sends(self) -> Direction:
        """Tell what goes to the peer, and under which numbers; known after `agree` or `answer`."""

    @property
    def receives(self) -> Direction:
        """Tell what comes from the peer, and under which numbers; known as above."""

    async def offer(self) -> str:
        """Give the description to be answered."""

    async def answer(self, offer: str) -> str:
        """Take another's description, give ours, and connect.

        Raises:
            PipeError: it is none, or we have nothing in common.
        """

    async def agree(self, answer: str) -> None:
        """Take the answer to our offer, and connect.

        Raises:
            PipeError: it is none, or we have nothing in common.
        """

    def send(self, packets: Iterable[bytes]) -> None:
        """Send RTP and RTCP, in order; what cannot leave now is lost, as on any link."""

    async def close(self) -> None:
        """Take leave of the peer, and give everything back. May be called twice."""
