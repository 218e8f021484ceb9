"""H.264 as it comes in: from packets to pictures, each with its time to be shown.

A picture that is late is still given: without it those after it could not be decoded. When it is
so late that a keyframe may come sooner, one is asked for, and whatever comes first goes on.
After a cut the sender begins with a keyframe by itself, and nothing before that is waited for.

Source: RFC 6184, 5.1 (marker) and 7 (depacketisation).
"""

from typing import Final

from classroom_media.api import Kind, StreamFormat
from classroom_media.live.rtp import h264
from classroom_media.live.rtp.incoming import Incoming
from classroom_media.live.rtp.order import Arrived
from classroom_media.live.rtp.outgoing import Numbers
from classroom_media.live.rtp.playout import Playout
from classroom_media.packets import Coded
from classroom_media.sources.annexb import SPS, kind_of, units
from classroom_media.sources.sps import read as read_parameters

PATIENCE_NS: Final = 120_000_000  # a keyframe would take no less
ENDURANCE_NS: Final = 1_500_000_000
CUT_NS: Final = (
    3_000_000_000  # a sender that hears nothing for so long sends no pictures (`ladder`)
)


class IncomingPicture(Incoming):
    """H.264 as it comes in."""

    patience_ns = PATIENCE_NS
    endurance_ns = ENDURANCE_NS

    def __init__(self, stream: str, numbers: Numbers, playout: Playout) -> None:
        super().__init__(stream, numbers, playout)
        self.broken = True  # nothing can be shown before a keyframe
        self.late = False  # what comes next may take longer than a keyframe
        self.lost = 0  # pictures that came, but could not be shown
        self._came_ns: int | None = None  # the newest packet
        self._was_cut = False  # and nothing whole has come since

    def ready(self, now_ns: int) -> list[Coded]:
        """Give the pictures that are whole, in order; go on with a keyframe if one is late."""
        self.late = self._behind_late(now_ns, self.patience_ns) is not None
        if (self.late or self._was_cut) and (keyframe := self._keyframe()) is not None:
            self._lack(self.order.give_up(keyframe))
        return super().ready(now_ns)

    def _keyframe(self) -> int | None:
        """Give the number that a whole keyframe begins with, behind what is missing."""
        begin: int | None = None
        end, timestamp = 0, 0
        for number, (packet, _, _) in self.order.beyond():
            if number != end or packet.timestamp != timestamp:
                begin = number if h264.begins_key(packet.payload) else None
            end, timestamp = number + 1, packet.timestamp
            if packet.marker and begin is not None:
                return begin
        return None

    def _lack(self, packets: int) -> None:
        self.broken |= packets > 0

    def _put(self, number: int, arrived: Arrived) -> None:
        self._was_cut |= self._came_ns is not None and arrived.at_ns - self._came_ns >= CUT_NS
        self._came_ns = arrived.at_ns
        self.broken |= self.order.put(number, arrived)

    def _whole(self) -> list[Coded]:
        if not self.arrivals.placed:
            return []
        ends = [number for number, each in self.order.run() if each.packet.marker]
        pictures = [self._picture(self.order.take(number + 1)) for number in ends]
        return [picture for picture in pictures if picture]

    def _picture(self, arrived: list[Arrived]) -> Coded | None:
        timestamp = arrived[-1].packet.timestamp
        own = [each for each in arrived if each.packet.timestamp == timestamp]
        data = h264.access_unit([each.packet.payload for each in own])
        stamp_ns = self.arrivals.stamp_ns(timestamp)
        key = data is not None and h264.is_key(data)
        self.broken = not key and (self.broken or data is None or len(own) < len(arrived))
        if data is None or stamp_ns is None or self.broken:
            self.lost += 1
            return None
        self._was_cut = False
        return self._coded(own, stamp_ns, data, key=key)

    def _format(self, data: bytes) -> StreamFormat:
        found = (read_parameters(unit) for unit in units(data) if kind_of(unit) == SPS)
        size = next((each for each in found if each), None)
        return StreamFormat(
            kind=Kind.PICTURE,
            codec="h264",
            width=size.width if size else 0,
            height=size.height if size else 0,
        )
