"""Sources read over the network, from real servers in processes of their own."""

import asyncio
import signal
import socket
import subprocess
import threading
import time
import traceback
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from itertools import pairwise

import pytest

from classroom_media.api import NS, Kind, SourceError
from classroom_media.emulate.feed import Feed
from classroom_media.emulate.http_ts import TransportStreamServer
from classroom_media.emulate.rtsp import RtspServer
from classroom_media.packets import Coded
from classroom_media.sources.opening import open_source
from tests.media.serving import PATTERN, serving
from tests.media.watching import beeps, flashes, of_stream, pictures, source, until, watch
from tests.ports import free_port
from tests.waiting import eventually

FRAME_NS = NS // PATTERN.fps


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def camera(port: int) -> Iterator["subprocess.Popen[bytes]"]:
    """A camera that is read at tcp://127.0.0.1:port and counts time from ten hours."""
    with serving(f"tcp://127.0.0.1:{port}?listen=1", "--start-s", "36000") as process:
        yield process


def when_there(port: int) -> Generator[Coded, None, None]:
    """Open a camera whose process may still be starting, and give its packets."""

    def opened() -> list[Generator[Coded, None, None]]:
        packets = open_source(source(f"tcp://127.0.0.1:{port}"))
        try:
            first.append(next(packets))
        except SourceError:
            return []
        return [packets]

    first: list[Coded] = []
    with closing(eventually(opened, within_s=20)[0]) as packets:
        yield first[0]
        yield from packets


def watch_when_there(port: int, seconds: float) -> list[Coded]:
    with closing(when_there(port)) as packets:
        return until(packets, seconds=seconds)


@pytest.mark.usefixtures("camera")
def test_a_transport_stream_keeps_its_order_spacing_and_sync(port: int) -> None:
    packets = watch_when_there(port, 4.0)
    video, audio = of_stream(packets, "teacher"), of_stream(packets, "teacher-sound")
    assert {b.dts_ns - a.dts_ns for a, b in pairwise(video)} == {FRAME_NS}
    assert all(abs(b.dts_ns - a.dts_ns - 1024 * NS // 48000) <= 1 for a, b in pairwise(audio))
    assert {packet.duration_ns for packet in video} == {FRAME_NS}
    assert abs(packets[-1].pts_ns - time.monotonic_ns()) < NS // 2
    seen, heard = flashes(video), beeps(audio)
    assert len(seen) >= 3
    assert_in_step(seen, heard)


def assert_in_step(seen: list[int], heard: list[int]) -> None:
    """Each flash has its beep within 20 ms; the first and last may be cut off."""
    for flash_ns in seen[1:-1]:
        assert min(abs(flash_ns - beep_ns) for beep_ns in heard) < 20_000_000


@pytest.mark.usefixtures("camera")
def test_every_keyframe_and_sound_says_how_it_is_coded(port: int) -> None:
    packets = watch_when_there(port, 2.5)
    video, audio = of_stream(packets, "teacher"), of_stream(packets, "teacher-sound")
    assert video[0].key
    formats = {packet.format for packet in video if packet.key}
    assert [(f.kind, f.codec, f.width, f.height, f.fps) for f in formats if f] == [
        (Kind.PICTURE, "h264", PATTERN.width, PATTERN.height, PATTERN.fps)
    ]
    assert all(packet.format is None for packet in video if not packet.key)
    assert {(p.format.sample_rate_hz, p.format.channels) for p in audio if p.format} == {(48000, 1)}
    assert all(packet.key and packet.format for packet in audio)
    assert not audio[0].data.startswith(b"\xff\xf1")  # no ADTS


def test_pictures_sent_out_of_order_come_with_both_stamps(port: int) -> None:
    with serving(f"tcp://127.0.0.1:{port}?listen=1", "--bframes", "2"):
        packets = watch_when_there(port, 3.0)
    video = of_stream(packets, "teacher")
    assert {b.dts_ns - a.dts_ns for a, b in pairwise(video)} == {FRAME_NS}
    assert any(packet.pts_ns > packet.dts_ns for packet in video)
    shown = [at_ns for at_ns, _ in pictures(video)][:-3]  # of the last group some are missing
    assert {b - a for a, b in pairwise(shown)} == {FRAME_NS}
    assert_in_step(flashes(video), beeps(of_stream(packets, "teacher-sound")))


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP])
def test_a_camera_that_dies_or_falls_silent_is_lost_within_3_s(
    camera: "subprocess.Popen[bytes]", port: int, how: signal.Signals
) -> None:
    with closing(when_there(port)) as packets:
        next(packets)
        camera.send_signal(how)
        struck = time.monotonic()
        with pytest.raises(SourceError, match=r"tcp://127\.0\.0\.1:\d+: it "):
            for _ in packets:
                pass
        assert time.monotonic() - struck < 3.0


def test_a_server_that_accepts_and_says_nothing_is_given_up_on() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"rtsp://127.0.0.1:{server.getsockname()[1]}/teacher"
        struck = time.monotonic()
        with pytest.raises(SourceError, match="it does not answer"):
            next(open_source(source(url)))
    assert time.monotonic() - struck < 6.5


@contextmanager
def filming(server: RtspServer | TransportStreamServer, *kinds: Kind) -> Iterator[None]:
    """Let a camera at /teacher film the test pattern."""
    feed = Feed(kinds)
    server.feeds["/teacher"] = feed
    over = threading.Event()

    def film() -> None:
        with closing(open_source(source("pattern://?size=320x240&fps=25"))) as packets:
            for packet in packets:
                feed.publish(packet)
                if over.is_set():
                    return

    thread = threading.Thread(target=film)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


async def test_an_rtsp_camera_with_a_password_is_copied_from_its_first_keyframe_on() -> None:
    server = RtspServer(credentials=("admin", "p@ss:w/rd"))
    async with server.listening():
        spec = source(
            f"rtsp://127.0.0.1:{server.port}/teacher", username="admin", password="p@ss:w/rd"
        )
        with filming(server, Kind.PICTURE, Kind.SOUND):
            packets = await asyncio.to_thread(watch, spec, seconds=3.5)
    video, audio = of_stream(packets, "teacher"), of_stream(packets, "teacher-sound")
    assert_in_step(flashes(video), beeps(audio))
    assert {round((b.dts_ns - a.dts_ns) / 1e6) for a, b in pairwise(video)} == {40}
    assert abs(video[0].pts_ns - audio[0].pts_ns) < NS // 4  # the first keyframe is not lost


async def test_a_transport_stream_over_http_is_copied() -> None:
    server = TransportStreamServer()
    async with server.listening():
        spec = source(f"http://127.0.0.1:{server.port}/teacher", sound=False)
        with filming(server, Kind.PICTURE):
            packets = await asyncio.to_thread(watch, spec, seconds=1.5)
    assert packets[0].key
    assert {round((b.dts_ns - a.dts_ns) / 1e6) for a, b in pairwise(packets)} == {40}


@pytest.mark.alone
def test_a_transport_stream_over_udp_is_copied_and_its_silence_is_a_loss() -> None:
    port = free_port()
    with (
        serving(f"udp://127.0.0.1:{port}?pkt_size=1316") as camera,
        closing(open_source(source(f"udp://127.0.0.1:{port}"))) as packets,
    ):
        found = until(packets, seconds=1.0)
        camera.kill()
        struck = time.monotonic()
        with pytest.raises(SourceError, match="it is silent"):
            for _ in packets:
                pass
    assert time.monotonic() - struck < 3.0
    assert {b.dts_ns - a.dts_ns for a, b in pairwise(of_stream(found, "teacher"))} == {FRAME_NS}


async def test_a_password_never_shows_in_an_error() -> None:
    server = RtspServer(credentials=("admin", "right"))
    async with server.listening():
        where = f"127.0.0.1:{server.port}/teacher"
        for spec in (
            source(f"rtsp://{where}", username="admin", password="s3cret"),
            source(f"rtsp://admin:s3cret@{where}"),
            source(f"rtsp://{where}?password=s3cret"),
        ):
            with pytest.raises(SourceError, match="401") as caught:
                await asyncio.to_thread(watch, spec, seconds=0.0)
            assert "s3cret" not in "".join(traceback.format_exception(caught.value))
