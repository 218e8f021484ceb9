"""What one room costs that is sent to many: CPU for each peer, and packets a second of one core.

    python benchmarks/fan_out_core.py [--quick] [--peers 1 8 16 48] [--json]

Without sockets and without encryption: H.264 of 720p25 at 1.5 Mbit/s and Opus with two copies of
earlier packets, from coded packets to the bytes of RTP, with history, pace, the ladder and reports
both ways. The peer is aiortc's way with pre-encoded packets in the same run: `H264Encoder.pack` for
each peer, then `RtpPacket.serialize` with the header extension that tells when it was sent; without
reports, redundancy, history and pace. The floor is the bare join of a header and a payload.
"""

import argparse
import json
import statistics
import struct
import sys
import time
from fractions import Fraction

try:
    import av
    from aiortc import rtp
    from aiortc.codecs.h264 import H264Encoder
    from aiortc.rtcrtpparameters import RTCRtpHeaderExtensionParameters, RTCRtpParameters
except ImportError:
    print("fan_out_core needs aiortc: pip install 'aiortc>=1.16,<2'", file=sys.stderr)
    sys.exit(2)

from classroom_media.emulate.lesson_by_link import Encoder
from classroom_media.emulate.site_by_link import Site, numbers
from classroom_media.live.fan_out import FanOut
from classroom_media.live.ladder import Ladder
from classroom_media.live.rtp import packetised
from classroom_media.live.rtp.feedback import Link
from classroom_media.live.rtp.outgoing import Outgoing
from classroom_media.live.rtp.reports import ReceiverReport
from classroom_media.live.rtp.sender import Sender
from classroom_media.live.rungs import SIZES
from classroom_media.packets import Coded

PICTURE, SOUND, TICK, REPORT = range(4)
EVERY_NS = {PICTURE: 40_000_000, SOUND: 20_000_000, TICK: 5_000_000, REPORT: 200_000_000}
SENT_ID = 3
HEADER = struct.Struct("!BBHII")


def lesson(seconds: float) -> list[tuple[int, int, Coded]]:
    """Give what happens, in order: the time, what it is, and the coded packet."""
    encoder = Encoder(0)
    happens = []
    for now_ns in range(0, int(seconds * 1e9), EVERY_NS[TICK]):
        for what, every_ns in EVERY_NS.items():
            if now_ns % every_ns == 0:
                coded = encoder.picture(now_ns) if what == PICTURE else sound(now_ns)
                happens.append((now_ns, what, coded))
    return happens


def sound(now_ns: int) -> Coded:
    """Give 20 ms of sound at 24 kbit/s."""
    return Coded(
        stream="sound",
        pts_ns=now_ns,
        dts_ns=now_ns,
        duration_ns=EVERY_NS[SOUND],
        key=True,
        data=b"\x78" + bytes(59),
    )


def ours(peers: int, happens: list[tuple[int, int, Coded]]) -> tuple[float, int]:
    """Give the CPU seconds that the lesson takes, and the packets made."""
    fan_out = FanOut(1, 111)
    reports = {}
    for place in range(peers):
        names = numbers(place + 1)
        heard, seen = (Outgoing(each) for each in names)
        sender = Sender("hub", sound=heard, picture=seen, red_type=Site.RED_TYPE)
        fan_out.add(str(place), sender, Ladder(SIZES[:1]))
        told = Link(place, names[1].ssrc, 1_700_000, 1_700_000, 0, 0.02, 0.02, 0.0)
        reports[str(place)] = ReceiverReport(place).encode() + told.encode()
    packets = 0
    began_s = time.process_time()
    for now_ns, what, coded in happens:
        if what == REPORT:
            for name, report in reports.items():
                packets += len(fan_out.control(name, report, now_ns))
            continue
        if what == PICTURE:
            made = fan_out.picture(0, coded, now_ns)
        else:
            made = fan_out.sound(coded, now_ns) if what == SOUND else fan_out.tick(now_ns)
        packets += sum(len(each) for _, each in made)
    return time.process_time() - began_s, packets


def theirs(peers: int, happens: list[tuple[int, int, Coded]]) -> tuple[float, int]:
    """Do the same with aiortc's classes."""
    encoder, extensions = H264Encoder(), rtp.HeaderExtensionsMap()
    extensions.configure(
        RTCRtpParameters(
            headerExtensions=[
                RTCRtpHeaderExtensionParameters(
                    id=SENT_ID, uri="http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"
                )
            ]
        )
    )
    sequences, packets = [0] * peers, 0
    pictures = {id(coded): _packet(coded) for _, what, coded in happens if what == PICTURE}
    began_s = time.process_time()
    for now_ns, what, coded in happens:
        if what not in {PICTURE, SOUND}:
            continue
        for place in range(peers):
            if what == PICTURE:
                payloads, stamp = encoder.pack(pictures[id(coded)])
            else:
                payloads, stamp = [coded.data], now_ns * 48 // 1_000_000
            for payload in payloads:
                packet = rtp.RtpPacket(96, 0, sequences[place], stamp & 0xFFFFFFFF, place, payload)
                packet.extensions.abs_send_time = now_ns & 0xFFFFFF
                packet.serialize(extensions)
                sequences[place] = sequences[place] + 1 & 0xFFFF
                packets += 1
    return time.process_time() - began_s, packets


def _packet(coded: Coded) -> "av.Packet[av.stream.Stream]":
    packet = av.Packet(coded.data)
    packet.pts, packet.time_base = coded.pts_ns, Fraction(1, 1_000_000_000)
    return packet


def floor(peers: int, happens: list[tuple[int, int, Coded]]) -> tuple[float, int]:
    """Join headers and payloads, and do nothing else."""
    payloads = [packetised.picture(each).payloads for _, what, each in happens if what == PICTURE]
    payloads += [(each.data,) for _, what, each in happens if what == SOUND]
    packets = 0
    began_s = time.process_time()
    for group in payloads:
        for place in range(peers):
            packets += len([HEADER.pack(128, 96, 1, 2, place) + payload for payload in group])
    return time.process_time() - began_s, packets


def main() -> int:
    """Run it and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="48 peers, 4 s of a lesson")
    parser.add_argument("--peers", type=int, nargs="+", default=[1, 8, 16, 48])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    counts, seconds = ([48], 4.0) if given.quick else (given.peers, 10.0)
    happens = lesson(seconds)
    result: dict[str, float] = {}
    for peers in counts:
        taken: dict[str, list[float]] = {}
        rates: dict[str, list[float]] = {}
        for _ in range(given.rounds):
            for way in (ours, theirs, floor):
                cpu_s, packets = way(peers, happens)
                taken.setdefault(way.__name__, []).append(cpu_s / seconds / peers)
                rates.setdefault(way.__name__, []).append(packets / cpu_s)
        cpu = {name: statistics.median(each) for name, each in taken.items()}
        rate = {name: statistics.median(each) for name, each in rates.items()}
        for name, share in cpu.items():
            print(f"{peers:3} peers, {name:6}: {share:.3%} of a core each, {rate[name]:,.0f}/s")
        result[f"peers_{peers}_packets_per_s"] = round(rate["ours"])
        result[f"peers_{peers}_aiortc_ratio"] = round(cpu["ours"] / cpu["theirs"], 3)
        result[f"peers_{peers}_floor_ratio"] = round(cpu["ours"] / cpu["floor"], 2)
    print(json.dumps(result) if given.json else result)
    return 0


if __name__ == "__main__":
    sys.exit(main())
