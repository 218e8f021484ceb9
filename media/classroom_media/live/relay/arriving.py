"""What comes from one peer: packets put in order, on the room's timeline, for whoever listens.

A peer's stamps are placed when they are to be shown here (`classroom_media.live.rtp.playout`), a
little ahead of now, so that nobody has to wait for what comes over a link. Picture and sound stay
as far apart as they were taken. What has no length of its own lasts as long as the picture before.

When a peer that was behind has caught up, the playout skips to the present. No picture is left out,
since somebody may record them: those whose time has been given to others follow at once. Sound of
such a time is left out, as nobody could hear it.
"""

import logging
from collections.abc import Callable, Iterable
from typing import Final

import msgspec

from classroom_media.api import NS
from classroom_media.live.pipe.agreement import Direction
from classroom_media.live.rtp import rtcp
from classroom_media.live.rtp.incoming_picture import IncomingPicture
from classroom_media.live.rtp.incoming_sound import IncomingSound
from classroom_media.live.rtp.playout import Playout
from classroom_media.live.rtp.receiver import Receiver
from classroom_media.packets import Coded

NUDGE_NS: Final = 100_000  # between packets whose stamps do not rise
USUAL_NS: Final = NS // 25  # of a first picture
LONGEST_NS: Final = NS // 5  # what stands longer has stopped
FROZEN_NS: Final = NS // 5  # a picture that stands longer than that is frozen
FRESH_NS: Final = NS  # something came so lately

logger = logging.getLogger(__name__)


class Arriving:
    """One peer's picture and sound, as streams of its name. Time is an argument."""

    def __init__(
        self,
        peer: str,
        name: str,
        ssrc: int,
        comes: Direction,
        publish: Callable[[Coded], None],
    ) -> None:
        """`name` and `ssrc` are what we are called in reports to the peer."""
        playout = Playout()
        self.picture = IncomingPicture(peer, comes.picture, playout)
        self.receiver = Receiver(
            ssrc,
            name,
            sound=IncomingSound(f"{peer}-sound", comes.sound, playout, red_type=comes.red_type),
            picture=self.picture,
            playout=playout,
        )
        self._publish = publish
        self._lasts: dict[str, _Last] = {}
        self._came_ns: int | None = None
        self._shown_ns: int | None = None  # when the newest picture is to be seen
        self._frozen_ns = 0
        self._skips = False  # what is heard comes sooner than what was given before

    def take(self, data: bytes, now_ns: int) -> None:
        """Take a packet of RTP or RTCP."""
        if rtcp.is_rtcp(data):
            self.receiver.control(data, now_ns)
        else:
            self._give(self.receiver.packet(data, now_ns), now_ns)

    def tick(self, now_ns: int) -> list[bytes]:
        """Let time pass; give what is to be said to the peer."""
        coded, said = self.receiver.tick(now_ns)
        self._give(coded, now_ns)
        return said

    def is_fresh(self, now_ns: int) -> bool:
        """Tell whether something came lately."""
        return self._came_ns is not None and now_ns - self._came_ns < FRESH_NS

    def frozen_s(self, now_ns: int) -> float:
        """Give for how long the picture has stood still so far, in all, where it is shown."""
        stood_ns = now_ns - self._shown_ns if self._shown_ns is not None else 0
        return (self._frozen_ns + (stood_ns if stood_ns > FROZEN_NS else 0)) / NS

    def _give(self, coded: Iterable[Coded], now_ns: int) -> None:
        for packet in coded:
            last = self._lasts.get(packet.stream)
            if packet.stream != self.picture.stream and self._is_over(packet, last):
                continue
            placed = _placed(packet, last)
            self._lasts[packet.stream] = _Last(placed.pts_ns, placed.duration_ns)
            self._came_ns = now_ns
            if packet.stream == self.picture.stream:
                self._show(max(placed.pts_ns, now_ns))
            self._publish(placed)

    def _is_over(self, sound: Coded, last: "_Last | None") -> bool:
        """Tell whether other sound was given for its time."""
        back_ns = last.pts_ns - sound.pts_ns if last else -1
        if back_ns >= 0 and not self._skips:
            logger.info("%s was behind: skips %.2f s", self.picture.stream, back_ns / NS)
        self._skips = back_ns >= 0
        return self._skips

    def _show(self, at_ns: int) -> None:
        if self._shown_ns is not None and at_ns - self._shown_ns > FROZEN_NS:
            self._frozen_ns += at_ns - self._shown_ns
        self._shown_ns = at_ns


class _Last(msgspec.Struct, frozen=True):
    pts_ns: int
    duration_ns: int


def _placed(packet: Coded, last: _Last | None) -> Coded:
    """Give a packet with stamps that rise, and a duration."""
    pts_ns = max(packet.pts_ns, last.pts_ns + NUDGE_NS) if last else packet.pts_ns
    duration_ns = packet.duration_ns
    if not duration_ns:
        step_ns = pts_ns - last.pts_ns if last else USUAL_NS
        duration_ns = step_ns if step_ns < LONGEST_NS else USUAL_NS
    return msgspec.structs.replace(packet, pts_ns=pts_ns, dts_ns=pts_ns, duration_ns=duration_ns)
