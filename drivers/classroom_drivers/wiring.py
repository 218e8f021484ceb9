"""What several devices share: a wire that carries more than one of them, a port for their news.

A room has one `Wiring`; devices that are connected without one have each their own.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from classroom_drivers.api import Transport
from classroom_drivers.links.address import Address


class Wiring:
    """Hands out shared things; each is opened with its first user and closed with its last."""

    def __init__(self) -> None:
        self._wires: dict[str, Transport] = {}

    def wire(self, address: Address, transport: Transport, sharing: str) -> Transport:
        """Give the way to an address that others may use too; see `LineDevice.SHARING`."""
        return self._wires.setdefault(f"{sharing} {address}", transport)

    @contextmanager
    def notices(self, port: int, host: str, take: Callable[[bytes], None]) -> Iterator[None]:
        """Give `take` every datagram that a host sends to a UDP port of ours, for a block."""
        yield
