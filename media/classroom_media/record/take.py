"""Writes one take of one track: part after part, whatever the disk and the source do.

    opening ──► writing ──► complete: source lost, other format ──► opening at the next keyframe
                   │            └──► sealed, as soon as it is on disk (`sealing`)
                   │
                   └──► failed: disk full, file broken ──► every 2 s: opening with what the ring has

Where its parts are written is for `folders` to say, what is asked of it for `wish`.

After a failure the next part starts at the last keyframe before the place where the earlier
one broke off, so that nothing is missing once both are joined; its edit list hides the rest.
A complete part whose sync fails is written again from there to its end, as a part of its own.
"""

from collections.abc import Sequence
from functools import partial
from typing import Final

from classroom_media.api import NS
from classroom_media.messages import Begin, PartProgress
from classroom_media.record.disk import Disk
from classroom_media.record.durable import DISK_FULL, TrackError
from classroom_media.record.folders import Folders
from classroom_media.record.opening import Opening
from classroom_media.record.part import BROKEN
from classroom_media.record.ring import Kept, Ring
from classroom_media.record.scribe import Scribe
from classroom_media.record.sealing import Sealing, Stretch
from classroom_media.record.wish import Lost, Wish

RETRY_NS: Final = 2 * NS
COMPANY_NS: Final = 5 * NS // 2  # how long a stream waits for the others of its track
PATIENCE_NS: Final = NS  # after so long, a stream that was silent is not waited for
WAITING: Final = "waiting"
LOST: Final = "lost"
FORMAT: Final = "format"
SLOW_DISK: Final = "slow-disk"


class TakeWriter:
    """The writing end of a take. One thread calls `step` again and again."""

    def __init__(
        self,
        streams: tuple[str, ...],
        begin: Begin,
        *,
        ring: Ring,
        disk: Disk,
        scribes: Sequence[Scribe],
        settle_ns: int,
    ) -> None:
        self.begin = begin
        self.over = False  # all of it is written
        self.done = False  # and sealed
        self._streams = streams
        self._ring = ring
        self._disk = disk
        self._folders = Folders(scribes)
        self._opening = Opening(begin, ring, disk, self._folders)
        self._settle_ns = settle_ns
        self._open: Stretch | None = None
        self._sealing = Sealing()
        self._floor = 0  # number of the first packet that may open the next part
        self._resume_ns: int | None = None  # what lies before is in earlier parts
        self._reason = ""  # why the last part ended
        self._problem = WAITING
        self._retry_ns = 0
        self._lost_seen: Lost | None = None

    def step(self, wish: Wish, now_ns: int) -> None:
        """Write what can be written now; sets `done` once the take has ended and is sealed."""
        complete = self._is_complete(wish, now_ns)
        try:
            if self._sealing.owed and self._may_open(wish, now_ns):
                self._write_again(now_ns)
            if not self.over:
                settled = self._advance(wish, now_ns)
                if wish.ending and complete and settled:
                    self._complete("end")
                    self.over = True
            for stretch, error in self._sealing.failures(now_ns):
                self._leave_folder_of(stretch, error, now_ns)
        except TrackError as error:
            self._fail(error, now_ns)
            if wish.ending and not wish.patient and now_ns < self._retry_ns:
                self.over = True
                self._sealing.owed.clear()
        if self.over and self._sealing.rests:
            self.done = True
            self._folders.close()

    def progress(self) -> PartProgress:
        """How far it has come."""
        part = self._open.part if self._open else None
        from_ns = self.begin.from_ns if self._resume_ns is None else self._resume_ns
        reached_ns = max(part.synced_ns, from_ns) if part else from_ns
        pending_ns = self._sealing.synced_ns
        return PartProgress(
            track=self._folders.scribe.track,
            part=self._open.number if self._open else self._folders.scribe.part,
            first_ns=part.zero_ns if part else self.begin.from_ns,
            written_ns=max(part.written_ns, from_ns) if part else from_ns,
            synced_ns=reached_ns if pending_ns is None else pending_ns,
            synced_bytes=self._sealing.synced_bytes + (part.synced_bytes if part else 0),
            problem=self._problem,
            elsewhere=self._folders.elsewhere,
        )

    def _advance(self, wish: Wish, now_ns: int) -> bool:
        """Do one round; False when there is more to do at once."""
        stretch = self._open or self._begin_next(wish, now_ns)
        if stretch is None:
            return True
        self._check_room(stretch, now_ns)
        if self._open is None:
            return True
        if reason := self._why_outdated(stretch):
            self._complete(reason)
            return False
        for kept in self._ready(stretch, wish, now_ns):
            if not stretch.fits(kept.packet):
                self._complete(FORMAT)
                self._floor = kept.number
                return False
            stretch.write(kept)
        part = stretch.part
        stretch.scribe.synced(stretch.number, now_ns, part.synced_ns, part.synced_bytes)
        if (lost := self._new_loss(wish)) and not self._owes(stretch, lost.number):
            self._complete(lost.reason)
            self._note_loss(lost)
        return True

    def _ready(self, stretch: Stretch, wish: Wish, now_ns: int) -> list[Kept]:
        """Pick what is to be written now, in order of decoding."""
        lost = self._new_loss(wish)
        refused: set[str] = set()
        ready: list[Kept] = []
        for kept in self._ring.after(stretch.cursors):
            packet = kept.packet
            if lost is not None and kept.number >= lost.number:
                break
            is_early = not wish.ending and self._may_be_cut_off(kept, now_ns)
            if is_early or not wish.admits(packet, self._ring.kind_of(packet.stream)):
                refused.add(packet.stream)
            if packet.stream not in refused:
                ready.append(kept)
        return _by_decoding(ready)

    def _may_be_cut_off(self, kept: Kept, now_ns: int) -> bool:
        """Whether a pause or a stop that is under way may still name an instant before it."""
        return min(kept.packet.pts_ns, kept.arrived_ns) + self._settle_ns > now_ns

    def _is_complete(self, wish: Wish, now_ns: int) -> bool:
        """Whether everything that lies before the end has arrived, as far as it still may."""
        if wish.until_ns is None or not wish.patient:
            return True
        if wish.lost is not None and wish.lost.number == self._ring.next_number:
            return True
        return all(
            self._ring.reaches(stream, wish.until_ns)
            or self._ring.is_silent(stream, now_ns - PATIENCE_NS)
            for stream in (self._open.cursors if self._open else self._streams)
        )

    def _owes(self, stretch: Stretch, number: int) -> bool:
        return any(kept.number < number for kept in self._ring.after(stretch.cursors))

    def _why_outdated(self, stretch: Stretch) -> str:
        """Why another part must be opened: the ring has outrun the writer, or a stream came."""
        if any(self._ring.lost_before(stream, n) for stream, n in stretch.cursors.items()):
            return SLOW_DISK
        missing = [stream for stream in self._streams if stream not in stretch.cursors]
        return FORMAT if any(self._ring.last_key(s) > stretch.opened_at for s in missing) else ""

    def _new_loss(self, wish: Wish) -> Lost | None:
        return None if wish.lost is self._lost_seen else wish.lost

    def _note_loss(self, lost: Lost) -> None:
        self._lost_seen = lost
        self._floor = lost.number
        self._reason = lost.reason
        self._problem = LOST

    def _check_room(self, stretch: Stretch, now_ns: int) -> None:
        try:
            self._disk.check_room(stretch.scribe.folder)
        except TrackError as error:
            if error.problem != DISK_FULL:
                raise
            self._complete(DISK_FULL)  # in time: the reserve holds the index
            self._wait(stretch.scribe, error.problem, now_ns)

    # -- parts -----------------------------------------------------------------------------

    def _may_open(self, wish: Wish, now_ns: int) -> bool:
        return now_ns >= self._retry_ns or wish.ending

    def _begin_next(self, wish: Wish, now_ns: int) -> Stretch | None:
        """Open the next part, if there is something to begin it with."""
        if not self._may_open(wish, now_ns):
            return None
        return self._folders.open(lambda: self._begin_here(wish, now_ns))

    def _begin_here(self, wish: Wish, now_ns: int) -> Stretch | None:
        began_ns = self._folders.scribe.survey()
        if began_ns is not None:
            self._resume_ns, self._reason = began_ns, "crash"
        starts = self._starts(wish, now_ns)
        lost = self._new_loss(wish)
        if lost is not None and all(kept.number >= lost.number for kept in starts.values()):
            self._note_loss(lost)  # nothing from before it is left to write
            starts = self._starts(wish, now_ns)
        if not starts:
            return None
        self._open = self._opening.open(starts, self._resume_ns, self._reason)
        self._problem = ""
        return self._open

    def _write_again(self, now_ns: int) -> None:
        """Write from the ring what failed syncs have cost; who is owed has a part of its own.

        Raises:
            TrackError: that fails, too; it is still owed.
        """
        while self._sealing.owed:
            owed = self._sealing.owed[0]
            stretch = self._folders.open(partial(self._opening.open_again, owed))
            if stretch is not None:
                try:
                    for kept in _by_decoding(self._ring.after(stretch.cursors)):
                        if kept.number < owed.cursors[kept.packet.stream]:
                            stretch.write(kept)
                    stretch.part.complete()
                except TrackError as error:
                    self._sealing.broke_off(stretch, error, now_ns)
                    raise
                self._sealing.add(stretch, owed.reason)
            self._sealing.owed.pop(0)
        self._problem = ""

    def _starts(self, wish: Wish, now_ns: int) -> dict[str, Kept]:
        found = self._opening.starts(self._resume_ns, self._floor)
        starts = {
            stream: found[stream]
            for stream in self._streams
            if stream in found and wish.admits(found[stream].packet, self._ring.kind_of(stream))
        }
        hurry = wish.ending or self._new_loss(wish) is not None
        if len(starts) < len(self._streams) and not hurry:
            eldest_ns = min((kept.arrived_ns for kept in starts.values()), default=now_ns)
            if now_ns - eldest_ns < COMPANY_NS:
                return {}
        return starts

    def _complete(self, reason: str) -> None:
        """End the part that is open; it is sealed once it is on disk."""
        if (stretch := self._open) is not None:
            stretch.part.complete()
            self._leave(stretch.part.written_ns, reason)
            self._sealing.add(stretch, reason)

    def _fail(self, error: TrackError, now_ns: int) -> None:
        stretch = self._open
        self._wait(stretch.scribe if stretch else self._folders.scribe, error.problem, now_ns)
        if stretch is not None:
            self._sealing.broke_off(stretch, error, now_ns)
            self._leave(stretch.part.synced_ns, error.problem)
            if error.problem == BROKEN:  # it would break the next file as well
                self._floor = max(stretch.cursors.values())

    def _leave_folder_of(self, owed: Stretch, error: TrackError, now_ns: int) -> None:
        """Go on elsewhere, or later: a disk that has failed one sync is not relied on."""
        if self._open is not None and self._open.scribe is owed.scribe:
            self._complete(error.problem)
        self._wait(owed.scribe, error.problem, now_ns)

    def _leave(self, reached_ns: int, reason: str) -> None:
        self._open = None
        self._reason = reason
        self._resume_ns = max(reached_ns, self._resume_ns or reached_ns)

    def _wait(self, scribe: Scribe, problem: str, now_ns: int) -> None:
        """Leave a folder; come back when no other is left to be tried."""
        self._problem = problem
        self._folders.give_up(scribe, problem)
        self._retry_ns = now_ns if self._folders.is_another_left else now_ns + RETRY_NS


def _by_decoding(some: list[Kept]) -> list[Kept]:
    return sorted(some, key=lambda kept: kept.packet.dts_ns)
