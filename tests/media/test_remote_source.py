"""A peer of the live session as a source: idle, live, lost and live again, always in step."""

import threading
import time
from collections.abc import Collection, Iterator
from contextlib import closing
from functools import partial
from itertools import count
from pathlib import Path

import av
import msgspec
import numpy as np
import pytest

from classroom_media.api import NS, IdleError, SourceError
from classroom_media.encode.opus import OpusEncoder
from classroom_media.messages import AnyCommand, Begin, End, Heartbeat, PeerHealth
from classroom_media.packets import Coded
from classroom_media.sources.coders import PictureCoder
from classroom_media.sources.opening import open_source
from classroom_media.sources.pattern import Pattern
from classroom_media.workers.last_groups import LastGroups
from classroom_media.workers.shell import Answer, Shell
from classroom_media.workers.source import SourceReader, SourceWorker
from classroom_media.workers.specs import Endpoints, SourceSpec
from tests.waiting import eventually

from .watching import beeps, flashes, of_stream, until

PEER = "east"
PATTERN = Pattern(320, 180, 25, 1000)
FRAME = NS // PATTERN.fps
AHEAD_NS = NS // 10  # a relay's packets are to be shown a little later
LONG_S = 20.0


@pytest.fixture
def where(tmp_path: Path) -> Endpoints:
    return Endpoints(commands=f"ipc://{tmp_path}/c", packets=f"ipc://{tmp_path}/p")


class PretendRelay:
    """Publishes a test picture with beeps as a peer's, and tells how the peer is."""

    def __init__(
        self, where: Endpoints, *, state: str = "connected", gone: Collection[int] = ()
    ) -> None:
        self.state = state  # "" = the peer is not there
        self._gone = gone  # packets of sound that never come
        self._over = threading.Event()
        self._group = LastGroups()
        self._shell = Shell(where, role="relay", name="session")
        self._threads = [
            threading.Thread(target=self._shell.run, args=(self,)),
            threading.Thread(target=self._play),
        ]
        for thread in self._threads:
            thread.start()

    def __enter__(self) -> "PretendRelay":
        return self

    def __exit__(self, *_: object) -> None:
        self._shell.stop()
        for thread in self._threads:
            thread.join()

    def heartbeat(self) -> Heartbeat:
        peers = (PeerHealth(peer=PEER, state=self.state),) if self.state else ()
        return Heartbeat(
            role="relay", name="session", pid=1, at_ns=time.monotonic_ns(), peers=peers
        )

    def handle(self, _command: AnyCommand) -> Answer:
        return Answer(packets=self._group.packets())

    def close(self) -> None:
        self._over.set()

    def _play(self) -> None:
        for packet in film(time.monotonic_ns() + AHEAD_NS, self._gone):
            wait_ns = packet.pts_ns - AHEAD_NS - time.monotonic_ns()
            if self._over.wait(max(wait_ns, 0) / NS):
                return
            if self.state == "connected":
                self._group.add(packet, begins=packet.key and packet.stream == PEER)
                self._shell.publish(packet)


def film(begin_ns: int, gone: Collection[int] = ()) -> Iterator[Coded]:
    """Give a peer's picture and Opus, with a flash and a beep on each second."""
    background = PATTERN.background()
    pictures, sounds = PictureCoder(PEER, fps=PATTERN.fps), OpusEncoder(f"{PEER}-sound")
    begin = begin_ns * 48_000 // NS
    spoken = 0
    for number in range(60 * PATTERN.fps):
        frame = av.VideoFrame.from_ndarray(PATTERN.picture(background, number), format="yuv420p")
        yield from pictures.encode(frame, begin_ns + number * FRAME)
        block = np.tile(PATTERN.sound(number), (2, 1))
        for packet in sounds.encode(block, begin + number * block.shape[1]):
            spoken += 1
            if spoken not in gone:
                yield packet


def far(where: Endpoints | None, *, sound: bool = True, delay_ms: int = 0) -> SourceSpec:
    return SourceSpec(
        id="far",
        name="East school",
        url=f"remote://{PEER}",
        endpoints=Endpoints(commands="", packets=""),
        sound=sound,
        delay_ms=delay_ms,
        relay=where,
    )


def watched(where: Endpoints, seconds: float) -> list[Coded]:
    with closing(open_source(far(where))) as packets:
        return until(packets, seconds=seconds)


def test_a_peer_is_a_camera_with_sound_as_every_source_is(where: Endpoints) -> None:
    with PretendRelay(where):
        found = watched(where, 2.5)
    pictures, sounds = of_stream(found, "far"), of_stream(found, "far-sound")
    assert pictures[0].key
    assert pictures[0].format is not None
    assert (pictures[0].format.codec, pictures[0].format.height) == ("h264", 180)
    assert sounds[0].format is not None
    assert (sounds[0].format.codec, sounds[0].format.sample_rate_hz) == ("aac", 48_000)
    assert {packet.stream for packet in found} == {"far", "far-sound"}


@pytest.mark.parametrize("gone", [(), range(55, 70)])
def test_picture_and_sound_stay_in_step_also_after_a_hole(
    where: Endpoints, gone: Collection[int]
) -> None:
    with PretendRelay(where, gone=gone):
        found = watched(where, 3.6)
    seen, heard = flashes(of_stream(found, "far")), beeps(of_stream(found, "far-sound"))
    assert len(seen) >= 2
    last = seen[-1]
    apart_ns = min(abs(beep - last) for beep in heard)
    assert apart_ns < 25_000_000


def test_a_delay_is_added_to_everything(where: Endpoints) -> None:
    with PretendRelay(where), closing(open_source(far(where, delay_ms=2000))) as packets:
        packet = next(packets)
        assert packet.pts_ns > time.monotonic_ns() + NS


def test_sound_that_nobody_wants_is_left_out(where: Endpoints) -> None:
    with PretendRelay(where), closing(open_source(far(where, sound=False))) as packets:
        assert {packet.stream for packet in until(packets, seconds=1)} == {"far"}


def test_while_no_session_is_on_the_source_is_idle(where: Endpoints) -> None:
    hasty = partial(next, count(0, NS))  # a clock by which a second passes at every look
    packets = open_source(far(where), hasty)
    with closing(packets), pytest.raises(IdleError, match="no session"):
        next(packets)


@pytest.mark.parametrize("state", ["", "connecting"])
def test_a_peer_that_has_not_come_is_no_fault_either(where: Endpoints, state: str) -> None:
    with (
        PretendRelay(where, state=state),
        closing(open_source(far(where))) as packets,
        pytest.raises(IdleError, match="has not come"),
    ):
        next(packets)


def test_a_peer_that_is_lost_is_a_fault(where: Endpoints) -> None:
    with PretendRelay(where) as relay, closing(open_source(far(where))) as packets:
        until(packets, seconds=0.5)
        relay.state = "lost"
        with pytest.raises(SourceError, match="lost") as told:
            until(packets, seconds=LONG_S)
        assert not isinstance(told.value, IdleError)


@pytest.mark.parametrize(("url", "named"), [("remote://", True), (f"remote://{PEER}", False)])
def test_a_room_without_a_relay_or_an_address_without_a_peer_is_a_fault(
    where: Endpoints, url: str, *, named: bool
) -> None:
    wrong = msgspec.structs.replace(far(where if named else None), url=url)
    with closing(open_source(wrong)) as packets, pytest.raises(SourceError, match="relay"):
        next(packets)


def test_it_comes_and_goes_with_the_session_by_itself_and_says_so_once(
    where: Endpoints, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    found: list[Coded] = []
    reader = SourceReader(far(where), deliver=found.append, lost=lambda _why: None)
    reader.start()
    try:
        for _ in range(2):
            eventually(lambda: reader.health().idle, within_s=LONG_S)
            before = len(found)
            with PretendRelay(where):
                eventually(lambda: reader.health().live, within_s=LONG_S)
                assert not reader.health().idle
                assert found[before].key
        eventually(lambda: reader.health().idle, within_s=LONG_S)
    finally:
        reader.stop()
    said = [record.message for record in caplog.records if record.name.endswith("source")]
    assert said.count("far: is there") == 2
    assert sum("idle" in line for line in said) <= 5


def test_it_is_recorded_as_a_camera_is_and_a_relay_that_dies_costs_but_the_time_until_the_next(
    where: Endpoints, tmp_path: Path
) -> None:
    own = Endpoints(commands=f"ipc://{tmp_path}/oc", packets=f"ipc://{tmp_path}/op")
    shell = Shell(own, role="source", name="far")
    worker = SourceWorker(msgspec.structs.replace(far(where), endpoints=own), shell)
    running = threading.Thread(target=shell.run, args=(worker,))
    running.start()
    folder = tmp_path / "lesson"
    folder.mkdir()

    def written(part: int, seconds: float) -> bool:
        found = [one for one in worker.heartbeat().parts if one.part == part]
        return len(found) == 2 and all(one.synced_ns - one.first_ns > seconds * NS for one in found)

    try:
        with PretendRelay(where):
            eventually(lambda: worker.heartbeat().sources[0].live, within_s=LONG_S)
            worker.handle(
                Begin(
                    recording="r1",
                    folder=str(folder),
                    take=1,
                    from_ns=time.monotonic_ns(),
                    lead_in=True,
                )
            )
            eventually(lambda: written(1, 0.5), within_s=LONG_S)
        eventually(lambda: worker.heartbeat().sources[0].idle, within_s=LONG_S)
        with PretendRelay(where):
            eventually(lambda: written(2, 0.5), within_s=LONG_S)
        worker.handle(End(end_ns=time.monotonic_ns()))
    finally:
        shell.stop()
        running.join()
    files = sorted(path.name for path in folder.iterdir() if path.suffix in {".mp4", ".m4a"})
    assert len(files) == 4
    for name in files:
        with av.open(folder / name) as file:
            stream = (*file.streams.video, *file.streams.audio)[0]
            assert len([*file.decode(stream)]) > 10
