"""An edit's history: whatever people change and take back, nothing that was made is lost."""

from datetime import UTC, datetime

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from classroom_edge.library.editing.acts import cut_out, places, seen_by, split, trimmed
from classroom_edge.library.editing.edit import SHORTEST_S, Edit, Passage
from classroom_edge.library.editing.history import Act, History, Line, begun

AT = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)

seconds = st.integers(0, 400).map(lambda n: n / 4)
passages = st.builds(
    lambda first, length, track: Passage(from_s=first, to_s=first + length, track=track),
    seconds,
    st.integers(1, 200).map(lambda n: n / 4),
    st.sampled_from(["programme", "teacher"]),
)
edits = st.builds(
    Edit,
    title=st.text(max_size=8),
    passages=st.lists(passages, min_size=1, max_size=5).map(tuple),
    opening=st.text(max_size=8),
    loudness=st.booleans(),
)


class Changing(RuleBasedStateMachine):
    """A history beside two plain stacks, which are easy to believe."""

    def __init__(self) -> None:
        super().__init__()
        self.history = begun("one", Edit(), "li", AT)
        self.past, self.future = [Edit()], list[Edit]()
        self.lines: tuple[Line, ...] = self.history.lines

    @rule(edit=edits)
    def change(self, edit: Edit) -> None:
        self.history = self.history.changed(edit, "li", AT)
        if edit != self.past[-1]:
            self.past.append(edit)
            self.future.clear()

    @rule()
    def undo(self) -> None:
        self.history = self.history.undone("li", AT)
        if len(self.past) > 1:
            self.future.append(self.past.pop())

    @rule()
    def redo(self) -> None:
        self.history = self.history.redone("li", AT)
        if self.future:
            self.past.append(self.future.pop())

    @rule()
    def store(self) -> None:
        self.history = msgspec.json.decode(msgspec.json.encode(self.history), type=History)

    @precondition(lambda self: len(self.past) > 1)
    @rule()
    def back_to_the_beginning_and_again(self) -> None:
        history, steps = self.history, len(self.past) - 1
        for _ in range(steps):
            history = history.undone("li", AT)
        assert history.edit == self.past[0]
        for _ in range(steps):
            history = history.redone("li", AT)
        assert history.edit == self.past[-1]

    @invariant()
    def it_is_what_it_should_be(self) -> None:
        assert self.history.edit == self.past[-1]
        standing = self.history.standing
        assert (list(standing.past), list(standing.future)) == (self.past, self.future[::-1])

    @invariant()
    def lines_are_only_added(self) -> None:
        assert self.history.lines[: len(self.lines)] == self.lines
        self.lines = self.history.lines


TestChanging = Changing.TestCase
TestChanging.settings = settings(max_examples=25, stateful_step_count=25, deadline=None)


def test_lines_that_could_not_have_been_written_do_no_harm() -> None:
    history = History(
        id="one",
        lines=(
            Line(at=AT, by="li", act=Act.CHANGE, edit=Edit(title="a")),
            Line(at=AT, by="li", act=Act.REDO),
            Line(at=AT, by="li", act=Act.UNDO),
            Line(at=AT, by="li", act=Act.CHANGE),
        ),
    )
    assert history.edit == Edit(title="a")


def shown(edit: Edit) -> list[tuple[float, str]]:
    """Give what is seen in each quarter of a second of the film."""
    return [
        (one.from_s + n / 4, one.track)
        for one in edit.passages
        for n in range(round(one.length_s * 4))
    ]


@given(edits, st.integers(0, 900), st.integers(1, 300))
def test_what_is_cut_out_is_gone_and_nothing_else(edit: Edit, first: int, count: int) -> None:
    before = shown(edit)
    after = shown(cut_out(edit, first / 4, (first + count) / 4))
    assert after == before[:first] + before[first + count :]


@given(edits, st.integers(0, 900), st.integers(1, 300))
def test_trimming_keeps_what_cutting_out_would_take(edit: Edit, first: int, count: int) -> None:
    after = trimmed(edit, first / 4, (first + count) / 4)
    assert shown(after) == shown(edit)[first : first + count]


@given(edits, st.integers(0, 900), st.integers(1, 300))
def test_another_angle_changes_what_is_seen_and_not_when(
    edit: Edit, first: int, count: int
) -> None:
    before = shown(edit)
    after = seen_by(edit, "board", first / 4, (first + count) / 4)
    expected = [
        (at_s, "board" if first <= n < first + count else track)
        for n, (at_s, track) in enumerate(before)
    ]
    assert shown(after) == expected


@given(edits, st.lists(st.integers(0, 1200).map(lambda n: n / 4), max_size=6))
def test_parts_make_the_whole_again(edit: Edit, at_s: list[float]) -> None:
    assert [one for part in split(edit, at_s) for one in shown(part)] == shown(edit)


@given(edits, seconds)
def test_an_instant_is_found_wherever_it_is_shown(edit: Edit, at_s: float) -> None:
    found = list(places(edit, "", at_s))
    assert [shown(edit)[round(place * 4)][0] for place in found] == [at_s] * len(found)
    assert len(found) == sum(at == at_s for at, _ in shown(edit))


def test_a_passage_shorter_than_a_picture_is_none() -> None:
    edit = Edit(passages=(Passage(from_s=0, to_s=10),))
    assert not trimmed(edit, 3.0, 3.0 + SHORTEST_S / 2).passages
