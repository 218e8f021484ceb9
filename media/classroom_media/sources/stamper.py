"""Reads the stamps of demuxed packets, and makes up what a demuxer leaves out or gets wrong."""

from collections import deque
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Final

from av.container import InputContainer
from av.stream import Stream

from classroom_media.api import NS
from classroom_media.clock import Stamped
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
            return order.mend(self._stamped(packet, packet.pts, packet.dts))
        bare = self._bare.setdefault(index, [])
        patient = packet.pts is None or len(bare) < BARE_MAX
        if packet.dts is None and patient:
            bare.append(packet)
            return []
        del self._bare[index]
        order = self._orders.setdefault(index, DecodingOrder())
        counted = self._counted_back([*bare, packet])
        return [mended for stamped in counted for mended in order.mend(stamped)]

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
    another order than they are decoded in would be taken for jumps themselves. After a jump,
    as many pictures as may lean on each other tell where the count begins anew.
    """

    _last_ns: int | None = None
    _lag_ns: int = 0  # from decoding to showing, at most
    _least_ns: int = LAG_MAX_NS  # and at least
    _is_counting: bool = False
    _held: list[Stamped[Demuxed]] = field(default_factory=list)
    _steps_ns: deque[int] = field(default_factory=lambda: deque(maxlen=STEPS))
    _shown_ns: deque[int] = field(default_factory=lambda: deque(maxlen=STEPS))

    def mend(self, packet: Stamped[Demuxed]) -> list[Stamped[Demuxed]]:
        """Give packets whose stamps and duration can be true: this one, none, or some held back."""
        usual_ns = min(self._steps_ns, default=packet.duration_ns)
        if packet.duration_ns > LONG * usual_ns:  # guessed from pictures that were out of order
            packet = replace(packet, duration_ns=usual_ns)
        last_ns, lag_ns = self._last_ns, packet.pts_ns - packet.dts_ns
        goes_on = last_ns is None or 0 < packet.dts_ns - last_ns <= STEP_MAX_NS
        self._is_counting |= not (goes_on and 0 <= lag_ns <= LAG_MAX_NS)
        if self._is_counting:
            counted = self._counted(packet)
            self._shown_ns.extend(one.pts_ns for one in counted)
            return counted
        self._shown_ns.append(packet.pts_ns)
        self._lag_ns, self._least_ns = max(self._lag_ns, lag_ns), min(self._least_ns, lag_ns)
        if last_ns is not None:
            self._steps_ns.append(packet.dts_ns - last_ns)
        self._last_ns = packet.dts_ns
        return [packet]

    def _counted(self, packet: Stamped[Demuxed]) -> list[Stamped[Demuxed]]:
        next_ns = (self._last_ns or 0) + packet.duration_ns
        first_ns, end_ns = packet.pts_ns - self._lag_ns, packet.pts_ns + packet.duration_ns
        if not self._held and first_ns <= next_ns <= end_ns:
            self._last_ns = min(next_ns, packet.pts_ns)
            return [replace(packet, dts_ns=self._last_ns)]
        self._held.append(packet)
        if len(self._held) * packet.duration_ns <= self._lag_ns:
            return []
        return self._begun_anew()

    def _begun_anew(self) -> list[Stamped[Demuxed]]:
        held, self._held = self._held, []
        step_ns = held[0].duration_ns
        least_ns = min(self._least_ns, self._lag_ns)
        begin_ns = min(one.pts_ns - n * step_ns for n, one in enumerate(held)) - least_ns
        self._last_ns = begin_ns + (len(held) - 1) * step_ns
        placed = [replace(one, dts_ns=begin_ns + n * step_ns) for n, one in enumerate(held)]
        known_ns = {one.pts_ns for one in placed} | set(self._shown_ns)
        return [
            one
            if one.pts_ns - one.dts_ns <= LAG_MAX_NS
            else replace(one, pts_ns=_free_place(one.dts_ns + least_ns, step_ns, known_ns))
            for one in placed
        ]


def _free_place(from_ns: int, step_ns: int, known_ns: set[int]) -> int:
    """Find when a picture is shown whose own stamp alone has jumped: where no other one is."""
    while any(abs(known - from_ns) < step_ns // 2 for known in known_ns):
        from_ns += step_ns
    return from_ns


def _unit(stream: Stream) -> tuple[int, int]:
    """Give a stream's time base as nanoseconds: numerator and denominator."""
    base = stream.time_base or Fraction(1, NS)
    return base.numerator * NS, base.denominator
