"""The rules of the director: what is shown, for how long at least, and why."""

from collections.abc import Iterable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classroom_media.api import Layout
from classroom_media.direct.engine import Director, Shot
from classroom_media.direct.rules import PRACTICE, Rule, Rules
from classroom_media.direct.signs import LOOKS_A_SECOND, Role, Sign, Source, role_of

SOURCES = (
    Source("screen", Role.SCREEN),
    Source("teacher", Role.TEACHER),
    Source("pupils", Role.PUPILS),
    Source("wide", Role.WIDE),
)
ALL = tuple(source.id for source in SOURCES)
Happening = tuple[float, float, str, Sign]  # from, to, source, sign


def direct(
    director: Director,
    to_s: float,
    happenings: Iterable[Happening] = (),
    *,
    from_s: float = 0.0,
    there: Iterable[str] = ALL,
) -> list[Shot]:
    """Let the director look at what happens; give the shots that begin."""
    shots = []
    for look in range(round(from_s * LOOKS_A_SECOND), round(to_s * LOOKS_A_SECOND)):
        at_s = look / LOOKS_A_SECOND
        seen = {
            source: frozenset(
                sign
                for since, until, who, sign in happenings
                if who == source and since <= at_s < until
            )
            for source in there
        }
        if shot := director.decide(at_s, seen):
            shots.append(shot)
    return shots


def told(shots: Iterable[Shot]) -> list[tuple[str, str]]:
    return [(shot.layout.sources[0], shot.reason.key) for shot in shots]


def test_it_opens_wide_and_goes_to_whoever_speaks() -> None:
    shots = direct(Director(SOURCES), 20, [(0, 20, "teacher", Sign.SPEECH)])
    assert told(shots) == [("wide", "opening"), ("teacher", "teacher-speaks")]
    assert shots[1].at_s == 4.0
    assert shots[1].reason.values == {"source": "teacher"}


@pytest.mark.parametrize(
    ("sign", "source", "shown"),
    [
        (Sign.PAGE, "screen", "screen"),
        (Sign.WORKED, "screen", "screen"),
        (Sign.WRITING, "teacher", "teacher"),
        (Sign.WALKING, "teacher", "teacher"),
        (Sign.SPEECH, "teacher", "teacher"),
        (Sign.SPEECH, "pupils", "pupils"),
    ],
)
def test_each_sign_brings_its_picture(sign: Sign, source: str, shown: str) -> None:
    shots = direct(Director(SOURCES), 12, [(5, 12, source, sign)])
    assert shots[-1].layout == Layout("single", (shown,))


def test_the_order_of_practice() -> None:
    everything: list[Happening] = [
        (0, 60, "pupils", Sign.BUSY),
        (10, 60, "pupils", Sign.SPEECH),
        (20, 60, "teacher", Sign.WALKING),
        (30, 60, "screen", Sign.WORKED),
    ]
    shown = [source for source, _ in told(direct(Director(SOURCES), 40, everything))]
    assert shown == ["wide", "pupils", "teacher", "screen"]


def test_a_slide_is_left_when_it_has_been_read() -> None:
    happenings: list[Happening] = [
        (0, 40, "teacher", Sign.SPEECH),
        (10, 10.2, "screen", Sign.PAGE),
    ]
    shots = direct(Director(SOURCES), 40, happenings)
    assert told(shots)[2:] == [("screen", "page-turned"), ("teacher", "teacher-speaks")]
    assert shots[3].at_s - shots[2].at_s == pytest.approx(8, abs=0.5)


def test_no_shot_is_shorter_than_the_rules_ask_however_much_happens() -> None:
    busy: list[Happening] = [
        (at, at + 0.9, source, Sign.SPEECH)
        for at in range(120)
        for source in ("teacher" if at % 2 else "pupils",)
    ]
    shots = direct(Director(SOURCES), 120, busy)
    lengths = [b.at_s - a.at_s for a, b in pairwise(shots)]
    assert len(shots) > 5
    assert min(lengths) >= Rules().min_shot_s


@given(
    st.lists(
        st.tuples(
            st.sets(st.sampled_from(ALL), min_size=1),
            st.sets(st.tuples(st.sampled_from(ALL), st.sampled_from(Sign)), max_size=4),
            st.integers(1, 40),
        ),
        min_size=1,
        max_size=25,
    )
)
def test_whatever_happens_only_a_loss_cuts_too_soon_and_only_what_is_there_is_shown(
    stretches: list[tuple[set[str], set[tuple[str, Sign]], int]],
) -> None:
    director, shots, look = Director(SOURCES), [], 0
    for there, signs, looks in stretches:
        seen = {one: frozenset(sign for who, sign in signs if who == one) for one in there}
        for _ in range(looks):
            if shot := director.decide(look / LOOKS_A_SECOND, seen):
                shots.append(shot)
                assert set(shot.layout.sources) <= there
            look += 1
    assert shots[0].at_s == 0.0
    for before, after in pairwise(shots):
        assert before.layout != after.layout
        assert after.forced or after.at_s - before.at_s >= Rules().min_shot_s - 1e-6


def test_a_word_in_between_changes_nothing() -> None:
    happenings: list[Happening] = [
        (0, 12, "pupils", Sign.SPEECH),
        (8, 8.4, "teacher", Sign.SPEECH),
    ]
    assert told(direct(Director(SOURCES), 12, happenings))[1:] == [("pupils", "pupil-speaks")]


def test_who_takes_the_floor_does_not_wait_for_the_other_to_be_forgotten() -> None:
    happenings: list[Happening] = [
        (0, 10, "teacher", Sign.SPEECH),
        (10, 20, "pupils", Sign.SPEECH),
    ]
    shots = direct(Director(SOURCES), 20, happenings)
    assert told(shots)[-1] == ("pupils", "pupil-speaks")
    assert shots[-1].at_s == pytest.approx(10.4)


def test_when_nobody_moves_the_room_is_shown_but_not_for_ever() -> None:
    shots = direct(Director(SOURCES), 70, [(0, 10, "teacher", Sign.SPEECH)])
    assert told(shots)[2:] == [
        ("wide", "nobody-moves"),
        ("teacher", "long-enough"),
        ("pupils", "long-enough"),
    ]
    assert shots[2].at_s == pytest.approx(15, abs=0.5)
    assert shots[3].at_s - shots[2].at_s == pytest.approx(20, abs=0.3)


def test_a_school_may_want_a_change_after_a_while() -> None:
    director = Director(SOURCES, Rules(max_shot_s=30))
    happenings: list[Happening] = [
        (0, 100, "teacher", Sign.SPEECH),
        (60, 100, "pupils", Sign.BUSY),
    ]
    shots = direct(director, 80, happenings)
    assert told(shots)[1:] == [
        ("teacher", "teacher-speaks"),
        ("wide", "long-enough"),
        ("teacher", "teacher-speaks"),
        ("wide", "long-enough"),
        ("teacher", "teacher-speaks"),
    ]
    assert shots[2].at_s - shots[1].at_s == pytest.approx(30)
    assert shots[3].at_s - shots[2].at_s == pytest.approx(4)
    assert len(direct(Director(SOURCES[1:2], Rules(max_shot_s=30)), 80, happenings)) == 1


def test_a_hand_wins_over_everything_until_it_lets_go() -> None:
    director = Director(SOURCES)
    direct(director, 5)
    held = director.hold(5.0, Layout("side-by-side", ("teacher", "pupils")))
    assert held is not None
    assert (held.reason.key, held.forced) == ("by-hand", True)
    speech: list[Happening] = [(0, 60, "teacher", Sign.SPEECH), (20, 60, "screen", Sign.WORKED)]
    assert direct(director, 30, speech, from_s=5) == []
    assert direct(director, 40, speech, from_s=30, there=("screen",)) == []
    assert director.shot == held
    director.release()
    assert told(direct(director, 50, speech, from_s=40)) == [("screen", "screen-worked")]


def test_what_is_shown_can_be_held_as_it_is() -> None:
    director = Director(SOURCES)
    direct(director, 6, [(0, 6, "teacher", Sign.SPEECH)])
    assert director.hold(6.0) is None
    assert direct(director, 20, [(6, 20, "screen", Sign.WORKED)], from_s=6) == []


def test_a_lost_source_is_left_at_once() -> None:
    director = Director(SOURCES)
    direct(director, 6, [(0, 6, "teacher", Sign.SPEECH)])
    (shot,) = direct(director, 7, from_s=6, there=("screen", "pupils", "wide"))
    assert shot.at_s == 6.0
    assert told([shot]) == [("wide", "source-lost")]
    assert shot.reason.values == {"source": "teacher"}
    assert shot.forced


def test_without_any_source_nothing_is_shown() -> None:
    director = Director(SOURCES)
    assert direct(director, 2, there=()) == []
    direct(director, 4, from_s=2)
    assert direct(director, 6, from_s=4, there=()) == []


def test_a_microphone_without_a_picture_brings_the_camera_of_its_role() -> None:
    sources = (*SOURCES, Source("lapel", Role.TEACHER, picture=False))
    shots = direct(Director(sources), 8, [(0, 8, "lapel", Sign.SPEECH)], there=(*ALL, "lapel"))
    assert told(shots)[-1] == ("teacher", "teacher-speaks")


def test_of_two_cameras_on_pupils_the_one_that_hears_them_is_shown() -> None:
    sources = (*SOURCES, Source("pupils-rear", Role.PUPILS))
    happenings: list[Happening] = [(0, 8, "pupils-rear", Sign.SPEECH)]
    shots = direct(Director(sources), 8, happenings, there=(*ALL, "pupils-rear"))
    assert shots[-1].layout.sources == ("pupils-rear",)


def test_a_school_may_want_the_teacher_beside_the_screen() -> None:
    beside = Rule(
        name="page-turned",
        sign=Sign.PAGE,
        role=Role.SCREEN,
        slots=((Role.SCREEN,), (Role.TEACHER, Role.WIDE)),
        layout="picture-in-picture",
        priority=60,
        after_s=0,
        holds_s=8,
    )
    rules = Rules(rules=(beside, *PRACTICE))
    page: list[Happening] = [(5, 5.2, "screen", Sign.PAGE)]
    shots = direct(Director(SOURCES, rules), 8, page)
    assert shots[-1].layout == Layout("picture-in-picture", ("screen", "teacher"))
    alone = direct(Director(SOURCES, rules), 8, page, there=("screen", "pupils"))
    assert alone[-1].layout == Layout("single", ("screen",))


@pytest.mark.parametrize(
    ("id_", "role"),
    [
        ("screen", Role.SCREEN),
        ("HDMI-1", Role.SCREEN),
        ("blackboard", Role.BOARD),
        ("teacher-camera", Role.TEACHER),
        ("students", Role.PUPILS),
        ("classroom", Role.WIDE),
        ("cam3", Role.WIDE),
    ],
)
def test_a_sources_id_tells_its_role(id_: str, role: Role) -> None:
    assert role_of(id_) is role
