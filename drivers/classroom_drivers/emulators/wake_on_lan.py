"""A PC that wakes on its magic packet and, once it has booted, takes connections."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from classroom_drivers.codecs.wake_on_lan import ASK, AWAY, HERE, mac_of, password_of, wakes
from classroom_drivers.emulators.session import NEVER


@dataclass(kw_only=True)
class WakeOnLanEmulator:
    """The PC; sessions share it."""

    mac: str = "AA-BB-CC-DD-EE-FF"
    password: str = ""  # of SecureOn
    boot_s: float = 20.0
    packets: int = 0  # that woke it, or would have
    _up_s: float = field(default=NEVER, init=False)

    @property
    def needs(self) -> Mapping[str, str]:
        """Give the options that a driver needs to wake it."""
        return {"mac": self.mac}

    def session(self, now_s: float) -> "WakeOnLanSession":
        """Begin to hear somebody."""
        return WakeOnLanSession(self)

    def is_up(self, now_s: float) -> bool:
        """Say whether it takes connections."""
        return now_s >= self._up_s

    def shut_down(self) -> None:
        """Be switched off by somebody in the room."""
        self._up_s = NEVER

    def hear(self, data: bytes, now_s: float) -> None:
        """Take a datagram."""
        if wakes(data, mac_of(self.mac) or b"", password_of(self.password) or b""):
            self.packets += 1
            self._up_s = min(self._up_s, now_s + self.boot_s)


class WakeOnLanSession:
    """One sender. Where there is no network to knock over, the question itself is answered."""

    closed = False

    def __init__(self, pc: WakeOnLanEmulator) -> None:
        self._pc = pc

    def due_s(self) -> float:
        """Never says anything by itself."""
        return NEVER

    def receive(self, data: bytes, now_s: float) -> list[bytes]:
        """Take a datagram, or the question whether it is there."""
        if data == ASK:
            return [HERE if self._pc.is_up(now_s) else AWAY]
        self._pc.hear(data, now_s)
        return []


MODELS: Mapping[str, Callable[[], WakeOnLanEmulator]] = MappingProxyType({"pc": WakeOnLanEmulator})
