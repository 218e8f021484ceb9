"""What an emulated device is: a pure state machine. Bytes in, messages out, the time passed in."""

from typing import Protocol

NEVER = float("inf")


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
