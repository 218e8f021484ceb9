"""Lessons over links that lose, delay, choke and break, on a virtual clock."""

from collections.abc import Callable

import pytest

from classroom_media.emulate.lesson_by_link import BEGIN_NS, Lesson
from classroom_media.emulate.link import Line, Link
from classroom_media.emulate.site_by_link import Site
from classroom_media.live.ladder import Ladder
from classroom_media.live.rtp.playout import Playout
from classroom_media.live.rungs import SIZES

MS = 1_000_000
S = 1_000 * MS
SETTLED_NS = BEGIN_NS + 5 * S


def lesson(
    line: Line, seconds: float, *, ladder: Ladder | None = None, playout: Playout | None = None
) -> tuple[Lesson, Site]:
    held = Lesson(seed=7)
    back = Line(delay_ns=line.delay_ns, loss=line.loss, burst=line.burst)
    site = held.join("site", down=line, up=back, ladder=ladder, playout=playout)
    held.run(seconds)
    return held, site


def names(site: Site) -> list[str]:
    return [name for _, name in site.rungs]


def until(held: Lesson) -> int:
    return held.now_ns - S


def setting(line: Line, **parameters: int) -> Callable[[], None]:
    def change() -> None:
        for name, value in parameters.items():
            setattr(line, name, value)

    return change


@pytest.mark.parametrize("burst", [1.0, 4.0])
def test_the_link_loses_as_much_as_it_is_told(burst: float) -> None:
    link = Link(Line(loss=0.1, burst=burst), seed=1)
    lost = [link.carry(100, now_ns) is None for now_ns in range(50_000)]
    begun = sum(now and not before for before, now in zip([False, *lost], lost, strict=False))
    assert sum(lost) / len(lost) == pytest.approx(0.1, abs=0.01)
    assert sum(lost) / begun == pytest.approx(burst, rel=0.12)


def test_a_clean_line_brings_everything_and_needs_nothing_again() -> None:
    held, site = lesson(Line(jitter_ns=5 * MS), 15)
    assert names(site) == ["180p", "360p", "720p"]
    assert site.frozen_s(SETTLED_NS, until(held)) == 0
    assert site.sound_share(BEGIN_NS, until(held)) == 1
    assert site.delay_ms(held.now_ns - 3 * S) < 20 + 80 + 20
    assert site.receiver.round_trip_ns == pytest.approx(42 * MS, abs=10 * MS)
    assert site.picture.order.repair.asked == 0


def test_sound_and_picture_of_one_moment_are_shown_together() -> None:
    _, site = lesson(Line(jitter_ns=15 * MS), 10)
    heard = {each.taken_ns: each.at_ns for each in site.sounds}
    apart = [
        abs(each.at_ns - heard[each.taken_ns])
        for each in site.pictures
        if each.taken_ns > SETTLED_NS and each.taken_ns in heard
    ]
    assert len(apart) > 50
    assert max(apart) < 60 * MS


@pytest.mark.parametrize(("burst", "least"), [(1.0, 0.99), (4.0, 0.97)])
def test_at_ten_percent_loss_the_sound_arrives(burst: float, least: float) -> None:
    held, site = lesson(Line(delay_ns=80 * MS, loss=0.1, burst=burst), 15)
    assert site.sound_share(SETTLED_NS - 3 * S, until(held)) >= least


@pytest.mark.parametrize("delay_ms", [20, 80])
def test_at_five_percent_loss_no_picture_freezes_with_250_ms(delay_ms: int) -> None:
    line = Line(delay_ns=delay_ms * MS, loss=0.05)
    held, site = lesson(line, 20, playout=Playout(250 * MS, 250 * MS))
    assert names(site)[-1] == "720p"
    assert site.freezes(SETTLED_NS, until(held)) == []


def falling(ladder: Ladder | None) -> float:
    line = Line(rate_bps=3_000_000)
    held = Lesson(seed=7)
    site = held.join("site", down=line, ladder=ladder)
    held.at(8, setting(line, rate_bps=300_000))
    held.at(33, setting(line, rate_bps=3_000_000))
    held.run(42)
    assert ladder or site.sound_share(SETTLED_NS, until(held)) > 0.95
    return site.frozen_s(SETTLED_NS, until(held))


def test_a_rate_that_falls_and_returns_freezes_a_tenth_of_what_it_would() -> None:
    assert falling(None) <= falling(Ladder(SIZES[:1])) / 10


@pytest.mark.parametrize(("rate_bps", "rung"), [(300_000, "180p"), (1_200_000, "360p")])
def test_the_ladder_finds_its_rung_and_stays(rate_bps: int, rung: str) -> None:
    held, site = lesson(Line(rate_bps=rate_bps), 40)
    assert names(site)[-1] == rung
    assert len(names(site)) == len(set(names(site)))
    assert site.frozen_s(SETTLED_NS, until(held)) == 0


def test_a_thin_line_keeps_the_sound_alone_and_leaves_it_only_for_good() -> None:
    held, site = lesson(Line(rate_bps=120_000), 30)
    assert names(site) == ["180p", "sound"]
    assert site.sound_share(SETTLED_NS, until(held)) > 0.97


def test_a_slow_site_changes_nothing_for_another() -> None:
    alone, well = lesson(Line(), 20)
    held = Lesson(seed=7)
    beside = held.join("site", down=Line())
    held.join("slow", down=Line(delay_ns=80 * MS, loss=0.1, burst=4, rate_bps=300_000))
    held.run(20)
    assert names(beside) == names(well)
    assert beside.freezes(SETTLED_NS, until(held)) == []
    assert len(beside.pictures) == len(well.pictures)
    assert beside.delay_ms(SETTLED_NS) == pytest.approx(well.delay_ms(SETTLED_NS), abs=5)
    assert held.keyframes - alone.keyframes < 20


@pytest.mark.parametrize("cut_s", [1, 15, 300])
def test_after_a_cut_everything_is_back_in_half_a_second(cut_s: int) -> None:
    down, up = Line(), Line()
    held = Lesson(seed=7)
    site = held.join("site", down=down, up=up)
    for line in (down, up):
        held.at(8, setting(line, cut=True))
        held.at(8 + cut_s, setting(line, cut=False))
    held.run(8 + cut_s + 3)
    healed_ns = BEGIN_NS + (8 + cut_s) * S
    assert min(each.at_ns for each in site.sounds if each.at_ns > healed_ns) < healed_ns + S // 2
    assert min(each.at_ns for each in site.pictures if each.at_ns > healed_ns) < healed_ns + S // 2
    assert names(site)[-1] == "720p"


@pytest.mark.parametrize("loss", [0, 0.05])
def test_after_a_long_cut_what_was_lost_before_is_not_waited_for(loss: float) -> None:
    down, up = Line(loss=loss), Line(loss=loss)
    held = Lesson(seed=7)
    site = held.join("site", down=down, up=up, ladder=Ladder(SIZES[2:]))
    for line in (down, up):
        held.at(8, setting(line, cut=True))
        held.at(23, setting(line, cut=False))
    held.run(25)
    healed_ns = BEGIN_NS + 23 * S
    assert min(each.at_ns for each in site.pictures if each.at_ns > healed_ns) < healed_ns + S // 5


def test_losses_make_no_storm_even_where_nothing_helps() -> None:
    line = Line(rate_bps=300_000)
    held, site = lesson(line, 8, ladder=Ladder(SIZES[:1]))
    sender = held.fan_out.peers["site"].sender
    assert sender.pacer.refused > 0
    assert site.down.offered * 8 / 8 < 1_700_000 * 1.45
