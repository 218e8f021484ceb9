"""One peer of a room: the pipe to it, what is sent through it, and what comes."""

import secrets
from collections.abc import Callable
from typing import Final, Protocol

from classroom_media.api import NS
from classroom_media.live.fan_out import FanOut
from classroom_media.live.ladder import Ladder
from classroom_media.live.pipe.agreement import Direction
from classroom_media.live.pipe.api import Changed, Pipe, Received, State
from classroom_media.live.relay.arriving import Arriving
from classroom_media.live.rtp import numbering, rtcp
from classroom_media.live.rtp.outgoing import Outgoing
from classroom_media.live.rtp.sender import Sender
from classroom_media.live.rungs import Rung
from classroom_media.messages import PeerHealth
from classroom_media.packets import Coded

SILENT_NS: Final = 3 * NS  # who sends pictures and is not heard for so long is lost
QUIET_NS: Final = 10 * NS  # who only listens speaks more rarely
EACH_NS: Final = NS // 10  # how often that is looked at


class MakePipe(Protocol):
    """Makes a pipe to a peer that is yet to be found."""

    def __call__(self, *, received: Received, changed: Changed, send: bool, receive: bool) -> Pipe:
        """Give it; `received` and `changed` are called from the loop that this is called in."""


class Peer:
    """A peer from the first word with it to the last. `rungs` are what it can be sent."""

    def __init__(
        self,
        name: str,
        fan_out: FanOut,
        rungs: tuple[Rung, ...],
        make: MakePipe,
        *,
        send: bool,
        receive: bool,
        clock: Callable[[], int],
    ) -> None:
        self.name = name
        self.state = State.CONNECTING
        self.pipe = make(received=self._received, changed=self._changed, send=send, receive=receive)
        self._fan_out, self._rungs, self._clock = fan_out, rungs, clock
        self._arriving: Arriving | None = None
        self._sender: Sender | None = None
        self._hears = ""
        self._heard_ns = clock()
        self._looked_ns = 0

    def settle(self, room: str, publish: Callable[[Coded], None]) -> None:
        """Begin to use what was agreed; `room` is what we are called."""
        sends, comes = self.pipe.sends, self.pipe.receives
        if sends.has_sound or sends.has_picture:
            self._sender = _sender(room, sends)
        if comes.has_sound or comes.has_picture:
            ssrc = secrets.randbits(32)
            self._arriving = Arriving(self.name, room, ssrc, comes, publish)
        if self.pipe.state is State.CONNECTED:
            self._changed(State.CONNECTED)

    def hear(self, stream: str) -> None:
        """Send the sound of this stream from now on, if it takes sound."""
        self._hears = stream if self.pipe.sends.has_sound else ""
        if sent := self._fan_out.peers.get(self.name):
            sent.hears = self._hears

    def tick(self, now_ns: int) -> None:
        """Let time pass."""
        if self._arriving and self.state is not State.CONNECTING:
            self.pipe.send(self._arriving.tick(now_ns))
        if now_ns - self._looked_ns >= EACH_NS:
            self._looked_ns = now_ns
            limit_ns = SILENT_NS if self._arriving else QUIET_NS
            if self.state is State.CONNECTED and now_ns - self._heard_ns > limit_ns:
                self.state = State.LOST

    def want_keyframe(self) -> None:
        """Ask it for a keyframe: somebody begins to watch what it sends."""
        if self._arriving:
            self._arriving.receiver.want_keyframe()

    def health(self, now_ns: int) -> PeerHealth:
        """Tell how it goes with it."""
        sent, arriving = self._fan_out.peers.get(self.name), self._arriving
        receiver = arriving.receiver if arriving else None
        trip_ns = self._sender.round_trip_ns if self._sender else None
        if trip_ns is None and receiver:
            trip_ns = receiver.round_trip_ns
        link = (sent.link if sent else None) or (receiver.link if receiver else None)
        return PeerHealth(
            peer=self.name,
            state=self.state.value,
            rung=sent.rung.name if sent and self.state is State.CONNECTED else "",
            rtt_ms=round((trip_ns or 0) / 1e6, 1),
            loss=round(link.lost, 4) if link else 0.0,
            jitter_ms=round(self._sender.jitter_ns / 1e6, 1) if self._sender else 0.0,
            receiving=bool(arriving and arriving.is_fresh(now_ns)),
            frozen_s=round(arriving.frozen_s(now_ns), 2) if arriving else 0.0,
        )

    def leave(self) -> None:
        """Say goodbye, and be sent nothing more; the pipe is still to be closed."""
        if self.name in self._fan_out.peers and self._sender:
            self.pipe.send([self._fan_out.remove(self.name)])
        self._arriving = self._sender = None

    def _changed(self, state: State) -> None:
        self.state = state
        self._heard_ns = self._clock()
        if state is State.CONNECTED and self._sender and self.name not in self._fan_out.peers:
            rungs = self._rungs if self.pipe.sends.has_picture else _without_picture(self._rungs)
            ladder = Ladder(rungs, start=_lowest(rungs))
            self._fan_out.add(self.name, self._sender, ladder, hears=self._hears)

    def _received(self, data: bytes, at_ns: int) -> None:
        self._heard_ns = at_ns
        if self.state is State.LOST:
            self.state = State.CONNECTED
        if self._sender and rtcp.is_rtcp(data) and self.name in self._fan_out.peers:
            self.pipe.send(self._fan_out.control(self.name, data, at_ns))
        if self._arriving:
            self._arriving.take(data, at_ns)


def _sender(room: str, sends: Direction) -> Sender:
    plain = sends.sound.payload_type == numbering.SOUND  # copies tell their type, for all alike
    return Sender(
        room,
        sound=Outgoing(sends.sound),
        picture=Outgoing(sends.picture),
        red_type=sends.red_type if plain else None,
    )


def _without_picture(rungs: tuple[Rung, ...]) -> tuple[Rung, ...]:
    return tuple(rung for rung in rungs if rung.layer is None)


def _lowest(rungs: tuple[Rung, ...]) -> int:
    """Give the place of the smallest picture, or of the best rung where there is none."""
    return max((place for place, rung in enumerate(rungs) if rung.layer is not None), default=0)
