"""Where the small pictures of one source come from: the cheapest supply that flows.

1. Pictures that the vision mixer has decoded anyway: one is copied small, nothing is decoded.
2. The source's small stream, decoded from its last keyframe on.
3. Keyframes of its own stream: all that can be seen of it without decoding everything.

Packets and decoded pictures come from one thread, which never waits; looks are taken in
another. Of what nobody looked at, the newest group of the small stream is all that is kept.
"""

from collections import deque
from dataclasses import dataclass
from typing import Final

from classroom_media.api import NS
from classroom_media.compose.pictures import Picture
from classroom_media.direct.luma import Luma, small_luma
from classroom_media.monitor.decoding import GroupDecoder, StillDecoder
from classroom_media.monitor.tiles import Tile, TileMaker
from classroom_media.packets import Coded, small_of

KEPT: Final = 500  # packets of a small stream since its last keyframe; beyond it, none
PATIENCE: Final = 2  # looks without a decoded picture, before we decode ourselves
SMALL_LOST_NS: Final = NS  # without a packet of the small stream, before keyframes do
STILL_NS: Final = 9 * NS // 10  # between keyframes that are decoded: some streams have no others


@dataclass(frozen=True, slots=True, eq=False)
class Glimpse:
    """One small picture of a source; the one in colour is there only when asked for."""

    source: str
    stream: str  # the source's own picture, or its small one
    at_ns: int  # its place on the timeline
    luma: Luma
    anew: bool  # of another stream than the one before: not to be compared with it
    keys: int  # keyframes of its stream that were heard so far
    tile: Tile | None = None


class Supply:
    """The small pictures of one source. Never raises on what the source sends."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._small = small_of(source)
        self._handed: Glimpse | None = None  # waits to be looked at
        self._key: Coded | None = None  # likewise
        self._packets: deque[Coded] = deque()  # of the small stream
        self._whole = False  # no packet of them is missing since a keyframe
        self._small_heard_ns = -SMALL_LOST_NS
        self._keys = {source: 0, self._small: 0}
        self._looks_without = PATIENCE
        self._last_ns = 0
        self._stream = ""  # of the last glimpse
        self._group = GroupDecoder(self._small)
        self._stills = StillDecoder(source)
        self._hands, self._eyes = TileMaker(), TileMaker()  # one for each thread
        self.coloured = False  # whether glimpses have tiles

    def feed(self, packet: Coded, now_ns: int) -> None:
        """Take a packet of the source's own or its small picture."""
        self._keys[packet.stream] += packet.key
        if packet.stream != self._small:
            self._key = packet if packet.key else self._key
            return
        self._small_heard_ns = now_ns
        self._whole = packet.key or (self._whole and len(self._packets) < KEPT)
        if packet.key or not self._whole:
            self._packets.clear()
        if self._whole:
            self._packets.append(packet)

    def hand(self, stream: str, picture: Picture) -> None:
        """Copy a picture that was decoded anyway, small, unless one waits already."""
        if self._handed is None and picture.pts_ns > self._last_ns:
            self._handed = self._glimpse(stream, picture, self._hands)

    def look(self, now_ns: int) -> Glimpse | None:
        """Give the newest picture, if there is one that was not given before."""
        found, self._handed = self._handed, None
        self._looks_without = 0 if found else self._looks_without + 1
        if found is None and self._looks_without >= PATIENCE:
            found = self._decoded(now_ns)
        if found is None or found.at_ns <= self._last_ns:
            return None
        self._last_ns, self._stream = found.at_ns, found.stream
        return found

    def _decoded(self, now_ns: int) -> Glimpse | None:
        if now_ns - self._small_heard_ns < SMALL_LOST_NS:
            packets = [self._packets.popleft() for _ in range(len(self._packets))]
            stream, picture = self._small, self._group.newest(packets)
        else:
            stream, picture = self._source, self._still()
        return self._glimpse(stream, picture, self._eyes) if picture else None

    def _still(self) -> Picture | None:
        key, self._key = self._key, None
        if key is None or key.pts_ns - self._last_ns < STILL_NS:
            return None
        return self._stills.still(key)

    def _glimpse(self, stream: str, picture: Picture, maker: TileMaker) -> Glimpse:
        return Glimpse(
            source=self._source,
            stream=stream,
            at_ns=picture.pts_ns,
            luma=small_luma(picture.frame),
            anew=stream != self._stream,
            keys=self._keys[stream],
            tile=maker.tile(picture) if self.coloured else None,
        )
