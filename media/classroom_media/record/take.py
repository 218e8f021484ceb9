"""Writes one take of one track: part after part, whatever the disk and the source do.

    opening ──► writing ──► sealed: source lost, other format ──► opening at the next keyframe
                   │
                   └──► failed: disk full, file broken ──► every 2 s: opening with what the ring has

Where its parts are written is for `folders` to say, what is asked of it for `wish`.

After a failure the next part starts at the last keyframe before the place where the earlier
one broke off, so that nothing is missing once both are joined; its edit list hides the rest.
"""

from collections.abc import Sequence
from typing import Final

from classroom_media.api import NS, StreamFormat
from classroom_media.messages import Begin, PartProgress
from classroom_media.packets import Coded
from classroom_media.record.disk import Disk
from classroom_media.record.durable import DISK_FULL, TrackError, problem_of
from classroom_media.record.folders import Folders
from classroom_media.record.part import BROKEN, PartWriter
from classroom_media.record.ring import Kept, Ring
from classroom_media.record.scribe import Scribe
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
        self.done = False
        self._streams = streams
        self._ring = ring
        self._disk = disk
        self._folders = Folders(scribes)
        self._settle_ns = settle_ns
        self._part: PartWriter | None = None
        self._cursors: dict[str, int] = {}  # the next packet of each of the part's streams
        self._opened_at = 0  # number of the packet that opened the part
        self._floor = 0  # number of the first packet that may open the next part
        self._resume_ns: int | None = None  # what lies before is in earlier parts
        self._reason = ""  # why the last part ended
        self._problem = WAITING
        self._retry_ns = 0
        self._earlier_bytes = 0
        self._lost_seen: Lost | None = None

    def step(self, wish: Wish, now_ns: int) -> None:
        """Write what can be written now; sets `done` once the take has ended and is sealed."""
        complete = self._is_complete(wish, now_ns)
        try:
            settled = self._advance(wish, now_ns)
            if wish.ending and complete and settled:
                self._seal("end", now_ns)
                self._finish()
        except TrackError as error:
            self._fail(error, now_ns)
            if wish.ending and not wish.patient and now_ns < self._retry_ns:
                self._finish()

    def progress(self) -> PartProgress:
        """How far it has come."""
        part = self._part
        from_ns = self.begin.from_ns if self._resume_ns is None else self._resume_ns
        return PartProgress(
            track=self._folders.scribe.track,
            part=self._folders.scribe.part,
            first_ns=part.zero_ns if part else self.begin.from_ns,
            written_ns=max(part.written_ns, from_ns) if part else from_ns,
            synced_ns=max(part.synced_ns, from_ns) if part else from_ns,
            synced_bytes=self._earlier_bytes + (part.synced_bytes if part else 0),
            problem=self._problem,
            elsewhere=self._folders.elsewhere,
        )

    def _advance(self, wish: Wish, now_ns: int) -> bool:
        """Do one round; False when there is more to do at once."""
        part = self._part or self._open(wish, now_ns)
        if part is None:
            return True
        self._check_room(now_ns)
        if self._part is None:
            return True
        if reason := self._why_outdated(part):
            self._seal(reason, now_ns)
            return False
        for kept in self._ready(wish, now_ns):
            if _differs(part, kept.packet):
                self._seal(FORMAT, now_ns)
                self._floor = kept.number
                return False
            self._cursors[kept.packet.stream] = kept.number + 1
            part.write(kept.packet)
        self._folders.scribe.synced(now_ns, part.synced_ns, part.synced_bytes)
        if (lost := self._new_loss(wish)) and not self._owes(lost.number):
            self._seal(lost.reason, now_ns)
            self._note_loss(lost)
        return True

    def _ready(self, wish: Wish, now_ns: int) -> list[Kept]:
        """Pick what is to be written now, in order of decoding."""
        lost = self._new_loss(wish)
        refused: set[str] = set()
        ready: list[Kept] = []
        for kept in self._ring.after(self._cursors):
            packet = kept.packet
            if not wish.ending and kept.arrived_ns + self._settle_ns > now_ns:
                break
            if lost is not None and kept.number >= lost.number:
                break
            if not wish.admits(packet, self._ring.kind_of(packet.stream)):
                refused.add(packet.stream)
            if packet.stream not in refused:
                ready.append(kept)
        return sorted(ready, key=lambda kept: kept.packet.dts_ns)

    def _is_complete(self, wish: Wish, now_ns: int) -> bool:
        """Whether everything that lies before the end has arrived, as far as it still may."""
        if wish.until_ns is None or not wish.patient:
            return True
        if wish.lost is not None and wish.lost.number == self._ring.next_number:
            return True
        return all(
            self._ring.reaches(stream, wish.until_ns)
            or self._ring.is_silent(stream, now_ns - PATIENCE_NS)
            for stream in self._cursors or self._streams
        )

    def _owes(self, number: int) -> bool:
        return any(kept.number < number for kept in self._ring.after(self._cursors))

    def _why_outdated(self, part: PartWriter) -> str:
        """Why another part must be opened: the ring has outrun the writer, or a stream came."""
        if any(self._ring.lost_before(stream, n) for stream, n in self._cursors.items()):
            return SLOW_DISK
        missing = [stream for stream in self._streams if stream not in part.formats]
        return FORMAT if any(self._ring.last_key(s) > self._opened_at for s in missing) else ""

    def _new_loss(self, wish: Wish) -> Lost | None:
        return None if wish.lost is self._lost_seen else wish.lost

    def _note_loss(self, lost: Lost) -> None:
        self._lost_seen = lost
        self._floor = lost.number
        self._reason = lost.reason
        self._problem = LOST

    def _check_room(self, now_ns: int) -> None:
        try:
            self._disk.check_room(self._folders.scribe.folder)
        except TrackError as error:
            if error.problem != DISK_FULL:
                raise
            self._seal(DISK_FULL, now_ns)  # in time: the reserve holds the index
            self._wait(error.problem, now_ns)

    # -- parts -----------------------------------------------------------------------------

    def _open(self, wish: Wish, now_ns: int) -> PartWriter | None:
        """Open the next part, if there is something to begin it with."""
        if now_ns < self._retry_ns and not wish.ending:
            return None
        return self._folders.open(lambda: self._open_here(wish, now_ns))

    def _open_here(self, wish: Wish, now_ns: int) -> PartWriter | None:
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
        self._disk.check_room(self._folders.scribe.folder, spare=1.25)
        self._part = self._create(starts)
        self._cursors = {stream: kept.number for stream, kept in starts.items()}
        self._opened_at = max(self._cursors.values())
        self._problem = ""
        return self._part

    def _starts(self, wish: Wish, now_ns: int) -> dict[str, Kept]:
        first = self._resume_ns is None
        found = self._ring.opening(
            self.begin.from_ns if self._resume_ns is None else self._resume_ns,
            lead_in=self.begin.lead_in or not first,
            floor=self._floor,
            not_before_ns=None if self.begin.lead_in else self.begin.from_ns,
        )
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

    def _create(self, starts: dict[str, Kept]) -> PartWriter:
        zero_ns = self.begin.from_ns
        if self._resume_ns is not None:
            earliest_ns = min(kept.packet.pts_ns for kept in starts.values())
            zero_ns = max(self._resume_ns, earliest_ns)
        formats = {
            stream: form
            for stream, kept in starts.items()
            if (form := kept.packet.format or self._ring.format_of(stream)) is not None
        }
        path = self._folders.scribe.started(zero_ns, self._reason)
        try:
            sink = self._disk.open(path)
        except OSError as error:
            raise TrackError(problem_of(error), str(error)) from error
        try:
            return PartWriter(sink, formats, zero_ns)
        except TrackError:
            sink.close()
            raise

    def _seal(self, reason: str, now_ns: int) -> None:
        if (part := self._part) is not None:
            part.seal()
            self._leave(part, reason)
            self._folders.scribe.sealed(now_ns, part.written_ns, reason)

    def _fail(self, error: TrackError, now_ns: int) -> None:
        self._wait(error.problem, now_ns)
        if (part := self._part) is not None:
            part.abandon()
            self._leave(part, error.problem)
            self._folders.scribe.failed(now_ns, part.synced_ns, error)
            if error.problem == BROKEN:  # it would break the next file as well
                self._floor = max(self._cursors.values())

    def _leave(self, part: PartWriter, reason: str) -> None:
        self._part = None
        self._reason = reason
        self._resume_ns = max(part.synced_ns, self._resume_ns or part.synced_ns)
        self._earlier_bytes += part.synced_bytes

    def _wait(self, problem: str, now_ns: int) -> None:
        """Leave this folder; come back when no other is left to be tried."""
        self._problem = problem
        self._folders.give_up(problem)
        self._retry_ns = now_ns if self._folders.is_another_left else now_ns + RETRY_NS

    def _finish(self) -> None:
        self.done = True
        self._folders.close()


def _differs(part: PartWriter, packet: Coded) -> bool:
    """Whether a packet begins a stream that does not fit the file; the frame rate may change."""
    if packet.format is None or not packet.key:
        return False
    return _identity(packet.format) != _identity(part.formats[packet.stream])


def _identity(form: StreamFormat) -> tuple[object, ...]:
    return (
        form.codec,
        form.width,
        form.height,
        form.sample_rate_hz,
        form.channels,
        form.extradata,
    )
