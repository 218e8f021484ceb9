"""The last seconds of a track in memory: pre-roll, undo of a stop, cushion for a slow disk. Pure.

The ring is the recorder's only queue. The writer reads along it with a cursor of its own and
falls back on it when a file breaks; what is evicted before it was written is lost.
"""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import takewhile
from threading import Lock

from classroom_media.api import NS, Kind, StreamFormat
from classroom_media.packets import Coded

MAX_BYTES = 256 * 1024 * 1024  # a bound against a source without keyframes


@dataclass(frozen=True, slots=True)
class Kept:
    """A packet in the ring, with its running number and the instant it arrived."""

    number: int
    arrived_ns: int
    packet: Coded


class Ring:
    """Keeps at least `keep_s` seconds, from a keyframe on; drops whole groups of pictures.

    One thread adds, another reads.
    """

    def __init__(self, keep_s: float, *, max_bytes: int = MAX_BYTES) -> None:
        self._keep_ns = round(keep_s * NS)
        self._max_bytes = max_bytes
        self._lock = Lock()
        self._kept: deque[Kept] = deque()
        self._picture_keys: deque[Kept] = deque()
        self._streams: dict[str, _Stream] = {}
        self._newest_ns = -(2**63)
        self._bytes = 0
        self._next_number = 0

    @property
    def next_number(self) -> int:
        """The number that the next packet gets."""
        return self._next_number

    def add(self, packet: Coded, arrived_ns: int) -> None:
        """Take the next packet, and let go of what is too old."""
        with self._lock:
            kept = Kept(self._next_number, arrived_ns, packet)
            self._next_number += 1
            self._kept.append(kept)
            self._bytes += len(packet.data)
            self._newest_ns = max(self._newest_ns, packet.dts_ns)
            stream = self._streams.setdefault(packet.stream, _Stream())
            stream.newest_ns = packet.dts_ns
            stream.arrived_ns = arrived_ns
            stream.format = packet.format or stream.format
            if packet.key:
                stream.last_key = kept.number
                if stream.is_picture:
                    self._picture_keys.append(kept)
            self._evict()

    def format_of(self, stream: str) -> StreamFormat | None:
        """The newest format of a stream; None before its first keyframe."""
        return self._streams[stream].format if stream in self._streams else None

    def kind_of(self, stream: str) -> Kind:
        """What a stream carries; sound, as long as nothing else is known."""
        form = self.format_of(stream)
        return Kind.SOUND if form is None else form.kind

    def reaches(self, stream: str, at_ns: int) -> bool:
        """Whether a stream has come as far as an instant of the timeline."""
        return stream in self._streams and self._streams[stream].newest_ns >= at_ns

    def is_silent(self, stream: str, since_ns: int) -> bool:
        """Whether nothing of a stream has arrived since an instant."""
        return stream not in self._streams or self._streams[stream].arrived_ns < since_ns

    def last_key(self, stream: str) -> int:
        """Number of the newest packet at which a decoder could begin; -1 = none yet."""
        return self._streams[stream].last_key if stream in self._streams else -1

    def lost_before(self, stream: str, cursor: int) -> bool:
        """Whether a packet at or after the cursor was evicted: the reader was too slow."""
        return stream in self._streams and self._streams[stream].evicted >= cursor

    def after(self, cursors: Mapping[str, int]) -> list[Kept]:
        """List the packets from each stream's cursor on, in order of arrival."""
        lowest = min(cursors.values(), default=0)
        with self._lock:
            recent = list(takewhile(lambda kept: kept.number >= lowest, reversed(self._kept)))
        recent.reverse()
        return [k for k in recent if k.number >= cursors.get(k.packet.stream, k.number + 1)]

    def opening(
        self,
        from_ns: int,
        *,
        lead_in: bool,
        floor: int = 0,
        not_before_ns: int | None = None,
    ) -> dict[str, Kept]:
        """Find where each stream would begin a file whose time 0 is `from_ns`.

        With `lead_in` a picture begins at the last keyframe before that instant and sound one
        block early, which warms up the decoder; without it both begin at or after the instant.
        Streams that cannot begin yet are left out, and so are packets with a number before
        `floor` or a time before `not_before_ns`.
        """
        found: dict[str, Kept] = {}
        with self._lock:
            settled = {
                name
                for name, stream in self._streams.items()
                if stream.format is None or stream.newest_ns < from_ns
            }
            for kept in self._kept:
                packet = kept.packet
                if kept.number < floor or packet.stream in settled or not packet.key:
                    continue
                if not_before_ns is not None and packet.pts_ns < not_before_ns:
                    continue
                if packet.pts_ns >= from_ns:
                    found.setdefault(packet.stream, kept)
                    settled.add(packet.stream)
                elif lead_in and self._is_early(packet, from_ns):
                    found[packet.stream] = kept
        return found

    def _is_early(self, packet: Coded, from_ns: int) -> bool:
        if self._streams[packet.stream].is_picture:
            return True
        return packet.pts_ns + packet.duration_ns <= from_ns

    def _evict(self) -> None:
        limit_ns = self._newest_ns - self._keep_ns
        while len(self._picture_keys) > 1 and self._picture_keys[1].packet.dts_ns <= limit_ns:
            self._picture_keys.popleft()
        if self._picture_keys:
            limit_ns = min(limit_ns, self._picture_keys[0].packet.dts_ns)
        while self._kept and (
            self._kept[0].packet.dts_ns < limit_ns or self._bytes > self._max_bytes
        ):
            gone = self._kept.popleft()
            self._bytes -= len(gone.packet.data)
            self._streams[gone.packet.stream].evicted = gone.number
            if self._picture_keys and self._picture_keys[0].number == gone.number:
                self._picture_keys.popleft()

    def __len__(self) -> int:
        return len(self._kept)


@dataclass(slots=True)
class _Stream:
    """What the ring remembers of one stream beside its packets."""

    format: StreamFormat | None = None
    newest_ns: int = -(2**63)
    arrived_ns: int = 0
    last_key: int = -1
    evicted: int = -1

    @property
    def is_picture(self) -> bool:
        return self.format is not None and self.format.kind is Kind.PICTURE
