"""A site measures its line to a hub: some seconds, and some megabytes at most."""

import asyncio
import socket
import statistics
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from itertools import pairwise
from random import SystemRandom
from typing import Final, cast

import msgspec
import zmq.asyncio

from classroom_edge.sessions.link import survey, wire
from classroom_edge.sessions.link.address import Address
from classroom_edge.sessions.link.findings import Findings
from classroom_edge.sessions.link.keys import KeyPair
from classroom_edge.sessions.link.sockets import site_socket
from classroom_edge.sessions.link.survey import Arrived, Datagram, Kind, Train

WITHIN_S: Final = 8.0  # for the hub's yes
ECHOES: Final = 120
ECHO_EVERY_S: Final = 0.01
ECHO_BYTES: Final = 160
PATIENCE_S: Final = 1.2  # for what is still under way
RATES_BPS: Final = (250_000, 750_000, 2_000_000, 6_000_000, 16_000_000)
TRAIN_S: Final = 0.3
FILLED: Final = 0.8  # a train that comes slower than this share of its rate has filled the line
TRIES: Final = 2  # a machine that is busy looks like a line that is full
SIZES: Final = (1500, 1492, 1400, 1280, 1000)  # bytes of an IP packet
LOADS: Final = 40  # of LOAD_MAX, where UDP does not pass
LOADS_AT_ONCE: Final = 6
LOADS_WITHIN_S: Final = 6.0
_IP_MTU_DISCOVER: Final = 10  # of Linux, ip(7); elsewhere no size is found
_IP_PMTUDISC_PROBE: Final = 3
_IPV6_MTU_DISCOVER: Final = 23


async def measure(hub: Address, hub_key: str, keys: KeyPair) -> Findings:
    """Measure the line to a hub that knows these keys, or has a code open."""
    found = Findings(hub=str(hub))
    try:
        by_ipv6 = await _reached(hub, socket.AF_INET6)
        if not by_ipv6 and not await _reached(hub, socket.AF_INET):
            return msgspec.structs.replace(found, reason="nobody")
        with (
            zmq.asyncio.Context() as context,
            site_socket(context, keys, hub_key, SystemRandom()) as link,
        ):
            link.connect(hub.endpoint)
            answer = await _admitted(link)
            if answer.reason:
                return msgspec.structs.replace(found, reason=answer.reason)
            found = msgspec.structs.replace(found, ipv6=by_ipv6)
            over_udp = await _by_udp(found, Address(hub.host, answer.port), answer.token)
            return over_udp if over_udp.udp else await _by_link(found, link, answer.token)
    except TimeoutError:
        return msgspec.structs.replace(found, reason="silent")


async def _reached(hub: Address, family: socket.AddressFamily) -> bool:
    with suppress(OSError, TimeoutError):
        async with asyncio.timeout(3):
            _, writer = await asyncio.open_connection(hub.host, hub.port, family=family)
            writer.close()
            return True
    return False


async def _admitted(link: zmq.asyncio.Socket) -> wire.Surveyed:
    async with asyncio.timeout(WITHIN_S):
        await link.send(wire.encode(wire.LetterToHub(body=wire.Survey())))
        while True:
            with suppress(wire.WireError):
                body = wire.decode_to_site(await link.recv()).body
                if isinstance(body, wire.Surveyed):
                    return body


async def _by_link(found: Findings, link: zmq.asyncio.Socket, token: bytes) -> Findings:
    """Have bytes sent back over TCP: both ways are at least so fast."""
    load = wire.encode(wire.LetterToHub(body=wire.Load(token=token, data=bytes(wire.LOAD_MAX))))
    began_s, waits_ms, asked = time.monotonic(), list[float](), list[float]()
    back = 0
    with suppress(TimeoutError):
        async with asyncio.timeout(LOADS_WITHIN_S):
            while back < LOADS:
                while len(asked) < min(LOADS, back + (LOADS_AT_ONCE if back else 1)):
                    asked.append(time.monotonic())
                    await link.send(load)
                await link.recv()
                waits_ms.append(1000 * (time.monotonic() - asked[back]))
                back += 1
    rate_bps = back * wire.LOAD_MAX * 8 / (time.monotonic() - began_s)
    return msgspec.structs.replace(
        found,
        round_trip_ms=waits_ms[0] if waits_ms else None,
        up_bps=rate_bps,
        down_bps=rate_bps,
    )


async def _by_udp(found: Findings, where: Address, token: bytes) -> Findings:
    loop = asyncio.get_running_loop()
    try:
        out, line = await loop.create_datagram_endpoint(
            lambda: _Line(token), remote_addr=(where.host, where.port)
        )
    except OSError:
        return found
    try:
        return await _measured(found, line)
    finally:
        line.say(Kind.END)
        out.close()


async def _measured(found: Findings, line: "_Line") -> Findings:
    for number in range(ECHOES):
        line.echo(number, ECHO_BYTES)
        await asyncio.sleep(ECHO_EVERY_S)
    await asyncio.sleep(PATIENCE_S)
    if not line.echoed:
        return found
    trips = list(line.echoed.values())
    heard = min(1.0, (await line.counted(0)).count / ECHOES)
    back = min(1.0, len(trips) / ECHOES / heard) if heard else 1.0
    up_bps = await _filled(1, line.load_up)
    down_bps = await _filled(101, line.load_down)
    return msgspec.structs.replace(
        found,
        udp=True,
        nat=line.nat,
        round_trip_ms=statistics.median(trips),
        jitter_ms=statistics.fmean(abs(b - a) for a, b in pairwise(trips)) if trips[1:] else 0.0,
        loss_up=1 - heard,
        loss_down=1 - back,
        up_bps=up_bps,
        down_bps=down_bps,
        mtu=await _greatest(line),
    )


async def _filled(first: int, load: Callable[[int, Train], Awaitable[Arrived]]) -> float:
    """Send ever faster trains until one comes slower than it was sent; give the best rate."""
    best_bps = 0.0
    for number, rate_bps in enumerate(RATES_BPS, start=first):
        for again in range(TRIES):
            came_bps = (await load(number + 50 * again, Train(rate_bps, TRAIN_S))).rate_bps
            best_bps = max(best_bps, came_bps)
            if came_bps >= FILLED * rate_bps:
                break
        else:
            break
    return best_bps


async def _greatest(line: "_Line") -> int | None:
    for number, size in enumerate(SIZES, start=10_000):
        for again in range(3):
            line.keep_whole()
            line.echo(number + 100 * again, size - line.around)
            await asyncio.sleep(line.patience_s)
            if number + 100 * again in line.echoed:
                return size
    return None


class _Line(asyncio.DatagramProtocol):
    """The site's side of the datagrams."""

    def __init__(self, token: bytes) -> None:
        self._token = token
        self.echoed: dict[int, float] = {}  # number -> there and back, in ms
        self.nat = ""
        self._counted: dict[int, Arrived] = {}
        self._loads: dict[int, Arrived] = {}

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._out = cast("asyncio.DatagramTransport", transport)
        self._sock: socket.socket = transport.get_extra_info("socket")
        self._own: tuple[str, int] = transport.get_extra_info("sockname")[:2]
        self.around = 48 if self._sock.family is socket.AF_INET6 else survey.AROUND

    def error_received(self, exc: Exception) -> None:
        """Do nothing: it was too great, or nobody is there; what is not heard says so."""

    def datagram_received(self, data: bytes, addr: object) -> None:
        said = survey.read(data)
        if said is None or said.token != self._token:
            return
        if said.kind is Kind.ECHOED:
            self.echoed[said.number] = (time.monotonic_ns() - said.at_ns) / 1e6
            self.nat = self._nat_of(said.rest)
        elif said.kind is Kind.COUNTED and (came := survey.arrived(said.rest)):
            self._counted[said.number] = came
        elif said.kind is Kind.LOAD:
            self._loads.setdefault(said.number, Arrived()).add(len(data), time.monotonic_ns())

    @property
    def patience_s(self) -> float:
        """How long an answer may take."""
        return min(PATIENCE_S, max(self.echoed.values(), default=1000) / 1000 + 0.05)

    def say(self, kind: Kind, number: int = 0, rest: bytes = b"") -> None:
        """Send a datagram without more."""
        self._out.sendto(Datagram(kind, self._token, number, 0, rest).spelt())

    def echo(self, number: int, size: int) -> None:
        """Ask for an echo of so many bytes."""
        asked = Datagram(Kind.ECHO, self._token, number, time.monotonic_ns())
        self._out.sendto(asked.padded(size))

    async def counted(self, number: int) -> Arrived:
        """Ask what came of a train."""
        self._counted.pop(number, None)
        for _ in range(5):
            self.say(Kind.COUNT, number)
            await asyncio.sleep(self.patience_s)
            if number in self._counted:
                return self._counted[number]
        return Arrived()

    async def load_up(self, number: int, train: Train) -> Arrived:
        """Send a train; give what came of it."""
        load = Datagram(Kind.LOAD, self._token, number).padded(survey.TRAIN_BYTES)
        began_s, sent = time.monotonic(), 0
        while sent < train.count:
            passed_s = time.monotonic() - began_s
            for _ in range(
                min(train.count, int(train.count * passed_s / train.seconds) + 1) - sent
            ):
                self._out.sendto(load)
                sent += 1
            await asyncio.sleep(0.002)
        before, came = -1, await self.counted(number)
        while came.count != before:  # until what waits in the line's queue is there, too
            before, came = came.count, await self.counted(number)
        return came

    async def load_down(self, number: int, train: Train) -> Arrived:
        """Have a train sent; give what came of it."""
        for _ in range(3):
            self.say(Kind.SEND, number, train.spelt())
            await asyncio.sleep(train.seconds + self.patience_s)
            if came := self._loads.get(number):
                before = -1
                while came.count != before:
                    before = came.count
                    await asyncio.sleep(self.patience_s)
                return came
        return Arrived()

    def keep_whole(self) -> None:
        """Let what is sent from now on pass in one packet, or not at all."""
        with suppress(OSError):
            if self._sock.family is socket.AF_INET6:
                self._sock.setsockopt(socket.IPPROTO_IPV6, _IPV6_MTU_DISCOVER, _IP_PMTUDISC_PROBE)
            else:
                self._sock.setsockopt(socket.IPPROTO_IP, _IP_MTU_DISCOVER, _IP_PMTUDISC_PROBE)

    def _nat_of(self, seen: bytes) -> str:
        """Compare the address that the hub sees with our own."""
        host, port = seen.split(b" ")[:2]
        if host.decode() == self._own[0]:
            return "none"
        return "port-kept" if int(port) == self._own[1] else "port-changed"
