"""Stamps that a demuxer gets wrong: B pictures of an RTSP camera whose clock jumps."""

from dataclasses import replace
from itertools import pairwise

import av
import pytest

from classroom_media.api import NS
from classroom_media.clock import Stamped, Timeline
from classroom_media.sources.lanes import Demuxed
from classroom_media.sources.stamper import DecodingOrder

FRAME = NS // 25


def film(first: int, count: int) -> list[Stamped[Demuxed]]:
    """Give pictures from a place on, each with the stamps it should have."""
    found: list[Stamped[Demuxed]] = []
    for n in range(first, first + count):
        group, index = divmod(n - 1, 3)  # 0, 3 1 2, 6 4 5, 9 7 8 ...
        shown = 3 * group + (3, 1, 2)[index] if n else 0
        found.append(Stamped(0, shown * FRAME, (n - 1) * FRAME, FRAME, av.Packet(b"")))
    return found


def guessed(packets: list[Stamped[Demuxed]], by_ns: int) -> list[Stamped[Demuxed]]:
    """Give them as FFmpeg does after a jump: decoded when they are shown."""
    return [
        Stamped(p.stream, p.pts_ns + by_ns, p.pts_ns + by_ns, p.duration_ns, p.what)
        for p in packets
    ]


@pytest.mark.parametrize("first", range(60, 66))
@pytest.mark.parametrize("by_ns", [-3 * NS, 5 * 3600 * NS])
def test_b_pictures_go_on_in_their_places_when_the_clock_jumps(first: int, by_ns: int) -> None:
    order, timeline = DecodingOrder(), Timeline[Demuxed]()
    placed: list[Stamped[Demuxed]] = []
    for n, packet in enumerate(film(0, first) + guessed(film(first, 60), by_ns)):
        mended = order.mend(packet)
        for held, one in enumerate(reversed(mended)):
            assert one.dts_ns <= one.pts_ns
            assert one.dts_ns == mended[-1].dts_ns - held * FRAME
        for held, one in zip(range(len(mended))[::-1], mended, strict=True):
            placed += timeline.place(one, (n + 2 - held) * FRAME)
    shown = sorted(packet.pts_ns for packet in placed)[:-3]  # the last one leads two others
    assert {b - a for a, b in pairwise(shown)} == {FRAME}
    assert all(b.dts_ns > a.dts_ns for a, b in pairwise(placed))


@pytest.mark.parametrize("which", range(60, 66))
def test_one_b_or_other_picture_stamped_hours_away_keeps_its_place(which: int) -> None:
    order, far = DecodingOrder(), 5 * 3600 * NS
    packets = film(0, 120)
    packets[which] = replace(packets[which], pts_ns=packets[which].pts_ns + far)
    shown = sorted(one.pts_ns for packet in packets for one in order.mend(packet))[:-3]
    assert shown == [n * FRAME for n in range(len(shown))]


def test_stamps_that_are_right_are_left_alone() -> None:
    order, packets = DecodingOrder(), film(0, 60)
    assert [order.mend(packet) for packet in packets] == [[packet] for packet in packets]


def test_a_duration_that_was_guessed_too_long_is_put_right() -> None:
    order = DecodingOrder()
    guesses = [Stamped(p.stream, p.pts_ns, p.dts_ns, 3 * FRAME, p.what) for p in film(0, 60)]
    mended = [found for packet in guesses for found in order.mend(packet)]
    assert {packet.duration_ns for packet in mended[2:]} == {FRAME}
