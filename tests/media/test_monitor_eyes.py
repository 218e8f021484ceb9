"""The eyes: every source is looked at, from the cheapest supply, and nobody waits for them."""

import itertools

import msgspec
import pytest

from classroom_media.api import NS
from classroom_media.compose.pictures import Picture
from classroom_media.monitor.eyes import Eyes
from classroom_media.monitor.supply import Glimpse
from classroom_media.packets import Coded, small_of

from .numbered import START_NS, camera, painted

MAIN, SMALL = (320, 180), (160, 90)
LOOK_NS = NS // 5


class Watching:
    """Eyes on a clock made of numbers, and what they saw."""

    def __init__(self, *sources: str) -> None:
        self.now_ns = START_NS
        self.seen: list[Glimpse] = []
        self.eyes = Eyes(sources, [self.seen.append], clock=lambda: self.now_ns)

    def play(self, packets: list[Coded], *, until_s: float) -> None:
        """Feed packets when they are due, and look five times a second."""
        waiting = sorted(packets, key=lambda packet: packet.dts_ns)
        while self.now_ns < START_NS + until_s * NS:
            self.now_ns += LOOK_NS
            while waiting and waiting[0].dts_ns <= self.now_ns:
                self.eyes.feed(waiting.pop(0), self.now_ns)
            self.eyes.look()


def small(seconds: float, *, from_s: float = 0.0, gop_s: float = 1.0) -> list[Coded]:
    begin_ns = START_NS + int(from_s * NS)
    return camera(small_of("a"), seconds=seconds, size=SMALL, begin_ns=begin_ns, gop_s=gop_s)


def main(seconds: float, *, gop_s: float = 2.0) -> list[Coded]:
    return camera("a", seconds=seconds, size=MAIN, gop_s=gop_s)


def picture(number: int, at_ns: int) -> Picture:
    return Picture(at_ns, painted(number, MAIN), MAIN[0] / MAIN[1])


def gaps_s(seen: list[Glimpse]) -> list[float]:
    return [(b.at_ns - a.at_ns) / NS for a, b in itertools.pairwise(seen)]


def test_a_small_stream_is_seen_five_times_a_second() -> None:
    room = Watching("a")
    room.play(small(6) + main(6), until_s=5)
    assert {one.stream for one in room.seen} == {"a-small"}
    assert all(0.15 < gap < 0.25 for gap in gaps_s(room.seen))
    assert len(room.seen) >= 23
    assert room.seen[0].luma.shape == (90, 160)


def test_without_a_small_stream_keyframes_are_seen() -> None:
    room = Watching("a")
    room.play(main(8, gop_s=2), until_s=7.5)
    assert [round((one.at_ns - START_NS) / NS, 2) for one in room.seen] == [0, 2, 4, 6]


def test_keyframes_that_come_all_the_time_are_seen_once_a_second() -> None:
    room = Watching("a")
    room.play(main(4, gop_s=0.04), until_s=3.9)
    assert len(room.seen) == 4


def test_what_was_decoded_anyway_is_not_decoded_again() -> None:
    room = Watching("a")
    for number in range(50):
        room.now_ns += NS // 25
        room.eyes.hand("a", picture(number, room.now_ns))
        if number % 5 == 4:
            room.eyes.look()
    assert len(room.seen) == 10
    assert all(0.19 < gap < 0.21 for gap in gaps_s(room.seen))


def test_after_a_cut_the_small_stream_takes_over_in_three_looks() -> None:
    room = Watching("a")
    packets = small(6, gop_s=4)
    room.eyes.hand("a", picture(1, START_NS))
    room.play(packets, until_s=2)
    gap_s = (room.seen[1].at_ns - room.seen[0].at_ns) / NS
    assert [one.stream for one in room.seen[:2]] == ["a", "a-small"]
    assert [one.anew for one in room.seen[:3]] == [True, True, False]
    assert gap_s < 0.61


def test_a_small_stream_that_is_lost_gives_way_to_keyframes_and_returns() -> None:
    room = Watching("a")
    room.play(small(2) + small(3, from_s=8) + main(12, gop_s=1), until_s=10)
    streams = [one.stream for one in room.seen]
    changes = [b for a, b in itertools.pairwise(streams) if a != b]
    assert changes == ["a", "a-small"]


def test_a_look_shows_the_newest_picture_and_drops_what_nobody_looked_at() -> None:
    room = Watching("a")
    for packet in small(9, gop_s=3):
        room.eyes.feed(packet, START_NS)
    for _ in range(3):
        room.eyes.look()
    assert [(one.at_ns - START_NS) / NS for one in room.seen] == [pytest.approx(8.96)]


def test_a_small_stream_without_further_keyframes_is_dropped_and_not_kept_for_ever() -> None:
    room = Watching("a")
    for packet in small(30, gop_s=30) + small(1, from_s=31):
        room.eyes.feed(packet, START_NS)
    for _ in range(3):
        room.eyes.look()
    assert [(one.at_ns - START_NS) / NS for one in room.seen] == [pytest.approx(31.96)]


def test_rubbish_is_not_seen_and_harms_nothing() -> None:
    room = Watching("a")
    packets = [
        msgspec.structs.replace(packet, data=b"\0\0\0\1\x65junk" if 20 < n < 60 else packet.data)
        for n, packet in enumerate(small(5, gop_s=1))
    ]
    room.play(packets, until_s=4.9)
    assert room.seen[-1].at_ns > START_NS + 4.6 * NS


def test_tiles_in_colour_come_only_when_asked_for_and_keep_their_shape() -> None:
    room = Watching("a")
    room.play(small(2), until_s=1)
    assert all(one.tile is None for one in room.seen)
    room.eyes.colour(on=True)
    room.play(camera("a-small", seconds=3, size=SMALL, chroma=200), until_s=2.5)
    tile = room.seen[-1].tile
    assert tile is not None
    assert tile.shape == (180, 320, 3)
    assert tile[..., 0].mean() > tile[..., 2].mean() + 30  # it is a blue camera: B, G, R
