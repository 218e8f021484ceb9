"""What may happen in a session, who may do it, and what time alone brings."""

import msgspec
import pytest

from classroom_edge.sessions import commands as c
from classroom_edge.sessions import events as e
from classroom_edge.sessions.due import next_due_ns
from classroom_edge.sessions.forms import Kind, Role, Style, form_of, usual_style
from classroom_edge.sessions.refusals import Reason
from classroom_edge.sessions.state import CLOSING_NS, FLOOR_LEASE_NS, GRANT_MAX_NS, NS, Stage
from classroom_edge.sessions.story import retold
from classroom_edge.words import LANGUAGES, words
from tests.edge.sessions.lessons import (
    AIDE,
    GUEST,
    HILL,
    HUB,
    LAKE,
    LOOK,
    open_lesson,
    planned_lesson,
)


def test_every_kind_has_its_usual_style_and_can_have_every_other() -> None:
    assert [usual_style(kind) for kind in Kind] == [Style.INTERACTIVE, Style.SEMINAR, Style.LIVE]
    places = {style: form_of(Kind.MASTER, style).floor_places for style in Style}
    assert places[Style.INTERACTIVE] == 1 < places[Style.SEMINAR]
    assert places[Style.LIVE] == places[Style.RECORDED] == 0
    assert form_of(Kind.ONLINE, Style.LIVE).members_max > 1000


@pytest.mark.parametrize("reason", Reason)
def test_every_refusal_is_said_in_both_languages(reason: Reason) -> None:
    assert all(words("sessions").say(f"refused.{reason}", language) for language in LANGUAGES)


@pytest.mark.parametrize("word", [*Kind, *Style, *Role, *Stage])
def test_every_word_of_a_session_has_a_name(word: Kind | Style | Role | Stage) -> None:
    key = f"{type(word).__name__.lower()}.{word}"
    assert all(words("sessions").say(key, language) for language in LANGUAGES)


def test_a_hand_goes_up_and_the_floor_moves_in_one_touch() -> None:
    lesson = open_lesson()
    lesson.does(HILL, c.RaiseHand())
    lesson.passes(1)
    lesson.does(LAKE, c.RaiseHand())
    assert [member.id for member in lesson.session.hands] == [HILL, LAKE]
    lesson.does(HUB, c.GiveFloor(member=HILL))
    assert (lesson.floor, [m.id for m in lesson.session.hands]) == ([HILL], [LAKE])
    lesson.does(AIDE, c.GiveFloor(member=LAKE))
    assert lesson.floor == [LAKE]


def test_who_has_the_floor_gives_it_back_and_nobody_else_may_take_it() -> None:
    lesson = open_lesson()
    lesson.does(HUB, c.GiveFloor(member=HILL))
    assert lesson.does(LAKE, c.TakeFloor(member=HILL)) is Reason.NOT_A_LEADER
    assert lesson.does(HILL, c.TakeFloor(member=HILL)) is None
    assert lesson.floor == []


def test_the_floor_is_renewed_while_its_holder_is_heard_of_and_falls_back_when_not() -> None:
    lesson = open_lesson()
    lesson.does(HUB, c.GiveFloor(member=HILL))
    for _ in range(30):
        lesson.passes(1)
        assert lesson.does(HILL, c.RenewFloor()) is None
    assert lesson.floor == [HILL]
    assert sum(isinstance(event, e.FloorRenewed) for event in lesson.events) <= 6
    lesson.loses(HILL)
    lesson.passes(FLOOR_LEASE_NS / NS)
    assert lesson.floor == []
    assert lesson.does(HILL, c.RenewFloor()) is Reason.NO_FLOOR


def test_in_a_seminar_several_have_the_floor_and_everyone_is_muted_at_once() -> None:
    lesson = open_lesson(Kind.MASTER, Style.SEMINAR)
    for id_ in (HILL, LAKE, GUEST, AIDE):
        assert lesson.does(HUB, c.GiveFloor(member=id_)) is None
    assert lesson.floor == [HILL, LAKE, GUEST, AIDE]
    assert lesson.does(HUB, c.MuteAll()) is None
    assert lesson.floor == []


def test_a_full_floor_says_so_rather_than_choose_who_gives_way() -> None:
    lesson = open_lesson(Kind.MASTER, Style.SEMINAR)
    extra = [f"school-{number}" for number in range(6)]
    for id_ in extra:
        lesson.does(HUB, c.Invite(member=id_, name=id_))
        lesson.does(id_, c.Join())
        lesson.does(HUB, c.GiveFloor(member=id_))
    assert lesson.does(HUB, c.GiveFloor(member=HILL)) is Reason.FLOOR_FULL
    assert lesson.floor == extra


@pytest.mark.parametrize("style", [Style.LIVE, Style.RECORDED])
def test_where_it_goes_one_way_nobody_asks_for_the_floor_or_gets_it(style: Style) -> None:
    lesson = open_lesson(Kind.ONLINE, style)
    assert lesson.does(HILL, c.RaiseHand()) is Reason.ONE_WAY
    assert lesson.does(HUB, c.GiveFloor(member=HILL)) is Reason.ONE_WAY


def test_an_observer_is_seen_and_never_speaks() -> None:
    lesson = open_lesson()
    assert [member.id for member in lesson.session.observers] == [LOOK]
    assert lesson.does(LOOK, c.RaiseHand()) is Reason.MAY_NOT_SPEAK
    assert lesson.does(HUB, c.GiveFloor(member=LOOK)) is Reason.MAY_NOT_SPEAK


def test_who_joins_an_observation_sits_at_the_back() -> None:
    lesson = open_lesson(Kind.DELIVERY, Style.OBSERVATION)
    lesson.does(HUB, c.Invite(member="county", name="county"))
    member = lesson.session.member("county")
    assert member is not None
    assert member.role is Role.OBSERVER


def test_nobody_gets_in_who_is_not_on_the_list() -> None:
    lesson = open_lesson()
    assert lesson.does("stranger", c.Join()) is Reason.NOT_A_MEMBER
    assert lesson.does(HILL, c.Invite(member="stranger", name="x")) is Reason.NOT_A_LEADER
    assert lesson.does(HUB, c.Invite(member="x", name="x", role=Role.HUB)) is Reason.ONE_HUB


def test_everybody_opens_at_the_instant_that_was_said() -> None:
    lesson = planned_lesson()
    assert lesson.does(HILL, c.Join()) is Reason.NOT_YET
    at_ns = lesson.now_ns + 30 * NS
    lesson.does(HUB, c.Start(at_ns=at_ns))
    assert lesson.does(HILL, c.Join()) is None
    assert next_due_ns(lesson.session) == at_ns
    lesson.passes(29.9)
    opening = lesson.stage
    lesson.passes(0.2)
    assert (opening, lesson.stage) == (Stage.OPENING, Stage.OPEN)
    assert lesson.events[-1] == e.Opened(at_ns=at_ns)


def test_a_start_too_far_ahead_is_refused() -> None:
    lesson = planned_lesson()
    assert lesson.does(HUB, c.Start(at_ns=lesson.now_ns * 2)) is Reason.TOO_FAR


def test_an_interruption_empties_the_floor() -> None:
    lesson = open_lesson()
    lesson.does(HUB, c.GiveFloor(member=HILL))
    lesson.does(HUB, c.Pause())
    assert lesson.floor == []
    assert lesson.does(HUB, c.GiveFloor(member=HILL)) is Reason.NOT_OPEN
    lesson.does(HUB, c.Resume())
    assert lesson.does(HUB, c.GiveFloor(member=HILL)) is None


def test_a_session_closes_in_time_for_every_room_and_is_over_then() -> None:
    lesson = open_lesson()
    lesson.does(HUB, c.End())
    closing = lesson.stage
    lesson.passes(CLOSING_NS / NS)
    assert (closing, lesson.stage) == (Stage.CLOSING, Stage.ENDED)
    assert lesson.does(HUB, c.Start()) is Reason.OVER
    assert not any(member.present for member in lesson.session.members)


def test_the_hub_goes_by_ending_the_session_only() -> None:
    lesson = open_lesson()
    assert lesson.does(HUB, c.Leave()) is Reason.HUB_STAYS
    assert lesson.does(AIDE, c.Dismiss(member=HUB)) is Reason.HUB_STAYS


def test_a_room_that_is_dark_does_not_get_the_floor_and_is_taken_back_as_it_was() -> None:
    lesson = open_lesson()
    lesson.does(HILL, c.RaiseHand())
    lesson.loses(HILL)
    assert lesson.does(HUB, c.GiveFloor(member=HILL)) is Reason.DARK
    lesson.loses(HILL, dark=False)
    assert [member.id for member in lesson.session.hands] == [HILL]
    assert lesson.does(HUB, c.GiveFloor(member=HILL)) is None


MOVE = c.MoveCamera(room=HILL, camera="wide", move="left")


def test_a_camera_turns_for_another_only_by_the_rooms_own_consent() -> None:
    lesson = open_lesson()
    assert lesson.does(HUB, MOVE) is Reason.NO_GRANT
    lesson.does(HUB, c.AskCamera(room=HILL))
    assert lesson.does(HUB, MOVE) is Reason.NO_GRANT
    assert lesson.does(LAKE, c.GrantCamera(to=HUB, lasts_ns=NS)) is Reason.NOT_YOURS
    assert lesson.does(HILL, c.GrantCamera(to=HUB, lasts_ns=60 * NS)) is None
    assert lesson.does(HUB, MOVE) is None
    assert lesson.does(AIDE, MOVE) is Reason.NO_GRANT
    assert lesson.events[-1] == e.CameraMoved(
        at_ns=lesson.now_ns, by=HUB, room=HILL, camera="wide", move="left"
    )
    lesson.passes(60)
    assert lesson.does(HUB, MOVE) is Reason.NO_GRANT


def test_a_room_takes_its_cameras_back_at_any_time() -> None:
    lesson = open_lesson()
    lesson.does(HUB, c.AskCamera(room=HILL))
    lesson.does(HILL, c.GrantCamera(to=HUB, lasts_ns=10 * GRANT_MAX_NS))
    grant = lesson.session.grant_of(HILL)
    assert grant is not None
    assert grant.until_ns == lesson.now_ns + GRANT_MAX_NS
    lesson.does(LAKE, c.EndGrant(room=HILL))
    assert lesson.session.grant_of(HILL) == grant
    lesson.does(HILL, c.EndGrant(room=HILL))
    assert lesson.does(HUB, MOVE) is Reason.NO_GRANT


def test_only_who_leads_asks_for_cameras_and_one_waits_at_a_time() -> None:
    lesson = open_lesson()
    assert lesson.does(LAKE, c.AskCamera(room=HILL)) is Reason.NOT_A_LEADER
    assert lesson.does(HUB, c.AskCamera(room=LOOK)) is Reason.NO_ROOM
    lesson.does(HUB, c.AskCamera(room=HILL))
    assert lesson.does(AIDE, c.AskCamera(room=HILL)) is Reason.CAMERA_ASKED


def test_a_lease_from_before_the_clock_was_set_back_is_over() -> None:
    lesson = open_lesson()
    lesson.does(HUB, c.GiveFloor(member=HILL))
    lesson.passes(-3600)
    assert lesson.floor == []


def test_what_happened_is_told_again_from_what_was_written() -> None:
    lesson = open_lesson()
    lesson.does(HUB, c.GiveFloor(member=HILL))
    lesson.loses(LAKE)
    lesson.passes(60)
    lesson.does(HUB, c.End())
    written = msgspec.json.encode(lesson.events)
    again: list[e.AnyEvent] = msgspec.json.decode(written, type=list[e.AnyEvent])
    assert retold(again) == lesson.session
