"""The director's process: makes the programme, records it and publishes it.

    python -m classroom_media.workers.director < DirectorSpec

One thread reads packets, decodes, composes and encodes; where that is too slow, x264 gets threads
of its own (see `classroom_media.compose.load`). Another thread looks at small pictures of all
sources, when there is time (see `classroom_media.monitor`); a third one chooses what is shown, if
the rules may (see `classroom_media.direct`). The process is expendable: a new one asks the sources
for their last packets and goes on.
"""

import logging
import os
import sys
import threading
import time
from typing import Final

import cv2
import msgspec

from classroom_media.api import Layout, MediaError
from classroom_media.compose.echoes import Echoes
from classroom_media.compose.passing import Making
from classroom_media.compose.pictures import Picture
from classroom_media.compose.programme import PICTURES, SOUND, Programme
from classroom_media.levels import Samples
from classroom_media.messages import (
    AnyCommand,
    Begin,
    Direct,
    End,
    Feed,
    Heartbeat,
    Hold,
    Keyframe,
    Levels,
    Mix,
    Multiview,
    Preview,
    Release,
    Render,
    Rest,
    Show,
    SourceHealth,
    Write,
)
from classroom_media.monitor.condition import Conditions
from classroom_media.monitor.eyes import Eyes
from classroom_media.monitor.movement import Movements
from classroom_media.monitor.wall import Standing, Wall
from classroom_media.packets import Coded
from classroom_media.record.track import TrackRecorder
from classroom_media.workers.directing import DirectingThread
from classroom_media.workers.shell import Answer, Shell, read_spec
from classroom_media.workers.specs import DirectorSpec
from classroom_media.workers.subscribe import PacketReader

NAME: Final = "programme"
PACE_S: Final = (
    0.04  # packets gather so long: on a virtual machine, waking up costs as much as work
)
LIVE_PACE_S: Final = 0.01  # while others talk back: they hear how late we are
LEAVE_S: Final = 5.0  # how long the loop may take to end
END_S: Final = 3.0  # how long an end waits for what is still being made

logger = logging.getLogger(__name__)


class Output:
    """Where the programme goes: to its file, and to whoever listens."""

    def __init__(
        self,
        shell: Shell,
        recorder: TrackRecorder,
        eyes: Eyes,
        directing: DirectingThread,
        echoes: Echoes,
    ) -> None:
        self._shell = shell
        self._recorder = recorder
        self._eyes = eyes
        self._directing = directing
        self._echoes = echoes
        self._ends_ns = {PICTURES: 0, SOUND: 0}
        self._grown = threading.Condition()
        self.since_ns = 0  # the first picture's place on the timeline

    def packet(self, packet: Coded) -> None:
        """Record and publish a packet of the programme."""
        self._recorder.feed(packet)
        self._shell.publish(packet)
        with self._grown:
            if packet.stream == PICTURES and not self.since_ns:
                self.since_ns = packet.pts_ns
            if packet.stream in self._ends_ns:
                self._ends_ns[packet.stream] = packet.pts_ns + packet.duration_ns
                self._grown.notify_all()

    def levels(self, levels: Levels) -> None:
        """Publish levels."""
        self._shell.emit(levels)

    def preview(self, jpeg: bytes) -> None:
        """Publish a preview picture."""
        self._shell.preview(jpeg)

    def decoded(self, stream: str, picture: Picture) -> None:
        """Let the eyes have a picture that was decoded anyway."""
        self._eyes.hand(stream, picture)

    def sounded(self, source: str, samples: Samples) -> None:
        """Let the rules, and who watches for echoes, hear a sound before it is mixed."""
        self._directing.sounded(source, samples)
        self._echoes.listen(source, samples)

    def skipped(self, ticks: int) -> None:
        """Seal the part: the next picture opens another, after the hole."""
        self._recorder.lost(f"too slow: {ticks} pictures")

    def reach(self, at_ns: int, timeout_s: float) -> bool:
        """Wait until both streams are made up to `at_ns`; tell whether they were in time."""
        with self._grown:
            return self._grown.wait_for(lambda: min(self._ends_ns.values()) >= at_ns, timeout_s)


class Director:
    """One programme at work; a `Worker` of the shell."""

    def __init__(self, spec: DirectorSpec, shell: Shell) -> None:
        """Start to make the programme.

        Raises:
            MediaError: the specification cannot be followed.
        """
        self._shell = shell
        self._recorder = TrackRecorder(NAME, (PICTURES, SOUND), ring_s=spec.ring_s, emit=shell.emit)
        self._directing = DirectingThread(
            spec,
            show=self._cut,
            layout=lambda: self._programme.layout,
            live=self._live,
            emit=shell.emit,
        )
        pictures = [source for source in spec.sources if source.picture]
        roles = {source.id: source.role for source in pictures}
        self._conditions, self._movements = Conditions(roles), Movements(roles)
        names = self._names = {source.id: source.name for source in pictures}
        self._wall = Wall(names, language=spec.language)
        self._watched = False  # somebody looks at the wall
        see = (self._conditions.see, self._movements.see, self._wall.see, self._directing.see)
        self._eyes = Eyes(names, see, after=self._show_wall)
        self._echoes = Echoes(spec.sources)
        self._output = Output(shell, self._recorder, self._eyes, self._directing, self._echoes)
        self._programme = Programme(spec, self._output)
        self._endpoints = {source.id: source.endpoints for source in spec.sources}
        self._take: Begin | None = None
        self._measured = ""  # the recording since whose begin loudness is integrated
        self._over = threading.Event()
        self._loop = threading.Thread(target=self._run, name="programme")
        self._loop.start()
        self._eyes.start()
        self._directing.start()

    def heartbeat(self) -> Heartbeat:
        """Tell what is shown, how far the file has come and which sources deliver."""
        now_ns = time.monotonic_ns()
        part = self._recorder.progress()
        take = self._take
        return Heartbeat(
            role="director",
            name=NAME,
            pid=os.getpid(),
            at_ns=now_ns,
            sources=self._health(now_ns),
            recording=take.recording if take else "",
            take=take.take if take else 0,
            parts=(part,) if part else (),
            layout=self._programme.layout,
            titles=self._programme.titles,
            strips=self._programme.strips,
            stand_ins=self._programme.stand_ins,
            echoes=self._echoes.look(),
            directing=self._directing.directing,
            rules_problem=self._directing.problem,
            cut=self._directing.cut,
            making=self._programme.making,
            encoder=self._programme.encoder,
            encoder_problem=self._programme.encoder_problem,
            renditions=self._programme.renditions,
            feeds=self._programme.feeds,
            load=self._programme.load.word,
            left_out=self._programme.left_out,
            since_ns=self._output.since_ns,
        )

    def handle(self, command: AnyCommand) -> Answer:
        """Obey a command.

        Raises:
            MediaError: a layout or title that cannot be shown.
        """
        match command:
            case Show(layout=layout):
                self._programme.show(layout)
                self._directing.shown(layout)
            case Direct(directing=directing):
                self._directing.order(directing)
            case Write(titles=titles):
                self._programme.write(titles)
            case Mix(strips=strips):
                self._programme.mix(strips)
            case Render() | Feed() | Keyframe() | Rest():
                self._send_others(command)
            case Preview(on=on):
                self._programme.previewing = on
            case Multiview(on=on, names=names):
                self._watch(on=on, names=names)
            case Begin() | Hold() | Release() | End():
                self._record(command)
            case _:
                return Answer(f"a director knows no {type(command).__name__.lower()}")
        return Answer()

    def close(self) -> None:
        """Bring what is inside the encoders to the file, and seal it."""
        self._over.set()
        self._directing.stop()
        self._eyes.stop()
        self._loop.join(LEAVE_S)
        self._recorder.close()

    def _health(self, now_ns: int) -> tuple[SourceHealth, ...]:
        return tuple(
            msgspec.structs.replace(
                one,
                seen=self._conditions.fault(one.source, now_ns),
                moved_ns=self._movements.last_ns(one.source),
            )
            for one in self._programme.health(now_ns)
        )

    def _watch(self, *, on: bool, names: dict[str, str] | None) -> None:
        self._wall.arrange(self._names if names is None else names)
        if on != self._watched:
            self._wall.clear()
        self._eyes.colour(on=on)
        self._watched = on

    def _show_wall(self) -> None:
        """Show the multiview, in the thread of the eyes."""
        if not self._watched:
            return
        on_air = self._programme.layout.sources
        standings = {
            one.source: Standing(one.live, on_air=one.source in on_air, fault=one.seen)
            for one in self._health(time.monotonic_ns())
        }
        self._shell.multiview(self._wall.jpeg(standings))

    def _send_others(self, command: Render | Feed | Keyframe | Rest) -> None:
        """Change what is made for those who watch elsewhere."""
        match command:
            case Render(renditions=renditions):
                self._programme.render(renditions)
            case Feed(feeds=feeds):
                self._programme.feed_others(feeds)
            case Keyframe(stream=stream, at_ns=at_ns, gently=gently):
                passes = stream == PICTURES and self._programme.making is Making.PASSING
                if not (gently and passes):
                    self._programme.keyframe(stream, at_ns)
            case Rest(streams=streams):
                self._programme.rest(streams)

    def _record(self, command: Begin | Hold | Release | End) -> None:
        match command:
            case Begin():
                self._begin(command)
            case Hold(at_ns=at_ns):
                self._recorder.hold(at_ns)
            case Release():
                self._recorder.release()
            case End(end_ns=end_ns):
                self._end(end_ns)

    def _begin(self, begin: Begin) -> None:
        if not begin.lead_in:
            self._programme.key_at(begin.from_ns)
        self._recorder.begin(begin)
        if begin.recording != self._measured:
            self._measured = begin.recording
            self._programme.measure_anew()
        self._take = begin

    def _end(self, end_ns: int) -> None:
        self._recorder.hold(end_ns)
        if self._take and not self._output.reach(end_ns, END_S):
            logger.warning("the programme did not reach its end in time; the file ends earlier")
        self._recorder.end(end_ns)
        self._take = None

    def _cut(self, layout: Layout, from_ns: int) -> None:
        """Show what the rules chose."""
        self._programme.show(layout, from_ns)

    def _live(self, now_ns: int) -> frozenset[str]:
        """Give the sources that deliver."""
        return frozenset(one.source for one in self._programme.health(now_ns) if one.live)

    def _run(self) -> None:
        """Make the programme until told to stop; a fault ends the process, which is restarted."""
        finished = False
        try:
            with PacketReader(self._endpoints) as reader:
                while not self._over.is_set():
                    self._turn(reader)
            self._programme.finish()
            finished = True
        finally:
            if not finished:
                self._shell.stop(1)

    def _turn(self, reader: PacketReader) -> None:
        for packet in reader.read(0):
            now_ns = time.monotonic_ns()
            self._programme.feed(packet, now_ns)
            self._eyes.feed(packet, now_ns)
            if packet.key and packet.stream in self._endpoints:
                self._directing.keyframe(packet.stream, packet.pts_ns)
        if not self._programme.advance(time.monotonic_ns()):
            self._over.wait(LIVE_PACE_S if self._programme.feeds else PACE_S)


def main() -> int:
    """Read a specification, run the director; give the exit status."""
    spec = read_spec(DirectorSpec)
    cv2.setNumThreads(1)  # a second one spins at every call, longer than there is work for it
    shell = Shell(spec.endpoints, role="director", name=NAME)
    try:
        director = Director(spec, shell)
    except MediaError as error:
        logger.error("the director cannot work: %s", error)  # noqa: TRY400 - no fault of ours
        return 1
    return shell.run(director)


if __name__ == "__main__":
    sys.exit(main())
