"""One source, one process: received, kept, recorded as tracks of its own, and published.

    python -m classroom_media.workers.source < one line of JSON, a `SourceSpec`

A thread reads the source and opens it again for ever when it is lost. It hands each packet to
the recorders and to the publisher, neither of which waits. Native code that hangs in it (a
driver, a server that has gone) holds up nobody else: after 10 s the files are sealed and the
process ends, so that the daemon can start another.
"""

import logging
import os
import sys
import threading
import time
from collections.abc import Callable, Generator
from contextlib import closing
from typing import Final

import msgspec

from classroom_media.api import NS, IdleError, LoginError, MediaError
from classroom_media.messages import (
    AnyCommand,
    Begin,
    End,
    Heartbeat,
    Hold,
    PartProgress,
    Release,
    Replay,
    SourceHealth,
)
from classroom_media.packets import Coded, small_of
from classroom_media.record.track import TrackRecorder
from classroom_media.sources.opening import open_source
from classroom_media.workers.last_groups import LastGroups
from classroom_media.workers.shell import Answer, Shell, read_spec
from classroom_media.workers.specs import SourceSpec

BACK_OFF_S: Final = (0.0, 0.25, 0.5)  # the last one for ever: a camera boots when it likes
LOGIN_S: Final = 5.0  # between attempts with a password that is wrong
STEADY_NS: Final = 5 * NS  # a source that went so long is opened again at once
SILENT_NS: Final = 8 * NS // 10  # without a packet of a stream, a source is not live
SILENT_PACKETS: Final = 3  # or for so many of its packets, where that is longer
TOLD_NS: Final = 6 * NS // 10  # even a short silence is told so long: in one heartbeat at least
HUNG_NS: Final = 10 * NS  # every wait of a source is shorter
JOIN_S: Final = 0.5

OpenSource = Callable[[SourceSpec, Callable[[], int]], Generator[Coded, None, None]]

logger = logging.getLogger(__name__)


class Hearing:
    """How long each stream of a source has been silent. One thread hears, another asks."""

    def __init__(self) -> None:
        self._streams: dict[str, tuple[int, int]] = {}  # when last heard, and how long it may be
        self._silent = ("", 0)  # what has been silent last, and until when that is told

    def heard(self, packet: Coded, now_ns: int) -> None:
        """Note a packet."""
        heard_ns, limit_ns = self._streams.get(packet.stream, (now_ns, SILENT_NS))
        if now_ns - heard_ns > limit_ns:
            self._silent = (packet.stream, now_ns + TOLD_NS)
        limit_ns = max(SILENT_NS, SILENT_PACKETS * packet.duration_ns)
        self._streams[packet.stream] = (now_ns, limit_ns)

    def problem(self, now_ns: int) -> str:
        """Tell what is silent, in words; "" when nothing is."""
        streams = dict(self._streams)
        silent = {s for s, (heard_ns, limit_ns) in streams.items() if now_ns - heard_ns > limit_ns}
        if not silent and now_ns < self._silent[1]:
            silent = {self._silent[0]}
        if len(silent) == len(streams):
            return "it is silent" if silent else ""
        return "its picture has stopped" if silent - _sounds(silent) else ""


class SourceReader:
    """The thread that reads a source, and opens it again whenever it is lost."""

    def __init__(
        self,
        spec: SourceSpec,
        *,
        deliver: Callable[[Coded], None],
        lost: Callable[[str], None],
        clock: Callable[[], int] = time.monotonic_ns,
        source: OpenSource = open_source,
    ) -> None:
        self._spec = spec
        self._deliver = deliver
        self._lost = lost
        self._clock = clock
        self._source = source
        self._stopped = threading.Event()
        self._moved_ns = clock()
        self._last_ns = 0
        self._hearing = Hearing()
        self._problem = "not opened yet"
        self._idle = False  # there is nothing to read, and that is as it should be
        self._thread = threading.Thread(target=self._run, name="source", daemon=True)

    def start(self) -> None:
        """Begin to read."""
        self._thread.start()

    def stop(self) -> None:
        """Deliver nothing more; does not wait for native code that hangs."""
        self._stopped.set()
        self._thread.join(JOIN_S)

    def health(self) -> SourceHealth:
        """Tell whether packets come."""
        problem = self._problem or self._hearing.problem(self._clock())
        return SourceHealth(
            source=self._spec.id,
            live=not problem,
            problem=problem,
            last_ns=self._last_ns,
            idle=self._idle,
        )

    def hung(self) -> bool:
        """Tell whether the thread is stuck, or dead, for which no wait is the reason."""
        return not self._stopped.is_set() and self._clock() - self._moved_ns > HUNG_NS

    def _run(self) -> None:
        failures, pause_s = 0, 0.0
        while not self._stopped.wait(pause_s):
            self._moved_ns = opened_ns = self._clock()
            try:
                with closing(self._source(self._spec, self._clock)) as packets:
                    self._pass_on(packets)
            except MediaError as error:
                failures = 0 if self._clock() - opened_ns > STEADY_NS else failures + 1
                pause_s = BACK_OFF_S[min(failures, len(BACK_OFF_S) - 1)]
                if isinstance(error, LoginError):
                    pause_s = LOGIN_S
                self._note_loss(str(error), idle=isinstance(error, IdleError))

    def _pass_on(self, packets: Generator[Coded, None, None]) -> None:
        for packet in packets:
            if self._stopped.is_set():
                return
            self._moved_ns = self._clock()
            self._last_ns = packet.pts_ns
            if self._problem:
                logger.info("%s: is there", self._spec.id)
                self._hearing, self._problem, self._idle = Hearing(), "", False
            self._hearing.heard(packet, self._moved_ns)
            self._deliver(packet)

    def _note_loss(self, problem: str, *, idle: bool) -> None:
        if problem != self._problem:
            level, what = (logging.INFO, "idle") if idle else (logging.WARNING, "lost")
            logger.log(level, "%s: %s: %s", self._spec.id, what, problem)
        if not self._problem:
            self._lost(problem)
        self._problem, self._idle = problem, idle


class SmallStream:
    """The second, small picture of a source: read beside it and published, never recorded.

    It shares nothing with the source's own stream but the timeline and the delay. When it is
    lost, or hangs, that is all: whoever used it takes the source's own picture instead.
    """

    def __init__(
        self,
        spec: SourceSpec,
        *,
        publish: Callable[[Coded], None],
        clock: Callable[[], int],
        source: OpenSource,
    ) -> None:
        own = msgspec.structs.replace(
            spec, id=small_of(spec.id), url=spec.small_url, picture=True, sound=False
        )
        self._publish = publish
        self._group = LastGroups()
        self._reader = SourceReader(
            own, deliver=self._deliver, lost=self._on_loss, clock=clock, source=source
        )
        self._reader.start()

    def health(self) -> SourceHealth:
        """Tell whether its packets come."""
        return self._reader.health()

    def packets(self) -> tuple[Coded, ...]:
        """Give its last groups of pictures."""
        return self._group.packets()

    def stop(self) -> None:
        """Deliver nothing more."""
        self._reader.stop()

    def _deliver(self, packet: Coded) -> None:
        self._group.add(packet, begins=packet.key)
        self._publish(packet)

    def _on_loss(self, _reason: str) -> None:
        self._group.clear()


class SourceWorker:
    """What the shell runs: a reader, its recorders, and the last groups of pictures."""

    def __init__(
        self,
        spec: SourceSpec,
        shell: Shell,
        *,
        clock: Callable[[], int] = time.monotonic_ns,
        source: OpenSource = open_source,
    ) -> None:
        self._spec = spec
        self._shell = shell
        self._take: Begin | None = None
        self._group = LastGroups()
        self._recorders = tuple(
            TrackRecorder(track, (track,), ring_s=spec.ring_s, emit=shell.emit)
            for track in _tracks(spec)
        )
        self._reader = SourceReader(
            spec, deliver=self._deliver, lost=self._on_loss, clock=clock, source=source
        )
        self._reader.start()
        self._small = (
            SmallStream(spec, publish=shell.publish, clock=clock, source=source)
            if spec.small_url
            else None
        )

    def heartbeat(self) -> Heartbeat:
        """Tell how far things are; ends the process when the reader hangs."""
        if self._reader.hung():
            logger.error("%s: hangs in native code; the process ends", self._spec.id)
            self._shell.stop(1)
        take = self._take
        return Heartbeat(
            role="source",
            name=self._spec.id,
            pid=os.getpid(),
            at_ns=time.monotonic_ns(),
            sources=(self._reader.health(), *((self._small.health(),) if self._small else ())),
            recording=take.recording if take else "",
            take=take.take if take else 0,
            parts=self._progress(),
        )

    def handle(self, command: AnyCommand) -> Answer:
        """Obey what concerns a source."""
        match command:
            case Begin():
                for recorder in self._recorders:
                    recorder.begin(command)
                self._take = command
            case Hold(at_ns=at_ns):
                for recorder in self._recorders:
                    recorder.hold(at_ns)
            case Release():
                for recorder in self._recorders:
                    recorder.release()
            case End(end_ns=end_ns):
                for recorder in self._recorders:
                    recorder.end(end_ns)
                self._take = None
            case Replay():
                small = self._small.packets() if self._small else ()
                return Answer(packets=(*self._group.packets(), *small))
            case _:
                return Answer(f"a source cannot {type(command).__name__}")
        return Answer()

    def close(self) -> None:
        """Seal the files, whatever the reader does."""
        self._reader.stop()
        for recorder in self._recorders:
            recorder.close()
        if self._small:
            self._small.stop()

    def _deliver(self, packet: Coded) -> None:
        for recorder in self._recorders:
            recorder.feed(packet)
        begins = packet.key and (packet.stream == self._spec.id or not self._spec.picture)
        self._group.add(packet, begins=begins)
        self._shell.publish(packet)

    def _on_loss(self, reason: str) -> None:
        self._group.clear()
        for recorder in self._recorders:
            recorder.lost(reason)

    def _progress(self) -> tuple[PartProgress, ...]:
        found = (recorder.progress() for recorder in self._recorders)
        return tuple(progress for progress in found if progress is not None)


def _sounds(streams: set[str]) -> set[str]:
    """Give the sounds among streams. Where one stops, its level tells, and the picture goes on."""
    return {stream for stream in streams if stream.endswith("-sound")}


def _tracks(spec: SourceSpec) -> tuple[str, ...]:
    """Name the tracks of its own that a source records."""
    if not spec.isolated:
        return ()
    return (spec.id,) * spec.picture + (f"{spec.id}-sound",) * spec.sound


def main() -> None:
    """Run the worker; leave without waiting for threads that hang in native code."""
    spec = read_spec(SourceSpec)
    shell = Shell(spec.endpoints, role="source", name=spec.id)
    status = shell.run(SourceWorker(spec, shell))
    logging.shutdown()
    sys.stderr.flush()
    os._exit(status)


if __name__ == "__main__":
    main()
