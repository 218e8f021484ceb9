"""One source's pictures: packets in, at every tick the right picture out.

Only a source that can be seen is decoded. Of the others the packets since the last keyframe
are kept, so that a cut to one costs the decoding of one group of pictures at most. The same
holds for a source whose packets are passed on as they came (see `compose.passing`).
"""

import logging
from collections import deque
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

import av

from classroom_media.api import NS
from classroom_media.compose.passable import Group, group_of
from classroom_media.compose.picking import Verdict, judge
from classroom_media.packets import Coded

KEPT_BYTES: Final = 64 << 20  # of packets of one source; beyond it whole groups are dropped
LOST_NS: Final = 95 * NS // 100  # without a new picture, a source is a slate within a second
AT_A_TIME: Final = 6  # packets decoded in a row; then the sound has its turn
NANOSECOND: Final = Fraction(1, NS)
LOST_FRAMES: Final = 3  # or for so many of its own frames, where that is longer

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """A decoded picture; `aspect` is its shape as seen, width / height.

    A `whole` one was drawn for its place: no layout crops it.
    """

    pts_ns: int
    frame: av.VideoFrame
    aspect: float
    whole: bool = False


class PictureFeed:
    """The pictures of one source. Never raises on what the source sends."""

    def __init__(self, source: str, frame_ns: int) -> None:
        self.source = source
        self._frame_ns = frame_ns
        self._groups: deque[list[Coded]] = deque()  # each begins with a keyframe
        self._decoded = 0  # packets of the first group that the decoder has had
        self._bytes = 0
        self._decoder: av.VideoCodecContext | None = None
        self._waiting: deque[Picture] = deque()
        self._shown: Picture | None = None
        self._lost_ns = LOST_NS
        self._broken = False  # and said so
        self._passed = 0  # packets of the first group that were passed on
        self._passed_ns = 0  # the last such picture's place: what is decoded up to it was shown
        self.last_group: Group | None = None  # the newest whole one
        self.heard_ns = 0  # when the last packet of use came, by our clock
        self.newest_ns = 0  # the newest such packet's place on the timeline

    @property
    def first_ns(self) -> int | None:
        """Tell where the first picture stands that could be shown."""
        return self._groups[0][0].pts_ns if self._groups else None

    def feed(self, packet: Coded, now_ns: int) -> None:
        """Take a packet; nothing is decoded yet."""
        if packet.key:
            self.last_group = group_of(self._groups[-1], packet) if self._groups else None
            self._groups.append([packet])
            if packet.format and packet.format.fps > 0:
                self._lost_ns = max(LOST_NS, int(LOST_FRAMES * NS / packet.format.fps))
        elif self._groups:
            self._groups[-1].append(packet)
        else:
            return  # nobody can decode it
        self.heard_ns = now_ns
        self.newest_ns = max(self.newest_ns, packet.pts_ns)
        self._bytes += len(packet.data)
        while self._bytes > KEPT_BYTES and self._groups:
            logger.warning("%s: too many packets are waiting; dropped some", self.source)
            self._drop_group()

    def live(self, tick_ns: int) -> bool:
        """Tell whether the source delivers, so that a late picture is worth waiting for."""
        return self.newest_ns >= tick_ns - self._lost_ns

    def decode_some(self, tick_ns: int) -> bool:
        """Decode a little of what this tick needs; tell whether there is no more to decode."""
        return any(self._is_known(tick_ns) is not None for _ in range(AT_A_TIME))

    def ready(self, tick_ns: int) -> bool:
        """Decode as far as needed; tell whether the picture of this tick is known."""
        while (known := self._is_known(tick_ns)) is None:
            pass
        return known

    def _is_known(self, tick_ns: int) -> bool | None:
        """Tell whether the picture of this tick is known, or None after one step towards it."""
        match self._judge(tick_ns):
            case Verdict.SKIP:
                self._waiting.popleft()
            case Verdict.UNKNOWN:
                return None if self._decode() else False
            case _:
                return True
        return None

    def take(self, tick_ns: int) -> Picture | None:
        """Give the picture of this tick, as far as is known; None when the source is lost."""
        if self._waiting and self._judge(tick_ns) is not Verdict.REPEAT:
            self._shown = self._waiting.popleft()
        if self._shown and self._shown.pts_ns < tick_ns - self._lost_ns:
            self._shown = None
        return self._shown

    def hide(self) -> None:
        """Stop showing it; what was decoded ahead and the packets stay for its return."""
        self._shown = None

    def jump(self, tick_ns: int) -> None:
        """Forget the packets that a source which is seen from `tick_ns` on does not need.

        It would be taken up at its nearest picture.
        """
        nearest_ns = tick_ns + self._frame_ns // 2
        while len(self._groups) > 1 and self._groups[1][0].pts_ns <= nearest_ns:
            self._drop_group()

    def keyframe(self, tick_ns: int) -> Coded | None:
        """Give the keyframe whose picture is next to be shown, if it is that of this tick."""
        if not self._waiting or self._judge(tick_ns) is not Verdict.SHOW:
            return None
        keyframes = (group[0] for group in self._groups)
        return next((k for k in keyframes if k.pts_ns == self._waiting[0].pts_ns), None)

    # -- passing on ------------------------------------------------------------------------

    def begin_passing(self, keyframe: Coded) -> None:
        """Make a keyframe that is kept the next packet to be passed on."""
        while self._groups[0][0] is not keyframe:
            self._leave_group()
        self._waiting.clear()
        self._decoder, self._decoded = None, 0

    @property
    def upcoming(self) -> Coded | None:
        """Tell which packet is to be passed on next, once it is there."""
        if self._groups and self._passed < len(self._groups[0]):
            return self._groups[0][self._passed]
        return self._groups[1][0] if len(self._groups) > 1 else None

    def pass_on(self, packet: Coded) -> None:
        """Take note that the upcoming packet was passed on."""
        if self._passed == len(self._groups[0]):
            self._drop_group()
        self._passed += 1
        self._passed_ns = packet.pts_ns

    def catch_up(self) -> None:
        """Decode what was passed on."""
        while self._decoded < self._passed and self._decode():
            pass

    # -- decoding --------------------------------------------------------------------------

    def _judge(self, tick_ns: int) -> Verdict:
        waiting = self._waiting
        return judge(
            self._shown.pts_ns if self._shown else None,
            waiting[0].pts_ns if waiting else None,
            waiting[1].pts_ns if len(waiting) > 1 else None,
            tick_ns=tick_ns,
            frame_ns=self._frame_ns,
        )

    def _decode(self) -> bool:
        """Decode one packet; tell whether there was one."""
        if self._groups and self._decoded == len(self._groups[0]) and len(self._groups) > 1:
            self._leave_group()
        if not self._groups or self._decoded == len(self._groups[0]):
            return False
        packet = self._groups[0][self._decoded]
        self._decoded += 1
        try:
            pictures = self._pictures(packet)
        except av.FFmpegError as error:
            if not self._broken:
                logger.warning("%s: cannot be decoded: %s", self.source, error)
            self._broken = True
            self._drop_group()
        else:
            self._broken = self._broken and not pictures
            self._waiting.extend(pictures)
            while self._waiting and self._waiting[0].pts_ns <= self._passed_ns:
                self._shown = self._waiting.popleft()
        return True

    def _pictures(self, packet: Coded) -> list[Picture]:
        if self._decoder is None:
            self._decoder = av.CodecContext.create("h264", "r")
            self._decoder.thread_count = 1  # threads would hold pictures back
        coded = av.Packet(packet.data)
        coded.pts, coded.dts = packet.pts_ns, packet.dts_ns
        coded.time_base = NANOSECOND
        frames = self._decoder.decode(coded)
        pixel = float(self._decoder.sample_aspect_ratio or 1)
        return [
            Picture(frame.pts, frame, frame.width * pixel / frame.height)
            for frame in frames
            if frame.pts is not None
        ]

    def _leave_group(self) -> None:
        self._bytes -= sum(len(packet.data) for packet in self._groups.popleft())
        self._decoded = self._passed = 0

    def _drop_group(self) -> None:
        """Drop the first group, whatever of it was decoded; the next one starts afresh."""
        self._leave_group()
        self._decoder = None
