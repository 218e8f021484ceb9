"""Both ends of a link on a virtual clock: who is there, what counts, and what never does."""

from dataclasses import replace
from itertools import pairwise
from random import Random

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classroom_edge.sessions import commands as c
from classroom_edge.sessions.link import wire
from classroom_edge.sessions.link.clock import HubClock, Offset, sample
from classroom_edge.sessions.link.effects import (
    Answered,
    Asked,
    Dropped,
    Effect,
    EnrolAsked,
    Linked,
    Lost,
    Misdeed,
    Offered,
    OfferWanted,
    Send,
)
from classroom_edge.sessions.link.hub_end import NotLinkedError
from classroom_edge.sessions.link.limits import Bucket
from classroom_edge.sessions.link.misdeeds import KEPT, Misdeeds
from classroom_edge.sessions.link.peer import BURST
from classroom_edge.sessions.link.site_end import SiteEnd
from classroom_edge.sessions.state import NS
from tests.edge.sessions.pretend_link import Network

TURN = c.MoveCamera(room="hill", camera="wide", move="left")


def linked(*sites: str) -> Network:
    network = Network(*sites)
    network.run(2)
    assert network.hub.linked == set(sites)
    return network


def of_kind(effects: list[Effect], kind: type[Effect]) -> list[Effect]:
    return [effect for effect in effects if isinstance(effect, kind)]


def order(network: Network, site: str, *, within_s: float = 2.0) -> None:
    """Have the hub ask a site to turn its camera."""
    deadline_ns = network.hub_ns + round(within_s * NS)
    network.at_hub([network.hub.ask(site, "math", TURN, deadline_ns=deadline_ns)[1]])


def test_a_site_is_there_after_its_first_words_and_stays() -> None:
    network = linked("hill", "lake")
    network.run(60)
    assert network.seen == [Linked("hill"), Linked("lake")]
    assert network.ways["hill"].seen == [Linked("hill")]
    assert network.ways["hill"].end.name == "Hill"


def test_what_is_asked_is_answered_in_both_directions() -> None:
    network = linked("hill")
    way = network.ways["hill"]
    number, send = way.end.ask(
        "math", c.RaiseHand(), now_ns=way.own_ns + network.now_ns, within_ns=2 * NS
    )
    network.at_site(way, [send])
    order(network, "hill")
    network.run(0.1)
    raised = Asked("hill", wire.Ask(id=1, session="math", command=c.RaiseHand()))
    turned = Asked("hill", wire.Ask(id=1, session="math", command=TURN))
    asked = [one for one in (network.seen.pop(), way.seen.pop()) if isinstance(one, Asked)]
    assert [replace(one, deadline_ns=0) for one in asked] == [raised, turned]
    assert all(0 < one.deadline_ns - network.hub_ns < 2 * NS for one in asked)
    network.at_hub([network.hub.answer("hill", number, "not-open")])
    network.at_site(way, [way.end.answer(1)])
    network.run(0.1)
    assert way.seen.pop() == Answered("hill", wire.Answer(id=1, reason="not-open"))
    assert network.seen.pop() == Answered("hill", wire.Answer(id=1))


def offer(network: Network, site: str, sdp: str = "v=0", *, within_s: float = 2.0) -> int:
    """Have a site offer its picture and sound; give the offer's number."""
    way = network.ways[site]
    now_ns = way.own_ns + network.now_ns
    number, send = way.end.offer("math", sdp, now_ns=now_ns, within_ns=round(within_s * NS))
    network.at_site(way, [send])
    return number


def test_an_offer_of_pictures_is_the_sites_whose_key_says_it_and_is_answered() -> None:
    network = linked("hill", "lake")
    number = offer(network, "hill")
    network.run(0.1)
    offered = network.seen.pop()
    assert isinstance(offered, Offered)
    assert (offered.site, offered.offer.session, offered.offer.sdp) == ("hill", "math", "v=0")
    network.at_hub([network.hub.answer("hill", number, sdp="v=0 yes")])
    network.run(0.1)
    answer = wire.Answer(id=number, sdp="v=0 yes")
    assert network.ways["hill"].seen.pop() == Answered("hill", answer)


def test_an_offer_that_waited_out_a_cut_or_is_from_before_a_restart_is_not_taken() -> None:
    network = linked("hill")
    way = network.ways["hill"]
    way.is_cut = True
    offer(network, "hill", within_s=1.0)
    network.run(1.2)
    way.is_cut = False
    network.run(0.1)
    assert network.seen[-1] == Dropped("hill", "Offer", "expired")
    offer(network, "hill", within_s=60.0)
    network.restart_hub()
    network.run(0.1)
    assert Dropped("hill", "Offer", "stale") in network.seen
    assert of_kind(network.seen, Offered) == []


def test_an_offer_longer_than_any_is_garbage() -> None:
    network = linked("hill")
    offer(network, "hill", "v" * (wire.SDP_MAX + 1))
    network.run(0.1)
    (misdeed,) = of_kind(network.seen, Misdeed)
    assert isinstance(misdeed, Misdeed)
    assert misdeed.what == "garbage"


def test_a_hub_that_lacks_a_sites_pictures_has_them_offered_anew() -> None:
    network = linked("hill")
    network.at_hub([network.hub.want_offer("hill", "math")])
    network.run(0.1)
    assert network.ways["hill"].seen[-1] == OfferWanted("math")
    with pytest.raises(NotLinkedError):
        network.hub.want_offer("lake", "math")


def test_a_hub_that_is_silent_is_greeted_ever_less_often() -> None:
    end, at_ns = SiteEnd("hill", Random(1)), list[int]()
    for now_ns in range(0, 60 * NS, NS // 20):
        at_ns += [now_ns for effect in end.tick(now_ns) if isinstance(effect, Send)]
    waits_s = [(b - a) / NS for a, b in pairwise(at_ns)]
    assert waits_s[0] < 1.2
    assert 3.5 < waits_s[-1] < 4.5
    assert len(at_ns) < 20


@pytest.mark.parametrize("trip_s", [0.01, 0.5, 1.5, 2.4])
def test_even_a_slow_way_gets_a_link(trip_s: float) -> None:
    network = Network("hill")
    network.ways["hill"].up_ns = network.ways["hill"].down_ns = round(trip_s * NS / 2)
    network.run(20)
    assert network.hub.linked == {"hill"}
    network.run(60)
    assert of_kind(network.seen, Lost) == []


def test_a_hub_that_was_started_anew_unseen_is_lost_and_there_again() -> None:
    network = Network("hill")
    way = network.ways["hill"]
    way.up_ns = way.down_ns = round(0.75 * NS)
    network.run(1.6)  # welcome, with a second Hello on its way
    network.restart_hub()
    network.run(3)
    assert network.hub.linked == {"hill"}
    assert way.seen == [Linked("hill"), Lost("hill"), Linked("hill")]


def test_both_ends_know_within_seconds_that_the_way_is_cut_and_find_each_other_again() -> None:
    network = linked("hill")
    way = network.ways["hill"]
    way.is_cut = True
    network.run(3.5)
    assert (network.seen[-1], way.seen[-1]) == (Lost("hill"), Lost("hill"))
    way.is_cut = False
    network.run(1.5)
    assert (network.seen[-1], way.seen[-1]) == (Linked("hill"), Linked("hill"))


def test_a_hub_that_restarts_has_its_sites_back_by_itself() -> None:
    network = linked("hill", "lake", "wood")
    network.restart_hub()
    network.run(1.5)
    assert network.hub.linked == {"hill", "lake", "wood"}


def test_an_order_that_waited_out_a_cut_is_not_carried_out() -> None:
    network = linked("hill")
    way = network.ways["hill"]
    way.is_cut = True
    order(network, "hill", within_s=1.0)
    network.run(1.2)
    way.is_cut = False
    network.run(0.1)
    assert of_kind(way.seen, Asked) == []
    assert way.seen[-1] == Dropped("hill", "Ask", "expired")


def test_what_a_site_asked_of_the_hub_before_is_not_done_by_the_hub_after() -> None:
    network = linked("hill")
    way = network.ways["hill"]
    _, send = way.end.ask(
        "math", c.RaiseHand(), now_ns=way.own_ns + network.now_ns, within_ns=60 * NS
    )
    network.restart_hub()
    network.at_site(way, [send])
    network.run(3)
    assert network.hub.linked == {"hill"}
    assert of_kind(network.seen, Asked) == []
    assert Dropped("hill", "Ask", "stale") in network.seen


def test_an_order_of_a_hub_that_is_gone_is_not_carried_out() -> None:
    network = linked("hill")
    way = network.ways["hill"]
    late = network.hub.ask("hill", "math", TURN, deadline_ns=network.hub_ns + 60 * NS)[1]
    network.restart_hub()
    network.run(3)
    network.at_hub([late])
    network.run(1)
    assert of_kind(way.seen, Asked) == []
    assert way.seen[-1] == Dropped("hill", "Ask", "stale")


def test_a_message_that_comes_twice_counts_once() -> None:
    network = linked("hill")
    way = network.ways["hill"]
    _, send = way.end.ask(
        "math", c.RaiseHand(), now_ns=way.own_ns + network.now_ns, within_ns=60 * NS
    )
    assert isinstance(network.says("hill", send.data)[0], Asked)
    (again,) = network.says("hill", send.data)
    assert isinstance(again, Misdeed)
    assert again.what == "replay"


def test_a_greeting_that_comes_twice_does_not_end_the_link() -> None:
    network = Network("hill")
    (hello,) = network.ways["hill"].end.tick(0)
    assert isinstance(hello, Send)
    network.says("hill", hello.data)
    (again,) = network.says("hill", hello.data)
    assert isinstance(again, Misdeed)
    assert network.hub.linked == {"hill"}


def test_who_claims_anothers_name_changes_nothing() -> None:
    network = linked("hill", "lake")
    hello = wire.Hello(nonce=1, site="hill", asked_ns=0)
    effects = network.says("lake", wire.encode(wire.LetterToHub(body=hello)))
    assert effects == [Misdeed("key-of-lake", "claims-name", "lake says it is hill")]
    order(network, "hill")
    network.run(0.5)
    assert len(of_kind(network.ways["hill"].seen, Asked)) == 1
    assert of_kind(network.ways["lake"].seen, Asked) == []


def test_a_letter_of_another_key_is_that_keys_whatever_route_it_took() -> None:
    network = linked("hill", "lake")
    way = network.ways["hill"]
    _, send = way.end.ask(
        "math", c.RaiseHand(), now_ns=way.own_ns + network.now_ns, within_ns=60 * NS
    )
    effects = network.says("hill", send.data, by="key-of-lake")
    assert effects == [Dropped("lake", "Ask", "stale")]


def test_a_key_that_is_not_enrolled_gets_no_further_than_the_desk() -> None:
    network = linked("hill")
    hello = wire.encode(wire.LetterToHub(body=wire.Hello(nonce=1, site="hill", asked_ns=0)))
    assert network.says("hill", hello, by="new") == [Misdeed("new", "not-enrolled", "Hello")]
    enrol = wire.encode(wire.LetterToHub(body=wire.Enrol(secret="ABC")))
    assert network.says("hill", enrol, by="new") == [EnrolAsked("new", b"hill", "ABC")]
    tries = [network.says("hill", enrol, by=f"new-{number}")[0] for number in range(40)]
    assert sum(isinstance(one, EnrolAsked) for one in tries) < 12
    assert network.hub.linked == {"hill"}


def test_a_site_that_is_struck_off_is_lost_at_once() -> None:
    network = linked("hill", "lake")
    del network.enrolled["key-of-hill"]
    network.run(1.5)
    assert network.hub.linked == {"lake"}
    with pytest.raises(NotLinkedError):
        order(network, "hill")


def test_a_flood_is_told_of_once_and_the_site_goes_on_when_it_is_over() -> None:
    network = linked("hill", "lake")
    effects = [effect for _ in range(5000) for effect in network.says("hill", b"junk")]
    kinds = [effect.what for effect in effects if isinstance(effect, Misdeed)]
    assert kinds.count("flood") == 1
    assert kinds.count("garbage") <= BURST
    network.run(10)
    assert network.hub.linked == {"hill", "lake"}


def test_strangers_together_get_no_more_than_one_sites_measure() -> None:
    network = linked("hill")
    effects = [one for n in range(5000) for one in network.says("hill", b"junk", by=f"key-{n}")]
    kinds = [effect.what for effect in effects if isinstance(effect, Misdeed)]
    assert kinds.count("garbage") <= BURST
    assert kinds.count("flood") == len(effects) - kinds.count("garbage")


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200))
def test_no_bytes_are_taken_for_more_than_garbage(data: bytes) -> None:
    network = Network("hill")
    assert all(isinstance(effect, Misdeed) for effect in network.says("hill", data))
    assert network.ways["hill"].end.received(data, 0) == of_kind(
        network.ways["hill"].end.received(data, 0), Misdeed
    )


def test_messages_are_bounded_and_of_a_known_version() -> None:
    beat = wire.Beat(asked_ns=0)
    with pytest.raises(wire.WireError, match="version 2"):
        wire.decode_to_hub(wire.encode(wire.LetterToHub(version=2, body=beat)))
    with pytest.raises(wire.WireError, match="the most is"):
        wire.decode_to_hub(b"\x00" * (wire.TO_HUB_MAX + 1))
    with pytest.raises(wire.WireError):
        wire.decode_to_hub(b"\x91" * 10_000)
    long = wire.Ask(id=1, session="x" * 41, command=c.Join())
    with pytest.raises(wire.WireError):
        wire.decode_to_hub(wire.encode(wire.LetterToHub(body=long)))


def test_a_letter_of_a_newer_hub_may_have_more_in_it() -> None:
    letter = msgspec.msgpack.encode([1, 7, 1, 0, {"is": "greet", "since": "2030"}, "more"])
    assert wire.decode_to_site(letter).body == wire.Greet()


def test_the_clocks_agree_on_an_even_way_and_are_half_a_trip_off_at_worst() -> None:
    network = linked("hill")
    way = network.ways["hill"]
    best = way.end.clock.best
    assert best is not None
    assert abs(network.hub_ns - (way.own_ns + network.now_ns) - best.offset_ns) <= NS // 100
    uneven = sample(0, 500, 500, 500)
    assert (uneven.offset_ns, uneven.trip_ns) == (250, 500)


def test_the_least_delayed_of_the_last_answers_sets_the_clock() -> None:
    random, offset, true_ns = Random(3), Offset(), 7 * NS
    for at_ns in range(0, 30 * NS, NS):
        up_ns, down_ns = (10_000_000 + round(random.expovariate(1 / 80_000_000)) for _ in range(2))
        heard_ns = at_ns + up_ns + true_ns
        offset.add(sample(at_ns, heard_ns, heard_ns, heard_ns - true_ns + down_ns))
    assert offset.best is not None
    assert abs(offset.best.offset_ns - true_ns) < 10_000_000
    latest_ns = offset.latest_ns(0)
    assert latest_ns is not None
    assert latest_ns >= true_ns


def test_hub_time_does_not_step_with_the_wall_clock() -> None:
    wall, steady = [1000], [5]
    clock = HubClock(lambda: wall[0], lambda: steady[0])
    wall[0], steady[0] = 10, 8
    assert clock() == 1003


def test_a_bucket_lets_a_burst_pass_and_then_its_rate() -> None:
    bucket = Bucket(10, 5)
    assert sum(bucket.take(0) for _ in range(50)) == 5
    assert sum(bucket.take(round(at * NS / 100)) for at in range(100, 200)) in range(10, 16)


def test_the_log_of_misdeeds_does_not_become_a_flood(caplog: pytest.LogCaptureFixture) -> None:
    book = Misdeeds()
    for at in range(1000):
        book.note(Misdeed("key", "flood"), at)
    assert len(caplog.records) == 1
    assert book.note(Misdeed("key", "flood"), 61 * NS)
    assert "999 more" in caplog.messages[-1]
    assert [book.note(Misdeed(f"{n}", "x"), 0) for n in range(2 * KEPT)].count(False) == 0
