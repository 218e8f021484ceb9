"""A sample of the ground-truth campaign: a camera with faults, recorded as it comes.

The whole of it, with the daemon and the programme: ``benchmarks/ground_truth.py``.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from classroom_media.api import NS, Kind
from classroom_media.emulate import inspection, truth
from classroom_media.emulate.feed import Feed
from classroom_media.emulate.reel import Look, Reel, Voice, film
from classroom_media.emulate.replay import ReplayedCamera
from classroom_media.emulate.rtsp import RtspServer
from classroom_media.emulate.stand import Fault, Site, Stand
from classroom_media.messages import Begin
from classroom_media.packets import Coded
from classroom_media.record.finish import finish
from classroom_media.record.journal import (
    JOURNAL_FILE,
    RecordingStarted,
    TakeEnded,
    TakeStarted,
    durably,
)
from classroom_media.record.manifest import Manifest
from classroom_media.record.track import TrackRecorder
from classroom_media.workers.source import SourceReader
from tests.media.watching import source
from tests.ports import free_port
from tests.room.truth_check import Matched, Span, Taken, matched, outside, taken
from tests.waiting import eventually

COUNT = 200  # pictures of a reel
PPM = 200
PLAN = (
    (0.4, Fault.RESET, 0.0),
    (0.8, Fault.CLOG, 0.3),
    (1.6, Fault.RESIZE, 0.8),
    (2.8, Fault.AHEAD, 0.0),
    (3.1, Fault.BLIP, 0.0),
    (3.3, Fault.STALL, 0.7),
    (4.8, Fault.REBOOT, 0.4),
)  # second, fault, seconds
SECONDS = 6.8


@dataclass
class Filmed:
    """A recording, and what its camera knows."""

    folder: Path
    camera: ReplayedCamera
    from_ns: int
    end_ns: int
    losses: list[str]
    manifest: Manifest = field(init=False)

    def gaps(self, track: str) -> list[Span]:
        return [Span(gap.from_s, gap.to_s) for gap in self.manifest.gaps if gap.track == track]

    def sent(self) -> list[Taken]:
        return taken(self.camera.shots, self.from_ns, (self.end_ns - self.from_ns) / NS)

    def match(self) -> Matched:
        seen = [
            inspection.Seen(picture.at_s + entry.start_s, picture.number)
            for entry in self.manifest.tracks
            if entry.name == "cam"
            for picture in inspection.pictures(self.folder / entry.file)
        ]
        return matched(seen, self.sent())


def reel(size: tuple[int, int]) -> Reel:
    return film("cam", 1, Look(size=size, gop=12, bframes=2), Voice(), count=COUNT)


@contextmanager
def standing() -> Iterator[Stand]:
    """Run a camera that sends B pictures and sound."""

    async def feed() -> Feed:
        return Feed((Kind.PICTURE, Kind.SOUND))

    with Site() as site:
        server = RtspServer()
        server.feeds["/live"] = wire = site.do(feed())
        camera = ReplayedCamera("cam", reel((320, 180)), wire.publish, ppm=PPM)
        stand = Stand(site, server, free_port(), camera, {Fault.RESIZE: reel((480, 270))})
        with camera:
            stand.plug()
            yield stand
            stand.unplug()


def suffer(stand: Stand, begun: float) -> None:
    """Let the plan happen in real time."""
    acts = [(at_s, fault, True) for at_s, fault, _ in PLAN]
    acts += [(at_s + for_s, fault, False) for at_s, fault, for_s in PLAN if for_s]
    for at_s, fault, begins in sorted(acts):
        time.sleep(max(0.0, begun + at_s - time.monotonic()))  # as in real life
        (stand.begin if begins else stand.end)(fault)
    time.sleep(max(0.0, begun + SECONDS - time.monotonic()))


@pytest.fixture(scope="module")
def filmed(tmp_path_factory: pytest.TempPathFactory) -> Filmed:
    folder = tmp_path_factory.mktemp("filmed")
    recorders = [
        TrackRecorder(track, (track,), ring_s=15, emit=lambda _event: None)
        for track in ("cam", "cam-sound")
    ]
    heard: list[Coded] = []
    losses: list[str] = []

    def deliver(packet: Coded) -> None:
        heard.append(packet)
        for recorder in recorders:
            recorder.feed(packet)

    def lost(reason: str) -> None:
        losses.append(reason)
        for recorder in recorders:
            recorder.lost(reason)

    with standing() as stand:
        spec = source(f"rtsp://127.0.0.1:{stand.port}/live")
        reader = SourceReader(msgspec.structs.replace(spec, id="cam"), deliver=deliver, lost=lost)
        reader.start()
        eventually(lambda: heard)
        from_ns = time.monotonic_ns()
        take = Begin(recording="r", folder=str(folder), take=1, from_ns=from_ns, lead_in=True)
        started = RecordingStarted(
            at_ns=from_ns, recording="r", room="", title="", wall=datetime.now(UTC), boot="b"
        )
        begun = TakeStarted(at_ns=from_ns, take=1, from_ns=from_ns, boot="b")
        durably(folder / JOURNAL_FILE, [started, begun])
        for recorder in recorders:
            recorder.begin(take)
        suffer(stand, time.monotonic())
        end_ns = time.monotonic_ns()
        for recorder in recorders:
            recorder.end(end_ns)
        reader.stop()
    for recorder in recorders:
        recorder.close()
    ended = TakeEnded(at_ns=end_ns, take=1, end_ns=end_ns, reason="stop")
    durably(folder / JOURNAL_FILE, [ended])
    found = Filmed(folder, stand.camera, from_ns, end_ns, losses)
    found.manifest = finish(folder)
    return found


def test_no_picture_is_lost_or_doubled_that_no_gap_tells_of(filmed: Filmed) -> None:
    found = filmed.match()
    assert found.extra == []
    assert outside(found.missing, filmed.gaps("cam")) == []


def test_every_picture_stands_where_it_was_taken(filmed: Filmed) -> None:
    late = [by_s for _at_s, by_s in filmed.match().late_s]
    assert len(late) > 100
    assert max(map(abs, late)) <= 0.040


def test_a_change_of_size_begins_another_file_and_only_a_reboot_is_a_loss(filmed: Filmed) -> None:
    sizes = [(entry.width, entry.height) for entry in filmed.manifest.tracks if entry.width]
    assert sizes == [(320, 180), (480, 270), (320, 180)]
    stalled = [gap for gap in filmed.gaps("cam") if gap.from_s < 4.3]
    assert sum(gap.to_s - gap.from_s for gap in stalled) >= 0.6
    away = [gap for gap in filmed.gaps("cam") if gap.from_s >= 4.3]
    assert away[-1].to_s - away[0].from_s < 2.0  # it is back a moment after its next keyframe
    assert len(filmed.losses) == 1


def test_sound_stays_with_the_pictures_through_it_all(filmed: Filmed) -> None:
    (track,) = [entry for entry in filmed.manifest.tracks if entry.name == "cam-sound"]
    heard = inspection.beeps(filmed.folder / track.file)
    flashes = [
        one.at_s
        for one in filmed.sent()
        if one.number is not None and (one.number & 0xFFFF) % truth.EVENT_FRAMES == 0
    ]
    due = [at for at in flashes if not any(gap.holds(at) for gap in filmed.gaps("cam-sound"))]
    assert all(min(abs(at - beep) for beep in heard) <= 0.040 for at in due)
