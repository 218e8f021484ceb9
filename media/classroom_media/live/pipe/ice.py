"""ICE by aioice, over the port that all pipes share, and what aioice leaves out.

- Packets come by a call, not by a queue and a task.
- Who was heard a second ago is not asked whether he is still there more often than the standard
  wants; who has fallen silent is checked each second, and by whoever leads with a nomination: so a
  peer whose address has changed is found again within two seconds, without a word by other ways.
- After thirty seconds without an answer the peer is lost, and no sooner: a cut of fifteen, after a
  check six seconds before it, heals by itself.

Source: RFC 8445 (ICE); RFC 7675, 5.1 (consent: each 4 to 6 s, at most 30 s without).
"""

import asyncio
import contextlib
import random
import socket
import time
from collections.abc import Callable, Coroutine, Iterable, Sequence
from typing import Final

from aioice import Candidate, Connection, stun
from aioice.ice import CandidatePair, StunProtocol, server_reflexive_candidate

from classroom_media.live.pipe.port import Address, Lane
from classroom_media.live.pipe.reach import Reach, Relay
from classroom_media.live.pipe.relayed import candidate, relayed

CONSENT_S: Final = 30.0
ASK_S: Final = (4.0, 6.0)
LOOK_S: Final = 1.0
GATHER_S: Final = 5.0
SEEN_S: Final = 1.5  # until a server that is asked besides has answered, or is not waited for
NAME: Final = 8  # characters that checks call a pipe by
PASSWORD: Final = 24
_LETTERS: Final = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


class Ice(Connection):
    """Finds the way to a peer, and watches it. `controlling`: who made the offer."""

    def __init__(
        self,
        reach: Reach,
        *,
        controlling: bool,
        received: Callable[[bytes, int], None],
        lost: Callable[[], None],
    ) -> None:
        secret = random.SystemRandom()
        super().__init__(
            ice_controlling=controlling,
            local_username="".join(secret.choices(_LETTERS, k=NAME)),
            local_password="".join(secret.choices(_LETTERS, k=PASSWORD)),
        )
        self._reach, self._received, self._lost = reach, received, lost
        self._heard_s = 0.0

    def put(self, datagrams: Sequence[bytes]) -> None:
        """Send datagrams the way that was found; without one they are lost."""
        if pair := self._nominated.get(1):
            transport, address = pair.protocol.transport, pair.remote_addr
            if isinstance(transport, Lane):
                transport.send_all(datagrams, address)
                return
            for each in datagrams:
                transport.sendto(each, address)

    async def get_component_candidates(
        self, component: int, addresses: list[str], timeout: int = 5
    ) -> list[Candidate]:
        """Give where we can be found: at the port's addresses, as announced, at TURN servers."""
        lanes = [] if self._reach.relay_only else self._lanes()
        found = self._at_port(lanes) if lanes else []
        asked = [self._at_server(relay) for relay in self._reach.relays]
        by_ipv4 = [lane for lane in lanes if lane.sock.family == socket.AF_INET]  # as aioice asks
        seen = [self._seen(lane, server) for lane in by_ipv4 for server in self._reach.stun]
        return found + await _found(*asked, *seen)

    async def also(self, relays: Iterable[Relay]) -> None:
        """Look for the peer from more TURN servers; it learns where they are by our checks."""
        asked = [self._at_server(relay, SEEN_S) for relay in relays]
        self._local_candidates += await _found(*asked)

    def _lanes(self) -> list[Lane]:
        lanes = self._reach.port.lanes(self.local_username, lambda: StunProtocol(self), self.take)
        for lane in lanes:
            lane.stun.local_candidate = candidate("host", lane.sock.getsockname()[:2])
            self._protocols.append(lane.stun)
        return lanes

    def _at_port(self, lanes: list[Lane]) -> list[Candidate]:
        own = [lane.stun.local_candidate for lane in lanes]
        base = (own[0].host, own[0].port)
        return own + [candidate("srflx", address, base) for address in self._reach.announced]

    async def _at_server(self, relay: Relay, within_s: float = GATHER_S) -> Candidate | None:
        with contextlib.suppress(OSError, TimeoutError, stun.TransactionError):
            async with asyncio.timeout(within_s):
                protocol = await relayed(relay, lambda: StunProtocol(self))
                self._protocols.append(protocol)
                return protocol.local_candidate
        return None

    async def _seen(self, lane: Lane, server: Address) -> Candidate | None:
        with contextlib.suppress(OSError, TimeoutError, KeyError, stun.TransactionError):
            async with asyncio.timeout(SEEN_S):
                return (await server_reflexive_candidate(lane.stun, server))[0]
        return None

    def take(self, data: bytes, now_ns: int) -> None:
        """Take what is no message of ICE."""
        self._heard_s = time.monotonic()
        self._received(data, now_ns)

    def data_received(self, data: bytes, component: int) -> None:
        """Take what came by a TURN server."""
        self.take(data, time.monotonic_ns())

    def protocol_lost(self, protocol: StunProtocol) -> None:
        """Note that a TURN server is gone."""
        pair = self._nominated.get(1)
        if pair and pair.protocol is protocol and not self._closing:
            self._lost()

    def check_incoming(self, message: stun.Message, addr: Address, protocol: StunProtocol) -> None:
        """Take a check that has proved by whom it is: what else comes from there is his."""
        self._learn(protocol, addr)
        super().check_incoming(message, addr, protocol)

    def check_complete(self, pair: CandidatePair) -> None:
        """Take the answer to a check of ours."""
        if pair.state == CandidatePair.State.SUCCEEDED:
            self._learn(pair.protocol, pair.remote_addr)
        super().check_complete(pair)

    def _learn(self, protocol: StunProtocol, address: Address) -> None:
        if isinstance(protocol.transport, Lane):
            self._reach.port.learn(protocol.transport, address)

    async def query_consent(self) -> None:
        """Ask from time to time whether the peer still wants what we send; without delay if not."""
        answered_s = time.monotonic()
        ask_s = answered_s + random.uniform(*ASK_S)  # noqa: S311 - only so as not to ask together
        while time.monotonic() - answered_s < CONSENT_S:
            await asyncio.sleep(LOOK_S)
            now_s = time.monotonic()
            if now_s < ask_s and now_s - self._heard_s < LOOK_S:
                continue
            ask_s = now_s + random.uniform(*ASK_S)  # noqa: S311
            if await self._answers():
                answered_s = time.monotonic()
        self._lost()

    async def _answers(self) -> bool:
        pair, password = self._nominated.get(1), self.remote_password
        if pair is None or password is None:
            return False
        request = self.build_request(pair, nominate=True)
        try:
            await pair.protocol.request(
                request, pair.remote_addr, integrity_key=password.encode(), retransmissions=1
            )
        except stun.TransactionError:
            return False
        return True


async def _found(*asked: Coroutine[None, None, Candidate | None]) -> list[Candidate]:
    async with asyncio.TaskGroup() as tasks:
        answers = [tasks.create_task(each) for each in asked]
    return [each for task in answers if (each := task.result())]
