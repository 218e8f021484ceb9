"""One part: a film of fragments, playable at any moment, written in constant memory.

Fragments of 0.08 s are written whole: after a crash the file ends with the last of them. Whenever
they make up 0.4 s, a sync is begun, beside which writing goes on: after a power cut the file ends
with the last fragment that was synced. No index is kept meanwhile, neither for an ordinary MP4
nor for `mfra`; the finisher makes it (`flatten`).

A part's time 0 is an instant of the timeline. Packets before it are in the file, because a
decoder needs them, but an edit list hides them. FFmpeg's muxer does that when the header is
written late (``delay_moov``), and then writes nothing before each stream has had a packet. The
list tells in whole milliseconds how late a stream begins: a first picture that is late by less,
and decoded sooner than shown, would come after its edit, and players miss a keyframe. So such a
picture begins at 0.

The muxer lets a fragment begin where the durations of the one before say that it does, and shifts
its first packet there. So a packet waits for the next one of its stream, and lasts until it.

The muxer re-scales packets in place, so each gets a copy. H.264 stays as it comes, parameter
sets in band; the muxer takes the ``avcC`` from the first keyframe. For AAC, whose description
FFmpeg wants beforehand, an encoder of the same kind is opened to describe the stream.

Source: ISO/IEC 14496-12 (edit lists, movie fragments), 14496-14, 14496-15;
https://ffmpeg.org/ffmpeg-formats.html, "mov, mp4, ismv".
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

import av
import av.container
import av.stream

from classroom_media.api import NS, Kind, StreamFormat
from classroom_media.packets import Coded
from classroom_media.record.durable import Sink, TrackError, problem_of

PICTURE_RATE: Final = 90_000  # ticks in a second
EDIT_NS: Final = NS // 1000  # in which the muxer counts how late a stream begins
EDIT_TICKS: Final = PICTURE_RATE * EDIT_NS // NS
SNAP_TICKS: Final = 2  # rounding of nanoseconds must not make a steady stream unsteady
BROKEN: Final = "broken"
FRAGMENTS: Final = {
    "movflags": "delay_moov+default_base_moof+skip_trailer",
    "flush_packets": "1",
    "max_interleave_delta": "1",  # microseconds: packets come in order, none is waited for
}
_BUFFER: Final = 1 << 20  # bytes: a fragment of an ordinary lesson goes out in one write


@dataclass(frozen=True, slots=True)
class Pace:
    """How long a fragment is, and how much is written before it is synced."""

    fragment_ns: int
    sync_ns: int


LIVE: Final = Pace(3 * NS // 40, 4 * NS // 10)  # two pictures at 25 a second, three at 30


@dataclass(slots=True)
class _Lane:
    """One stream of the file, and where its last packet stands."""

    stream: av.stream.Stream
    rate: int  # ticks in a second
    picture: bool
    first_pts: int | None = None
    last_dts: int | None = None
    next_dts: int | None = None
    held: "av.Packet[Any] | None" = None  # the last one, until its end is known
    held_end_ns: int = 0
    end_ns: int | None = None  # on the timeline, of what the muxer has

    def place(self, packet: Coded, zero_ns: int) -> tuple[int, int, int] | None:
        """Give (pts, dts, duration) in ticks; dts always grows.

        None for what leads its keyframe and needs what came before: it is not decodable here.
        """
        dts = _ticks(packet.dts_ns - zero_ns, self.rate)
        lag = _ticks(packet.pts_ns - packet.dts_ns, self.rate)
        duration = max(_ticks(packet.duration_ns, self.rate), 1)
        if self.next_dts is not None and abs(dts - self.next_dts) <= SNAP_TICKS:
            dts = self.next_dts
        if self.last_dts is not None:
            dts = max(dts, self.last_dts + 1)
        pts = dts + max(lag, 0)
        if self.first_pts is None:
            self.first_pts = pts
            if self.picture and 0 < pts < EDIT_TICKS:
                pts, dts = 0, min(dts, 0)
        elif self.picture and pts < self.first_pts:
            return None
        self.last_dts, self.next_dts = dts, dts + duration
        if self.picture and pts < 0 < pts + duration:
            pts = 0  # on show when the file begins: players want the edit to begin with a picture
        return pts, dts, duration


class PartWriter:
    """Writes packets of one or two streams into one file. One thread uses it.

    Raises:
        TrackError: from every method but `abandon`; then only `abandon` is left to call.
    """

    def __init__(
        self,
        sink: Sink,
        formats: Mapping[str, StreamFormat],
        zero_ns: int,
        *,
        pace: Pace = LIVE,
    ) -> None:
        self.zero_ns = zero_ns
        self.formats = dict(formats)
        self._sink = sink
        self._synced_ns = zero_ns
        self._asked = (0, zero_ns)  # bytes that are being synced, and how far these reach
        self._pace = pace
        options = {**FRAGMENTS, "frag_duration": str(pace.fragment_ns // 1000)}  # microseconds
        with _translated():
            self._container = av.open(sink, "w", format="mp4", options=options, buffer_size=_BUFFER)
            self._lanes = {name: _lane(self._container, f) for name, f in formats.items()}

    @property
    def written_ns(self) -> int:
        """Where on the timeline the streams that are behind have come to."""
        ends = [lane.end_ns for lane in self._lanes.values() if lane.end_ns is not None]
        return min(ends, default=self.zero_ns)

    @property
    def synced_ns(self) -> int:
        """Up to where on the timeline everything is known to be on disk."""
        asked_bytes, asked_ns = self._asked
        if self._sink.synced_bytes >= asked_bytes:
            self._synced_ns = asked_ns
        return self._synced_ns

    @property
    def synced_bytes(self) -> int:
        """How much of the file is known to be on disk."""
        return self._sink.synced_bytes

    def write(self, packet: Coded) -> None:
        """Add a packet; where that completes a fragment, begin a sync if enough is waiting."""
        lane = self._lanes[packet.stream]
        place = lane.place(packet, self.zero_ns)
        if place is None:
            return
        pts, dts, duration = place
        copy = av.Packet(packet.data)
        copy.stream = lane.stream
        copy.time_base = Fraction(1, lane.rate)
        copy.pts, copy.dts, copy.duration, copy.is_keyframe = pts, dts, duration, packet.key
        if lane.held is not None and lane.held.dts is not None:
            lane.held.duration = dts - lane.held.dts
        with _translated():
            self._mux_held(lane)
        lane.held, lane.held_end_ns = copy, packet.dts_ns + packet.duration_ns

    def _mux_held(self, lane: _Lane) -> None:
        if lane.held is None:
            return
        before = self._sink.size
        self._container.mux(lane.held)
        lane.held = None
        if self._sink.size != before:
            self._sync_when_due()  # every packet but this one is in the file now
        lane.end_ns = max(lane.held_end_ns, lane.end_ns or self.zero_ns)

    def _sync_when_due(self) -> None:
        has_begun = all(lane.end_ns is not None for lane in self._lanes.values())
        is_over = self._sink.synced_bytes >= self._asked[0]
        if has_begun and is_over and self.written_ns - self.synced_ns >= self._pace.sync_ns:
            self._asked = (self._sink.size, self.written_ns)
            self._sink.begin_sync()

    def complete(self) -> None:
        """Write what is left; nothing more is written."""
        with _translated():
            for lane in self._lanes.values():
                self._mux_held(lane)
            self._container.close()

    def is_on_disk(self) -> bool:
        """Whether all of a complete file has been synced; sees to it, and waits for nothing."""
        with _translated():
            if self._sink.synced_bytes < self._sink.size:
                self._sink.begin_sync()
            if self._sink.synced_bytes < self._sink.size:
                return False
            self._sink.close()
        self._asked = (self._sink.synced_bytes, max(self.synced_ns, self.written_ns))
        return True

    def seal(self) -> None:
        """Complete the file; return once it is on disk."""
        self.complete()
        with _translated():
            self._sink.end_sync()
            self._sink.sync()
        self.is_on_disk()

    def abandon(self) -> None:
        """Let go of a file that cannot be written: it ends with its last synced fragment."""
        with suppress(OSError):
            self._sink.cut_back()
        with suppress(OSError):
            self._sink.close()
        self._container.close()  # writes nothing: the sink is closed


def _lane(container: av.container.OutputContainer, form: StreamFormat) -> _Lane:
    if form.kind is Kind.PICTURE:
        stream: Any = container.add_mux_stream(
            form.codec,
            rate=Fraction(form.fps).limit_denominator(1001) if form.fps else None,
            width=form.width,
            height=form.height,
        )
        rate = PICTURE_RATE
    else:
        layout = {1: "mono", 2: "stereo"}.get(form.channels, f"{form.channels} channels")
        stream = container.add_stream(form.codec, rate=form.sample_rate_hz, layout=layout)
        stream.codec_context.open()
        stream.codec_context.extradata = form.extradata
        rate = form.sample_rate_hz
    stream.time_base = Fraction(1, rate)
    return _Lane(stream=stream, rate=rate, picture=form.kind is Kind.PICTURE)


def _ticks(ns: int, rate: int) -> int:
    return (ns * rate + NS // 2) // NS


@contextmanager
def _translated() -> Iterator[None]:
    """Turn what the muxer and the file system raise into `TrackError`."""
    try:
        yield
    except av.FFmpegError as error:
        raise TrackError(BROKEN, f"the muxer refuses: {error}") from error
    except OSError as error:
        raise TrackError(problem_of(error), str(error)) from error
    except ValueError as error:
        raise TrackError(BROKEN, f"not for this file: {error}") from error
