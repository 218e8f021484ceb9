"""When a datagram came, as a port tells it."""

import socket
import time
from itertools import pairwise

from aioice.ice import Connection, StunProtocol

from classroom_media.live.pipe.port import Port
from tests.waiting import eventually_async

LOOPBACK = "127.0.0.1"
AT_WORK_NS = 20_000_000  # on each datagram


async def test_what_comes_while_others_are_taken_did_not_come_before_them() -> None:
    port = Port.open([LOOPBACK])
    came: list[int] = []

    def take(_data: bytes, at_ns: int) -> None:
        came.append(at_ns)
        while time.monotonic_ns() < at_ns + AT_WORK_NS:
            pass

    (lane,) = port.lanes("a", lambda: StunProtocol(Connection(ice_controlling=True)), take)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as far:
        far.bind((LOOPBACK, 0))
        port.learn(lane, far.getsockname())
        for _ in range(4):
            far.sendto(b"\x80 a packet", port.addresses[0])
        await eventually_async(lambda: len(came) == 4)
    lane.close()
    port.close()
    assert all(after - before >= AT_WORK_NS for before, after in pairwise(came))
