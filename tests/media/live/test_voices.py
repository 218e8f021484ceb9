"""Who hears whom: never itself, and nobody whose microphone is shut."""

from hypothesis import given
from hypothesis import strategies as st

from classroom_media.live.voices import arranged
from classroom_media.packets import feed_of

REMOTES = {"east": "src-east", "west": "src-west", "guest": "src-guest"}


def test_while_nobody_has_the_floor_all_hear_one_mix_of_the_room_alone() -> None:
    voices = arranged(REMOTES, (), REMOTES)
    [feed] = voices.feeds
    assert set(feed.without) == set(REMOTES.values())
    assert set(voices.heard_by.values()) == {feed_of(feed.name)}


def test_who_has_the_floor_is_heard_by_all_others() -> None:
    voices = arranged(REMOTES, ("east",), REMOTES)
    by_stream = {feed_of(feed.name): set(feed.without) for feed in voices.feeds}
    assert by_stream[voices.heard_by["east"]] == set(REMOTES.values())
    assert by_stream[voices.heard_by["west"]] == {"src-west", "src-guest"}
    assert voices.heard_by["guest"] == voices.heard_by["west"]


def test_who_only_watches_hears_what_the_others_hear() -> None:
    voices = arranged([*REMOTES, "screen"], ("east",), REMOTES)
    assert voices.heard_by["screen"] == voices.heard_by["west"]


def test_a_screen_in_the_room_hears_the_others_and_never_the_room_itself() -> None:
    voices = arranged(
        [*REMOTES, "screen"], ("east",), REMOTES, inside=("screen",), own=("microphone",)
    )
    by_stream = {feed_of(feed.name): set(feed.without) for feed in voices.feeds}
    assert by_stream[voices.heard_by["screen"]] == {"src-west", "src-guest", "microphone"}


@given(st.sets(st.sampled_from(sorted(REMOTES))), st.sets(st.sampled_from(sorted(REMOTES))))
def test_nobody_ever_hears_itself_and_no_mix_is_made_twice(
    peers: set[str], opened: set[str]
) -> None:
    voices = arranged(peers, opened, REMOTES)
    by_stream = {feed_of(feed.name): set(feed.without) for feed in voices.feeds}
    for peer in peers:
        without = by_stream[voices.heard_by[peer]]
        assert REMOTES[peer] in without
        assert not without & {REMOTES[other] for other in opened - {peer}}
    assert len(by_stream) == len(voices.feeds) <= len(opened & peers) + 1
