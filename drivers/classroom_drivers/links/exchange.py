"""A question or command on its way: what is written, what answers it, how urgent it is."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, Generic, Protocol, TypeVar

from classroom_drivers.codecs.garbage import Garbage

ReplyT = TypeVar("ReplyT")
ReplyT_co = TypeVar("ReplyT_co", covariant=True)
ResultT = TypeVar("ResultT")


class Priority(IntEnum):
    """Who goes first. SETUP is what must precede everything on a new link."""

    SETUP = 0
    STOP = 1
    COMMAND = 2
    POLL = 3


class Codec(Protocol[ReplyT_co]):
    """A protocol's state on one link: both directions, without I/O."""

    def spell(self, data: bytes) -> list[bytes]:
        """Make ready for the wire, when it is sent: envelopes, counters; one write each."""

    def feed(self, data: bytes) -> Sequence[ReplyT_co | Garbage]:
        """Take bytes as they arrive; give what they complete, noise included."""


@dataclass(frozen=True, kw_only=True)  # slots and Generic do not go together before 3.12
class Exchange(Generic[ReplyT, ResultT]):
    """What is written, and how its answer is known.

    `answer` looks at a reply and gives the result, or None if it is not the answer to this; it
    raises a DeviceError if the device said no. Who asks gets None where silence counts as a yes
    (`assent_s`); even so no command is sent before the answer has come. Without `answer` nothing
    is waited for; without `data` nothing is written.
    """

    name: str  # for people: "POWR ?"
    data: bytes = b""
    answer: Callable[[ReplyT], ResultT | None] | None = None
    timeout_s: float = 2.0  # for the answer, from when it is on the wire
    resend: int = 0  # so often it is sent again when no answer comes
    once: bool = False  # never sent twice, even if the device hangs up on it: a key, a step
    priority: Priority = Priority.COMMAND
    kind: str = ""  # a newer one of the same kind takes the place of one that still waits
    deadline_s: float = 5.0  # it is not sent later than this
    assent_s: float = float("inf")  # silence for so long is a yes, though the answer is awaited
    gap_s: float = 0.0  # the device wants so much quiet after it; STOP need not keep it


@dataclass(eq=False, slots=True)
class Pending:
    """An exchange that somebody waits for."""

    exchange: Exchange[Any, Any]
    expires_s: float
    waiters: list[asyncio.Future[Any]] = field(default_factory=list)
    spelled: tuple[bytes, ...] = ()
    sent: int = 0
    answer_due_s: float = 0.0
    assent_due_s: float = float("inf")
    outdated: bool = False  # a newer one of its kind is on the wire: never send it again

    @property
    def wanted(self) -> bool:
        """Say whether anybody still waits for it."""
        return any(not waiter.done() for waiter in self.waiters)

    def succeed(self, result: object) -> None:
        """Give everybody the result."""
        for waiter in self.waiters:
            if not waiter.done():
                waiter.set_result(result)

    def fail(self, error: Exception) -> None:
        """Give everybody the error."""
        for waiter in self.waiters:
            if not waiter.done():
                waiter.set_exception(error)
