"""What an emulated device is: a pure state machine. Bytes in, messages out, the time passed in."""

from collections.abc import Callable, Sequence
from typing import Generic, Protocol, TypeVar

from classroom_drivers.codecs.garbage import Garbage

NEVER = float("inf")
HeardT = TypeVar("HeardT")


class Session(Protocol):
    """One controller's connection, as the device sees it."""

    closed: bool  # the device has hung up

    def receive(self, data: bytes, now_s: float) -> list[bytes]:
        """Take what arrived, or nothing when only time has passed; give the device's messages."""

    def due_s(self) -> float:
        """Say when the device will do something by itself; NEVER if it will not."""


class Emulator(Protocol):
    """A device without its box. Sessions share its state, as controllers share a device."""

    def session(self, now_s: float) -> Session:
        """Begin a connection; a greeting comes with the first `receive`."""


class ObedientSession(Generic[HeardT]):
    """A connection to a device that takes each message by itself; noise it does not hear."""

    closed = False

    def __init__(
        self,
        feed: Callable[[bytes], Sequence[HeardT | Garbage]],
        obey: Callable[[HeardT], list[bytes]],
    ) -> None:
        self._feed = feed
        self._obey = obey

    def due_s(self) -> float:
        """Never does anything by itself."""
        return NEVER

    def receive(self, data: bytes, now_s: float) -> list[bytes]:
        """Take what arrived; give what the device says."""
        found = self._feed(data)
        return [said for m in found if not isinstance(m, Garbage) for said in self._obey(m)]
