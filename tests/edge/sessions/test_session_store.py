"""What is kept of sites and sessions: enrolled once, told again, counted."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import select

from classroom_edge.sessions import commands as c
from classroom_edge.sessions.conductor import News
from classroom_edge.sessions.forms import Kind, Style
from classroom_edge.sessions.groups import Group, invitations, meetings
from classroom_edge.sessions.link.effects import Site
from classroom_edge.sessions.story import retold
from classroom_edge.store import Store, enrolments, sessions
from classroom_edge.store.enrolments import redeem
from classroom_edge.store.tables import AuditEntry, LivePart
from tests.edge.sessions.lessons import BEGIN_NS, HUB, Lesson, open_lesson

AT = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
HILL = Site("hill", "青山小学")


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with Store(tmp_path / "hub.db") as store:
        yield store


async def test_a_code_enrols_one_key_and_says_yes_to_that_key_again(store: Store) -> None:
    await store.run(lambda db: enrolments.open_code(db, AT, "SECRET", HILL))
    for key, found in (("key-1", HILL), ("key-1", HILL), ("key-2", None)):
        assert await store.run(partial(redeem, at=AT, secret="SECRET", key=key)) == found
    assert await store.run(enrolments.enrolled) == {"key-1": HILL}
    audit = await store.run(lambda db: db.scalars(select(AuditEntry)).all())
    assert [(line.what, line.result) for line in audit] == [
        ("code", "good"),
        ("enrol", "good"),
        ("enrol", "good"),
        ("enrol", "wrong"),
    ]


async def test_a_code_is_good_for_a_while_and_a_newer_one_takes_its_place(store: Store) -> None:
    late = AT + enrolments.CODE_LASTS
    await store.run(lambda db: enrolments.open_code(db, AT, "OLD", HILL))
    assert await store.run(lambda db: enrolments.open_until(db, AT)) == late
    assert await store.run(lambda db: enrolments.open_until(db, late)) is None
    assert await store.run(lambda db: redeem(db, late, "OLD", "key")) is None
    await store.run(lambda db: enrolments.open_code(db, AT, "NEW", HILL))
    assert await store.run(lambda db: redeem(db, AT, "OLD", "key")) is None


async def test_a_new_machine_takes_the_place_of_the_dead_one_and_can_be_struck_off(
    store: Store,
) -> None:
    for key, secret in (("dead", "A"), ("new", "B")):
        await store.run(partial(enrolments.open_code, at=AT, secret=secret, site=HILL))
        await store.run(partial(redeem, at=AT, secret=secret, key=key))
    assert await store.run(enrolments.enrolled) == {"new": HILL}
    await store.run(lambda db: enrolments.strike_off(db, AT, "hill"))
    assert await store.run(enrolments.enrolled) == {}


async def kept(store: Store, lesson: Lesson, group: str = "") -> None:
    news = News(lesson.session.id, 1, tuple(lesson.events), group)
    await store.run(partial(sessions.keep, news=[news]))


async def test_a_session_is_told_again_as_it_was(store: Store) -> None:
    lesson = open_lesson()
    await kept(store, lesson)
    lesson.does(HUB, c.GiveFloor(member="hill"))
    more = News("math-3-2", len(lesson.events), tuple(lesson.events[-1:]))
    await store.run(partial(sessions.keep, news=[more]))
    found = await store.run(sessions.going_on)
    assert {id_: retold(story) for id_, story in found.items()} == {"math-3-2": lesson.session}


async def test_sessions_that_were_held_count_for_the_pairs_that_met(store: Store) -> None:
    lesson = open_lesson()
    lesson.does(HUB, c.RaiseHand())
    lesson.does("hill", c.RaiseHand())
    lesson.passes(600)
    lesson.does("lake", c.Leave())
    lesson.passes(1800)
    lesson.does(HUB, c.End())
    lesson.passes(60)
    await kept(store, lesson, "pair")
    assert await store.run(sessions.going_on) == {}
    at = datetime.fromtimestamp(BEGIN_NS / 1e9, UTC)
    held = await store.run(lambda db: sessions.held(db, at, at + timedelta(days=1)))
    assert [one.group for one in held] == ["pair"]
    (past,) = await store.run(lambda db: sessions.past(db, at))
    assert (past.title, past.group, past.open_s, past.attended) == ("数学", "pair", 2400.0, 1)
    assert await store.run(lambda db: sessions.past(db, at + timedelta(days=1))) == ()
    met = meetings(held)
    assert (met[HUB, "hill"], met[HUB, "lake"]) == (1, 0)
    parts = await store.run(lambda db: db.scalars(select(LivePart)).all())
    hill = next(part for part in parts if part.member == "hill")
    assert (hill.hands, hill.present_ns) == (1, 2400 * 10**9)


async def test_a_standing_group_is_kept_in_order_and_invited_by_name(store: Store) -> None:
    group = Group(
        id="weekly",
        title="英语",
        kind=Kind.DELIVERY,
        style=Style.INTERACTIVE,
        sites=("lake", "hill", "gone"),
    )
    for _ in range(2):
        await store.run(lambda db: sessions.keep_group(db, group))
    assert await store.run(sessions.groups) == (group,)
    invited = invitations(group, {"hill": "青山小学", "lake": "湖边小学"})
    assert [(one.member, one.name) for one in invited] == [
        ("lake", "湖边小学"),
        ("hill", "青山小学"),
    ]
