"""A site's cable, for who may not make networks: UDP and TCP are forwarded on this machine.

    async with Cable(Line(delay_ns=20_000_000), Line(delay_ns=20_000_000)) as cable:
        link = await cable.tcp(("127.0.0.1", 7700))  # what the site dials instead of the hub
        media = cable.udp(("127.0.0.1", 7702))  # what the hub announces to this site
        cable.up.rate_bps = 300_000  # the line becomes thin, at once
        cable.cut = True  # somebody pulls it; False = it is back

All doors of a cable share its rate and its queue. A datagram is lost as the link says. Bytes of a
connection are never lost: a piece that the link loses comes one round trip later, as TCP's
fast retransmission brings it, and holds up what follows; while the cable is cut all of it waits.
A new connection is made only over a whole cable. For real TCP over a real loss see `internet.py`.
"""

from contextlib import AsyncExitStack
from types import TracebackType
from typing import Final, Self

from classroom_media.emulate.carrier import Carrier
from classroom_media.emulate.link import Line, Link
from classroom_media.emulate.tcp_door import TcpDoor
from classroom_media.emulate.udp_door import Address, UdpDoor

LOOPBACK: Final = ("127.0.0.1", 0)


class Cable:
    """What a site's traffic passes: `up` to the hub, `down` from it. Lines may be set any time."""

    def __init__(self, up: Line, down: Line, *, seed: int = 0) -> None:
        self.up, self.down = up, down
        self._seed = seed
        self._open = AsyncExitStack()
        self._udp_doors: list[UdpDoor] = []

    @property
    def cut(self) -> bool:
        """Tell whether nothing passes."""
        return self.up.cut and self.down.cut

    @cut.setter
    def cut(self, is_cut: bool) -> None:
        self.up.cut = self.down.cut = is_cut

    async def __aenter__(self) -> Self:
        self._to_hub = Carrier(Link(self.up, self._seed))
        self._to_site = Carrier(Link(self.down, self._seed + 1))
        for carrier in (self._to_hub, self._to_site):
            self._open.callback(carrier.close)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        raised: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._open.aclose()

    def udp(self, target: Address, listen: Address = LOOPBACK) -> Address:
        """Open a door for datagrams; give where it is. Raises OSError."""
        door = UdpDoor(target, listen, self._to_hub, self._to_site)
        self._open.callback(door.close)
        self._udp_doors.append(door)
        return door.address

    async def tcp(self, target: Address, listen: Address = LOOPBACK) -> Address:
        """Open a door for connections; give where it is. Raises OSError."""
        door = TcpDoor(target, self._to_hub, self._to_site)
        self._open.push_async_callback(door.close)
        return await door.open(listen)

    def change_address(self) -> None:
        """Let the hub see what follows come from elsewhere, as after a router's restart."""
        for door in self._udp_doors:
            door.forget()
