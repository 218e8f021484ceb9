"""A peer of the room's live session as a source: ``remote://peer``, another school or a guest.

``remote://guest-seat`` is a seat: whoever the relay lets sit there now, one after the other.

Its packets come from the room's relay, which has put them on the timeline already. Pictures go on
as they are; Opus is decoded and coded once as AAC, as sound of all sources is, so that whatever
mixes, records and plays takes it like a camera's. Both keep their stamps, and so stay in step.

While no session is on, or the peer has not come, that is no fault: the source is idle.
"""

import time
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, suppress
from typing import Final
from urllib.parse import urlsplit

import av
import msgspec
import zmq

from classroom_media.api import NS, IdleError, SourceError
from classroom_media.messages import EVENT_TOPIC, SEAT, Heartbeat, event_from_wire
from classroom_media.packets import Coded
from classroom_media.sources.coders import SoundCoder
from classroom_media.workers.specs import Endpoints, SourceSpec
from classroom_media.workers.subscribe import PacketReader

WAIT_S: Final = 0.1
GONE_NS: Final = 3 * NS // 2  # without a heartbeat: there is no relay
SILENT_NS: Final = 2 * NS  # a peer that is there, and sends nothing
PAUSE_NS: Final = 3 * NS // 10  # between packets, at most
PATIENCE_NS: Final = 4 * NS  # after so long it is said that the source is idle; then it waits on
ABSENT: Final = frozenset({"", "connecting"})
BEATS_KEPT: Final = 4

Clock = Callable[[], int]


def listen(spec: SourceSpec, clock: Clock = time.monotonic_ns) -> Generator[Coded, None, None]:
    """Give a peer's packets until it is lost, or the session is over.

    Raises:
        IdleError: no session is on, or the peer has not come.
        SourceError: the peer is lost; or the URL names none, or there can be no relay here.
    """
    peer = urlsplit(spec.url).netloc
    if not peer or spec.relay is None:
        raise SourceError(f"{spec.url}: names no peer, or there is no relay in this room")
    with (
        PacketReader({peer: spec.relay}, streams=peer) as reader,
        closing(_Beats(spec.relay)) as beats,
    ):
        standing = _Standing(peer, clock())
        translation = _Translation(spec, peer)
        while True:
            for packet in reader.read(WAIT_S):
                for coded in translation.take(packet):
                    standing.came(clock())
                    yield coded
            standing.look(beats.newest(), clock())


class _Beats:
    """What the relay says of its peers."""

    def __init__(self, relay: Endpoints) -> None:
        self._context = zmq.Context()
        self._socket = self._context.socket(zmq.SUB)
        self._socket.set(zmq.RCVHWM, BEATS_KEPT)
        self._socket.subscribe(EVENT_TOPIC)
        self._socket.connect(relay.packets)

    def newest(self) -> Heartbeat | None:
        """Give the newest heartbeat since the last call."""
        found = None
        with suppress(zmq.Again):  # there are no more
            while True:
                _, event = self._socket.recv_multipart(zmq.NOBLOCK)
                with suppress(msgspec.DecodeError):
                    told = event_from_wire(event)
                    found = told if isinstance(told, Heartbeat) else found
        return found

    def close(self) -> None:
        """Listen no more."""
        self._socket.close(linger=0)
        self._context.term()


class _Standing:
    """Whether the peer is there, as far as the relay and its packets tell."""

    def __init__(self, peer: str, now_ns: int) -> None:
        self._peer = peer
        self._beat_ns = self._came_ns = now_ns  # when it was heard last
        self._sent = False  # something has come
        self._state = ""  # of the peer, as the relay tells

    def came(self, now_ns: int) -> None:
        """Take note of a packet."""
        self._sent, self._came_ns = True, now_ns

    def look(self, beat: Heartbeat | None, now_ns: int) -> None:
        """Judge, once nothing comes any more; what the relay says is half a second old.

        Raises:
            IdleError: nothing comes, and that is as it should be.
            SourceError: something should come.
        """
        if beat is not None:
            self._beat_ns = now_ns
            peer = beat.seat if self._peer == SEAT else self._peer
            states = {one.peer: one.state for one in beat.peers}
            self._state = states.get(peer, "")
        gone = now_ns - self._beat_ns > GONE_NS
        silent_ns = now_ns - self._came_ns
        if gone or self._state in ABSENT:
            if silent_ns > (PAUSE_NS if self._sent else PATIENCE_NS):
                raise IdleError("no session is on" if gone else "it has not come")
        elif silent_ns > PAUSE_NS and self._state == "lost":
            raise SourceError("the link to it is lost")
        elif silent_ns > SILENT_NS:
            raise SourceError("it sends nothing")


class _Translation:
    """A peer's packets as a source's."""

    def __init__(self, spec: SourceSpec, peer: str) -> None:
        self._spec, self._peer = spec, peer
        self._delay_ns = spec.delay_ms * 1_000_000
        self._decoder = av.CodecContext.create("libopus", "r")
        self._coder = SoundCoder(f"{spec.id}-sound")

    def take(self, packet: Coded) -> Iterator[Coded]:
        """Give what a packet of the relay becomes; nothing of what is another's."""
        at_ns = packet.pts_ns + self._delay_ns
        if packet.stream == self._peer and self._spec.picture:
            yield msgspec.structs.replace(packet, stream=self._spec.id, pts_ns=at_ns, dts_ns=at_ns)
        elif packet.stream == f"{self._peer}-sound" and self._spec.sound:
            yield from self._sound(packet, at_ns)

    def _sound(self, packet: Coded, at_ns: int) -> Iterator[Coded]:
        try:
            blocks = self._decoder.decode(av.Packet(packet.data))
        except av.FFmpegError:
            return  # damaged: what is missing is silent
        for block in blocks:
            yield from self._coder.encode(block, at_ns)
            at_ns += block.samples * NS // block.sample_rate
