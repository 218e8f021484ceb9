"""Pushes to servers that others wrote: nginx with its RTMP module, and SRT of Debian."""

import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from classroom_edge.web.certificates import CertificateFolder, ensure_certificates, tls_context
from classroom_media.api import Kind
from classroom_media.emulate.replay import ReplayedCamera
from classroom_media.live.push.address import read
from classroom_media.live.push.backlog import Backlog
from classroom_media.live.push.errors import PushError
from classroom_media.live.push.lines import Line, open_line
from classroom_media.live.push.pusher import Pusher
from classroom_media.packets import Coded
from classroom_media.workers.push_trial import tried
from classroom_media.workers.specs import TrialSpec
from tests.media.live.hls.lessons import PICTURES, played, reel, sent
from tests.media.live.push.platforms import platform
from tests.ports import free_port
from tests.waiting import eventually


@contextmanager
def pushing(address: str) -> Iterator[Pusher]:
    """Send a camera's lesson there, in real time."""
    backlog = Backlog()
    pusher = Pusher(read(address), backlog)
    thread = threading.Thread(target=pusher.run)

    def publish(packet: Coded) -> None:
        kind = Kind.SOUND if packet.stream.endswith("-sound") else Kind.PICTURE
        backlog.put(kind, packet)

    with ReplayedCamera("programme", reel(gop=25), publish):
        thread.start()
        try:
            yield pusher
        finally:
            pusher.stop()
            thread.join()


@pytest.mark.needs("nginx-rtmp")
def test_every_picture_and_sound_arrives_as_it_was(tmp_path: Path) -> None:
    port = free_port()
    with platform(tmp_path, port):
        line = open_line(read(f"rtmp://127.0.0.1:{port}/live/lesson?token=secret"))
        for kind, packet in sent(reel(bframes=2)):
            line.send(kind, packet)
        line.close()
        kept = eventually(lambda: [*tmp_path.glob("lesson*.flv")])[0]
        eventually(lambda: kept.stat().st_size > line.sent * 0.98)
    seen = played(tmp_path / "all.flv", kept.read_bytes())
    assert [one.number for one in seen] == list(range(PICTURES))


@pytest.mark.needs("nginx-rtmp")
def test_a_platform_that_dies_is_sent_to_again_as_soon_as_it_is_back(tmp_path: Path) -> None:
    port = free_port()
    with pushing(f"rtmp://127.0.0.1:{port}/live/lesson") as pusher:
        eventually(lambda: pusher.standing.code == "refused")
        with platform(tmp_path, port):
            eventually(lambda: pusher.standing.sent > 20_000)
        eventually(lambda: pusher.standing.state == "waiting")
        assert pusher.standing.code in {"lost", "refused"}
        with platform(tmp_path, port):
            eventually(lambda: pusher.standing.state == "on" and pusher.standing.sent > 20_000)
            assert pusher.standing.losses == 1


@pytest.mark.needs("nginx-rtmp")
def test_why_a_platform_takes_nothing_is_told(tmp_path: Path) -> None:
    port = free_port()
    with platform(tmp_path, port):
        first = open_line(read(f"rtmp://127.0.0.1:{port}/live/lesson"))
        assert problem(f"rtmp://127.0.0.1:{port}/live/lesson") == "rejected: Already publishing"
        first.close()
        assert tried(TrialSpec(address=f"rtmp://127.0.0.1:{port}/shut/x")).code == "lost"
    assert problem(f"rtmp://127.0.0.1:{port}/live/lesson") == "refused"
    with socket.create_server(("127.0.0.1", 0)) as mute:
        mute_port = mute.getsockname()[1]
        answering = threading.Thread(target=answer_otherwise, args=(mute,))
        answering.start()
        assert problem(f"rtmp://127.0.0.1:{mute_port}/live/lesson") == "strange"
        answering.join()


def answer_otherwise(listener: socket.socket) -> None:
    viewer, _ = listener.accept()
    with viewer:
        viewer.sendall(b"HTTP/1.1 400\r\n" * 300)


def problem(address: str) -> str:
    with pytest.raises(PushError) as told:
        open_line(read(address))
    return str(told.value)


@contextmanager
def behind_tls(folder: Path, port: int) -> Iterator[int]:
    """Give a port that leads to another one over TLS, with a school's own certificate."""
    certificates = CertificateFolder(folder / "ca")
    ensure_certificates(certificates, ["127.0.0.1"], datetime.now(UTC))
    context = tls_context(certificates)

    def carry(source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65_536):
                sink.sendall(data)
        with suppress(OSError):
            sink.shutdown(socket.SHUT_RDWR)

    def serve(listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                plain, _ = listener.accept()
                with (
                    suppress(ssl.SSLError),
                    context.wrap_socket(plain, server_side=True) as viewer,
                    socket.create_connection(("127.0.0.1", port)) as there,
                ):
                    back = threading.Thread(target=carry, args=(there, viewer))
                    back.start()
                    carry(viewer, there)
                    back.join()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        serving = threading.Thread(target=serve, args=(listener,))
        serving.start()
        try:
            yield int(listener.getsockname()[1])
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            serving.join()


@pytest.mark.needs("nginx-rtmp")
def test_over_tls_only_a_platform_whose_certificate_is_trusted_is_sent_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = free_port()
    with platform(tmp_path, port), behind_tls(tmp_path, port) as secure:
        address = f"rtmps://127.0.0.1:{secure}/live/lesson"
        assert problem(address).startswith("tls")
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca" / "ca.crt"))
        assert tried(TrialSpec(address=address, seconds=1.0)).code == ""


@pytest.mark.needs("libsrt", "srt-tools")
@pytest.mark.parametrize("passphrase", ["", "correct horse"])
def test_an_srt_receiver_of_others_gets_every_picture(tmp_path: Path, passphrase: str) -> None:
    port, kept = free_port(), tmp_path / "kept.ts"
    secret = f"&passphrase={passphrase}" if passphrase else ""
    command = ["srt-live-transmit", "-q", "-a:no", f"srt://127.0.0.1:{port}?mode=listener{secret}"]
    with kept.open("wb") as file, subprocess.Popen([*command, "file://con"], stdout=file) as peer:
        try:
            line = eventually(lambda: opened(f"srt://127.0.0.1:{port}?latency=120{secret}"))
            assert line is not None
            for kind, packet in sent(reel()):
                line.send(kind, packet)
            eventually(lambda: kept.stat().st_size > 0.9 * line.sent)
            line.close()
            peer.wait(10)
        finally:
            peer.kill()
    seen = played(tmp_path / "all.ts", kept.read_bytes())
    assert [one.number for one in seen][-1] == PICTURES - 1
    assert len(seen) == PICTURES


def opened(address: str) -> Line | None:
    try:
        return open_line(read(address))
    except PushError:
        return None


@pytest.mark.needs("nginx-rtmp")
def test_an_address_can_be_tried_before_the_lesson(tmp_path: Path) -> None:
    port = free_port()
    with platform(tmp_path, port):
        good = tried(TrialSpec(address=f"rtmp://127.0.0.1:{port}/live/try", seconds=1.0))
    assert good.code == ""
    assert good.sent_s >= 1.0
    assert good.sent_bytes > 10_000
    assert tried(TrialSpec(address="rtmp://127.0.0.1/live")).code == "key"
    assert tried(TrialSpec(address="ftp://127.0.0.1/live/x")).code == "scheme"
