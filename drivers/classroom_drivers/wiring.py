"""What several devices share: a wire that carries more than one of them, a port for their news.

A room has one `Wiring`; devices that are connected without one have each their own.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from classroom_drivers.api import Transport, UnsupportedError
from classroom_drivers.links.address import Address
from classroom_drivers.links.post import Post
from classroom_drivers.links.shared_wire import SharedWire


class Wiring:
    """Hands out shared things; each is opened with its first user and closed with its last."""

    def __init__(self) -> None:
        self._wires: dict[str, SharedWire] = {}
        self._posts: dict[int, Post] = {}

    def wire(self, address: Address, transport: Transport, sharing: str) -> Transport:
        """Give the way to an address that others may use too; see `LineDevice.SHARING`.

        Raises:
            UnsupportedError: others use it already, at another speed or in another way.
        """
        wire = self._wires.setdefault(address.place, SharedWire(transport, sharing))
        if (wire.sharing, wire.byte_s) != (sharing, transport.byte_s):
            raise UnsupportedError(f"{address}: in use at another speed, or as another kind of bus")
        return wire.tap()

    @asynccontextmanager
    async def notices(
        self, port: int, host: str, take: Callable[[bytes], None]
    ) -> AsyncIterator[None]:
        """Give `take` every datagram that a host sends to a UDP port of ours, for a block."""
        if not port:
            yield
            return
        post = self._posts.setdefault(port, Post(port))
        async with post.deliver(host, take):
            yield
