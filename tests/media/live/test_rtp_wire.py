"""RTP and RTCP on the wire: documented bytes, junk, every loss, and what aiortc makes of it."""

import pytest
from aiortc import rtp as theirs
from aiortc.codecs.h264 import H264Encoder, H264PayloadDescriptor
from hypothesis import given, settings
from hypothesis import strategies as st

from classroom_media.live.rtp import extended, feedback, h264, header, opus, red, reports, rtcp
from classroom_media.live.rtp.control import Control, read
from classroom_media.live.rtp.sequence import Unwrapped

SSRC = 0x01020304
UNITS = st.lists(
    st.builds(
        lambda kind, body, times: bytes((0x60 | kind,)) + body.replace(b"\0", b"\1") * times + b"a",
        st.sampled_from((1, 5, 6, 7, 8)),
        st.binary(max_size=400),
        st.integers(1, 12),
    ),
    min_size=1,
    max_size=8,
)
RECEPTION = reports.Reception(7, 25, -3, 70_000, 12, 9, 8)
SAID: tuple[Control, ...] = (
    reports.SenderReport(SSRC, 0xAABBCCDD11223344, 90_000, 5, 6000, (RECEPTION,)),
    reports.ReceiverReport(SSRC, (RECEPTION, RECEPTION._replace(lost=77))),
    reports.Description(SSRC, "山村小学"),
    reports.Goodbye((SSRC, 7)),
    feedback.Nack(SSRC, 7, (65_530, 65_535, 0, 9, 300)),
    feedback.PictureLost(SSRC, 7),
    feedback.FullIntra(SSRC, 7, 200),
    extended.ReceiverTime(SSRC, 0xAABBCCDD11223344),
    extended.Echo(SSRC, 7, 0xCCDD1122, 6553),
)


def annexb(units: list[bytes]) -> bytes:
    return b"".join(b"\0\0\0\1" + unit for unit in units)


def stamped(payloads: list[bytes], sequence: int = 0x1234) -> list[bytes]:
    return header.stamped(
        payloads,
        kind=96,
        last_kind=96 | header.MARKER,
        sequence=sequence,
        timestamp=0xDEADBEEF,
        ssrc=SSRC,
        now_ns=1_500_000_000,
    )


def test_a_packet_has_the_bytes_of_the_standards() -> None:
    [packet] = stamped([b"\x65\x88"])
    assert packet == bytes.fromhex("90e01234 deadbeef 01020304 bede0001 32060000 6588")
    assert header.parse(packet) == (96, True, 0x1234, 0xDEADBEEF, SSRC, b"\x65\x88", 0x060000)


def test_a_packet_with_csrcs_padding_and_unknown_elements_is_read() -> None:
    extension = bytes.fromhex("bede0002 11aabb 00 32010203")
    data = bytes.fromhex("b1600001 00000002 00000003 0000000f") + extension + b"sound\0\0\3"
    assert header.parse(data) == (96, False, 1, 2, 3, b"sound", 0x010203)
    two_byte = bytes.fromhex("90600001 00000002 00000003 10000002 07 00 03 03 010203 00") + b"x"
    assert header.parse(two_byte) == (96, False, 1, 2, 3, b"x", 0x010203)


@settings(max_examples=25)
@given(st.lists(st.binary(max_size=1200), min_size=1, max_size=5), st.integers(0, 0xFFFF))
def test_aiortc_reads_our_packets(payloads: list[bytes], sequence: int) -> None:
    for place, data in enumerate(stamped(payloads, sequence)):
        packet = theirs.RtpPacket.parse(data)
        assert packet.payload == payloads[place]
        assert packet.sequence_number == (sequence + place) % 65536
        assert packet.marker == (place == len(payloads) - 1)
        assert (packet.payload_type, packet.ssrc, packet.timestamp) == (96, SSRC, 0xDEADBEEF)


@settings(max_examples=25)
@given(st.binary(max_size=80))
def test_junk_is_no_packet_and_no_message(data: bytes) -> None:
    for begun in (data, b"\x90\x60" + data, b"\xb1\x60" + data, b"\x81\xce" + data):
        header.parse(begun)
        assert len(list(read(begun))) <= len(begun)
    red.blocks(data)
    opus.duration(data)
    h264.access_unit([data[:9], data[9:20], data[20:]])


def test_counters_are_followed_over_their_wrap_and_back() -> None:
    counter = Unwrapped(16)
    assert [counter.take(value) for value in (65_534, 65_535, 1, 0, 65_533, 40_000)] == [
        65_534,
        65_535,
        65_537,
        65_536,
        65_533,
        40_000,
    ]
    assert counter.highest == 65_537


@settings(max_examples=25)
@given(UNITS, st.integers(60, 1200))
def test_a_picture_comes_back_from_its_payloads(units: list[bytes], limit: int) -> None:
    payloads = h264.packetise(annexb(units), limit)
    assert max(map(len, payloads)) <= limit
    assert h264.access_unit(payloads) == annexb(units)


@settings(max_examples=25)
@given(UNITS)
def test_aiortc_reads_our_payloads_and_we_read_theirs(units: list[bytes]) -> None:
    ours = h264.packetise(annexb(units))
    assert b"".join(H264PayloadDescriptor.parse(payload)[1] for payload in ours) == annexb(units)
    assert h264.access_unit(H264Encoder._packetize(iter(units))) == annexb(units)


@pytest.mark.parametrize("lost", [0, 5])
def test_a_picture_that_lacks_its_beginning_or_its_end_is_none(lost: int) -> None:
    payloads = list(h264.packetise(annexb([b"\x65" + bytes([1]) * 6000])))
    assert len(payloads) == 6
    assert h264.access_unit(payloads[:lost] + payloads[lost + 1 :]) is None


def test_parameter_sets_and_their_small_picture_share_a_packet() -> None:
    units = [b"\x67sps", b"\x68pps", b"\x65picture"]
    [payload] = h264.packetise(annexb([b"\x09\xf0", *units]))
    assert payload == b"\x78\0\4\x67sps\0\4\x68pps\0\x08\x65picture"
    assert h264.is_key(annexb(units))
    assert not h264.is_key(annexb([b"\x41picture"]))


@pytest.mark.parametrize(
    ("packet", "samples"),
    [(b"\x78", 960), (b"\x40", 480), (b"\x18", 2880), (b"\x79ab", 1920), (b"\x7b\x03", 2880)],
)
def test_a_packet_of_opus_tells_how_long_it_sounds(packet: bytes, samples: int) -> None:
    assert opus.duration(packet) == samples


@pytest.mark.parametrize("packet", [b"", b"\x7b", b"\x1b\x3f"])
def test_what_is_no_opus_does_not_sound(packet: bytes) -> None:
    assert opus.duration(packet) == 0


def test_redundant_sound_has_the_bytes_of_the_standard() -> None:
    sound = red.Redundancy(111)
    for place in range(6):
        sound.add(place * 960, bytes([place]) * 3)
    payload = sound.payload(red.SPACED)
    assert payload == bytes.fromhex("ef4b0003 ef1e0003 6f 000000 030303 050505")
    assert red.blocks(payload) == [
        (111, 4800, b"\0\0\0"),
        (111, 1920, b"\3\3\3"),
        (111, 0, b"\5\5\5"),
    ]
    assert red.blocks(payload[:-3]) == [*red.blocks(payload)[:2], (111, 0, b"")]
    assert red.blocks(payload[:12]) == []


def test_what_rtcp_says_comes_back() -> None:
    assert list(read(b"".join(each.encode() for each in SAID))) == list(SAID)
    assert all(rtcp.is_rtcp(each.encode()) for each in SAID)
    assert not rtcp.is_rtcp(stamped([b"x"])[0])


def test_our_own_message_comes_back_and_a_stranger_is_passed_over() -> None:
    told = feedback.Link(SSRC, 7, 1_500_000, 900_000, 120_000, 0.1, 1.0, 0.0)
    [back] = read(told.encode())
    assert isinstance(back, feedback.Link)
    assert back == pytest.approx(told, abs=1e-4)
    assert list(read(told.encode().replace(b"CEDG", b"REMB"))) == []


def test_aiortc_reads_our_rtcp() -> None:
    parsed = theirs.RtcpPacket.parse(b"".join(each.encode() for each in SAID[:6]))
    sender, receiver, name, bye, lost, picture = parsed
    assert isinstance(sender, theirs.RtcpSrPacket)
    assert isinstance(receiver, theirs.RtcpRrPacket)
    assert isinstance(name, theirs.RtcpSdesPacket)
    assert isinstance(bye, theirs.RtcpByePacket)
    assert isinstance(lost, theirs.RtcpRtpfbPacket)
    assert isinstance(picture, theirs.RtcpPsfbPacket)
    assert sender.sender_info.ntp_timestamp == 0xAABBCCDD11223344
    assert (sender.reports[0].packets_lost, receiver.reports[1].packets_lost) == (-3, 77)
    assert name.chunks[0].items[0][1] == "山村小学".encode()
    assert bye.sources == [SSRC, 7]
    assert [each % 65536 for each in lost.lost] == [65_530, 65_535, 0, 9, 300]
    assert (picture.fmt, picture.media_ssrc) == (1, 7)


def test_we_read_the_rtcp_of_aiortc() -> None:
    data = bytes(theirs.RtcpSdesPacket([theirs.RtcpSourceInfo(SSRC, [(1, b"hub")])])) + bytes(
        theirs.RtcpRtpfbPacket(fmt=1, ssrc=SSRC, media_ssrc=7, lost=[3, 4, 900])
    )
    assert list(read(data)) == [
        reports.Description(SSRC, "hub"),
        feedback.Nack(SSRC, 7, (3, 4, 900)),
    ]


def test_the_round_trip_is_what_was_not_spent_waiting() -> None:
    sent_ns, now_ns = 70_000_000_000_000, 70_000_000_000_000 + 340_000_000
    echoed = rtcp.middle(rtcp.ntp(sent_ns))
    trip_ns = rtcp.round_trip_ns(now_ns, echoed, rtcp.held(0, 300_000_000))
    assert trip_ns == pytest.approx(40_000_000, abs=50_000)
    assert rtcp.round_trip_ns(now_ns, 0, 0) is None
    assert rtcp.round_trip_ns(sent_ns - 10_000, echoed, 0) == 0
    assert abs(rtcp.from_ntp(rtcp.ntp(now_ns)) - now_ns) <= 1
