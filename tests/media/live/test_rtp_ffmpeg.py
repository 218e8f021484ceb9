"""FFmpeg's RTP and ours, over UDP on loopback: each reads every picture of the other."""

import socket
import threading
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest

from classroom_media.api import NS
from classroom_media.live.rtp import header
from classroom_media.live.rtp.incoming_picture import IncomingPicture
from classroom_media.live.rtp.incoming_sound import IncomingSound
from classroom_media.live.rtp.outgoing import Numbers, Outgoing
from classroom_media.live.rtp.packetised import PICTURE_HZ, picture
from classroom_media.live.rtp.playout import Playout
from classroom_media.live.rtp.receiver import Receiver
from classroom_media.packets import Coded
from classroom_media.sources.annexb import units
from tests.ports import free_port

PICTURES = 50
FRAME_NS = 40_000_000
X264 = {"preset": "veryfast", "tune": "zerolatency", "profile": "baseline", "g": "25", "b": "900k"}
SDP = """v=0
o=- 0 0 IN IP4 127.0.0.1
s=lesson
c=IN IP4 127.0.0.1
t=0 0
m=video {port} RTP/AVP 96
a=rtpmap:96 H264/90000
a=fmtp:96 packetization-mode=1
"""


@pytest.fixture(scope="module")
def pictures() -> list[bytes]:
    """Two seconds of noise that moves, as H.264 in Annex B."""
    encoder = av.CodecContext.create("libx264", "w")
    assert isinstance(encoder, av.VideoCodecContext)
    encoder.width, encoder.height, encoder.pix_fmt = 320, 180, "yuv420p"
    encoder.time_base, encoder.framerate = Fraction(1, 25), Fraction(25)
    encoder.options = X264
    noise = np.random.default_rng(1).integers(0, 255, (180, 320, 3), np.uint8)
    found: list[bytes] = []
    for place in range(PICTURES):
        frame = av.VideoFrame.from_ndarray(np.roll(noise, 4 * place, axis=1), format="rgb24")
        frame.pts = place
        found += [bytes(packet) for packet in encoder.encode(frame)]
    return found + [bytes(packet) for packet in encoder.encode(None)]


def decoded(access_units: Sequence[bytes]) -> list[bytes]:
    decoder = av.CodecContext.create("h264", "r")
    assert isinstance(decoder, av.VideoCodecContext)
    packets = [*(av.Packet(data) for data in access_units), None]
    return [frame.to_ndarray().tobytes() for each in packets for frame in decoder.decode(each)]


def ours(pictures: Sequence[bytes]) -> Iterator[bytes]:
    stream = Outgoing(Numbers(7, 96, PICTURE_HZ, sequence=65_500, timestamp=0xFFFFFF00))
    for place, data in enumerate(pictures):
        coded = Coded(
            stream="a", pts_ns=place * FRAME_NS, dts_ns=0, duration_ns=0, key=False, data=data
        )
        packetised = picture(coded)
        yield from stream.send(packetised.payloads, packetised.timestamp, coded.pts_ns, ends=True)


def test_ffmpeg_reads_every_picture_that_we_send(pictures: list[bytes], tmp_path: Path) -> None:
    port, done = free_port(), threading.Event()
    (tmp_path / "lesson.sdp").write_text(SDP.format(port=port))

    def send() -> None:
        """Send the lesson, again and again, for as long as somebody listens."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            done.wait(0.3)
            for packet in ours(pictures * 40):
                sender.sendto(packet, ("127.0.0.1", port))
                if done.wait(0.0005):
                    return

    thread = threading.Thread(target=send)
    thread.start()
    options = {"protocol_whitelist": "file,udp,rtp", "fflags": "nobuffer", "probesize": "20000"}
    try:
        with av.open(str(tmp_path / "lesson.sdp"), options=options, timeout=20) as container:
            seen: list[list[bytes]] = []
            for packet in container.demux(video=0):
                seen.append(list(units(bytes(packet))))
                if len(seen) == 2 * PICTURES:
                    break
    finally:
        done.set()
        thread.join()
    sent = [list(units(each)) for each in pictures]
    assert sent[0] in seen
    begin = seen.index(sent[0])
    assert seen[begin : begin + PICTURES] == sent


def test_we_read_every_picture_that_ffmpeg_sends(pictures: list[bytes]) -> None:
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as media,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as reports,
    ):
        port = free_port()
        for place, bound in enumerate((media, reports)):
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
            bound.bind(("127.0.0.1", port + place))
            bound.settimeout(0.2)
        theirs(pictures, port)
        said, packets = list(datagrams(reports)), list(datagrams(media))
    first = header.parse(packets[0])
    assert first is not None
    playout = Playout()
    incoming = IncomingPicture("a", Numbers(first.ssrc, 96, PICTURE_HZ), playout)
    silent = IncomingSound("b", Numbers(1, 111, 48_000), playout)
    receiver = Receiver(9, "site", sound=silent, picture=incoming, playout=playout)
    for report in said:
        receiver.control(report, 0)
    found = [
        coded for each in packets for coded in receiver.packet(each, since(first, each))
    ]  # in real time: who sends faster has been behind, and is brought to the present
    assert [list(units(coded.data)) for coded in found] == [list(units(each)) for each in pictures]
    assert decoded([coded.data for coded in found]) == decoded(pictures)
    assert found[0].format is not None
    assert (found[0].format.width, found[0].format.height) == (320, 180)
    apart = [after.pts_ns - before.pts_ns for before, after in pairwise(found)]
    assert apart == pytest.approx([FRAME_NS] * (PICTURES - 1), abs=1)


def since(first: header.Packet, packet: bytes) -> int:
    """Give how much later than the first packet's the picture of another was taken."""
    parsed = header.parse(packet)
    assert parsed is not None
    return (parsed.timestamp - first.timestamp) % (1 << 32) * NS // PICTURE_HZ


def theirs(pictures: Sequence[bytes], port: int) -> None:
    """Let FFmpeg send pictures as RTP."""
    with av.open(f"rtp://127.0.0.1:{port}?pkt_size=1200", "w", format="rtp") as container:
        stream = container.add_stream("libx264", rate=25)
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height = 320, 180
        stream.codec_context.options = X264
        stream.codec_context.open()
        for place, data in enumerate(pictures):
            packet = av.Packet(data)
            packet.stream = stream
            packet.pts = packet.dts = place
            packet.time_base = Fraction(1, 25)
            container.mux(packet)


def datagrams(source: socket.socket) -> Iterator[bytes]:
    """Give what has arrived."""
    while True:
        try:
            yield source.recv(2000)
        except TimeoutError:
            return
