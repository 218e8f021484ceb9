"""The parts between packets and pictures: pace, budget, repairs, playout, keyframes, the ladder."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classroom_media.emulate.lesson_by_link import Encoder
from classroom_media.emulate.site_by_link import numbers
from classroom_media.live.fan_out import FanOut
from classroom_media.live.ladder import Ladder
from classroom_media.live.rtp import header, red
from classroom_media.live.rtp.buckets import Share
from classroom_media.live.rtp.control import read
from classroom_media.live.rtp.extended import Echo, ReceiverTime
from classroom_media.live.rtp.feedback import FullIntra, Link, Nack, PictureLost
from classroom_media.live.rtp.incoming_picture import IncomingPicture
from classroom_media.live.rtp.incoming_sound import IncomingSound
from classroom_media.live.rtp.keyframes import KeyframeWishes
from classroom_media.live.rtp.outgoing import Outgoing
from classroom_media.live.rtp.packetised import SoundPacketiser, picture
from classroom_media.live.rtp.playout import Playout
from classroom_media.live.rtp.receiver import Receiver
from classroom_media.live.rtp.repair import Repair
from classroom_media.live.rtp.reports import SenderReport
from classroom_media.live.rtp.sender import Sender
from classroom_media.live.rungs import RUNGS, SIZES
from classroom_media.packets import Coded

MS = 1_000_000
S = 1_000 * MS
SOUND, PICTURE = numbers(1)


def sender() -> Sender:
    return Sender("hub", sound=Outgoing(SOUND), picture=Outgoing(PICTURE), red_type=63)


def sound(pts_ns: int, data: bytes = b"\x78sound") -> Coded:
    return Coded(stream="s", pts_ns=pts_ns, dts_ns=pts_ns, duration_ns=0, key=True, data=data)


def link(rate_bps: int, queue_ms: int = 0, lost: float = 0.0, gone: float = 0.0) -> Link:
    return Link(1, PICTURE.ssrc, rate_bps, rate_bps, queue_ms * 1000, lost, lost, gone)


def receiver() -> tuple[Receiver, IncomingPicture, IncomingSound]:
    playout = Playout()
    seen = IncomingPicture("picture", PICTURE, playout)
    heard = IncomingSound("sound", SOUND, playout, red_type=63)
    return Receiver(9, "site", sound=heard, picture=seen, playout=playout), seen, heard


def test_a_keyframe_leaves_at_its_pace_and_sound_overtakes_it() -> None:
    peer, voice = sender(), SoundPacketiser(111)
    peer.pacer.set(1_000_000, 0)
    keyframe = picture(Encoder(0).picture(0))
    left = [peer.picture(keyframe, 0)]
    voice.take(sound(1))
    assert len(peer.sound(voice, 1)) == 1
    at_ms = 0
    while sum(map(len, left)) < len(keyframe.payloads):
        at_ms += 5
        left.append(peer.pacer.tick(at_ms * MS))
    assert len(left[0]) * 8 * 1260 < 1_000_000 * 0.06
    assert 100 < at_ms < 300
    packets = [header.parse(packet) for part in left for packet in part]
    assert [each.sequence for each in packets if each] == [
        65_300 + place & 0xFFFF for place in range(len(packets))
    ]
    assert [each.marker for each in packets if each] == [False] * (len(packets) - 1) + [True]


def test_what_is_asked_for_comes_again_with_its_own_number() -> None:
    peer = sender()
    shared = picture(Encoder(2).picture(0))
    sent = [header.parse(packet) for packet in peer.picture(shared, 0)]
    assert sent[0] is not None
    peer.control(Nack(9, PICTURE.ssrc, [sent[0].sequence, 12]).encode(), MS)
    [again] = [header.parse(packet) for packet in peer.pacer.tick(300 * MS)[:1]]
    assert again is not None
    assert (again.ssrc, again.payload_type) == (PICTURE.again_ssrc, PICTURE.again)
    assert again.payload == sent[0].sequence.to_bytes(2) + sent[0].payload
    assert again.timestamp == sent[0].timestamp


def test_more_is_not_sent_again_than_its_share() -> None:
    budget = Share(0.3, depth=1000)
    assert budget.spend(1000)
    assert not budget.spend(1)
    budget.earn(1000)
    assert budget.spend(300)
    assert not budget.spend(1)


@pytest.mark.parametrize("sway_ns", [0, 700_000])
def test_sound_with_copies_makes_up_for_losses_without_asking(sway_ns: int) -> None:
    peer, voice = sender(), SoundPacketiser(111)
    peer.redundancy = red.SPACED
    site, _, heard = receiver()
    site.control(b"".join(peer.tick(0)[:1]), 0)
    given_back = []
    for place in range(20):
        voice.take(sound(place * 20 * MS - place % 3 * sway_ns, b"\x78%d" % place))
        for packet in peer.sound(voice, place * 20 * MS):
            if place not in {7, 9, 10, 11}:
                given_back += site.packet(packet, place * 20 * MS)
    assert [each.data for each in given_back] == [b"\x78%d" % place for place in range(20)]
    assert {each.duration_ns for each in given_back} == {20 * MS}
    assert heard.order.repair.asked == 0
    apart = [after.pts_ns - before.pts_ns for before, after in pairwise(given_back)]
    assert apart == pytest.approx([20 * MS] * 19, abs=30_000 + 2 * sway_ns)


def asked_at_ms(*, round_trip_ms: int, wait_ms: int) -> list[int]:
    repair = Repair()
    repair.lose(5, 6, 0)
    round_trip_ns, wait_ns = round_trip_ms * MS, wait_ms * MS
    return [
        at_ms
        for at_ms in range(0, 500, 5)
        if repair.due(at_ms * MS, round_trip_ns=round_trip_ns, wait_ns=wait_ns, lost=0.05)
    ]


def test_a_long_line_is_asked_more_than_once_before_an_answer_can_come() -> None:
    near = asked_at_ms(round_trip_ms=40, wait_ms=1000)
    far = asked_at_ms(round_trip_ms=200, wait_ms=370)
    assert all(after - before >= 40 for before, after in pairwise(near))
    assert len([t for t in far if t < 200]) >= 3
    assert len(near) <= 8
    assert len(far) <= 8


def test_what_was_only_overtaken_is_not_asked_for_and_patience_grows() -> None:
    repair = Repair()
    repair.lose(5, 6, 0)
    repair.find(5, 30 * MS, first_hand=True)
    repair.lose(7, 8, 40 * MS)
    assert repair.due(60 * MS, round_trip_ns=MS, wait_ns=S, lost=0) == []
    assert repair.due(71 * MS, round_trip_ns=MS, wait_ns=S, lost=0) == [7]


def test_a_hole_as_large_as_a_cut_is_not_asked_for() -> None:
    repair = Repair()
    repair.lose(0, 3000, 0)
    assert repair.due(S, round_trip_ns=MS, wait_ns=S, lost=1.0) == []


def test_a_picture_that_stays_away_is_replaced_by_the_next_keyframe() -> None:
    peer, encoder = sender(), Encoder(2)
    site, seen, _ = receiver()
    site.control(b"".join(peer.tick(0)[:1]), 0)
    shown: list[Coded] = []
    wishes = []
    for place in range(60):
        now_ns = place * 40 * MS
        for packet in peer.picture(picture(encoder.picture(now_ns)), now_ns):
            if place != 10:
                shown += site.packet(packet, now_ns)
        coded, said = site.tick(now_ns)
        shown += coded
        wishes += [each for data in said for each in read(data) if isinstance(each, PictureLost)]
    assert [each.key for each in shown] == [True] + [False] * 9 + [True] + [False] * 9
    assert wishes
    assert seen.broken is False


def test_nothing_piles_up_whatever_a_peer_does() -> None:
    peer, encoder = sender(), Encoder(0)
    site, seen, _ = receiver()
    for place in range(400):
        peer.pacer.set(100_000_000, 0)
        for packet in peer.picture(picture(encoder.picture(place * 40 * MS)), place * 40 * MS):
            assert site.packet(packet, 0) == []  # no report: nothing can be placed
    assert len(list(seen.order.beyond())) <= 2048
    for _ in range(1000):
        peer.control(Nack(9, PICTURE.ssrc, range(60)).encode(), 0)
    assert len(peer.pacer.tick(S)) < 100


def test_the_delay_follows_loss_times_round_trip() -> None:
    playout = Playout()
    playout.arrive(1, 0, 5 * S)
    wanted_ms = {(0.0, 40): 80, (0.05, 40): 130, (0.05, 160): 300, (0.05, 400): 550}
    for (lost, trip_ms), delay_ms in wanted_ms.items():
        playout.adapt(6 * S, round_trip_ns=trip_ms * MS, lost=lost)
        assert playout.delay_ns == delay_ms * MS


def test_the_round_trip_is_learnt_on_both_sides() -> None:
    peer = sender()
    site, _, _ = receiver()
    for packet in peer.picture(picture(Encoder(2).picture(S)), S):
        site.packet(packet, S + 30 * MS)
    site.control(b"".join(peer.tick(S)), S + 30 * MS)
    [said] = site.tick(S + 230 * MS)[1]
    assert [type(each) for each in read(said)].count(ReceiverTime) == 1
    peer.control(said, S + 280 * MS)
    assert peer.round_trip_ns == pytest.approx(80 * MS, abs=MS)
    [report] = peer.tick(S + 380 * MS)[:1]
    assert [type(each) for each in read(report)].count(Echo) == 1
    assert [type(each) for each in read(report)].count(SenderReport) == 2
    site.control(report, S + 410 * MS)
    assert site.round_trip_ns == pytest.approx(80 * MS, abs=MS)


def test_wishes_of_many_are_one_keyframe_a_second() -> None:
    fan_out = FanOut(3, 111)
    for place in range(8):
        fan_out.add(str(place), sender(), Ladder(SIZES[:1]))
    wish = FullIntra(9, PICTURE.ssrc, 1).encode() + PictureLost(9, PICTURE.ssrc).encode()
    made = 0
    for now_ns in range(0, 5 * S, 20 * MS):
        for name in fan_out.peers:
            fan_out.control(name, wish, now_ns)
        made += len(fan_out.keyframes(now_ns))
    assert made == 5
    wishes = KeyframeWishes()
    wishes.wish()
    wishes.made()
    assert not wishes.due(0)


def test_who_leaves_is_told_goodbye_and_sent_nothing_more() -> None:
    fan_out = FanOut(3, 111)
    for name in ("stays", "leaves"):
        fan_out.add(name, sender(), Ladder(start=0))
    site, _, _ = receiver()
    site.control(fan_out.remove("leaves"), 0)
    assert site.ended
    assert [name for name, _ in fan_out.picture(0, Encoder(0).picture(0), 0)] == ["stays"]
    assert [name for name, _ in fan_out.sound(sound(0), 0)] == ["stays"]


def climb(
    ladder: Ladder, capacity_bps: int, seconds: int, begin_ns: int = 0, appetite: float = 1.0
) -> list[str]:
    """Play a link of a capacity to a ladder, five reports a second; give where it stood.

    `appetite` is what the best rung takes, as a share of what it should.
    """
    queue_ms, names = 0.0, []
    for now_ns in range(begin_ns, begin_ns + seconds * S, S // 5):
        takes = appetite if ladder.rung is RUNGS[0] else 1.0
        sent_bps = max(int(ladder.rung.cost_bps * takes), ladder.probe_bps)
        queue_ms = min(400, max(0, queue_ms + (sent_bps - capacity_bps) / capacity_bps * 200))
        arrived_bps = capacity_bps if queue_ms else min(sent_bps, capacity_bps)
        names.append(ladder.step(now_ns, link(arrived_bps, int(queue_ms))).name)
    return names


@settings(max_examples=25, deadline=None)
@given(st.integers(90_000, 4_000_000), st.integers(0, 3))
def test_on_a_steady_link_the_ladder_comes_to_rest(capacity_bps: int, start: int) -> None:
    ladder = Ladder(start=start)
    assert len(set(climb(ladder, capacity_bps, 240)[600:])) == 1
    assert ladder.rung.cost_bps <= capacity_bps * 1.02


def test_failed_climbs_are_tried_ever_less_often() -> None:
    ladder, probes = Ladder(start=2), []
    for second in range(300):
        before = ladder.probe_bps
        climb(ladder, 400_000, 1, second * S)
        if ladder.probe_bps and not before:
            probes.append(second)
    gaps = [after - before for before, after in pairwise(probes)]
    assert ladder.rung.name == "180p"
    assert gaps[:4] == sorted(gaps[:4])
    assert gaps[0] < 15
    assert min(gaps[3:]) >= 55


def test_a_rung_that_takes_more_than_it_should_is_not_tried_again_and_again() -> None:
    names = climb(Ladder(start=2), 2_100_000, 300, appetite=1.4)
    assert [name for name, after in pairwise(names) if name != after] == ["180p", "360p", "720p"]
    assert names[-1] == "360p"


def test_silence_stores_the_lesson_and_the_rung_is_kept() -> None:
    ladder = Ladder(start=1)
    climb(ladder, 650_000, 3)
    for second in range(3, 9):
        ladder.step(second * S, None)
    assert ladder.rung.name == "stored"
    ladder.step(9 * S, link(650_000))
    assert ladder.rung.name == "360p"


def test_a_word_of_any_kind_ends_the_silence() -> None:
    ladder = Ladder(start=1)
    climb(ladder, 650_000, 3)
    for second in range(3, 18):
        ladder.step(second * S, None)
    ladder.alive(18 * S)
    assert ladder.rung.name == "360p"


def test_who_hears_nothing_any_more_says_often_that_it_is_there_but_not_for_ever() -> None:
    playout = Playout()
    receiver = Receiver(
        9,
        "site",
        sound=IncomingSound("b", SOUND, playout),
        picture=IncomingPicture("a", PICTURE, playout),
        playout=playout,
    )
    packets = SoundPacketiser(SOUND.payload_type)
    packets.take(sound(0))
    receiver.packet(sender().sound(packets, 0)[0], 0)

    def words(begin_s: int) -> int:
        ticks = range(begin_s * S, (begin_s + 1) * S, S // 200)
        return sum(len(receiver.tick(now_ns)[1]) for now_ns in ticks)

    assert words(0) < 8
    assert words(2) >= 20
    assert words(62) < 8


def test_sound_that_does_not_come_is_given_up_for_the_one_way() -> None:
    ladder = Ladder(start=RUNGS.index(next(rung for rung in RUNGS if rung.name == "sound")))
    for report in range(30):
        ladder.step(report * S // 5, link(75_000, lost=0.5, gone=0.4))
    assert ladder.rung.name == "one-way"
