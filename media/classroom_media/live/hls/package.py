"""Cuts coded streams into parts and segments as they come. Pure: packets in, bytes out.

A part is 0.2 s of the picture with the sound that has come by then; a segment begins at a
keyframe, at most `SEGMENT_MAX_NS` after the one before, and consists of its parts. The first ones
may be short, so that players begin soon (`classroom_media.live.hls.opening`). When the form
of a stream or the parameter sets of its pictures change (a camera's own packets are passed on, or
not any more), and after a hole, a new head goes before the next segment.

Source: draft-ietf-hls-rfc8216bis, 3.1.1 (fragmented MPEG-4) and B.1 (low latency).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from classroom_media.api import NS, Kind, StreamFormat
from classroom_media.live.hls.fragment import fragment
from classroom_media.live.hls.head import codecs, head
from classroom_media.packets import Coded
from classroom_media.sources.annexb import parameter_sets

PART_NS: Final = NS // 5
SEGMENT_MIN_NS: Final = NS
OPENING: Final = 3  # segments
OPENING_MIN_NS: Final = NS // 3  # of each of them
SEGMENT_MAX_NS: Final = 6 * NS
LEAD_NS: Final = 2 * NS  # sound that comes before the first picture is kept so long
HOLE_NS: Final = NS  # nothing came for so long: what follows begins anew


@dataclass(frozen=True, slots=True)
class Head:
    """What a player reads before the parts that follow."""

    data: bytes
    codecs: str  # as a playlist names them
    width: int = 0  # pixels; 0 = sound alone
    height: int = 0


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a segment that can be sent by itself."""

    data: bytes
    begin_ns: int  # on the timeline
    duration_ns: int
    opens: bool  # a segment
    independent: bool  # begins with a keyframe


class Packager:
    """Takes the packets of one picture, one sound, or both, in the order in which they are sent.

    `kinds` are the streams that must be there before anything is sent.
    """

    def __init__(self, kinds: Iterable[Kind] = (Kind.PICTURE, Kind.SOUND)) -> None:
        self._kinds = tuple(kinds)
        self._master = self._kinds[0]
        self._forms: dict[Kind, StreamFormat] = {}
        self._told: dict[Kind, StreamFormat] = {}  # in the last head
        self._sets = b""  # parameter sets of the newest keyframe
        self._told_sets = b""
        self._waiting: dict[Kind, list[Coded]] = {kind: [] for kind in self._kinds}
        self._begun = False
        self._part_ns = 0  # where the part begins
        self._segment_ns = 0  # where the segment begins
        self._opens = True
        self._segments = 0  # so far
        self._sequence = 0

    def feed(self, kind: Kind, packet: Coded) -> Iterator[Head | Part]:
        """Take a packet; give what is complete by it."""
        if packet.format is not None:
            self._forms[kind] = packet.format
        if kind is not self._master:
            self._keep(kind, packet)
            return
        if packet.key and kind is Kind.PICTURE:
            self._sets = parameter_sets(packet.data)
        if self._is_after_hole(packet):
            yield from self.end()
            self._begun, self._opens = False, True
        if not self._begun:
            if not self._may_begin(packet):
                return
            self._begun, self._part_ns, self._segment_ns = True, packet.dts_ns, packet.dts_ns
            yield self._head(packet)
        elif self._ends_at(packet):
            yield self._part(packet)
            if self._opens and self._is_other:
                yield self._head(packet)
        self._waiting[kind].append(packet)

    def end(self) -> Iterator[Part]:
        """Give what is left; what is fed after it begins anew."""
        waiting = self._waiting[self._master]
        if waiting:
            last = waiting[-1]
            yield self._cut(last.dts_ns + last.duration_ns)

    @property
    def _is_other(self) -> bool:
        """Whether the last head does not tell of what comes now."""
        return self._told != self._forms or self._told_sets != self._sets

    def _is_after_hole(self, packet: Coded) -> bool:
        waiting = self._waiting[self._master]
        if not self._begun or not waiting:
            return False
        return packet.dts_ns - waiting[-1].dts_ns - waiting[-1].duration_ns > HOLE_NS

    def _keep(self, kind: Kind, packet: Coded) -> None:
        waiting = self._waiting[kind]
        waiting.append(packet)
        while not self._begun and packet.dts_ns - waiting[0].dts_ns > LEAD_NS:
            waiting.pop(0)

    def _may_begin(self, packet: Coded) -> bool:
        return packet.key and all(kind in self._forms for kind in self._kinds)

    def _head(self, packet: Coded) -> Head:
        for kind, waiting in self._waiting.items():
            self._waiting[kind] = [one for one in waiting if one.dts_ns >= packet.dts_ns]
        self._told, self._told_sets = dict(self._forms), self._sets
        streams = {kind: self._told[kind] for kind in self._kinds}
        picture = streams.get(Kind.PICTURE)
        return Head(
            head(streams, packet.data),
            codecs(streams, packet.data),
            picture.width if picture else 0,
            picture.height if picture else 0,
        )

    def _ends_at(self, packet: Coded) -> bool:
        return self._closes_segment(packet) or packet.dts_ns - self._part_ns >= PART_NS

    def _closes_segment(self, packet: Coded) -> bool:
        length_ns = packet.dts_ns - self._segment_ns
        least_ns = OPENING_MIN_NS if self._segments < OPENING else SEGMENT_MIN_NS
        due = packet.key and (length_ns >= least_ns or self._is_other)
        return due or length_ns + PART_NS > SEGMENT_MAX_NS

    def _part(self, following: Coded) -> Part:
        closes = self._closes_segment(following)
        part = self._cut(following.dts_ns)
        self._opens = closes
        if closes:
            self._segment_ns = following.dts_ns
            self._segments += 1
        return part

    def _cut(self, end_ns: int) -> Part:
        packets = {
            kind: [one for one in waiting if one.dts_ns < end_ns]
            for kind, waiting in self._waiting.items()
        }
        for kind, waiting in self._waiting.items():
            self._waiting[kind] = waiting[len(packets[kind]) :]
        self._sequence += 1
        part = Part(
            data=fragment(self._sequence, self._told, packets),
            begin_ns=self._part_ns,
            duration_ns=end_ns - self._part_ns,
            opens=self._opens,
            independent=packets[self._master][0].key,
        )
        self._part_ns = end_ns
        return part
