"""Whatever is asked by whomever and whenever: what must never be, is not."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from classroom_edge.sessions import commands as c
from classroom_edge.sessions import events as e
from classroom_edge.sessions.attendance import count
from classroom_edge.sessions.forms import LEADERS, SPEAKERS, Kind, Role, Style
from classroom_edge.sessions.state import FLOOR_LEASE_NS, GRANT_MAX_NS, NS, Stage
from classroom_edge.sessions.story import retold
from tests.edge.sessions.lessons import HUB, ROLES, Lesson, open_lesson, planned_lesson

PEOPLE = st.sampled_from([HUB, *ROLES, "stranger"])
ROOMS = st.sampled_from(["hill", "lake"])
LASTS = st.integers(0, 2 * GRANT_MAX_NS)
ANYTHING = st.one_of(
    st.builds(c.Invite, member=PEOPLE, name=st.just("x"), role=st.sampled_from([None, *Role])),
    st.builds(c.Dismiss, member=PEOPLE),
    *(st.just(kind()) for kind in (c.Start, c.Pause, c.Resume, c.End, c.Join, c.Leave, c.MuteAll)),
    *(st.just(kind()) for kind in (c.RaiseHand, c.LowerHand, c.RenewFloor)),
    st.builds(c.GiveFloor, member=PEOPLE),
    st.builds(c.TakeFloor, member=PEOPLE),
    st.builds(c.AskCamera, room=PEOPLE),
    st.builds(c.GrantCamera, to=PEOPLE, lasts_ns=LASTS),
    st.builds(c.EndGrant, room=PEOPLE),
    st.builds(c.MoveCamera, room=ROOMS, camera=st.just("wide"), move=st.just("left")),
    st.builds(c.Say, text=st.sampled_from([" ", "hello"])),
    st.builds(c.AskQuiz, choices=st.sampled_from([None, ("a", "b", "c")])),
    st.builds(c.AnswerQuiz, quiz=st.integers(1, 2), choice=st.integers(0, 5)),
    st.sampled_from([c.CloseQuiz(), c.ClearQuiz()]),
)
LIKELY = st.one_of(  # what a session is made of
    st.tuples(st.just(HUB), st.builds(c.GiveFloor, member=ROOMS)),
    st.tuples(st.just(HUB), st.builds(c.AskCamera, room=ROOMS)),
    st.tuples(ROOMS, st.builds(c.GrantCamera, to=st.just(HUB), lasts_ns=LASTS)),
    st.tuples(ROOMS, st.sampled_from([c.Leave(), c.Join(), c.RenewFloor()])),
)
STEPS = st.lists(
    st.one_of(
        LIKELY,
        LIKELY,
        st.tuples(PEOPLE, ANYTHING),
        st.tuples(st.just(HUB), ANYTHING),
        st.floats(0, 15),
        st.tuples(PEOPLE, st.booleans()),
    ),
    min_size=20,
    max_size=60,
)
FORMS = st.tuples(st.sampled_from(Kind), st.sampled_from(Style))


def played(lesson: Lesson, steps: list[Any]) -> Lesson:
    for step in steps:
        match step:
            case float():
                lesson.passes(step)
            case (str(who), bool(dark)):
                lesson.loses(who, dark=dark)
            case (str(who), command):
                before = lesson.session
                reason = lesson.does(who, command)
                if reason is not None:
                    assert lesson.session.version - before.version == 0
        check_state(lesson)
    return lesson


def check_state(lesson: Lesson) -> None:
    session, now_ns = lesson.session, lesson.now_ns
    assert len(session.floor) <= session.form.floor_places
    assert len(set(lesson.floor)) == len(lesson.floor)
    for hold in session.floor:
        holder = session.member(hold.member)
        assert holder is not None
        assert holder.present
        assert holder.role in SPEAKERS
        assert now_ns < hold.until_ns <= now_ns + FLOOR_LEASE_NS
    for grant in session.grants:
        assert now_ns <= grant.until_ns <= now_ns + GRANT_MAX_NS
        assert all((one := session.member(id_)) and one.present for id_ in (grant.room, grant.to))
    assert len({grant.room for grant in session.grants}) == len(session.grants)
    if session.stage is not Stage.OPEN:
        assert session.floor == ()
    if session.quiz:
        voters = [vote.member for vote in session.quiz.votes]
        assert len(set(voters)) == len(voters) == sum(session.quiz.counts)
    assert [m.id for m in session.members if m.role is Role.HUB] == [HUB]


@settings(max_examples=100, deadline=None)
@given(form=FORMS, steps=STEPS)
def test_the_floor_and_the_cameras_are_never_in_wrong_hands(
    form: tuple[Kind, Style], steps: list[Any]
) -> None:
    lesson = played(open_lesson(*form), steps)
    assert retold(lesson.events) == lesson.session
    consents, roles = set[tuple[str, str]](), {HUB: Role.HUB}
    for event in lesson.events:
        match event:
            case e.Invited(member=id_, role=role):
                roles[id_] = role
            case e.CameraGranted(by=room, to=to):
                consents.add((room, to))
                assert roles[room] is Role.SITE
                assert roles[to] in LEADERS
            case e.CameraMoved(by=to, room=room):
                assert (room, to) in consents


@settings(max_examples=30, deadline=None)
@given(form=FORMS, steps=STEPS)
def test_nobody_is_counted_for_longer_than_it_was_open(
    form: tuple[Kind, Style], steps: list[Any]
) -> None:
    lesson = played(planned_lesson(*form), steps)
    attendance = count(lesson.events, lesson.now_ns)
    for part in attendance.parts:
        assert 0 <= part.dark_ns <= part.present_ns <= attendance.open_ns
        assert 0 <= part.floor_ns <= part.present_ns


def test_attendance_adds_up_to_the_lesson_that_was_held() -> None:
    lesson = planned_lesson()
    lesson.does(HUB, c.Start(at_ns=lesson.now_ns + 10 * NS))
    lesson.does("hill", c.Join())
    lesson.passes(10)
    lesson.passes(100)
    lesson.does("lake", c.Join())
    lesson.does("hill", c.RaiseHand())
    lesson.does(HUB, c.GiveFloor(member="hill"))
    lesson.passes(8)
    lesson.does("hill", c.RenewFloor())
    lesson.passes(2)
    lesson.does(HUB, c.MuteAll())
    lesson.loses("hill")
    lesson.passes(40)
    lesson.loses("hill", dark=False)
    lesson.passes(50)
    lesson.does(HUB, c.End())
    lesson.passes(20)
    attendance = count(lesson.events, lesson.now_ns)
    hill, lake = (next(p for p in attendance.parts if p.member == id_) for id_ in ("hill", "lake"))
    assert attendance.open_ns == 200 * NS
    assert (hill.present_ns, hill.dark_ns, hill.floor_ns) == (200 * NS, 40 * NS, 10 * NS)
    assert (hill.hands, hill.floors, attendance.interactions) == (1, 1, 2)
    assert (lake.present_ns, attendance.attended(hill), attendance.attended(lake)) == (
        100 * NS,
        True,
        True,
    )
