"""Real H.264 and AAC with the truth burnt in, and a room's clock that tests turn by hand."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from fractions import Fraction
from functools import cache, partial
from pathlib import Path
from typing import Any

import av
import numpy as np

from classroom_media.api import NS, Kind, StreamFormat
from classroom_media.messages import Begin, TrackEvent
from classroom_media.packets import Coded
from classroom_media.record.disk import Disk
from classroom_media.record.durable import DurableFile
from classroom_media.record.journal import (
    JOURNAL_FILE,
    AnyJournalEvent,
    ExpectedTrack,
    RecordingStarted,
    TakeEnded,
    TakeStarted,
    durably,
)
from classroom_media.record.track import TrackRecorder

FPS = 25
FRAME_NS = NS // FPS
WIDTH, HEIGHT = 160, 120
BITS = 24
START_NS = 1_000 * NS + 7  # an instant of the timeline on no grid
WALL = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)


def at_once(work: Callable[[], None]) -> None:
    """Do now what is usually done in the background: tests are quicker than time."""
    work()


DISK = Disk(open=partial(DurableFile, start=at_once), reserve_bytes=0)


def picture_of(number: int, width: int = WIDTH, height: int = HEIGHT) -> av.VideoFrame:
    """A picture that shows its number in blocks of black and white."""
    bits = np.array([(number >> bit) & 1 for bit in range(BITS)], dtype=np.uint8)
    blocks = (bits.reshape(4, 6) * 170 + 40).astype(np.uint8)
    luma = np.kron(blocks, np.ones((height // 4, width // 6 + 1), np.uint8))[:height, :width]
    planes = np.vstack([luma, np.full((height // 2, width), 128, np.uint8)])
    return av.VideoFrame.from_ndarray(np.ascontiguousarray(planes), format="yuv420p")


def number_in(frame: av.VideoFrame) -> int:
    """Read the number back."""
    luma = frame.to_ndarray(format="gray")
    height, width = luma.shape
    total = 0
    for bit in range(BITS):
        row, column = divmod(bit, 6)
        y, x = row * (height // 4) + height // 8, column * (width // 6 + 1) + width // 12
        if luma[y - 3 : y + 3, x - 3 : x + 3].mean() > 125:
            total |= 1 << bit
    return total


@cache
def _coded_pictures(
    count: int, first: int, gop: int, size: tuple[int, int], bframes: int
) -> tuple[tuple[int, int, bool, bytes], ...]:
    encoder: Any = av.CodecContext.create("libx264", "w")
    encoder.width, encoder.height = size
    encoder.pix_fmt = "yuv420p"
    encoder.time_base = Fraction(1, FPS)
    encoder.framerate = Fraction(FPS)
    encoder.options = {
        "preset": "ultrafast",
        "g": str(gop),
        "x264-params": f"repeat-headers=1:annexb=1:scenecut=0:threads=1:bframes={bframes}",
    }
    packets = []
    for number in range(count):
        frame = picture_of(first + number, *size)
        frame.pts, frame.time_base = number, Fraction(1, FPS)
        packets += encoder.encode(frame)
    packets += encoder.encode(None)
    return tuple((p.pts, p.dts, p.is_keyframe, bytes(p)) for p in packets)


def pictures(
    count: int,
    *,
    from_ns: int = START_NS,
    first: int = 0,
    stream: str = "cam",
    gop: int = 25,
    size: tuple[int, int] = (WIDTH, HEIGHT),
    bframes: int = 0,
) -> list[Coded]:
    """Coded pictures with the numbers `first`, `first` + 1 ..., one every 40 ms."""
    form = StreamFormat(kind=Kind.PICTURE, codec="h264", width=size[0], height=size[1], fps=FPS)
    return [
        Coded(
            stream=stream,
            pts_ns=from_ns + pts * FRAME_NS,
            dts_ns=from_ns + dts * FRAME_NS,
            duration_ns=FRAME_NS,
            key=key,
            data=data,
            format=form if key else None,
        )
        for pts, dts, key, data in _coded_pictures(count, first, gop, size, bframes)
    ]


@cache
def _coded_sound(seconds: float, rate: int) -> tuple[bytes, tuple[tuple[int, bytes], ...]]:
    encoder: Any = av.CodecContext.create("aac", "w")
    encoder.sample_rate, encoder.layout, encoder.format = rate, "stereo", "fltp"
    encoder.time_base = Fraction(1, rate)
    encoder.open()
    packets = []
    for start in range(0, round(seconds * rate), 1024):
        t = np.arange(start, start + 1024)
        wave = 0.5 * np.sin(2 * np.pi * 1000 * t / rate) * (t % rate < rate // 10)
        frame = av.AudioFrame.from_ndarray(
            np.stack([wave, wave]).astype(np.float32), format="fltp", layout="stereo"
        )
        frame.sample_rate, frame.pts, frame.time_base = rate, start, Fraction(1, rate)
        packets += encoder.encode(frame)
    packets += encoder.encode(None)
    return bytes(encoder.extradata), tuple((p.pts, bytes(p)) for p in packets)


def sound(
    seconds: float, *, from_ns: int = START_NS, stream: str = "cam-sound", rate: int = 48_000
) -> list[Coded]:
    """Coded sound: a beep of 100 ms at every whole second from `from_ns` on."""
    extradata, blocks = _coded_sound(seconds, rate)
    form = StreamFormat(
        kind=Kind.SOUND, codec="aac", sample_rate_hz=rate, channels=2, extradata=extradata
    )
    return [
        Coded(
            stream=stream,
            pts_ns=from_ns + pts * NS // rate,
            dts_ns=from_ns + pts * NS // rate,
            duration_ns=1024 * NS // rate,
            key=True,
            data=data,
            format=form,
        )
        for pts, data in blocks
    ]


def in_order(*streams: Iterable[Coded]) -> list[Coded]:
    """Merge streams as they would arrive."""
    return sorted((packet for stream in streams for packet in stream), key=lambda p: p.dts_ns)


@dataclass
class Room:
    """A recorder in a folder, with a clock that stands where the last packet was fed."""

    folder: Path
    track: str = "cam"
    streams: tuple[str, ...] = ("cam",)
    ring_s: float = 15.0
    disk: Disk = DISK
    second: str = ""  # folder on another disk
    now_ns: int = START_NS
    events: list[TrackEvent] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.journal = self.folder / JOURNAL_FILE
        self.note(
            RecordingStarted(
                at_ns=START_NS,
                recording="r",
                room="101",
                title="",
                wall=WALL,
                boot="b",
                tracks=(ExpectedTrack(name=self.track, source="cam", kind=Kind.PICTURE),),
            )
        )
        self.recorder = self.restarted()

    def note(self, event: AnyJournalEvent) -> None:
        durably(self.journal, [event])

    def restarted(self) -> TrackRecorder:
        """A recorder as a new worker process would make it."""
        self.recorder = TrackRecorder(
            self.track,
            self.streams,
            ring_s=self.ring_s,
            emit=self.events.append,
            clock=lambda: self.now_ns,
            disk=self.disk,
        )
        return self.recorder

    def feed(self, packets: Sequence[Coded], *, latency_ns: int = 50_000_000) -> None:
        for packet in packets:
            self.now_ns = max(self.now_ns, packet.pts_ns + latency_ns)
            self.recorder.feed(packet)

    def begin(self, from_ns: int, *, take: int = 1, lead_in: bool = True, reason: str = "") -> None:
        self.note(TakeStarted(at_ns=from_ns, take=take, from_ns=from_ns, boot="b", reason=reason))
        self.begin_again(from_ns, take=take, lead_in=lead_in)

    def begin_again(self, from_ns: int, *, take: int = 1, lead_in: bool = True) -> None:
        """What a worker is told that takes the place of a dead one."""
        self.recorder.begin(
            Begin(
                recording="r",
                folder=str(self.folder),
                take=take,
                from_ns=from_ns,
                lead_in=lead_in,
                second=self.second,
            )
        )

    def feed_up_to(self, at_ns: int, packets: Sequence[Coded]) -> list[Coded]:
        """Let time pass until an order for `at_ns` is heard, a moment later; give the rest."""
        heard_ns = at_ns + FRAME_NS
        self.feed([packet for packet in packets if packet.dts_ns <= heard_ns])
        return [packet for packet in packets if packet.dts_ns > heard_ns]

    def end(self, end_ns: int, *, take: int = 1, reason: str = "stop") -> None:
        self.note(TakeEnded(at_ns=end_ns, take=take, end_ns=end_ns, reason=reason))
        self.recorder.end(end_ns)

    def parts(self) -> list[str]:
        return sorted(path.name for path in self.folder.glob(f"{self.track}*"))


def shown(path: Path, *, ignore_editlist: bool = False) -> list[tuple[float, int]]:
    """What a player shows: (second, number) of every picture."""
    options = {"ignore_editlist": "1"} if ignore_editlist else {}
    with av.open(str(path), options=options) as container:
        return [(round(float(f.time or 0), 4), number_in(f)) for f in container.decode(video=0)]


def numbers(path: Path, *, ignore_editlist: bool = False) -> list[int]:
    return [number for _second, number in shown(path, ignore_editlist=ignore_editlist)]


def heard(path: Path, rate: int = 48_000) -> Any:
    """What a player plays: one channel of samples from file time 0 on, holes as silence."""
    with av.open(str(path)) as container:
        wave = np.zeros(0, np.float32)
        for frame in container.decode(audio=0):
            assert frame.pts is not None
            assert frame.time_base is not None
            block = frame.to_ndarray()[0]
            start = round(frame.pts * frame.time_base * rate)
            if start < 0:
                block, start = block[-start:], 0
            if len(wave) < start + len(block):
                wave = np.concatenate([wave, np.zeros(start + len(block) - len(wave), np.float32)])
            wave[start : start + len(block)] = block
        return wave


def beeps(path: Path, rate: int = 48_000) -> list[float]:
    """Seconds at which a beep begins."""
    wave = np.abs(heard(path, rate)) > 0.1
    loud = np.flatnonzero(wave)
    if not len(loud):
        return []
    starts = loud[np.flatnonzero(np.diff(loud, prepend=-rate) > rate // 20)]
    return [round(float(start) / rate, 3) for start in starts]
