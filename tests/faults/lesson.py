"""A small lesson, recorded as time goes by: two takes, a lost source, the stop, the finish.

All of it follows from a seed and the instant at which it began; so a process that takes the
place of a killed one reads the journal, as a daemon does, and goes on where time has come to.

    python -m tests.faults.lesson FOLDER LEDGER FOOTAGE SEED
"""

import hashlib
import os
import random
import sys
import threading
import time
import traceback
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Final, Self

import msgspec

from classroom_media.api import NS, Kind
from classroom_media.messages import Begin, TrackEvent
from classroom_media.packets import Coded
from classroom_media.record.disk import Disk
from classroom_media.record.durable import DurableFile
from classroom_media.record.finish import finish
from classroom_media.record.journal import (
    JOURNAL_FILE,
    AnyJournalEvent,
    ExpectedTrack,
    RecordingStarted,
    RecordingStopped,
    TakeEnded,
    TakeStarted,
    boot_id,
    durably,
    replay,
)
from classroom_media.record.manifest import State
from classroom_media.record.reading import content_of
from classroom_media.record.scribe import part_file
from classroom_media.record.story import Story, tell
from classroom_media.record.track import TrackRecorder
from tests.faults.ledger import Begun, Finished, Ledger, Sealed, media_of
from tests.media.record_scene import FPS, in_order, numbers, pictures, sound

LONGEST_S: Final = 7
TRACKS: Final = {"programme": ("cam", "cam-sound"), "teacher": ("teacher",)}
FILLER_DATA: Final = b"\0\0\0\1\x0c"  # ITU-T H.264, 7.4.2.7
HEARD_NS: Final = NS // 20  # how soon a recorder hears of an order

_footage: Final = msgspec.msgpack.Decoder(list[Coded])


class SlowFile(DurableFile):
    """A file on a disk that takes its time to sync."""

    def __init__(self, path: Path, *, sync_s: float) -> None:
        super().__init__(path, beside=JOURNAL_FILE)
        self._sync_s = sync_s

    def sync(self) -> None:
        """Return once every byte is on disk, and never before that time is over."""
        time.sleep(self._sync_s)
        super().sync()


@dataclass(frozen=True, slots=True)
class Plan:
    """What happens when, in nanoseconds since the lesson began."""

    pause_ns: tuple[int, int]
    lost_ns: tuple[int, int]  # the teacher's camera is gone
    stop_ns: int

    @classmethod
    def of(cls, seed: int) -> Self:
        """Make one up."""
        chance = random.Random(seed)
        pause_s, lost_s = chance.uniform(0.8, 2.5), chance.uniform(0.5, 3.0)
        stop_s = pause_s + 0.5 + chance.uniform(1.0, 3.0)
        return cls(_ns(pause_s, pause_s + 0.5), _ns(lost_s, lost_s + 0.3), round(stop_s * NS))


def write_footage(path: Path, *, padding: int = 0) -> None:
    """Write every packet of a lesson that begins at 0, in order of decoding.

    Pictures are small; `padding` makes them larger by so many bytes, which no decoder heeds.
    """
    count = LONGEST_S * FPS
    packets = in_order(
        pictures(count, from_ns=0),
        pictures(count, from_ns=0, stream="teacher"),
        sound(LONGEST_S, from_ns=0),
    )
    filler = FILLER_DATA + b"\xff" * padding + b"\x80" if padding else b""
    path.write_bytes(msgspec.msgpack.encode([_padded(packet, filler) for packet in packets]))


def read_footage(path: Path) -> list[Coded]:
    """Read it back."""
    return _footage.decode(path.read_bytes())


def _padded(packet: Coded, filler: bytes) -> Coded:
    if packet.stream.endswith("-sound"):
        return packet
    return msgspec.structs.replace(packet, data=packet.data + filler)


@dataclass
class Lesson:
    """The part of one process in a recording."""

    folder: Path
    ledger: Ledger
    footage: Path
    seed: int
    began_ns: int
    sync_s: float = 0.0  # what a sync takes, besides what it takes
    _story: Story | None = field(default=None, init=False)
    _recorders: dict[str, TrackRecorder] = field(default_factory=dict, init=False)
    _belongs: set[str] = field(default_factory=set, init=False)  # tracks that had their keyframe

    def run(self) -> None:
        """Record to the end, and finish."""
        self._read()
        if self._story is None or not self._story.stopped:
            self._record(Plan.of(self.seed))
        manifest = finish(self.folder)
        if manifest.state is State.FINISHED:
            files = {track.file: track.sha256 for track in manifest.tracks}
            self.ledger.add(Finished(at_ns=time.monotonic_ns(), files=files))

    def _record(self, plan: Plan) -> None:
        disk = Disk(open=partial(SlowFile, sync_s=self.sync_s), reserve_bytes=0)
        self._recorders = {
            track: TrackRecorder(track, streams, ring_s=15, emit=self._tell, disk=disk)
            for track, streams in TRACKS.items()
        }
        since_ns = time.monotonic_ns() - self.began_ns if self._story else 0
        self._take_up()
        for packet in read_footage(self.footage):
            if packet.dts_ns > plan.stop_ns + HEARD_NS:
                break
            if packet.dts_ns >= since_ns:
                time.sleep(max(self.began_ns + packet.dts_ns - time.monotonic_ns(), 0) / NS)
                self._act(plan, packet.dts_ns)
                self._feed(plan, packet)
        self._end(plan.stop_ns, "stop")
        self._note(RecordingStopped(at_ns=time.monotonic_ns(), reason="stop"))

    def _act(self, plan: Plan, at_ns: int) -> None:
        takes = self._story.takes if self._story else ()
        if not takes:
            self._begin(1, 0, "")
            self.ledger.add(Begun(at_ns=time.monotonic_ns()))
        elif len(takes) == 1 and takes[0].end_ns is None and at_ns > plan.pause_ns[0] + HEARD_NS:
            self._end(plan.pause_ns[0], "pause")
        elif len(takes) == 1 and takes[0].end_ns is not None and at_ns > plan.pause_ns[1]:
            self._begin(2, plan.pause_ns[1], "pause")

    def _feed(self, plan: Plan, packet: Coded) -> None:
        track = next(name for name, streams in TRACKS.items() if packet.stream in streams)
        from_ns, to_ns = plan.lost_ns
        if track == "teacher" and from_ns <= packet.dts_ns < to_ns:
            if track in self._belongs:
                self._recorders[track].lost("lost")
            self._belongs.discard(track)
            return
        own = msgspec.structs.replace(
            packet, pts_ns=packet.pts_ns + self.began_ns, dts_ns=packet.dts_ns + self.began_ns
        )
        self._recorders[track].feed(own)
        if own.stream == track or (own.stream, track) == ("cam", "programme"):
            self._account(track, plan, packet)

    def _account(self, track: str, plan: Plan, packet: Coded) -> None:
        """Write down a picture that belongs into its track."""
        take = self._story.open_take if self._story else None
        begins_ns = take.from_ns - self.began_ns if take else 0
        if take is None or packet.pts_ns < begins_ns:
            return
        limit_ns = plan.pause_ns[0] if take.number == 1 else plan.stop_ns
        if packet.key:
            self._belongs.add(track)
        if track in self._belongs and packet.pts_ns < limit_ns:
            self.ledger.fed(track, packet.pts_ns * FPS // NS)

    # -- what the daemon does ----------------------------------------------------------------

    def _take_up(self) -> None:
        if self._story is None:
            names = ((name, Kind.PICTURE) for name in TRACKS)
            self._note(
                RecordingStarted(
                    at_ns=time.monotonic_ns(),
                    recording="r",
                    room="101",
                    title="",
                    wall=datetime.now(UTC),
                    boot=boot_id(),
                    tracks=tuple(ExpectedTrack(name=n, source=n, kind=kind) for n, kind in names),
                )
            )
        elif (take := self._story.open_take) is not None:
            self._order(take.number, take.from_ns, take.reason)

    def _begin(self, take: int, at_ns: int, reason: str) -> None:
        from_ns = self.began_ns + at_ns
        self._note(
            TakeStarted(at_ns=from_ns, take=take, from_ns=from_ns, boot=boot_id(), reason=reason)
        )
        self._order(take, from_ns, reason)

    def _order(self, take: int, from_ns: int, reason: str) -> None:
        for recorder in self._recorders.values():
            recorder.begin(
                Begin(
                    recording="r",
                    folder=str(self.folder),
                    take=take,
                    from_ns=from_ns,
                    lead_in=not reason,
                )
            )

    def _end(self, at_ns: int, reason: str) -> None:
        take = self._story.open_take if self._story else None
        end_ns = self.began_ns + at_ns
        if take is not None:
            self._note(TakeEnded(at_ns=end_ns, take=take.number, end_ns=end_ns, reason=reason))
        self._belongs.clear()
        for recorder in self._recorders.values():
            recorder.hold(end_ns)
        for recorder in self._recorders.values():
            recorder.end(end_ns)

    def _note(self, event: AnyJournalEvent) -> None:
        durably(self.folder / JOURNAL_FILE, [event])
        self._read()

    def _read(self) -> None:
        path = self.folder / JOURNAL_FILE
        events = replay(path) if path.exists() else ()
        self._story = tell(events) if events else None

    def _tell(self, event: TrackEvent) -> None:
        if event.what == "sealed":
            at_ns = time.monotonic_ns()
            path = self.folder / part_file(event.track, event.part, event.kind)
            content = content_of(path)
            if not content:
                return  # ended before it had a packet
            size = path.stat().st_size
            self.ledger.add(
                Sealed(
                    at_ns=at_ns,
                    track=event.track,
                    file=path.name,
                    bytes=size,
                    sha256=hashlib.sha256(media_of(path, size)).hexdigest(),
                    numbers=tuple(numbers(path)) if Kind.PICTURE in content else (),
                )
            )


def _ns(*seconds: float) -> tuple[int, int]:
    first, second = (round(s * NS) for s in seconds)
    return first, second


def _end(failure: threading.ExceptHookArgs) -> None:
    traceback.print_exception(failure.exc_type, failure.exc_value, failure.exc_traceback)
    os._exit(1)


def live(
    folder: Path, ledger: Path, footage: Path, seed: int, began_ns: int, *, sync_s: float = 0.0
) -> None:
    """Take part in a lesson until its end, or until killed; what fails ends the process."""
    threading.excepthook = _end
    Lesson(folder, Ledger(ledger), footage, seed, began_ns, sync_s).run()


if __name__ == "__main__":
    _folder, _ledger, _film = map(Path, sys.argv[1:4])
    live(_folder, _ledger, _film, int(sys.argv[4]), time.monotonic_ns())
