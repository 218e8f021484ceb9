"""Sizes that nobody watches rest, and no sooner than it is worth it."""

from classroom_media.live.relay.resting import REST_NS, Unwatched

STEP_NS = REST_NS // 10


def test_a_size_rests_after_a_while_without_anybody_and_is_told_so_again() -> None:
    unwatched = Unwatched(2, 0)
    told = [
        (now_ns // REST_NS, unwatched.look({0}, now_ns))
        for now_ns in range(0, 3 * REST_NS, STEP_NS)
    ]
    assert [when for when, layers in told if layers] == [1, 2]
    assert {layers for _, layers in told} == {(), (1,)}


def test_a_ladder_that_trembles_lets_nothing_rest() -> None:
    unwatched = Unwatched(2, 0)
    for now_ns in range(0, 5 * REST_NS, STEP_NS):
        assert unwatched.look({now_ns // STEP_NS // 5 % 2}, now_ns) == ()
