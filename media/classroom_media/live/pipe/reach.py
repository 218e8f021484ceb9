"""How this machine is reached: its port, what a router forwards to it, and TURN servers."""

from dataclasses import dataclass
from ssl import SSLContext

from classroom_media.live.pipe.port import Address, Port


@dataclass(frozen=True, slots=True)
class Relay:
    """A TURN server, for who reaches nobody directly; with `tls` by TCP and TLS.

    `trusted` says which certificates are believed; None = those that the system believes.
    """

    host: str
    port: int
    user: str
    password: str
    transport: str = "udp"  # or "tcp"
    tls: bool = False
    trusted: SSLContext | None = None

    def __repr__(self) -> str:
        """Tell all but the password."""
        return f"Relay({self.user}@{self.host}:{self.port}, {self.transport}, tls={self.tls})"


@dataclass(frozen=True, slots=True)
class Reach:
    """How pipes are found. `announced` lead to the port from outside; `relay_only`: hide all else.

    Without `relays` a machine is found at its own addresses alone, and at those that servers of
    `stun` see it at.
    """

    port: Port
    announced: tuple[Address, ...] = ()
    relays: tuple[Relay, ...] = ()
    relay_only: bool = False
    stun: tuple[Address, ...] = ()
