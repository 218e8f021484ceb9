"""Opens the parts of a take: what it begins with, announced in the journal, made on the disk."""

from collections.abc import Mapping

from classroom_media.api import Kind
from classroom_media.messages import Begin
from classroom_media.record.disk import Disk
from classroom_media.record.durable import TrackError, problem_of
from classroom_media.record.folders import Folders
from classroom_media.record.part import EDIT_NS, PartWriter
from classroom_media.record.ring import Kept, Ring
from classroom_media.record.sealing import Stretch


class Opening:
    """Opens parts of one take, in the folder that is written to now.

    Raises:
        TrackError: from every method: there is no room, or the disk fails.
    """

    def __init__(self, begin: Begin, ring: Ring, disk: Disk, folders: Folders) -> None:
        self._begin = begin
        self._ring = ring
        self._disk = disk
        self._folders = folders

    def starts(self, resume_ns: int | None, floor: int) -> dict[str, Kept]:
        """Find with what each stream would begin a part; None = the first one of the take."""
        return self._ring.opening(
            self._begin.from_ns if resume_ns is None else resume_ns,
            lead_in=self._begin.lead_in or resume_ns is not None,
            floor=floor,
            not_before_ns=None if self._begin.lead_in else self._begin.from_ns,
        )

    def open(self, starts: Mapping[str, Kept], resume_ns: int | None, reason: str) -> Stretch:
        """Open a part; `reason` is why the one before it ended."""
        scribe = self._folders.scribe
        self._disk.check_room(scribe.folder, spare=1.25)
        zero_ns = self._begin.from_ns if resume_ns is None else self._zero_ns(starts, resume_ns)
        formats = {
            stream: form
            for stream, kept in starts.items()
            if (form := kept.packet.format or self._ring.format_of(stream)) is not None
        }
        path = scribe.started(zero_ns, reason)
        try:
            sink = self._disk.open(path)
        except OSError as error:
            raise TrackError(problem_of(error), str(error)) from error
        try:
            return Stretch.of(PartWriter(sink, formats, zero_ns), scribe, starts)
        except TrackError:
            sink.close()
            raise

    def _zero_ns(self, starts: Mapping[str, Kept], resume_ns: int) -> int:
        """Choose the time 0 of a later part, so that its first picture stands where it belongs.

        How late it begins is told in whole milliseconds. Told too early, it would push out the
        last picture of the part before, once the two are joined.
        """
        places = {stream: kept.packet.pts_ns for stream, kept in starts.items()}
        zero_ns = max(resume_ns, min(places.values()))
        pictures = (at for s, at in places.items() if self._ring.kind_of(s) is Kind.PICTURE)
        late_ns = next(pictures, zero_ns) - zero_ns
        return zero_ns - -late_ns % EDIT_NS if late_ns > 0 else zero_ns

    def open_again(self, owed: Stretch) -> Stretch | None:
        """Open a part for what is owed of an earlier one; None if the ring has nothing of it."""
        self._folders.scribe.survey()
        from_ns = owed.part.synced_ns
        found = self.starts(from_ns, owed.first)
        starts = {s: kept for s, kept in found.items() if kept.number < owed.cursors.get(s, 0)}
        return self.open(starts, from_ns, owed.problem) if starts else None
