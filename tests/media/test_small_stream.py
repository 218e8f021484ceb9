"""A camera's second, small stream: beside its own, on the same timeline, and never in its way."""

import threading
import time
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import msgspec
import pytest

from classroom_media.api import NS, SourceError
from classroom_media.messages import Begin, End, Replay
from classroom_media.packets import Coded
from classroom_media.record.reading import packets_of
from classroom_media.workers.shell import Shell
from classroom_media.workers.source import HUNG_NS, SourceWorker
from classroom_media.workers.specs import Endpoints, SourceSpec
from classroom_media.workers.subscribe import PacketReader
from tests.media.serving import serving
from tests.media.watching import source
from tests.ports import free_port
from tests.waiting import eventually

PATTERN_URL = "pattern://?size=320x180&fps=25"
SMALL_URL = "pattern://?size=160x90&fps=25"


@pytest.fixture
def endpoints(tmp_path: Path) -> Endpoints:
    return Endpoints(commands=f"ipc://{tmp_path}/c", packets=f"ipc://{tmp_path}/p")


@pytest.fixture
def shell(endpoints: Endpoints) -> Shell:
    return Shell(endpoints, role="source", name="teacher")


def both(endpoints: Endpoints, small_url: str = SMALL_URL) -> SourceSpec:
    return msgspec.structs.replace(source(PATTERN_URL, endpoints=endpoints), small_url=small_url)


class PretendCamera:
    """Sends a packet every 10 ms on either stream, until its small one is told to do worse."""

    def __init__(self) -> None:
        self.small_opened = 0
        self.small_fails = threading.Event()
        self.small_hangs = threading.Event()

    def __call__(self, spec: SourceSpec, clock: Callable[[], int]) -> Generator[Coded, None, None]:
        is_small = spec.url == SMALL_URL
        self.small_opened += is_small
        while not (is_small and self.small_fails.is_set()):
            at_ns = clock()
            yield Coded(
                stream=spec.id, pts_ns=at_ns, dts_ns=at_ns, duration_ns=1, key=True, data=b"x"
            )
            if is_small and self.small_hangs.is_set():
                threading.Event().wait(30)
            time.sleep(0.01)
        raise SourceError("unplugged")


def come_so_far(worker: SourceWorker, at_ns: int) -> None:
    eventually(lambda: worker.heartbeat().sources[0].last_ns > at_ns)


@pytest.fixture
def camera() -> Iterator[PretendCamera]:
    yield (pretend := PretendCamera())
    pretend.small_fails.set()


def test_it_is_published_under_its_own_name_and_replayed_to_newcomers(
    endpoints: Endpoints, shell: Shell, camera: PretendCamera
) -> None:
    worker = SourceWorker(both(endpoints), shell, source=camera)
    running = threading.Thread(target=shell.run, args=(worker,))
    running.start()
    with PacketReader({"teacher": endpoints}) as reader:
        found: list[Coded] = []

        def streams() -> set[str]:
            found.extend(reader.read(0.1))
            return {packet.stream for packet in found}

        eventually(lambda: streams() == {"teacher", "teacher-small"})
    replayed = {packet.stream for packet in worker.handle(Replay()).packets}
    assert replayed == {"teacher", "teacher-small"}
    shell.stop()
    running.join()


def test_when_it_is_lost_it_is_opened_again_and_the_source_stays_live(
    endpoints: Endpoints, shell: Shell, camera: PretendCamera
) -> None:
    worker = SourceWorker(both(endpoints), shell, source=camera)
    eventually(lambda: worker.heartbeat().sources[1].live)
    camera.small_fails.set()
    eventually(lambda: camera.small_opened > 2)
    own, small = worker.heartbeat().sources
    assert (own.source, own.live) == ("teacher", True)
    assert (small.source, small.live, small.problem) == ("teacher-small", False, "unplugged")
    assert {packet.stream for packet in worker.handle(Replay()).packets} == {"teacher"}
    camera.small_fails.clear()
    eventually(lambda: worker.heartbeat().sources[1].live)
    shell.stop()
    assert shell.run(worker) == 0


def test_when_it_hangs_the_process_goes_on(
    endpoints: Endpoints, shell: Shell, camera: PretendCamera
) -> None:
    skipped_ns = 0
    worker = SourceWorker(
        both(endpoints), shell, clock=lambda: time.monotonic_ns() + skipped_ns, source=camera
    )
    eventually(lambda: worker.heartbeat().sources[1].live)
    camera.small_hangs.set()
    while skipped_ns <= HUNG_NS:
        skipped_ns += NS
        come_so_far(worker, time.monotonic_ns() + skipped_ns)
    eventually(lambda: worker.heartbeat().sources[1].problem == "it is silent")
    shell.stop()
    assert shell.run(worker) == 0


def test_a_recording_has_nothing_of_it_and_does_not_notice_when_its_server_dies(
    tmp_path: Path, endpoints: Endpoints, shell: Shell
) -> None:
    folder = tmp_path / "r1"
    folder.mkdir()
    url = f"tcp://127.0.0.1:{free_port()}"
    with serving(f"{url}?listen=1") as camera:
        worker = SourceWorker(both(endpoints, url), shell)
        eventually(lambda: all(one.live for one in worker.heartbeat().sources))
        from_ns = time.monotonic_ns()
        begin = Begin(recording="r1", folder=str(folder), take=1, from_ns=from_ns, lead_in=True)
        worker.handle(begin)
        camera.kill()
        eventually(lambda: not worker.heartbeat().sources[1].live)
        end_ns = time.monotonic_ns()
        worker.handle(End(end_ns=end_ns))
        shell.stop()
        assert shell.run(worker) == 0
    assert {path.name for path in folder.glob("teacher*")} == {"teacher.mp4", "teacher-sound.m4a"}
    pictures = [packet.pts_ns for _, packet in packets_of(folder / "teacher.mp4")]
    assert len(pictures) >= (end_ns - from_ns) * 25 // NS
