"""Whose turn it is to write on a wire."""

from classroom_drivers.links.exchange import Priority
from classroom_drivers.links.turns import Turns


def test_the_urgent_go_first_then_who_has_waited_longest() -> None:
    turns = Turns()
    one, two, three = (turns.join(lambda: None) for _ in range(3))
    turns.free_s = 5.0
    assert not one.wish(Priority.POLL, 1.0)
    assert not two.wish(Priority.COMMAND, 2.0)
    assert not three.wish(Priority.SETUP, 3.0)
    assert [turn.next_s(3.0) for turn in (one, two, three)] == [5.0] * 3
    assert turns.goes_to(two, 5.0)
    assert not one.wish(Priority.POLL, 5.0)
    assert one.wish(Priority.STOP, 5.0)


def test_a_turn_lasts_as_long_as_its_bytes_and_then_goes_round() -> None:
    turns = Turns()
    one, two = turns.join(lambda: None), turns.join(lambda: None)
    assert one.wish(Priority.COMMAND, 0.0)
    two.wish(Priority.COMMAND, 0.0)
    one.begin()
    assert not turns.goes_to(two, 0.0)
    one.written(0.1, answered=True)
    assert not one.wish(Priority.COMMAND, 0.0)
    assert not turns.goes_to(two, 0.05)
    assert turns.goes_to(two, 0.1)


def test_on_half_duplex_a_turn_lasts_until_the_answer_and_quiet_follows() -> None:
    turns = Turns(half_duplex=True, quiet_s=0.01)
    one, two = turns.join(lambda: None), turns.join(lambda: None)
    one.wish(Priority.COMMAND, 0.0)
    one.begin()
    one.written(0.1, answered=True)
    assert not two.wish(Priority.STOP, 0.2)
    one.over(0.3)
    assert not two.wish(Priority.STOP, 0.305)
    assert two.wish(Priority.STOP, 0.31)


def test_who_leaves_in_the_middle_of_a_turn_gives_it_back() -> None:
    turns, woken = Turns(half_duplex=True), list[int]()
    one, two = turns.join(lambda: None), turns.join(lambda: woken.append(1))
    one.begin()
    assert not two.wish(Priority.COMMAND, 0.0)
    one.leave(1.0)
    assert woken
    assert two.wish(Priority.COMMAND, 1.0)


def test_who_does_not_want_its_turn_any_more_wakes_the_others() -> None:
    turns, woken = Turns(), list[int]()
    one, two = turns.join(lambda: None), turns.join(lambda: woken.append(1))
    assert one.wish(Priority.COMMAND, 0.0)
    assert not two.wish(Priority.POLL, 0.0)
    one.wish(None, 0.0)
    assert woken
    assert two.wish(Priority.POLL, 0.0)
