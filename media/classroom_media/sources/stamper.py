"""Reads the stamps of demuxed packets, and makes up what a demuxer leaves out or gets wrong."""

from collections import deque
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Final

from av.container import InputContainer
from av.stream import Stream

from classroom_media.api import NS
from classroom_media.clock import Stamped
from classroom_media.sources.annexb import leans_on_it
from classroom_media.sources.lanes import Demuxed

BARE_MAX: Final = 16  # packets without a decoding stamp; after these there will be none
LAG_MAX_NS: Final = NS  # from decoding to showing; more is a stamp that has jumped
STEP_MAX_NS: Final = 10 * NS  # from one packet to the next, likewise
STEPS: Final = 8  # of which the least is how long a packet lasts
LONG: Final = 1.5


class Stamper:
    """Reads stamps; the first packets of an RTSP stream, which lack some, get them afterwards."""

    def __init__(self, container: InputContainer) -> None:
        self._units = {stream.index: _unit(stream) for stream in container.streams}
        self._bare: dict[int, list[Demuxed]] = {}
        self._orders: dict[int, DecodingOrder] = {}

    def stamp(self, packet: Demuxed) -> list[Stamped[Demuxed]]:
        """Give what can be stamped now, in nanoseconds; nothing from the mark of the end."""
        index = packet.stream_index
        if not packet.size:
            return []
        order = self._orders.get(index)
        if packet.pts is not None and order is not None and index not in self._bare:
            return [order.mend(self._stamped(packet, packet.pts, packet.dts))]
        bare = self._bare.setdefault(index, [])
        patient = packet.pts is None or len(bare) < BARE_MAX
        if packet.dts is None and patient:
            bare.append(packet)
            return []
        del self._bare[index]
        order = self._orders.setdefault(index, DecodingOrder())
        return [order.mend(stamped) for stamped in self._counted_back([*bare, packet])]

    def _stamped(self, packet: Demuxed, pts: int, dts: int | None) -> Stamped[Demuxed]:
        num, den = self._units[packet.stream_index]
        return Stamped(
            packet.stream_index,
            pts * num // den,
            (pts if dts is None else dts) * num // den,
            (packet.duration or 0) * num // den,
            packet,
        )

    def _counted_back(self, packets: list[Demuxed]) -> list[Stamped[Demuxed]]:
        """Stamp consecutive packets of a stream, counting back from the last, which has stamps.

        Those without a time to be shown at (a first keyframe) are shown before all others.
        """
        last = packets[-1]
        step = last.duration or 0
        last_dts = (last.pts if last.dts is None else last.dts) or 0
        first_dts = last_dts - (len(packets) - 1) * step
        shown = [packet.pts for packet in packets if packet.pts is not None] or [last_dts + step]
        first_pts = min(shown) - (len(packets) - len(shown)) * step
        found = []
        for index, packet in enumerate(packets):
            dts = first_dts + index * step
            pts = max(dts, first_pts + index * step) if packet.pts is None else packet.pts
            found.append(self._stamped(packet, pts, dts))
        return found


@dataclass(slots=True)
class DecodingOrder:
    """Counts decoding stamps itself where the demuxer has lost its way.

    RTP has only the times at which pictures are shown. FFmpeg guesses the others from their
    order, and once these have jumped, it guesses wrong for ever: pictures that are shown in
    another order than they are decoded in would be taken for jumps themselves.
    """

    _last_ns: int | None = None
    _lag_ns: int = 0  # from decoding to showing, at most
    _is_counting: bool = False
    _steps_ns: deque[int] = field(default_factory=lambda: deque(maxlen=STEPS))

    def mend(self, packet: Stamped[Demuxed]) -> Stamped[Demuxed]:
        """Give a packet whose stamps and duration can be true."""
        usual_ns = min(self._steps_ns, default=packet.duration_ns)
        if packet.duration_ns > LONG * usual_ns:  # guessed from pictures that were out of order
            packet = replace(packet, duration_ns=usual_ns)
        last_ns, lag_ns = self._last_ns, packet.pts_ns - packet.dts_ns
        goes_on = last_ns is None or 0 < packet.dts_ns - last_ns <= STEP_MAX_NS
        if not (goes_on and 0 <= lag_ns <= LAG_MAX_NS):
            self._is_counting = True
        if self._is_counting:
            packet = replace(packet, dts_ns=self._counted(packet))
        else:
            self._lag_ns = max(self._lag_ns, lag_ns)
            if last_ns is not None:
                self._steps_ns.append(packet.dts_ns - last_ns)
        self._last_ns = packet.dts_ns
        return packet

    def _counted(self, packet: Stamped[Demuxed]) -> int:
        next_ns = (self._last_ns or 0) + packet.duration_ns
        first_ns = packet.pts_ns - self._lag_ns
        if first_ns <= next_ns <= packet.pts_ns + packet.duration_ns:
            return min(next_ns, packet.pts_ns)
        is_last = self._lag_ns and not leans_on_it(bytes(packet.what))
        return packet.pts_ns if is_last else first_ns  # they have jumped


def _unit(stream: Stream) -> tuple[int, int]:
    """Give a stream's time base as nanoseconds: numerator and denominator."""
    base = stream.time_base or Fraction(1, NS)
    return base.numerator * NS, base.denominator
