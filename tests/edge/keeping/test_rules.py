"""Which recordings go by rule, and which never do."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from classroom_edge.library.keeping.rules import (
    GOES,
    Deletion,
    Kept,
    Rules,
    Space,
    Why,
    judge,
    plan,
    spare_bytes,
)

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)
ENOUGH = Space(free=10**12, wanted=0)

days = st.integers(0, 40).map(lambda number: number * DAY)
rarely = st.integers(0, 7).map(lambda number: number == 7)
rules_of_rooms = st.builds(
    Rules,
    after_delivery=st.none() | days,
    age=st.none() | days,
    least=days,
    delivers=st.booleans(),
)


@st.composite
def shelves(draw: st.DrawFn) -> list[Kept]:
    return [
        Kept(
            id=f"r{number}",
            started_at=(began := NOW - draw(days)),
            bytes=draw(st.integers(0, 1000)),
            delivered_at=draw(st.none() | st.just(began)),
            withheld=draw(rarely),
            waiting=draw(rarely),
            busy=draw(rarely),
            held=draw(rarely),
            damaged=draw(rarely),
        )
        for number in range(draw(st.integers(0, 8)))
    ]


spaces = st.builds(Space, free=st.integers(0, 3000), wanted=st.integers(0, 6000))


def a_recording(**parts: object) -> Kept:
    usual = {"id": "r", "started_at": NOW - 30 * DAY, "bytes": 100, "delivered_at": NOW - 20 * DAY}
    return Kept(**usual | parts)  # type: ignore[arg-type]


@given(shelves(), rules_of_rooms, spaces)
def test_nothing_undelivered_held_damaged_busy_or_young_is_ever_deleted(
    shelf: list[Kept], rules: Rules, space: Space
) -> None:
    goes = {one.recording for one in plan(shelf, rules, NOW, space)}
    for one in shelf:
        if one.busy or one.waiting or one.held or one.damaged or NOW - one.started_at < rules.least:
            assert one.id not in goes
        if rules.delivers and one.delivered_at is None:
            assert one.id not in goes


@given(shelves(), rules_of_rooms, spaces)
def test_where_nothing_is_delivered_only_a_rule_by_age_deletes(
    shelf: list[Kept], rules: Rules, space: Space
) -> None:
    for one in plan(shelf, replace(rules, delivers=False), NOW, space):
        assert one.why is Why.AGE
        assert rules.age is not None


@given(shelves(), rules_of_rooms, spaces)
def test_for_space_no_more_goes_than_is_needed_and_the_oldest_first(
    shelf: list[Kept], rules: Rules, space: Space
) -> None:
    planned = plan(shelf, rules, NOW, space)
    for_space = [one for one in planned if one.why is Why.SPACE]
    before = [one for one in planned if one.why is not Why.SPACE]
    if for_space:
        assert space.free + sum(one.bytes for one in [*before, *for_space[:-1]]) < space.wanted
    began = {one.id: one.started_at for one in shelf}
    order = [began[one.recording] for one in for_space]
    assert order == sorted(order)
    freed = space.free + sum(one.bytes for one in planned)
    possible = space.free + spare_bytes(shelf, rules, NOW)
    assert freed >= min(space.wanted, possible)


@given(shelves(), rules_of_rooms, spaces)
def test_what_a_plan_deletes_is_no_longer_planned_once_it_is_gone(
    shelf: list[Kept], rules: Rules, space: Space
) -> None:
    planned = plan(shelf, rules, NOW, space)
    gone = {one.recording for one in planned}
    rest = [one for one in shelf if one.id not in gone]
    after = Space(space.free + sum(one.bytes for one in planned), space.wanted)
    assert plan(rest, rules, NOW, after) == ()


def test_a_recording_goes_so_many_days_after_it_arrived() -> None:
    rules = Rules(after_delivery=14 * DAY, delivers=True)
    assert judge(a_recording(delivered_at=NOW - 14 * DAY), rules, NOW) is Why.DELIVERED
    assert judge(a_recording(delivered_at=NOW - 13 * DAY), rules, NOW) is Why.NO_RULE


def test_age_does_not_delete_what_still_waits_to_be_delivered() -> None:
    rules = Rules(age=10 * DAY, delivers=True)
    assert judge(a_recording(delivered_at=None), rules, NOW) is Why.WAITING
    assert judge(a_recording(delivered_at=None, withheld=True), rules, NOW) is Why.WITHHELD
    assert judge(a_recording(), rules, NOW) is Why.AGE


def test_a_full_disk_takes_the_oldest_delivered_ones_and_stops_there() -> None:
    shelf = [a_recording(id=f"r{n}", started_at=NOW - n * DAY) for n in (5, 9, 7)]
    planned = plan(shelf, Rules(delivers=True), NOW, Space(free=50, wanted=240))
    assert planned == (Deletion("r9", 100, Why.SPACE), Deletion("r7", 100, Why.SPACE))


def test_where_nothing_is_delivered_a_full_disk_deletes_nothing() -> None:
    assert plan([a_recording()], Rules(), NOW, Space(free=0, wanted=10**9)) == ()


def test_every_word_for_why_either_goes_or_stays() -> None:
    assert {Why.DELIVERED, Why.AGE, Why.SPACE} == GOES
    assert plan([], Rules(), NOW, ENOUGH) == ()
