"""When a room had the floor, as it saw itself: on a virtual clock."""

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from classroom_edge.room import LinkView
from classroom_edge.services.filling.spoken import KEPT_EVERY_NS, MARGIN_NS, Spoken
from classroom_edge.sessions.state import NS, Hold, Session
from tests.edge.live.schools import LESSON

BEGIN = 1_000 * NS


def view(floor: tuple[Hold, ...] = (), *, linked: bool = True) -> LinkView:
    sessions = (replace(LESSON, floor=floor),)
    return LinkView("site", ("hub",) if linked else (), sessions, here="hill")


def holds(member: str, until_ns: int) -> tuple[Hold, ...]:
    return (Hold(member, BEGIN, until_ns),)


def told(spoken: Spoken) -> list[tuple[int, int]]:
    """Give from when to when, in seconds after the beginning, without the margin."""
    return [
        ((one.from_ns + MARGIN_NS - BEGIN) // NS, (one.to_ns - MARGIN_NS - BEGIN) // NS)
        for one in spoken.stretches(0)
    ]


def test_the_floor_of_others_is_nobodys_business_here(tmp_path: Path) -> None:
    spoken = Spoken(tmp_path)
    for second in range(5):
        spoken.follow(view(holds("lake", BEGIN + 60 * NS)), BEGIN + second * NS)
    spoken.follow(view(), BEGIN + 5 * NS)
    assert told(spoken) == []


def test_a_room_that_is_cut_off_while_it_speaks_speaks_until_its_lease_ends(tmp_path: Path) -> None:
    spoken = Spoken(tmp_path)
    floor = holds("hill", BEGIN + 30 * NS)
    for second in range(60):
        spoken.follow(view(floor, linked=second < 10), BEGIN + second * NS)
    assert told(spoken) == [(0, 29)]


def test_a_daemon_that_is_killed_forgets_no_more_than_its_last_seconds(tmp_path: Path) -> None:
    floor = holds("hill", BEGIN + 600 * NS)
    killed = Spoken(tmp_path)
    for second in range(50):
        killed.follow(view(floor), BEGIN + second * NS)
    ((from_s, to_s),) = told(Spoken(tmp_path))
    assert from_s == 0
    assert to_s >= 50 - KEPT_EVERY_NS // NS


def test_what_is_told_already_is_not_told_again(tmp_path: Path) -> None:
    spoken = Spoken(tmp_path)
    for second in range(3):
        spoken.follow(view(holds("hill", BEGIN + 60 * NS)), BEGIN + second * NS)
    spoken.follow(view(), BEGIN + 3 * NS)
    (stretch,) = spoken.stretches(0)
    assert spoken.stretches(stretch.to_ns) == ()
    assert spoken.stretches(stretch.to_ns - 1) == (stretch,)


@settings(deadline=None, max_examples=25)  # each change is synced to the disk
@given(st.lists(st.booleans(), max_size=24))
def test_whatever_the_floor_does_every_second_of_it_is_told_once(floor: list[bool]) -> None:
    with TemporaryDirectory() as folder:
        spoken = Spoken(Path(folder))
        for second, mine in enumerate([*floor, False]):
            held = holds("hill", BEGIN + 1_000 * NS) if mine else ()
            spoken.follow(view(held), BEGIN + second * NS)
        seconds = [n for from_s, to_s in told(spoken) for n in range(from_s, to_s + 1)]
    assert seconds == [second for second, mine in enumerate(floor) if mine]
    names = [one.part for one in spoken.stretches(0)]
    assert len(set(names)) == len(names)


def test_sessions_are_kept_apart(tmp_path: Path) -> None:
    spoken, other = Spoken(tmp_path), replace(LESSON, id="art", title="Art")
    both: tuple[Session, ...] = tuple(
        replace(one, floor=holds("hill", BEGIN + 60 * NS)) for one in (LESSON, other)
    )
    spoken.follow(LinkView("site", ("hub",), both, here="hill"), BEGIN)
    spoken.follow(LinkView("site", ("hub",), (), here="hill"), BEGIN + NS)
    assert {one.session for one in spoken.stretches(0)} == {"math", "art"}
