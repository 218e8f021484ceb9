"""Clean feeds: what those hear who talk back, and the keyframes and sizes they are sent."""

from itertools import pairwise

import av
import msgspec
import numpy as np
import pytest

from classroom_media.api import NS, CleanFeed, Layout, MediaError, Rendition
from classroom_media.compose.feeds import FEEDS_MAX, CleanFeeds
from classroom_media.compose.programme import Programme
from classroom_media.levels import RATE_HZ, Samples
from classroom_media.packets import Coded
from classroom_media.sources.annexb import SPS, kind_of, units

from .numbered import Recorded, camera, number_in, play, spec
from .signals import sine

SIZE = (320, 180)
BLOCK = 1024
START = BLOCK * 1000
LIVE = Rendition(name="live", height=180, bitrate_kbps=1000, live=True)
CONSTRAINED_BASELINE = 66


def feeds(*wanted: CleanFeed) -> CleanFeeds:
    made = CleanFeeds()
    made.order(wanted)
    return made


def mixed(made: CleanFeeds, **sounds: Samples) -> list[Coded]:
    """Give what a second of these sounds becomes in every feed."""
    found: list[Coded] = []
    for at in range(0, RATE_HZ - BLOCK, BLOCK):
        found += made.mix(
            {one: all_of[:, at : at + BLOCK] for one, all_of in sounds.items()}, START + at
        )
    return found


def heard(packets: list[Coded], name: str) -> Samples:
    """Decode a feed: (n,) float32."""
    decoder = av.CodecContext.create("libopus", "r")
    decoder.sample_rate = RATE_HZ
    own = [one for one in packets if one.stream == f"programme-{name}-sound"]
    frames = [frame for one in own for frame in decoder.decode(av.Packet(one.data))]
    blocks = [
        av.AudioResampler("fltp", "stereo").resample(frame)[0].to_ndarray()[0] for frame in frames
    ]
    return np.concatenate(blocks)


def strength(sound: Samples, pitch_hz: float) -> float:
    """Give how much of a pitch is in a sound, 1 = full scale."""
    turns = np.exp(-2j * np.pi * pitch_hz * np.arange(len(sound)) / RATE_HZ)
    return float(2 * abs(np.mean(sound * turns)))


def tone(pitch_hz: float) -> Samples:
    return sine(pitch_hz, 1.0, peak_db=-14.0)


def test_nobody_hears_itself_and_everybody_hears_the_others() -> None:
    made = feeds(CleanFeed(name="east", without=("east",)), CleanFeed(name="rest", without=()))
    packets = mixed(made, teacher=tone(400), east=tone(1000))
    assert strength(heard(packets, "east"), 400) == pytest.approx(0.2, rel=0.1)
    assert strength(heard(packets, "east"), 1000) < 0.002
    assert strength(heard(packets, "rest"), 1000) == pytest.approx(0.2, rel=0.1)


def test_packets_of_a_feed_are_twenty_milliseconds_apart_and_in_their_place() -> None:
    packets = mixed(feeds(CleanFeed(name="rest", without=())), teacher=tone(400))
    steps = {after.pts_ns - before.pts_ns for before, after in pairwise(packets)}
    assert steps == {NS // 50}
    late = START * NS // RATE_HZ - packets[0].pts_ns
    assert 0 < late < 10_000_000  # what limiter and encoder look ahead
    assert {len(one.data) < 200 for one in packets} == {True}


def test_feeds_end_when_nobody_wants_them() -> None:
    made = feeds(CleanFeed(name="rest", without=()))
    assert mixed(made, teacher=tone(400))
    made.order(())
    assert mixed(made, teacher=tone(400)) == []
    assert made.streams == {}


def test_feeds_need_names_of_their_own_and_are_not_without_number() -> None:
    twice = (CleanFeed(name="a", without=()), CleanFeed(name="a", without=("b",)))
    many = tuple(CleanFeed(name=f"{n}", without=()) for n in range(FEEDS_MAX + 1))
    for wanted in (twice, many, (CleanFeed(name="", without=()),)):
        with pytest.raises(MediaError):
            feeds(*wanted)


def test_a_live_rendition_is_constrained_baseline_of_its_own_and_has_keyframes_on_demand() -> None:
    outlet = Recorded()
    asked = msgspec.structs.replace(
        spec(Layout("single", ("a",)), size=SIZE), renditions=(LIVE,), gop_s=60.0
    )
    made = Programme(asked, outlet)
    assert made.renditions == {"live": "programme-live"}
    changes = {2.0: lambda: made.keyframe("programme-live")}
    play(made, camera("a", seconds=4, size=SIZE), until_s=4, at=changes)
    live = [one for one in outlet.packets if one.stream == "programme-live"]
    assert [number for number, one in enumerate(live) if one.key][1:] == [pytest.approx(50, abs=3)]
    sets = [unit for unit in units(live[0].data) if kind_of(unit) == SPS]
    assert {(unit[1], unit[2] & 0x40) for unit in sets} == {(CONSTRAINED_BASELINE, 0x40)}
    assert [one.key for one in outlet.pictures].count(True) == 1
    decoder = av.CodecContext.create("h264", "r")
    shown = [frame for one in live for frame in decoder.decode(av.Packet(one.data))]
    assert [number_in(frame) for frame in shown] == outlet.numbers()[: len(shown)]


def test_a_keyframe_of_what_is_not_made_is_refused() -> None:
    made = Programme(spec(Layout("single", ("a",)), size=SIZE), Recorded())
    with pytest.raises(MediaError, match="programme-live"):
        made.keyframe("programme-live")


def test_a_live_size_rests_while_nobody_watches_and_goes_on_with_a_keyframe() -> None:
    outlet = Recorded()
    small = Rendition(name="phone", height=90, bitrate_kbps=300)
    asked = msgspec.structs.replace(
        spec(Layout("single", ("a",)), size=SIZE), renditions=(LIVE, small), gop_s=60.0
    )
    made = Programme(asked, outlet)
    changes = {
        1.0: lambda: made.rest(("programme-live", "programme-phone")),
        2.0: lambda: made.keyframe("programme-live"),
    }
    play(made, camera("a", seconds=3, size=SIZE), until_s=3, at=changes)
    streams = {
        name: [one for one in outlet.packets if one.stream == name]
        for name in made.renditions.values()
    }
    live, phone = streams["programme-live"], streams["programme-phone"]
    assert len(live) == pytest.approx(50, abs=5)
    assert len(phone) == len(outlet.pictures)  # what is not live never rests
    gaps = [after.pts_ns - before.pts_ns for before, after in pairwise(live)]
    assert max(gaps) == pytest.approx(NS, abs=NS // 8)
    assert live[gaps.index(max(gaps)) + 1].key
