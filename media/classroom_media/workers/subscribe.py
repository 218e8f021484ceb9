"""Reads the packets of several source workers, each from its last keyframe on.

A worker is asked for a replay of its last group of pictures with the first packet of each new
connection to it, so that a picture shows within a few hundred milliseconds after this process
or that one was restarted. Not sooner: that packet proves that the subscription has arrived, and
nothing is missed in between. What replay and live packets have in common is given once.
"""

import logging
import time
from collections.abc import Mapping
from contextlib import suppress
from types import TracebackType
from typing import Final, Self

import msgspec
import zmq
from zmq.utils.monitor import recv_monitor_message

from classroom_media.messages import Replay, Reply, Request, reply_from_wire, request_to_wire
from classroom_media.packets import TOPIC, Coded, from_frames
from classroom_media.workers.specs import Endpoints

QUEUED: Final = 500  # messages of one source; beyond it the newest are dropped
REPLAY_S: Final = 1.0  # live packets wait this long for the replay before them

logger = logging.getLogger(__name__)


class PacketReader:
    """Reads from all `sources` (id to endpoints); for one thread, which also makes it.

    Within a stream, packets come with rising `dts_ns`. A source that dies is silent and
    comes back by itself.
    """

    def __init__(self, sources: Mapping[str, Endpoints], *, streams: str = "") -> None:
        """With `streams`, live packets come only of those whose names begin so."""
        self._context = zmq.Context()
        self._poller = zmq.Poller()
        self._feeds = [
            _Feed(self._context, name, where, streams) for name, where in sources.items()
        ]
        for feed in self._feeds:
            for socket in feed.sockets:
                self._poller.register(socket, zmq.POLLIN)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def read(self, timeout_s: float) -> list[Coded]:
        """Wait at most `timeout_s`, then give what has come; may be empty."""
        ready = {socket for socket, _ in self._poller.poll(int(timeout_s * 1000))}
        return [packet for feed in self._feeds for packet in feed.read(ready)]

    def close(self) -> None:
        """Let go of all sources."""
        for feed in self._feeds:
            feed.close()
        self._context.term()


class _Feed:
    """One source: live packets, replays, and the news that its worker is (again) there."""

    def __init__(
        self,
        context: zmq.Context[zmq.Socket[bytes]],
        name: str,
        endpoints: Endpoints,
        streams: str,
    ) -> None:
        self._name = name
        self._seen_ns: dict[str, int] = {}  # by stream: dts of the last packet given
        self._held: list[Coded] = []  # live packets that wait for the replay
        self._wait_until_s = 0.0
        self._connected_anew = True
        self._asked = 0  # number of the last replay asked for
        self._live = context.socket(zmq.SUB)
        self._live.set(zmq.RCVHWM, QUEUED)
        self._live.subscribe(TOPIC + streams.encode())
        self._news = self._live.get_monitor_socket(zmq.EVENT_HANDSHAKE_SUCCEEDED)
        self._replays = context.socket(zmq.DEALER)
        self._live.connect(endpoints.packets)
        self._replays.connect(endpoints.commands)
        self.sockets = (self._live, self._news, self._replays)

    def read(self, ready: set[zmq.Socket[bytes]]) -> list[Coded]:
        """Give the new packets in order; `ready` are the sockets with something to read."""
        found: list[Coded] = []
        if self._news in ready:
            recv_monitor_message(self._news)
            self._connected_anew = True
        if self._replays in ready:
            found += self._read_replay()
        if self._live in ready:
            self._held += self._read_live()
            if self._connected_anew:
                self._connected_anew = False
                self._ask_for_replay()
        if time.monotonic() >= self._wait_until_s:
            found += self._held
            self._held = []
        return [packet for packet in found if self._is_new(packet)]

    def close(self) -> None:
        self._live.disable_monitor()
        for socket in self.sockets:
            socket.close(linger=0)

    def _ask_for_replay(self) -> None:
        self._asked += 1
        request = Request(id=self._asked, command=Replay())
        try:
            self._replays.send(request_to_wire(request), zmq.NOBLOCK)
        except zmq.Again:
            logger.warning("%s: cannot be asked for a replay", self._name)
            return
        self._wait_until_s = time.monotonic() + REPLAY_S

    def _read_replay(self) -> list[Coded]:
        head, *frames = self._replays.recv_multipart()
        try:
            reply: Reply = reply_from_wire(head)
            if reply.id != self._asked:
                return []
            self._wait_until_s = 0.0
            return [from_frames(frames[i : i + 3]) for i in range(0, 3 * reply.packets, 3)]
        except (msgspec.DecodeError, ValueError):
            logger.warning("%s: sent a replay that cannot be read", self._name)
            return []

    def _read_live(self) -> list[Coded]:
        packets = []
        with suppress(zmq.Again):  # there are no more
            while True:
                frames = self._live.recv_multipart(zmq.NOBLOCK)
                try:
                    packets.append(from_frames(frames))
                except (msgspec.DecodeError, ValueError):
                    logger.warning("%s: sent a packet that cannot be read", self._name)
        return packets

    def _is_new(self, packet: Coded) -> bool:
        seen_ns = self._seen_ns.get(packet.stream)
        if seen_ns is not None and packet.dts_ns <= seen_ns:
            return False
        self._seen_ns[packet.stream] = packet.dts_ns
        return True
