"""Who meets whom: told by the session alone."""

from dataclasses import replace

import pytest

from classroom_edge.room import LinkView
from classroom_edge.services.live.cast import AHEAD_NS, HUB, cast_of
from classroom_edge.services.live.health import peers_of
from classroom_edge.sessions.forms import Kind, Style
from classroom_edge.sessions.state import NS, Session, Stage
from classroom_media.messages import Heartbeat, PeerHealth
from tests.edge.live.schools import GUEST, HILL, LESSON, LOOKER, at_hub, at_site, health, with_floor

BOTH = replace(LESSON, members=(*LESSON.members, LOOKER, GUEST))


def seen(session: Session, here: str = "centre", now_ns: int | None = 0) -> bool:
    return cast_of(LinkView("hub", (), (session,), here=here), now_ns) is not None


def test_a_hub_meets_everybody_who_is_there_and_hears_those_who_may_speak() -> None:
    cast = at_hub(with_floor(BOTH, "lake"))
    assert [(one.id, one.speaks) for one in cast.peers] == [
        ("hill", True),
        ("lake", True),
        ("bureau", False),
        ("guest-1", True),
    ]
    assert cast.voices == ("lake",)
    assert cast.speaks


def test_a_site_meets_its_hub_and_an_observer_only_listens() -> None:
    assert [one.id for one in at_site().peers] == [HUB]
    assert at_site().speaks
    assert not at_site(BOTH, here="bureau").speaks


def test_a_lesson_that_goes_one_way_takes_nobodys_picture() -> None:
    live = replace(LESSON, style=Style.LIVE)
    assert not any(one.speaks for one in at_hub(live).peers)
    assert not at_site(live).speaks


@pytest.mark.parametrize(
    ("stage", "goes"),
    [
        (Stage.PLANNED, False),
        (Stage.OPEN, True),
        (Stage.PAUSED, True),
        (Stage.CLOSING, True),
        (Stage.ENDED, False),
    ],
)
def test_rooms_meet_while_a_session_goes(stage: Stage, *, goes: bool) -> None:
    assert seen(replace(LESSON, stage=stage)) is goes


def test_rooms_meet_a_minute_before_a_joint_start_and_no_earlier() -> None:
    later = replace(LESSON, stage=Stage.OPENING, opens_at_ns=3600 * NS)
    assert not seen(later, now_ns=3600 * NS - AHEAD_NS - 1)
    assert seen(later, now_ns=3600 * NS - AHEAD_NS)
    assert not seen(later, now_ns=None)


def test_who_is_not_there_meets_nobody_and_a_county_is_broadcast_to() -> None:
    gone = replace(LESSON, members=(LESSON.members[0], replace(HILL, present=False)))
    assert cast_of(LinkView("site", (), (gone,), here="hill"), 0) is None
    assert not seen(LESSON, here="")
    assert not seen(replace(LESSON, kind=Kind.ONLINE, style=Style.LIVE))


@pytest.mark.parametrize(
    ("said", "word"),
    [
        (health("hill", rung="360p"), "full picture"),
        (health("hill", rung="180p"), "reduced picture"),
        (health("hill", rung="sound"), "sound only, slides as stills"),
        (health("hill", rung="stored"), "stored for later"),
        (health("hill", state="lost"), "connection lost; recorded for later"),
    ],
)
def test_how_it_goes_with_a_peer_is_told_in_words(said: PeerHealth, word: str) -> None:
    beat = Heartbeat(role="relay", name="live", pid=1, at_ns=0, peers=(said,))
    view = peers_of(at_hub(), beat, ("360p", "180p"), {"hill": "far"})[0]
    assert (view.quality["en"], view.source) == (word, "far")
    assert view.quality["zh-CN"] != word


def test_a_peer_that_the_relay_does_not_know_yet_is_connecting() -> None:
    assert {one.state for one in peers_of(at_hub(), None, (), {})} == {"connecting"}
