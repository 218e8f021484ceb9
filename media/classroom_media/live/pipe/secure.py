"""The pipe that runs everywhere: aioice's ICE, OpenSSL's DTLS, libsrtp."""

import asyncio
import contextlib
import secrets
from collections.abc import Iterable, Sequence
from ipaddress import ip_address
from typing import Final

from aioice import Candidate

from classroom_media.live.pipe import agreement
from classroom_media.live.pipe.api import Changed, PipeError, Received, State
from classroom_media.live.pipe.description import Description, Medium, Way, write
from classroom_media.live.pipe.dtls import Dtls
from classroom_media.live.pipe.ice import Ice
from classroom_media.live.pipe.identity import Identity
from classroom_media.live.pipe.lock import Lock
from classroom_media.live.pipe.reach import Reach, Relay
from classroom_media.live.pipe.reading import read

CONNECT_S: Final = 30.0  # until then the peer must have been found, and have proved itself
CANDIDATES: Final = 40  # of one peer; a machine with many addresses tells a dozen
CLOSE_S: Final = 2.0  # for a TURN server to take note that we leave


class SecurePipe:
    """A pipe to one peer (see `api.Pipe`); it looks for its peer in a task of the given group."""

    def __init__(
        self,
        reach: Reach,
        tasks: asyncio.TaskGroup,
        *,
        received: Received,
        changed: Changed,
        send: bool = True,
        receive: bool = True,
    ) -> None:
        self.state = State.CONNECTING
        self.ssrcs = agreement.Ssrcs.random()
        self.sends = self.receives = agreement.NOTHING
        self._reach, self._tasks, self._changed = reach, tasks, changed
        self._wants = {"send": send, "receive": receive}
        self._identity = Identity.new()
        self._ice: Ice | None = None
        self._work: asyncio.Task[None] | None = None
        self._settled = asyncio.Event()
        self._lock = Lock(put=self._put, received=received, ready=self._ready, failed=self._lose)

    async def offer(self) -> str:
        """Give the description to be answered."""
        ice = await self._gather(controlling=True)
        return self._describe(ice, agreement.offered(self.ssrcs, **self._wants), "actpass")

    async def answer(self, offer: str) -> str:
        """Take another's description, give ours, and connect.

        Raises:
            PipeError: it is none, or we have nothing in common.
        """
        theirs = _read(offer)
        ours = agreement.answered(theirs.media, self.ssrcs, **self._wants)
        if all(each.refused for each in ours):
            raise PipeError("the offer has neither H.264 nor Opus")
        ice = await self._gather(controlling=theirs.way.lite)
        begins = theirs.way.setup != "active"
        self._agreed(ice, ours, theirs, server=not begins)
        return self._describe(ice, ours, "active" if begins else "passive")

    async def also(self, relays: Iterable[Relay]) -> None:
        """After the offer and before `agree`: have more TURN servers, without another offer."""
        if self._ice is not None:
            await self._ice.also(relays)

    async def agree(self, answer: str) -> None:
        """Take the answer to our offer, and connect.

        Raises:
            PipeError: it is none, or does not answer our offer.
        """
        theirs, ours = _read(answer), agreement.offered(self.ssrcs, **self._wants)
        if self._ice is None or len(theirs.media) != len(ours):
            raise PipeError("this does not answer our offer")
        self._agreed(self._ice, ours, theirs, server=theirs.way.setup != "passive")

    def send(self, packets: Iterable[bytes]) -> None:
        """Send RTP and RTCP, in order; before and after the connection they are lost.

        Who does not answer any more is sent nothing (RFC 7675, 5.1).
        """
        if self.state is State.CONNECTED:
            self._lock.send(packets)

    async def close(self) -> None:
        """Take leave of the peer, and give everything back. May be called twice."""
        self._set(State.CLOSED)
        if self._work:
            self._work.cancel()
        self._lock.end()
        ice, self._ice = self._ice, None
        if ice is not None:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(CLOSE_S):
                    await ice.close()

    async def _gather(self, *, controlling: bool) -> Ice:
        self._ice = ice = Ice(
            self._reach, controlling=controlling, received=self._lock.take, lost=self._lose
        )
        await ice.gather_candidates()
        return ice

    def _describe(self, ice: Ice, media: tuple[Medium, ...], setup: str) -> str:
        way = Way(
            user=ice.local_username,
            password=ice.local_password,
            digest="sha-256",
            fingerprint=self._identity.fingerprint,
            setup=setup,
            candidates=tuple(each.to_sdp() for each in ice.local_candidates),
        )
        return write(Description(way, media), secrets.randbits(62))

    def _agreed(
        self, ice: Ice, ours: tuple[Medium, ...], theirs: Description, *, server: bool
    ) -> None:
        self.sends = agreement.outgoing(ours, theirs.media, self.ssrcs)
        self.receives = agreement.incoming(ours, theirs.media)
        way = theirs.way
        dtls = Dtls(self._identity, server=server, digest=way.digest, expected=way.fingerprint)
        self._work = self._tasks.create_task(self._find(ice, way, dtls))

    async def _find(self, ice: Ice, way: Way, dtls: Dtls) -> None:
        """Find the way to the peer, and see that it is the right one."""
        ice.remote_username, ice.remote_password = way.user, way.password
        ice.remote_is_lite = way.lite
        try:
            async with asyncio.timeout(CONNECT_S):
                for each in filter(None, map(_candidate, way.candidates[:CANDIDATES])):
                    await ice.add_remote_candidate(each)
                await ice.connect()
                self._lock.begin(dtls)
                await self._settled.wait()
        except (ConnectionError, TimeoutError):
            self._lose()

    def _put(self, datagrams: Sequence[bytes]) -> None:
        if self._ice is not None:
            self._ice.put(datagrams)

    def _ready(self) -> None:
        self._set(State.CONNECTED)

    def _lose(self) -> None:
        if self.state is not State.CLOSED:
            self._set(State.LOST)

    def _set(self, state: State) -> None:
        self._settled.set()
        if state is not self.state:
            self.state = state
            self._changed(state)


def _read(text: str) -> Description:
    try:
        return read(text)
    except ValueError as error:
        raise PipeError(str(error)) from error


def _candidate(text: str) -> Candidate | None:
    """Read a candidate; None for what is not by UDP, hides behind a name or is broken.

    A browser that hides its address finds us, and is known by that.
    """
    try:
        found = Candidate.from_sdp(text)
        ip_address(found.host)
    except ValueError:
        return None
    return found if found.transport.lower() == "udp" else None
