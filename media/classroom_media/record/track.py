"""Records one track: keeps its last seconds in memory, and writes parts while asked to."""

import time
from collections.abc import Callable

from classroom_media.messages import Begin, PartProgress, TrackEvent
from classroom_media.packets import Coded


class TrackRecorder:
    """One track of a recording: picture, sound, or both in one file (the programme).

    Packets are fed always; the last `ring_s` seconds stay in memory. Thread-safe. A thread
    of its own writes, so that a slow disk never holds up the feeder.
    """

    def __init__(
        self,
        track: str,
        streams: tuple[str, ...],
        *,
        ring_s: float,
        emit: Callable[[TrackEvent], None],
        clock: Callable[[], int] = time.monotonic_ns,
    ) -> None:
        self._track = track

    def feed(self, packet: Coded) -> None:
        """Take the next packet of one of the streams; never blocks. Others are ignored."""

    def begin(self, begin: Begin) -> None:
        """Start writing a take; a take that is being written already goes on untouched."""

    def hold(self, at_ns: int) -> None:
        """Write nothing from `at_ns` on, but keep it in memory."""

    def release(self) -> None:
        """Undo `hold`: go on without a seam."""

    def end(self, end_ns: int) -> None:
        """Seal the take at `end_ns`; return once its file is on disk, or after some seconds."""

    def lost(self, reason: str) -> None:
        """The source is gone: seal the part. The next keyframe opens another."""

    def progress(self) -> PartProgress | None:
        """How far the running take has come; None between takes."""
        return None

    def close(self) -> None:
        """Seal what is open and end the thread."""
