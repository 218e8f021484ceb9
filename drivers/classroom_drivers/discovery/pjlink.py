"""PJLink's search: projectors of class 2 on the network answer a datagram that goes to all.

They answer to port 4352 of who searches, some to the port that was sent from. So that port is
used; where another program has it, or the room listens to news on it, any other, and only the
latter are found. Those of class 1 do not answer at all.

Source: JBMIA, PJLink Specifications class 2, section on searching (by way of Zulu-Inuoe/pjlink and
AlanSRU/ioBroker.pjlink-class2, which listen on 4352, and pjlink-advance, which answers the sender).
"""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass

from classroom_drivers.api import LinkError
from classroom_drivers.codecs.pjlink import SEARCH, Reply, ReplyDecoder

PORT = 4352
EVERYBODY = "255.255.255.255"
TIMES = 2  # datagrams get lost


@dataclass(frozen=True, slots=True, order=True)
class FoundProjector:
    """One that answered."""

    host: str
    mac: str


async def search(
    hosts: Iterable[str] = (EVERYBODY,),
    *,
    port: int = PORT,
    from_port: int = PORT,
    wait_s: float = 3.0,
) -> tuple[FoundProjector, ...]:
    """Ask all projectors on the network, or on those hosts, who is there; takes `wait_s`.

    Raises:
        LinkError: there is no way to send it.
    """
    answers = _Answers()
    wire = await _open(answers, from_port)
    try:
        for _ in range(TIMES):
            for host in hosts:
                wire.sendto(SEARCH, (host, port))
            await asyncio.sleep(wait_s / TIMES)
    finally:
        wire.close()
    if answers.problem and not answers.found:
        raise LinkError(f"no search: {answers.problem}")
    return tuple(sorted(answers.found))


async def _open(answers: "_Answers", port: int) -> asyncio.DatagramTransport:
    loop = asyncio.get_running_loop()
    for ours in (port, 0):
        try:
            wire, _ = await loop.create_datagram_endpoint(
                lambda: answers, local_addr=("0.0.0.0", ours), allow_broadcast=True
            )
        except OSError as error:
            problem = error
        else:
            return wire
    raise LinkError(f"no search: {problem}") from problem


class _Answers(asyncio.DatagramProtocol):
    """Collects who answers."""

    def __init__(self) -> None:
        self.found: set[FoundProjector] = set()
        self.problem = ""

    def error_received(self, exc: Exception) -> None:
        """Take the system's word that it could not be sent."""
        self.problem = str(exc)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Take an answer; anything else on this port is not for us."""
        for heard in ReplyDecoder().feed(data):
            if isinstance(heard, Reply) and heard.command == "ACKN":
                self.found.add(FoundProjector(addr[0], heard.parameter.lower()))
