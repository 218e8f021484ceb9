"""One room to many: encoded once for each size, packetised once, then one header for each peer.

Each peer has its own rung, pace and history; what one of them cannot take changes nothing for
the others. It changes size at a keyframe: up, the present size goes on until then; down, it stops
at once, and the queue that it left in the link has time to drain. Wishes for keyframes are joined
for each size, and limited.
"""

import logging
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from classroom_media.live.ladder import Ladder
from classroom_media.live.rtp import packetised
from classroom_media.live.rtp.feedback import Link
from classroom_media.live.rtp.keyframes import KeyframeWishes
from classroom_media.live.rtp.packetised import SoundPacketiser
from classroom_media.live.rtp.red import PLAIN
from classroom_media.live.rtp.sender import Sender
from classroom_media.live.rungs import Rung
from classroom_media.packets import Coded

PACE: Final = 1.5  # of a picture's bit rate: a keyframe takes a tenth of a second
PACE_LEAST_BPS: Final = 270_000  # a keyframe of the smallest size leaves in as short a time
LOSSY: Final = 0.005  # from this loss on sound goes along once more
SURE_NS: Final = 20_000_000_000  # for so long after the last loss
DRAINED_US: Final = 45_000  # a queue that no sound suffers from
DRAIN_MAX_NS: Final = 1_000_000_000
STEP_NS: Final = 1_000_000_000  # how often silence is looked at

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class Peer:
    """One who is sent to."""

    name: str
    sender: Sender
    ladder: Ladder
    hears: str | None = None  # the stream of sound that it is sent; None = there is only one
    link: Link | None = None  # as it was told last
    layer: int | None = None  # the size that is sent now
    pause_ns: int = 0  # until then no picture is sent
    stepped_ns: int = 0
    wake_ns: int = 0  # until then nothing is to be done, if nothing waits
    lossy_ns: int | None = None  # when loss was told last
    rung: Rung = field(init=False)

    def __post_init__(self) -> None:
        self.rung = self.ladder.rung

    def waits(self, now_ns: int) -> bool:
        """Tell whether the peer waits for a keyframe of another size."""
        wanted = self.rung.layer
        return wanted is not None and wanted != self.layer and now_ns >= self.pause_ns


class FanOut:
    """Sends a room's pictures, in `layers` sizes, and its sound to its peers."""

    def __init__(self, layers: int, sound_type: int) -> None:
        self.peers: dict[str, Peer] = {}
        self._wishes = [KeyframeWishes() for _ in range(layers)]
        self._sounds = defaultdict[str, SoundPacketiser](partial(SoundPacketiser, sound_type))

    def add(self, name: str, sender: Sender, ladder: Ladder, *, hears: str | None = None) -> None:
        """Send to one more; begins with the next keyframe, which is wished for."""
        self.peers[name] = peer = Peer(name, sender, ladder, hears)
        self._follow(peer, 0)

    def remove(self, name: str) -> bytes:
        """Send to one less; gives the farewell that it is sent."""
        return self.peers.pop(name).sender.goodbye()

    def picture(self, layer: int, packet: Coded, now_ns: int) -> Iterator[tuple[str, list[bytes]]]:
        """Send a picture to those who take this size; gives names and packets."""
        picture = packetised.picture(packet)
        if picture.key:
            self._wishes[layer].made()
        for name, peer in self.peers.items():
            if picture.key and peer.rung.layer == layer and now_ns >= peer.pause_ns:
                peer.layer = layer
            if peer.layer == layer:
                yield name, peer.sender.picture(picture, now_ns)

    def sound(self, packet: Coded, now_ns: int) -> Iterator[tuple[str, list[bytes]]]:
        """Send a packet of sound to everybody who hears its stream; gives names and packets."""
        sound = self._sounds[packet.stream]
        sound.take(packet)
        for name, peer in self.peers.items():
            if peer.rung.sound and peer.hears in {None, packet.stream}:
                yield name, peer.sender.sound(sound, now_ns)

    def control(self, name: str, data: bytes, now_ns: int) -> list[bytes]:
        """Take RTCP from a peer; gives packets for it."""
        peer = self.peers[name]
        packets = peer.sender.control(data, now_ns)
        peer.ladder.alive(now_ns)
        if peer.rung is not peer.ladder.rung:  # it had fallen silent
            self._follow(peer, now_ns)
        if peer.sender.take_key_wanted() and peer.rung.layer is not None:
            self._wishes[peer.rung.layer].wish()
        if link := peer.sender.take_link():
            if link.lost > LOSSY:
                peer.lossy_ns = now_ns
            peer.link = link
            peer.ladder.step(now_ns, link)
            self._follow(peer, now_ns, link.queue_us)
        return packets

    def tick(self, now_ns: int) -> Iterator[tuple[str, list[bytes]]]:
        """Give what had to wait until now. Call it each 5 ms."""
        for name, peer in self.peers.items():
            settled = peer.layer == peer.rung.layer and now_ns < peer.wake_ns
            if settled and not peer.sender.pacer.busy:
                continue
            if now_ns >= peer.stepped_ns + STEP_NS:
                peer.stepped_ns = now_ns
                peer.ladder.step(now_ns, None)
                self._follow(peer, now_ns)
            if peer.waits(now_ns):
                self._wishes[peer.rung.layer or 0].wish()
            if packets := peer.sender.tick(now_ns):
                yield name, packets
            peer.wake_ns = min(peer.stepped_ns + STEP_NS, peer.sender.report_at_ns)

    @property
    def watched(self) -> set[int]:
        """Tell which sizes somebody is sent, or waits for."""
        both = {layer for peer in self.peers.values() for layer in (peer.layer, peer.rung.layer)}
        return {layer for layer in both if layer is not None}

    def keyframes(self, now_ns: int) -> list[int]:
        """Give the sizes whose encoder shall make a keyframe now."""
        return [layer for layer, wishes in enumerate(self._wishes) if wishes.due(now_ns)]

    def _follow(self, peer: Peer, now_ns: int, queue_us: int | None = None) -> None:
        """Let a peer follow its ladder; `queue_us` is what waits in its link, if it is told."""
        before, peer.rung = peer.rung, peer.ladder.rung
        if peer.rung is not before:
            logger.info("%s: %s, after %s; %s", peer.name, peer.rung.name, before.name, peer.link)
        rung, pacer = peer.rung, peer.sender.pacer
        lossy = peer.lossy_ns is not None and now_ns - peer.lossy_ns < SURE_NS
        peer.sender.redundancy = rung.redundancy if lossy else PLAIN
        pacer.set(max(int(rung.picture_bps * PACE), PACE_LEAST_BPS), peer.ladder.probe_bps)
        if rung.picture_bps < before.picture_bps:
            peer.layer = None
            peer.pause_ns = now_ns + DRAIN_MAX_NS
            pacer.drop()
        if queue_us is not None and queue_us < DRAINED_US:
            peer.pause_ns = min(peer.pause_ns, now_ns)
