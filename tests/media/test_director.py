"""The director as a process, between real source workers and a client."""

import itertools
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing, asynccontextmanager, contextmanager
from fractions import Fraction
from pathlib import Path

import av
import msgspec
import pytest

from classroom_media.api import NS, CleanFeed, Kind, Layout, Rendition, WorkerError
from classroom_media.compose.canvas import planes
from classroom_media.messages import (
    Begin,
    End,
    Feed,
    Heartbeat,
    Keyframe,
    Levels,
    Preview,
    Quit,
    Render,
    Show,
    Status,
)
from classroom_media.record import reading
from classroom_media.workers.client import WorkerClient
from classroom_media.workers.specs import DirectorSource, DirectorSpec, Endpoints, SourceSpec
from classroom_media.workers.subscribe import PacketReader

from .numbered import SIZE, camera, number_in
from .unlike import slices, steps

pytestmark = pytest.mark.alone

SINGLE = Layout("single", ("a",))
PHONE = Rendition(name="phone", height=72, bitrate_kbps=200)
FILM_S = 40.0
Process = subprocess.Popen[bytes]


def endpoints(folder: Path, name: str) -> Endpoints:
    return Endpoints(commands=f"ipc://{folder}/{name}.c", packets=f"ipc://{folder}/{name}.p")


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make two films of numbered pictures, in different colours."""
    folder = tmp_path_factory.mktemp("films")
    for name, chroma in (("a", 100), ("b", 160)):
        with av.open(folder / f"{name}.mp4", "w") as container:
            stream = container.add_mux_stream("h264", rate=25, width=SIZE[0], height=SIZE[1])
            for packet in camera(name, seconds=FILM_S, chroma=chroma, begin_ns=0):
                coded = av.Packet(packet.data)
                coded.stream, coded.time_base = stream, Fraction(1, NS)
                coded.pts = coded.dts = packet.pts_ns
                coded.is_keyframe = packet.key
                container.mux(coded)
    return folder


@contextmanager
def worker(role: str, spec: SourceSpec | DirectorSpec) -> Iterator[Process]:
    """Run a worker process; kill it at the end, if nothing else ended it."""
    process = subprocess.Popen(
        [sys.executable, "-m", f"classroom_media.workers.{role}"], stdin=subprocess.PIPE
    )
    assert process.stdin
    process.stdin.write(msgspec.json.encode(spec) + b"\n")
    process.stdin.close()
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def director_spec(folder: Path, *, sound: bool = False) -> DirectorSpec:
    return DirectorSpec(
        sources=tuple(
            DirectorSource(
                id=name, name=f"Camera {name}", endpoints=endpoints(folder, name), sound=sound
            )
            for name in ("a", "b")
        ),
        endpoints=endpoints(folder, "programme"),
        layout=SINGLE,
        width=SIZE[0],
        height=SIZE[1],
        preset="ultrafast",
        bitrate_kbps=1000,
    )


@contextmanager
def cameras(films: Path, folder: Path) -> Iterator[None]:
    specs = [
        SourceSpec(
            id=name,
            name=name,
            url=f"file://{films}/{name}.mp4",
            endpoints=endpoints(folder, name),
            isolated=False,
        )
        for name in ("a", "b")
    ]
    with worker("source", specs[0]), worker("source", specs[1]):
        yield


@asynccontextmanager
async def client(folder: Path) -> AsyncIterator[WorkerClient]:
    """Connect to the director and wait until it shows camera a."""
    async with WorkerClient(endpoints(folder, "programme")) as director:
        async with aclosing(director.events()) as events:
            async for event in events:
                if isinstance(event, Heartbeat) and any(s.live for s in event.sources):
                    break
        yield director


def begin(folder: Path, *, take: int = 1, lead_in: bool = False) -> Begin:
    folder.mkdir(exist_ok=True)
    return Begin(
        recording="lesson",
        folder=str(folder),
        take=take,
        from_ns=time.monotonic_ns(),
        lead_in=lead_in,
    )


def frames_of(path: Path) -> list[av.VideoFrame]:
    """Decode what a player shows: an edit list hides the lead-in."""
    with av.open(path) as container:
        return [f for f in container.decode(video=0) if f.pts is not None and f.pts >= 0]


def length_s(path: Path) -> float:
    with av.open(path) as container:
        return float((container.duration or 0) / av.time_base)


async def heard(director: WorkerClient, kind: type[msgspec.Struct]) -> msgspec.Struct:
    async with aclosing(director.events()) as events:
        async for event in events:
            if isinstance(event, kind):
                return event
    raise AssertionError


def streams_of(of: Endpoints) -> set[str]:
    """Listen until every stream that the programme has now was heard, or for five seconds."""
    found: set[str] = set()
    with PacketReader({"programme": of}) as reader:
        for _ in range(50):
            found |= {packet.stream for packet in reader.read(0.1)}
            if len(found) > 3:
                break
    return found


async def test_a_lesson_is_directed_recorded_and_seen(films: Path, tmp_path: Path) -> None:
    lesson = tmp_path / "lesson"
    with cameras(films, tmp_path), worker("director", director_spec(tmp_path)) as process:
        async with client(tmp_path) as director:
            started = begin(lesson)
            await director.ask(started)
            await director.ask(Preview(on=True))
            async with aclosing(director.previews()) as previews:
                assert (await anext(previews)).startswith(b"\xff\xd8")
            await heard(director, Levels)
            await director.ask(Render(renditions=(PHONE,)))
            await director.ask(Feed(feeds=(CleanFeed(name="peers", without=("b",)),)))
            await director.ask(Keyframe(stream="programme-phone"))
            assert streams_of(endpoints(tmp_path, "programme")) == {
                "programme",
                "programme-sound",
                "programme-phone",
                "programme-peers-sound",
            }
            with pytest.raises(WorkerError, match="no rendition"):
                await director.ask(Keyframe(stream="programme-wall"))
            await director.ask(Show(layout=Layout("single", ("b",))))
            with pytest.raises(WorkerError, match="no picture of a source 'c'"):
                await director.ask(Show(layout=Layout("single", ("c",))))
            await director.ask(Show(layout=Layout("single", ("b",))))
            while time.monotonic_ns() < started.from_ns + 2 * NS:
                beat = await heard(director, Heartbeat)
            assert isinstance(beat, Heartbeat)
            assert (beat.recording, beat.take) == ("lesson", 1)
            assert beat.layout == Layout("single", ("b",))
            assert beat.renditions == {"phone": "programme-phone"}
            assert beat.feeds == {"peers": "programme-peers-sound"}
            assert beat.encoder == "libx264"
            assert [part.track for part in beat.parts] == ["programme"]
            assert {s.source: s.live for s in beat.sources} == {"a": True, "b": True}
            assert all(s.moved_ns > started.from_ns for s in beat.sources)
            end_ns = time.monotonic_ns()
            await director.ask(End(end_ns=end_ns), timeout_s=10)
            status = (await director.ask(Status())).heartbeat
            assert status is not None
            assert status.recording == ""
            await director.ask(Quit())
        assert process.wait(10) == 0
    frames = frames_of(lesson / "programme.mp4")
    numbers = [number_in(frame) for frame in frames]
    colours = [int(planes(frame)[1].mean()) for frame in frames]
    cut = next(n for n, colour in enumerate(colours) if colour > 130)
    for run in (numbers[:cut], numbers[cut:]):
        assert [b - a for a, b in itertools.pairwise(run)] == [1] * (len(run) - 1)
    assert length_s(lesson / "programme.mp4") == pytest.approx(
        (end_ns - started.from_ns) / NS, abs=0.07
    )


async def test_a_director_that_is_killed_goes_on_in_a_second_part_with_little_lost(
    films: Path, tmp_path: Path
) -> None:
    lesson = tmp_path / "lesson"
    with cameras(films, tmp_path):
        with worker("director", director_spec(tmp_path)) as process:
            async with client(tmp_path) as director:
                started = begin(lesson)
                await director.ask(started)
                while time.monotonic_ns() < started.from_ns + 3 * NS:
                    await heard(director, Levels)
            process.send_signal(signal.SIGKILL)
        with worker("director", director_spec(tmp_path)):
            async with client(tmp_path) as director:
                await director.ask(started)
                again_ns = time.monotonic_ns()
                while time.monotonic_ns() < again_ns + 2 * NS:
                    await heard(director, Levels)
                await director.ask(End(end_ns=time.monotonic_ns()), timeout_s=10)
                await director.ask(Quit())
    before = [number_in(frame) for frame in frames_of(lesson / "programme.mp4")]
    after = [number_in(frame) for frame in frames_of(lesson / "programme.2.mp4")]
    for run in (before, after):
        assert [b - a for a, b in itertools.pairwise(run)] == [1] * (len(run) - 1)
    assert len(before) > 40
    assert len(after) > 40
    assert after[0] - before[-1] <= 25  # mostly below 1: what was lost is made again


async def test_what_a_director_passes_is_kept_from_the_pre_roll_on_though_it_is_killed(
    films: Path, tmp_path: Path
) -> None:
    lesson = tmp_path / "lesson"
    spec = msgspec.structs.replace(director_spec(tmp_path), smart=True)
    with cameras(films, tmp_path):
        with worker("director", spec) as process:
            async with client(tmp_path) as director:
                await passing(director)
                started = begin(lesson, lead_in=True)
                started = msgspec.structs.replace(started, from_ns=started.from_ns - NS)
                await director.ask(started)
                while time.monotonic_ns() < started.from_ns + 3 * NS:
                    await heard(director, Levels)
                    await director.ask(Keyframe(stream="programme", gently=True))  # changes nothing
            process.send_signal(signal.SIGKILL)
        with worker("director", spec):
            async with client(tmp_path) as director:
                await director.ask(started)
                await passing(director)
                end_ns = time.monotonic_ns()
                await director.ask(End(end_ns=end_ns), timeout_s=10)
                await director.ask(Quit())
    before = [number_in(frame) for frame in frames_of(lesson / "programme.mp4")]
    after = [number_in(frame) for frame in frames_of(lesson / "programme.2.mp4")]
    for run in (before, after):
        assert steps(run) == [1] * (len(run) - 1)
    assert after[0] - before[-1] <= 25  # mostly below 1: what was lost is made again
    assert after[-1] - before[0] == pytest.approx((end_ns - started.from_ns) * 25 / NS, abs=3)
    own = {slices(data) for data in packets_of(films / "a.mp4")}
    taken = [slices(data) in own for data in packets_of(lesson / "programme.mp4")]
    assert sum(taken) > len(taken) / 2  # all of them, if the machine is not very busy


def packets_of(path: Path) -> list[bytes]:
    return [packet.data for kind, packet in reading.packets_of(path) if kind is Kind.PICTURE]


async def passing(director: WorkerClient) -> None:
    """Wait until it passes a camera's packets."""
    beat = await heard(director, Heartbeat)
    while not (isinstance(beat, Heartbeat) and beat.making == "passing"):
        beat = await heard(director, Heartbeat)


def test_a_director_that_cannot_work_says_so_and_ends(tmp_path: Path) -> None:
    spec = msgspec.structs.replace(director_spec(tmp_path), layout=Layout("mosaic", ("a",)))
    with worker("director", spec) as process:
        assert process.wait(20) == 1
