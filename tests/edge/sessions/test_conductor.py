"""A hub's sessions together: kept before they are told, gone on with, seen as one may see them."""

import pytest

from classroom_edge.sessions import commands as c
from classroom_edge.sessions.conductor import Conductor, seen_by
from classroom_edge.sessions.forms import Kind, Role, Style
from classroom_edge.sessions.refusals import Reason
from classroom_edge.sessions.state import FLOOR_LEASE_NS, NS, Member, Stage
from tests.edge.sessions.lessons import BEGIN_NS, HILL, HUB, LAKE, LOOK, open_lesson

FORM = (Kind.DELIVERY, Style.INTERACTIVE)


@pytest.fixture
def conductor() -> Conductor:
    conductor = Conductor(Member(id=HUB, name="中心校", role=Role.HUB))
    conductor.plan("math", "数学", FORM, BEGIN_NS, group="weekly")
    for site in (HILL, LAKE):
        assert conductor.ask("math", HUB, c.Invite(member=site, name=site), BEGIN_NS) is None
    assert conductor.ask("math", HUB, c.Start(), BEGIN_NS) is None
    assert conductor.ask("math", HILL, c.Join(), BEGIN_NS) is None
    return conductor


def test_what_is_kept_is_all_that_happened_in_order(conductor: Conductor) -> None:
    news = conductor.unsaved()
    assert (news[0].group, news[0].first) == ("weekly", 1)
    numbers = [one.first + at for one in news for at in range(len(one.events))]
    assert numbers == list(range(1, conductor.sessions["math"].version + 1))
    assert conductor.unsaved() == ()


def test_a_hub_that_was_killed_goes_on_with_what_was_kept(conductor: Conductor) -> None:
    story = [event for news in conductor.unsaved() for event in news.events]
    again = Conductor(Member(id=HUB, name="中心校", role=Role.HUB))
    again.take_up({"math": story})
    assert again.sessions == conductor.sessions
    assert again.ask("math", HUB, c.GiveFloor(member=HILL), BEGIN_NS + NS) is None


def test_a_room_that_is_not_back_after_the_hub_is_known_to_be_missing(
    conductor: Conductor,
) -> None:
    assert conductor.missing([]) == {HILL}
    assert conductor.missing([HILL]) == frozenset()


def test_who_is_linked_keeps_the_floor_and_who_is_not_loses_it(conductor: Conductor) -> None:
    conductor.ask("math", HUB, c.GiveFloor(member=HILL), BEGIN_NS)
    now_ns = BEGIN_NS
    for _ in range(40):
        now_ns += NS
        conductor.tick([HILL], now_ns)
    assert conductor.sessions["math"].has_floor(HILL)
    conductor.noticed(HILL, dark=True, now_ns=now_ns)
    conductor.tick([], now_ns + FLOOR_LEASE_NS)
    assert not conductor.sessions["math"].floor


def test_a_session_that_is_over_is_told_once_more_and_let_go(conductor: Conductor) -> None:
    conductor.ask("math", HUB, c.End(), BEGIN_NS)
    conductor.tick([HILL], BEGIN_NS + 60 * NS)
    assert conductor.sessions["math"].stage is Stage.ENDED
    conductor.tick([HILL], BEGIN_NS + 61 * NS)
    assert conductor.ask("math", HUB, c.Start(), BEGIN_NS + 61 * NS) is Reason.NO_SESSION


def test_a_site_sees_who_leads_who_speaks_and_who_looks_on() -> None:
    lesson = open_lesson()
    lesson.does(HUB, c.GiveFloor(member=LAKE))
    assert seen_by(lesson.session, HUB) == lesson.session
    seen = {member.id for member in seen_by(lesson.session, HILL).members}
    assert seen == {HUB, "aide", HILL, LAKE, LOOK}
    assert {m.id for m in seen_by(lesson.session, LAKE).members} == {HUB, "aide", LAKE, LOOK}
