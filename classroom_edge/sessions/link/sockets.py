"""The sockets of a link: one ROUTER at the hub, one DEALER at each site, both CURVE.

Source: zmq_setsockopt(3) of libzmq 4.3.
"""

import asyncio
from random import Random
from typing import Final, cast

import zmq
import zmq.asyncio

from classroom_edge.sessions.link.doorman import DOMAIN
from classroom_edge.sessions.link.keys import KeyPair
from classroom_edge.sessions.link.wire import TO_HUB_MAX, TO_SITE_MAX

PING_MS: Final = 1000
DEAD_MS: Final = 3000  # without a sign of life on a connection
AGAIN_MS: Final = 200  # before the first try to connect again, and by chance up to
AGAIN_MAX_MS: Final = 1000  # so much: a hub that starts again has not all its sites at the door
DIAL_MS: Final = 1500  # then it is dialled anew: TCP waits ever longer over a line that was cut
BACKLOG: Final = 4096  # sites that come back at once
QUEUE_OF_SITE: Final = 256  # messages that wait for one slow site; more are not sent
QUEUE_TO_HUB: Final = 32
HANDSHAKE_MS: Final = 10_000


def hub_socket(context: zmq.asyncio.Context, keys: KeyPair) -> zmq.asyncio.Socket:
    """Make a hub's socket, not bound: enrolled keys only, nobody takes another's place."""
    socket = context.socket(zmq.ROUTER)
    _alive(socket)
    socket.set(zmq.CURVE_SERVER, 1)
    socket.set(zmq.CURVE_SECRETKEY, keys.secret.encode())
    socket.set(zmq.ZAP_DOMAIN, DOMAIN)
    socket.set(zmq.ZAP_ENFORCE_DOMAIN, 1)  # no doorman, no entrance
    socket.set(zmq.ROUTER_HANDOVER, 0)
    socket.set(zmq.ROUTER_MANDATORY, 1)
    socket.set(zmq.MAXMSGSIZE, TO_HUB_MAX)
    socket.set(zmq.BACKLOG, BACKLOG)
    socket.set(zmq.HANDSHAKE_IVL, HANDSHAKE_MS)
    socket.set(zmq.SNDHWM, QUEUE_OF_SITE)
    return socket


def site_socket(
    context: zmq.asyncio.Context, keys: KeyPair, hub_key: str, random: Random
) -> zmq.asyncio.Socket:
    """Make a site's socket, not connected: for that hub only, with no queue while it is away."""
    socket = context.socket(zmq.DEALER)
    _alive(socket)
    socket.set(zmq.CURVE_SERVERKEY, hub_key.encode())
    socket.set(zmq.CURVE_PUBLICKEY, keys.public.encode())
    socket.set(zmq.CURVE_SECRETKEY, keys.secret.encode())
    socket.set(zmq.MAXMSGSIZE, TO_SITE_MAX)
    socket.set(zmq.IMMEDIATE, 1)
    socket.set(zmq.SNDHWM, QUEUE_TO_HUB)
    socket.set(zmq.RECONNECT_IVL, AGAIN_MS + random.randrange(AGAIN_MAX_MS - AGAIN_MS))
    socket.set(zmq.RECONNECT_IVL_MAX, AGAIN_MAX_MS)
    socket.set(zmq.CONNECT_TIMEOUT, DIAL_MS)
    return socket


async def connected(socket: zmq.asyncio.Socket) -> None:
    """Return once something can be sent: a site's socket has no queue before."""
    await socket.poll(flags=zmq.POLLOUT)  # type: ignore[call-arg]  # pyzmq's stub lacks it


def send_now(socket: zmq.asyncio.Socket, *frames: bytes) -> bool:
    """Send at once or not at all; tell whether it was sent.

    Raises:
        zmq.ZMQError: for anything else than a peer that is gone or does not read.
    """
    done = cast("asyncio.Future[object]", socket.send_multipart(frames, flags=zmq.NOBLOCK))
    error = done.exception()  # without waiting it is done when the call returns
    if error is None:
        return True
    if isinstance(error, zmq.ZMQError) and error.errno in {zmq.EAGAIN, zmq.EHOSTUNREACH}:
        return False
    raise error


def _alive(socket: zmq.asyncio.Socket) -> None:
    socket.set(zmq.LINGER, 0)
    socket.set(zmq.IPV6, 1)
    socket.set(zmq.HEARTBEAT_IVL, PING_MS)
    socket.set(zmq.HEARTBEAT_TIMEOUT, DEAD_MS)
    socket.set(zmq.HEARTBEAT_TTL, DEAD_MS)
