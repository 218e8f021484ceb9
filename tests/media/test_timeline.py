"""The timeline: made-up arrivals in, places out."""

import itertools
import random
from collections.abc import Iterable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classroom_media.api import NS
from classroom_media.clock import SLEW, WARM_UP_MAX_NS, WARM_UP_NS, Stamped, Timeline

MS = 1_000_000
FRAME = 40 * MS
SOUND = 21 * MS
PICTURE, VOICE = 0, 1

Arrival = tuple[Stamped[str], int]


def picture(stamp_ns: int, arrived_ns: int) -> Arrival:
    return Stamped(PICTURE, stamp_ns, stamp_ns, FRAME, "picture"), arrived_ns


def voice(stamp_ns: int, arrived_ns: int) -> Arrival:
    return Stamped(VOICE, stamp_ns, stamp_ns, SOUND, "voice"), arrived_ns


def placed(arrivals: Iterable[Arrival], *, delay_ns: int = 0) -> list[Stamped[str]]:
    timeline = Timeline[str](delay_ns=delay_ns)
    return [found for packet, at_ns in arrivals for found in timeline.place(packet, at_ns)]


def spacings(packets: Iterable[Stamped[str]]) -> list[int]:
    return [b.dts_ns - a.dts_ns for a, b in pairwise(packets)]


def test_even_frames_stay_even_under_jitter() -> None:
    noise = random.Random(1)
    arrivals = [picture(n * FRAME, n * FRAME + noise.randrange(30 * MS)) for n in range(1500)]
    found = placed(arrivals)
    assert len(found) == 1500
    assert max(abs(gap - FRAME) for gap in spacings(found)) <= 2 * FRAME * SLEW  # 40 us


def test_a_packet_is_placed_at_its_least_delayed_arrival() -> None:
    late = [0, 30, 12, 5, 44, 9, 21, 5, 60, 7, 5, 33]
    found = placed(picture(n * FRAME, n * FRAME + (100 + ms) * MS) for n, ms in enumerate(late))
    assert found[0].pts_ns == 100 * MS


def test_a_group_of_pictures_sent_at_once_does_not_make_the_rest_late() -> None:
    burst = [picture(n * FRAME, 50 * FRAME) for n in range(50)]
    live = [picture(n * FRAME, n * FRAME) for n in range(50, 100)]
    found = placed(burst + live)
    assert found[-1].pts_ns == 99 * FRAME
    assert found[0].pts_ns == 0
    assert set(spacings(found)) == {FRAME}


@pytest.mark.parametrize("backlog_ms", [300, 500, 800])
def test_a_backlog_that_is_still_worked_off_does_not_make_the_rest_late(backlog_ms: int) -> None:
    late = [max(backlog_ms * MS - n * FRAME // 2, 0) for n in range(100)]  # read at twice the pace
    found = placed(picture(n * FRAME, n * FRAME + late[n]) for n in range(100))
    assert [packet.pts_ns for packet in found] == [n * FRAME for n in range(100)]


def test_a_backlog_of_one_stream_is_waited_for_though_another_with_its_own_zero_has_none() -> None:
    late = [max(800 * MS - n * FRAME // 2, 0) for n in range(100)]
    hours = 5 * 3600 * NS
    pictures = [picture(n * FRAME, n * FRAME + late[n]) for n in range(100)]
    voices = [voice(hours + n * FRAME, n * FRAME) for n in range(20, 100)]
    found = placed(sorted(pictures + voices, key=lambda arrival: arrival[1]))
    places = [packet.pts_ns for packet in found if packet.stream == PICTURE]
    assert places == [n * FRAME for n in range(100)]


def test_a_backlog_that_grows_less_for_ever_is_waited_for_a_second_and_no_longer() -> None:
    timeline = Timeline[str]()
    came = (9 * NS + n * FRAME // 2 for n in itertools.count())
    waited = itertools.takewhile(
        lambda arrival: not timeline.place(*arrival),
        (picture(n * FRAME, at_ns) for n, at_ns in enumerate(came)),
    )
    assert len(list(waited)) == WARM_UP_MAX_NS // (FRAME // 2)


def test_nothing_is_given_before_the_warm_up_is_over_and_all_of_it_then() -> None:
    timeline = Timeline[str]()
    count = WARM_UP_NS // FRAME
    for n in range(count):
        assert timeline.place(*picture(n * FRAME, n * FRAME)) == []
    assert len(timeline.place(*picture(count * FRAME, count * FRAME))) == count + 1


def test_picture_and_sound_keep_their_distance() -> None:
    arrivals = sorted(
        [picture(n * FRAME, n * FRAME + 90 * MS) for n in range(100)]
        + [voice(n * FRAME + 7 * MS, n * FRAME + 20 * MS) for n in range(100)],
        key=lambda arrival: arrival[1],
    )
    found = placed(arrivals)
    pictures = [packet.pts_ns for packet in found if packet.stream == PICTURE]
    voices = [packet.pts_ns for packet in found if packet.stream == VOICE]
    assert {b - a for a, b in zip(pictures, voices, strict=True)} == {7 * MS}


def test_arrivals_told_in_arrears_move_nothing() -> None:
    read = [(n * FRAME, picture(n * FRAME, (n - 1) * FRAME)) for n in range(1, 500)]
    read += [(n * SOUND, voice(n * SOUND, n * SOUND)) for n in range(1, 900)]
    found = placed(arrival for _, arrival in sorted(read, key=lambda one: one[0]))
    assert set(spacings(p for p in found if p.stream == PICTURE)) == {FRAME}


def test_streams_that_count_from_different_zeros_are_both_placed_when_they_arrive() -> None:
    hours = 5 * 3600 * NS
    arrivals = [
        arrival
        for n in range(100)
        for arrival in (picture(n * FRAME, n * FRAME), voice(hours + n * FRAME, n * FRAME))
    ]
    found = placed(arrivals)
    assert [packet.pts_ns for packet in found] == [n * FRAME for n in range(100) for _ in "ab"]


@pytest.mark.parametrize("jump_ns", [-3600 * NS, -20 * NS, 2 * NS, 9 * 3600 * NS])
def test_after_a_jump_frames_go_on_as_if_nothing_had_happened(jump_ns: int) -> None:
    before = [picture(n * FRAME, n * FRAME) for n in range(50)]
    after = [picture(n * FRAME + jump_ns, n * FRAME + 15 * MS) for n in range(50, 100)]
    found = placed(before + after)
    assert [packet.pts_ns for packet in found] == [n * FRAME for n in range(100)]


def test_a_camera_that_was_away_comes_back_when_it_arrives() -> None:
    before = [picture(3600 * NS + n * FRAME, n * FRAME) for n in range(50)]
    after = [picture(n * FRAME, 30 * NS + n * FRAME) for n in range(50)]
    found = placed(before + after)
    assert found[50].pts_ns == 30 * NS


@given(
    st.integers(-(10**6) * NS, 10**6 * NS).filter(lambda jump: not -10 * NS <= jump <= NS),
    st.integers(1, 5),
)
def test_some_frames_stamped_hours_away_change_nothing(jump_ns: int, count: int) -> None:
    def stamp(n: int) -> int:
        return n * FRAME + (jump_ns if 60 <= n < 60 + count else 0)

    found = placed(picture(stamp(n), n * FRAME) for n in range(100))
    assert [packet.pts_ns for packet in found] == [n * FRAME for n in range(100)]


@given(st.integers(-(10**6) * NS, 10**6 * NS))
def test_picture_and_sound_are_in_step_after_any_jump(jump_ns: int) -> None:
    def jumped(n: int) -> int:
        return n * FRAME + (jump_ns if n >= 60 else 0)

    found = placed(
        arrival
        for n in range(100)
        for arrival in (picture(jumped(n), n * FRAME), voice(jumped(n), n * FRAME))
    )
    pictures = [packet.pts_ns for packet in found if packet.stream == PICTURE]
    voices = [packet.pts_ns for packet in found if packet.stream == VOICE]
    assert all(abs(a - b) <= 40 * MS for a, b in zip(pictures, voices, strict=True))
    assert all(gap > 0 for gap in spacings(p for p in found if p.stream == PICTURE))


@given(st.integers(-9 * NS, 9 * NS).filter(lambda jump: jump < -FRAME or jump > NS // 4))
def test_a_clock_that_is_set_by_less_than_a_delay_may_be_changes_nothing(jump_ns: int) -> None:
    before = [picture(n * FRAME, n * FRAME) for n in range(50)]
    after = [picture(n * FRAME + jump_ns, n * FRAME) for n in range(50, 100)]
    assert [packet.pts_ns for packet in placed(before + after)] == [n * FRAME for n in range(100)]


def test_pictures_that_are_lost_at_a_jump_leave_their_place_empty() -> None:
    before = [picture(n * FRAME, n * FRAME + 3 * MS) for n in range(50)]
    after = [picture(n * FRAME - 3600 * NS, n * FRAME + 3 * MS) for n in range(54, 100)]
    found = placed(before + after)
    assert [packet.pts_ns for packet in found[50:]] == [n * FRAME + 3 * MS for n in range(54, 100)]


def test_sound_that_comes_in_lumps_stays_in_step_when_the_clock_is_set() -> None:
    def stamp(at_ns: int) -> int:
        return at_ns if at_ns < 6 * NS else at_ns - 3600 * NS

    lumps = [voice(stamp(n * SOUND), (n // 5 * 5 + 5) * SOUND) for n in range(500)]
    pictures = [picture(stamp(n * FRAME), n * FRAME) for n in range(260)]
    found = placed(sorted(lumps + pictures, key=lambda arrival: arrival[1]))
    seen = [packet.pts_ns for packet in found if packet.stream == PICTURE]
    heard = [packet.pts_ns for packet in found if packet.stream == VOICE]
    assert max(abs(at_ns - n * FRAME) for n, at_ns in enumerate(seen)) < FRAME
    assert max(abs(at_ns - n * SOUND) for n, at_ns in enumerate(heard)) < FRAME
    assert spacings(p for p in found if p.stream == VOICE)[290:] == [SOUND] * 209


def test_a_camera_that_stood_still_with_its_clock_is_live_again_within_some_seconds() -> None:
    before = [picture(n * FRAME, n * FRAME) for n in range(50)]
    after = [picture(n * FRAME, n * FRAME + 3 * NS) for n in range(50, 400)]
    found = placed(before + after)
    assert found[-1].pts_ns == 399 * FRAME + 3 * NS


@pytest.mark.parametrize("ppm", [-200, 200])
def test_picture_and_sound_of_unlike_clocks_stay_within_5_ms_for_two_hours(ppm: int) -> None:
    noise, pace = random.Random(ppm), 1 + ppm / 1e6
    lumpy = 0

    def late(n: int) -> int:
        nonlocal lumpy
        lumpy = NS if n % 1800 == 1799 else max(0, lumpy - NS // 3)  # the network stands still
        return lumpy + noise.randrange(8 * MS)

    step, zeros = NS // 3, 10**5 * NS  # a stamp every 333 ms will do; zeros far apart
    arrivals = []
    came_ns = 0
    for n in range(2 * 3600 * 3):
        at_ns = int(n * step * pace)
        came_ns = max(came_ns, at_ns + late(n))
        arrivals.append(picture(n * step, came_ns))
        arrivals.append(voice(zeros + n * step, n * step + noise.randrange(5 * MS)))
    found = placed(sorted(arrivals, key=lambda arrival: arrival[1]))
    seen = [packet.pts_ns for packet in found if packet.stream == PICTURE]
    heard = [packet.pts_ns for packet in found if packet.stream == VOICE]
    wrong = [abs(at_ns - int(n * step * pace)) for n, at_ns in enumerate(seen)]
    assert max(wrong[100:]) <= 5 * MS
    assert max(abs(at_ns - n * step) for n, at_ns in enumerate(heard)) <= 5 * MS


@pytest.mark.parametrize("ppm", [-200, 200])
def test_a_clock_that_drifts_is_followed_for_six_hours(ppm: int) -> None:
    step = NS // 2  # a stamp every 500 ms will do
    arrivals = [picture(n * step, int(n * step * (1 + ppm / 1e6))) for n in range(6 * 3600 * 2)]
    found = placed(arrivals)
    errors = [abs(p.pts_ns - at_ns) for p, (_, at_ns) in zip(found, arrivals, strict=True)]
    assert max(errors) <= 5 * MS
    assert max(abs(gap - step) for gap in spacings(found)) <= step * SLEW * 1.001


def test_a_stall_of_the_network_moves_nothing() -> None:
    arrivals = [picture(n * FRAME, max(n, 90 if n > 50 else 0) * FRAME) for n in range(200)]
    assert set(spacings(placed(arrivals))) == {FRAME}


@pytest.mark.parametrize("late_ms", [5, 30, 300])
def test_what_is_shown_when_it_is_decoded_stays_so_while_a_delay_is_followed(late_ms: int) -> None:
    late = [0 if n < 50 else late_ms * MS for n in range(500)]
    found = placed(picture(n * FRAME, n * FRAME + late[n]) for n in range(500))
    assert found[-1].dts_ns > 499 * FRAME
    assert all(packet.pts_ns == packet.dts_ns for packet in found)


def test_pictures_that_are_shown_in_another_order_keep_it() -> None:
    order = [0, 3, 1, 2, 6, 4, 5, 9, 7, 8, 12, 10, 11]
    arrivals = [
        (Stamped(PICTURE, (shown + 1) * FRAME, n * FRAME, FRAME, "picture"), (n + 3) * FRAME)
        for n, shown in enumerate(order)
    ]
    assert [packet.pts_ns // FRAME - 1 for packet in placed(arrivals)] == order


def test_stamps_that_do_not_rise_are_pushed_apart() -> None:
    arrivals = [picture((n // 2) * 2 * FRAME, n * FRAME) for n in range(40)]
    assert all(gap > 0 for gap in spacings(placed(arrivals)))


def test_a_configured_delay_is_added() -> None:
    arrivals = [picture(n * FRAME, n * FRAME) for n in range(20)]
    assert placed(arrivals, delay_ns=-80 * MS)[5].pts_ns == 5 * FRAME - 80 * MS
