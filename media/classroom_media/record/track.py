"""Records one track: keeps its last seconds in memory, and writes parts while asked to.

The recorder is dumb and immortal. It decodes nothing and decides little: packets go into a
ring; a thread of its own takes them out and writes them, 0.2 s behind the timeline. That moment
lets a pause or stop name an instant that has just passed: what comes after it is not yet in any
file. A slow disk delays the writer and nobody else; it may stand still for as long as the ring
is deep.
"""

import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from threading import Condition, Thread
from typing import Final

from classroom_media.api import NS, Kind
from classroom_media.messages import Begin, PartProgress, TrackEvent
from classroom_media.packets import Coded
from classroom_media.record.disk import Disk
from classroom_media.record.durable import DurableFile
from classroom_media.record.journal import JOURNAL_FILE
from classroom_media.record.ring import Ring
from classroom_media.record.scribe import Scribe
from classroom_media.record.steady import Steady
from classroom_media.record.take import TakeWriter
from classroom_media.record.wish import Lost, Wish

STEP_S: Final = 0.1  # how often the writer looks
SOON_S: Final = 0.02  # and so while somebody waits for the disk
SETTLE_S: Final = 0.2
ARRIVE_S: Final = 1.0  # how long an ending take waits for what is still under way
SEAL_S: Final = 8.0  # how long `end` waits for a slow disk
RESERVE_BYTES: Final = 64 * 1024 * 1024
DISK: Final = Disk(open=partial(DurableFile, beside=JOURNAL_FILE), reserve_bytes=RESERVE_BYTES)


class TrackRecorder:
    """One track of a recording: picture, sound, or both in one file (the programme).

    Packets are fed always; the last `ring_s` seconds stay in memory. Thread-safe. A thread
    of its own writes, so that a slow disk never holds up the feeder. What it cannot write
    (disk full, disk gone) it reports in `progress` and tries again by itself every 2 s.
    """

    def __init__(
        self,
        track: str,
        streams: tuple[str, ...],
        *,
        ring_s: float,
        emit: Callable[[TrackEvent], None],
        clock: Callable[[], int] = time.monotonic_ns,
        disk: Disk = DISK,
        settle_s: float = SETTLE_S,
    ) -> None:
        self._track = track
        self._streams = streams
        self._emit = emit
        self._clock = clock
        self._disk = disk
        self._settle_ns = round(settle_s * NS)
        self._ring = Ring(ring_s)
        self._kind = Kind.SOUND if all(s.endswith("-sound") for s in streams) else Kind.PICTURE
        self._steady = {stream: Steady() for stream in streams}
        self._changed = Condition()
        self._take: TakeWriter | None = None
        self._overdue: list[tuple[TakeWriter, Wish]] = []
        self._wish = Wish()
        self._progress: PartProgress | None = None
        self._closing = False
        self._thread = Thread(target=self._run, name=f"record {track}", daemon=True)
        self._thread.start()

    def feed(self, packet: Coded) -> None:
        """Take the next packet of one of the streams; never blocks. Others are ignored."""
        steady = self._steady.get(packet.stream)
        if steady is not None:
            now_ns = self._clock()
            self._ring.add(steady.mend(packet, now_ns), now_ns)

    def begin(self, begin: Begin) -> None:
        """Start writing a take; a take that is being written already goes on untouched.

        Another take that is still open ends where this one begins, which does not wait until
        that one is sealed.
        """
        with self._changed:
            take = self._take
            if take is not None and _same(take.begin, begin):
                return
        if take is not None:
            self._end(begin.from_ns, lambda: take.over)
        with self._changed:
            if self._take is not None:
                self._overdue.append((self._take, replace(self._wish, patient=False)))
            self._wish = Wish(lost=self._wish.lost)
            self._take = TakeWriter(
                self._streams,
                begin,
                ring=self._ring,
                disk=self._disk,
                scribes=self._scribes(begin),
                settle_ns=self._settle_ns,
            )
            self._progress = self._take.progress()
            self._changed.notify_all()

    def _scribes(self, begin: Begin) -> list[Scribe]:
        folders = (False, True) if begin.second else (False,)
        return [
            Scribe(self._track, self._kind, begin, emit=self._emit, is_second=is_second)
            for is_second in folders
        ]

    def hold(self, at_ns: int) -> None:
        """Write nothing from `at_ns` on, but keep it in memory."""
        with self._changed:
            self._wish = replace(self._wish, until_ns=at_ns)

    def release(self) -> None:
        """Undo `hold`: go on without a seam."""
        with self._changed:
            self._wish = replace(self._wish, until_ns=None)
            self._changed.notify_all()

    def end(self, end_ns: int) -> None:
        """Seal the take at `end_ns`; return once all is on disk, or after some seconds."""
        with self._changed:
            take = self._take
        self._end(end_ns, lambda: (take is None or take.done) and not self._overdue)

    def _end(self, end_ns: int, has_ended: Callable[[], bool]) -> None:
        with self._changed:
            self._wish = replace(self._wish, until_ns=end_ns, ending=True)
            self._changed.notify_all()
            if not self._changed.wait_for(has_ended, ARRIVE_S):
                self._wish = replace(self._wish, patient=False)
                self._changed.notify_all()
                self._changed.wait_for(has_ended, SEAL_S)

    def lost(self, reason: str) -> None:
        """The source is gone: seal the part. The next keyframe opens another."""
        with self._changed:
            self._wish = replace(self._wish, lost=Lost(self._ring.next_number, reason))

    def progress(self) -> PartProgress | None:
        """How far the running take has come; None between takes."""
        return self._progress

    def close(self) -> None:
        """Seal what is open and end the thread."""
        with self._changed:
            self._closing = True
            self._wish = replace(self._wish, ending=True, patient=False)
            self._changed.notify_all()
        self._thread.join(SEAL_S)

    def _run(self) -> None:
        while True:
            with self._changed:
                if not self._closing or self._is_sealing:
                    self._changed.wait(SOON_S if self._is_sealing else STEP_S)
                take, wish = self._take, self._wish
                overdue = list(self._overdue)
                if take is None and not overdue and self._closing:
                    return
            for late, its_wish in overdue:  # a disk that stood still kept it from being sealed
                late.step(its_wish, self._clock())
            if take is not None:
                take.step(wish, self._clock())
            self._take_stock()

    @property
    def _is_sealing(self) -> bool:
        return bool(self._overdue) or (self._take is not None and self._take.over)

    def _take_stock(self) -> None:
        with self._changed:
            self._overdue = [late for late in self._overdue if not late[0].done]
            if self._take is not None and self._take.done:
                self._take = None
            self._progress = None if self._take is None else self._take.progress()
            self._changed.notify_all()


def _same(one: Begin, other: Begin) -> bool:
    return (one.recording, one.take) == (other.recording, other.take)
