"""The ring: the last seconds, from a keyframe on, and where a file would begin."""

from classroom_media.api import NS, Kind, StreamFormat
from classroom_media.packets import Coded
from classroom_media.record.ring import Ring

H264 = StreamFormat(kind=Kind.PICTURE, codec="h264")
AAC = StreamFormat(kind=Kind.SOUND, codec="aac")
FRAME_NS = NS // 25
BLOCK_NS = NS // 50
GOP = 25


def picture(number: int) -> Coded:
    key = number % GOP == 0
    return Coded(
        stream="cam",
        pts_ns=number * FRAME_NS,
        dts_ns=number * FRAME_NS,
        duration_ns=FRAME_NS,
        key=key,
        data=b"p" * 100,
        format=H264 if key else None,
    )


def block(number: int) -> Coded:
    return Coded(
        stream="cam-sound",
        pts_ns=number * BLOCK_NS,
        dts_ns=number * BLOCK_NS,
        duration_ns=BLOCK_NS,
        key=True,
        data=b"s" * 10,
        format=AAC,
    )


def filled(*packets: Coded, keep_s: float = 100.0, max_bytes: int = 1 << 30) -> Ring:
    ring = Ring(keep_s, max_bytes=max_bytes)
    for packet in packets:
        ring.add(packet, packet.dts_ns)
    return ring


def kept(ring: Ring, stream: str = "cam") -> list[int]:
    return [entry.packet.pts_ns // FRAME_NS for entry in ring.after({stream: 0})]


def test_it_keeps_its_seconds_and_begins_with_a_keyframe() -> None:
    for count in range(1, 300):
        ring = filled(*map(picture, range(count)), keep_s=3.0)
        numbers = kept(ring)
        assert numbers == list(range(numbers[0], count))
        assert numbers[0] % GOP == 0
        assert min(count, 75) <= len(numbers) <= 75 + GOP + 1


def test_sound_alone_is_kept_by_time() -> None:
    ring = filled(*map(block, range(500)), keep_s=2.0)
    assert len(ring) == 101


def test_a_source_without_keyframes_does_not_fill_the_memory() -> None:
    pictures = [picture(number) for number in range(1, GOP)] * 100
    assert len(filled(*pictures, max_bytes=5000)) <= 50


def test_a_reader_that_was_too_slow_is_told() -> None:
    ring = filled(*map(picture, range(200)), keep_s=2.0)
    first = ring.after({"cam": 0})[0].number
    assert ring.lost_before("cam", first - 1)
    assert not ring.lost_before("cam", first)
    assert not ring.lost_before("cam-sound", 0)


def test_each_stream_is_read_from_its_own_cursor() -> None:
    ring = filled(picture(0), block(0), block(1), picture(1), block(2))
    assert [entry.number for entry in ring.after({"cam": 3, "cam-sound": 2})] == [2, 3, 4]
    assert [entry.number for entry in ring.after({"cam-sound": 0})] == [1, 2, 4]


def test_a_file_with_lead_in_begins_at_the_keyframe_before() -> None:
    ring = filled(*map(picture, range(80)), *map(block, range(160)))
    starts = ring.opening(30 * FRAME_NS + 1, lead_in=True)
    assert starts["cam"].packet.pts_ns == 25 * FRAME_NS
    assert starts["cam-sound"].packet.pts_ns == 59 * BLOCK_NS  # ends where the file begins


def test_a_file_without_lead_in_begins_at_the_keyframe_after() -> None:
    ring = filled(*map(picture, range(80)), *map(block, range(160)))
    starts = ring.opening(30 * FRAME_NS + 1, lead_in=False)
    assert starts["cam"].packet.pts_ns == 50 * FRAME_NS
    assert starts["cam-sound"].packet.pts_ns == 61 * BLOCK_NS


def test_a_lead_in_never_reaches_into_a_pause() -> None:
    ring = filled(*map(picture, range(80)))
    starts = ring.opening(60 * FRAME_NS, lead_in=True, not_before_ns=55 * FRAME_NS)
    assert starts["cam"].packet.pts_ns == 75 * FRAME_NS


def test_a_file_does_not_begin_before_its_time_has_come() -> None:
    ring = filled(*map(picture, range(30)))
    assert ring.opening(40 * FRAME_NS, lead_in=True) == {}


def test_a_new_file_may_be_barred_from_what_came_before_a_loss() -> None:
    ring = filled(*map(picture, range(80)))
    starts = ring.opening(10 * FRAME_NS, lead_in=True, floor=30)
    assert starts["cam"].number == 50
