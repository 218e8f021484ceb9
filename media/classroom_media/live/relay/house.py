"""The relay itself: the programme goes in once, and out to every peer; what peers send comes back.

Everything here belongs to one event loop. Nothing waits for a peer: what a link does not take is
dropped, and the peer's ladder comes down.
"""

import asyncio
import contextlib
from collections.abc import Callable, Collection
from typing import Final

from classroom_media.api import CleanFeed, MediaError
from classroom_media.live.fan_out import FanOut
from classroom_media.live.relay.passing import SOUND, Passing
from classroom_media.live.relay.peer import MakePipe, Peer
from classroom_media.live.relay.resting import Unwatched
from classroom_media.live.relay.rungs import rungs_of
from classroom_media.live.relay.seat import Seat
from classroom_media.live.rtp import numbering
from classroom_media.live.voices import Voices, arranged
from classroom_media.messages import Meet, PeerHealth
from classroom_media.packets import Coded
from classroom_media.workers.specs import RelaySpec

TICK_S: Final = 0.005
IDLE_S: Final = 0.1  # without peers
PEERS_MAX: Final = 64


class Relay:
    """A room's relay.

    `publish` takes what comes from peers, `keyframe` a stream of the director that is to have one,
    `rest` those that nobody watches; `rearranged` is called when other feeds are wanted. Pipes are
    closed by tasks in `closing`.
    """

    def __init__(
        self,
        spec: RelaySpec,
        make: MakePipe,
        closing: asyncio.TaskGroup,
        *,
        publish: Callable[[Coded], None],
        keyframe: Callable[[str], None],
        rest: Callable[[tuple[str, ...]], None],
        rearranged: Callable[[], None],
        clock: Callable[[], int],
    ) -> None:
        self._spec, self._make, self._closing = spec, make, closing
        self._publish, self._keyframe, self._clock = publish, keyframe, clock
        self._rungs = rungs_of(spec.sizes)
        self._layers = {size.stream: layer for layer, size in enumerate(spec.sizes)}
        self._fan_out = FanOut(len(spec.sizes), numbering.SOUND)
        self._peers: dict[str, Peer] = {}
        self._open = spec.voices
        self._seat = Seat(spec.remotes)
        self._voices = Voices((), {})
        self._rearranged, self._rest = rearranged, rest
        self._unwatched = Unwatched(len(spec.sizes), clock())
        self._passing = Passing(self._want_of)
        self._inside: dict[str, str] = {}  # screens of the room, and the peer that each shows

    @property
    def feeds(self) -> tuple[CleanFeed, ...]:
        """Give the mixes that the director is to make."""
        return self._voices.feeds

    @property
    def voices(self) -> tuple[str, ...]:
        """Tell whose sound the others hear."""
        return self._open

    async def meet(self, meet: Meet) -> str:
        """Begin with a peer, anew if it is known; give our offer, or the answer to its own.

        Raises:
            MediaError: a name that cannot be, an offer that is none, or too many peers.
        """
        name, offer = meet.peer, meet.offer
        if not name or name.endswith(SOUND):
            raise MediaError(f"a peer cannot be called {name!r}")
        if len(self._peers.keys() | {name}) > PEERS_MAX:
            raise MediaError(f"there are {PEERS_MAX} peers already")
        self.part(name)
        if meet.inside:
            self._inside[name] = meet.shows
        peer = Peer(
            name,
            self._passing.of(meet.shows) if meet.shows else self._fan_out,
            Passing.rungs if meet.shows else self._rungs,
            self._make,
            send=meet.send,
            receive=meet.receive,
            clock=self._clock,
        )
        self._peers[name] = peer
        try:
            said = await (peer.pipe.answer(offer) if offer else peer.pipe.offer())
        except BaseException:
            self._drop(peer)
            raise
        if offer:
            self._settle(peer)
        return said

    async def agree(self, name: str, answer: str) -> None:
        """Take a peer's answer to our offer.

        Raises:
            MediaError: nobody of that name was met, or this is no answer.
        """
        if (peer := self._peers.get(name)) is None:
            raise MediaError(f"{name}: nobody of that name was met")
        await peer.pipe.agree(answer)
        self._settle(peer)

    def part(self, name: str) -> None:
        """Say goodbye to a peer, if it is there."""
        if peer := self._peers.get(name):
            self._drop(peer)

    def hear(self, voices: Collection[str], seat: str = "") -> None:
        """Let these be heard by the others, and nobody else; one may sit in the seat."""
        self._open = tuple(voices)
        if self._seat.give_to(seat):
            self._want_of(seat)
        self._arrange()

    def programme(self, packet: Coded) -> None:
        """Send a packet of the director's to whom it is for."""
        now_ns = self._clock()
        if (layer := self._layers.get(packet.stream)) is not None:
            sent = self._fan_out.picture(layer, packet, now_ns)
        elif packet.stream in self._voices.heard_by.values():
            sent = self._fan_out.sound(packet, now_ns)
        else:
            return
        for name, packets in sent:
            self._peers[name].pipe.send(packets)

    def _came(self, packet: Coded) -> None:
        """Publish what comes from a peer, and pass it on to screens that show it."""
        self._publish(self._seat.named(packet))
        for name, packets in self._passing.take(packet, self._clock()):
            self._peers[name].pipe.send(packets)

    def _want_of(self, name: str) -> None:
        if peer := self._peers.get(name):
            peer.want_keyframe()

    async def run(self) -> None:
        """Keep time, until cancelled."""
        while True:
            self.tick(self._clock())
            await asyncio.sleep(TICK_S if self._peers else IDLE_S)

    def tick(self, now_ns: int) -> None:
        """Do what had to wait until now."""
        for name, packets in self._fan_out.tick(now_ns):
            self._peers[name].pipe.send(packets)
        for name, packets in self._passing.tick(now_ns):
            self._peers[name].pipe.send(packets)
        for peer in self._peers.values():
            peer.tick(now_ns)
        for layer in self._fan_out.keyframes(now_ns):
            self._keyframe(self._spec.sizes[layer].stream)
        if resting := self._unwatched.look(self._fan_out.watched, now_ns):
            self._rest(tuple(self._spec.sizes[layer].stream for layer in resting))

    def health(self) -> tuple[PeerHealth, ...]:
        """Tell how it goes with every peer."""
        now_ns = self._clock()
        return tuple(peer.health(now_ns) for peer in self._peers.values())

    def close(self) -> None:
        """Say goodbye to everybody."""
        for peer in tuple(self._peers.values()):
            self._drop(peer)

    def _settle(self, peer: Peer) -> None:
        if self._peers.get(peer.name) is peer:
            peer.settle(self._spec.name, self._came)
            self._arrange()

    def _drop(self, peer: Peer) -> None:
        peer.leave()
        if self._peers.get(peer.name) is peer:
            del self._peers[peer.name]
            self._inside.pop(peer.name, None)
            self._arrange()
        self._closing.create_task(_closed(peer))

    def _arrange(self) -> None:
        before, spec = self._voices.feeds, self._spec
        shown = {name: peer for name, peer in self._inside.items() if peer}
        self._voices = arranged(
            self._peers.keys() - shown.keys(),
            self._open,
            self._seat.remotes,
            inside=self._inside,
            own=spec.own,
        )
        for name, stream in self._voices.heard_by.items():
            self._peers[name].hear(stream)
        for name, peer in shown.items():
            self._peers[name].hear(f"{peer}{SOUND}")
        if self._voices.feeds != before:
            self._rearranged()


async def _closed(peer: Peer) -> None:
    with contextlib.suppress(MediaError, OSError):
        await peer.pipe.close()
