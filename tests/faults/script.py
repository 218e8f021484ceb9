"""A recording without threads and without waiting: the same system calls in the same order.

The recorder is stepped by hand on a clock that stands where the last picture was taken. So a
fault at the n-th call of a kind is the same fault every time.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Final

import msgspec

from classroom_media.api import NS, Kind, RecordError
from classroom_media.messages import Begin
from classroom_media.packets import Coded
from classroom_media.record.disk import Disk
from classroom_media.record.durable import DurableFile
from classroom_media.record.finish import finish
from classroom_media.record.journal import (
    JOURNAL_FILE,
    AnyJournalEvent,
    ExpectedTrack,
    Journal,
    RecordingStarted,
    RecordingStopped,
    TakeEnded,
    TakeStarted,
)
from classroom_media.record.ring import Ring
from classroom_media.record.scribe import Scribe
from classroom_media.record.take import TakeWriter
from classroom_media.record.wish import Lost, Wish
from tests.faults.ledger import Begun, Fed, Ledger
from tests.media.record_scene import FRAME_NS, START_NS, at_once

TRACK: Final = "programme"
STREAMS: Final = ("cam", "cam-sound")
PAUSE_NS: Final = (2 * NS, 3 * NS)  # of the film
LOSS_NS: Final = (NS // 2, NS)
END_NS: Final = 4 * NS
STEP_NS: Final = NS // 10
SETTLE_NS: Final = NS // 5
GIVES_UP_NS: Final = 20 * NS  # a disk that works again is used long before


class Script:
    """Records one track in two takes, loses its source once, and finishes."""

    def __init__(self, folder: Path, ledger: Path, packets: list[Coded]) -> None:
        self._folder = folder
        self._ledger = Ledger(ledger)
        self._packets = packets
        self._ring = Ring(15)
        self._now_ns = START_NS
        self._next_step_ns = START_NS
        self._wish = Wish()
        self._take: TakeWriter | None = None

    def run(self) -> None:
        """Record; raise nothing that a daemon would not show and live with."""
        journal = self._folder / JOURNAL_FILE
        with suppress(RecordError), Journal(journal) as lines:  # the daemon refuses to begin
            self._record(lines)
        with suppress(RecordError):  # the daemon starts another finisher
            finish(self._folder)

    def _record(self, journal: Journal) -> None:
        journal.append(
            RecordingStarted(
                at_ns=START_NS,
                recording="r",
                room="101",
                title="",
                wall=datetime(2026, 11, 22, tzinfo=UTC),
                boot="b",
                tracks=(ExpectedTrack(name=TRACK, source="", kind=Kind.PICTURE),),
            )
        )
        self._begin(journal.append, 1, 0)
        self._ledger.add(Begun(at_ns=self._now_ns))

        def note(event: AnyJournalEvent) -> None:
            with suppress(RecordError):  # the daemon shows it as a problem, and goes on
                journal.append(event)

        self._feed(0, LOSS_NS[0])
        self._wish = Wish(lost=Lost(self._ring.next_number, "unplugged"))
        self._feed(LOSS_NS[1], PAUSE_NS[0])
        self._end(note, 1, PAUSE_NS[0], "pause")
        self._begin(note, 2, PAUSE_NS[1])
        self._feed(PAUSE_NS[1], END_NS)
        self._end(note, 2, END_NS, "stop")
        note(RecordingStopped(at_ns=self._now_ns, reason="stop"))

    def _begin(self, note: Callable[[AnyJournalEvent], None], take: int, at_ns: int) -> None:
        from_ns, reason = START_NS + at_ns, "pause" if at_ns else ""
        note(TakeStarted(at_ns=from_ns, take=take, from_ns=from_ns, boot="b", reason=reason))
        begin = Begin(
            recording="r",
            folder=str(self._folder),
            take=take,
            from_ns=from_ns,
            lead_in=not reason,
        )
        self._wish = Wish()
        self._take = TakeWriter(
            STREAMS,
            begin,
            ring=self._ring,
            disk=Disk(
                open=partial(DurableFile, beside=JOURNAL_FILE, start=at_once), reserve_bytes=0
            ),
            scribes=[Scribe(TRACK, Kind.PICTURE, begin, emit=lambda _event: None)],
            settle_ns=SETTLE_NS,
        )

    def _end(
        self, note: Callable[[AnyJournalEvent], None], take: int, at_ns: int, reason: str
    ) -> None:
        end_ns = START_NS + at_ns
        note(TakeEnded(at_ns=end_ns, take=take, end_ns=end_ns, reason=reason))
        self._wish = Wish(until_ns=end_ns, ending=True, lost=self._wish.lost)
        limit_ns = self._now_ns + GIVES_UP_NS
        while self._take is not None and not self._take.done and self._now_ns < limit_ns:
            self._pass(self._now_ns + STEP_NS)

    def _feed(self, from_ns: int, to_ns: int) -> None:
        for packet in self._packets:
            if from_ns <= packet.dts_ns < to_ns:
                own = msgspec.structs.replace(
                    packet, pts_ns=packet.pts_ns + START_NS, dts_ns=packet.dts_ns + START_NS
                )
                self._pass(own.dts_ns)
                self._ring.add(own, self._now_ns)
                if own.stream == "cam":
                    number = packet.pts_ns // FRAME_NS
                    self._ledger.add(Fed(at_ns=self._now_ns, track=TRACK, number=number))

    def _pass(self, at_ns: int) -> None:
        """Let time pass; the recorder looks ten times a second."""
        while self._next_step_ns <= at_ns:
            self._now_ns = self._next_step_ns
            self._next_step_ns += STEP_NS
            if self._take is not None and not self._take.done:
                self._take.step(self._wish, self._now_ns)
        self._now_ns = max(self._now_ns, at_ns)
