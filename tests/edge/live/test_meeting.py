"""Sites offer until it works, a hub takes what is offered by its sites and asks for what lacks."""

from dataclasses import replace
from itertools import pairwise
from random import Random

from classroom_edge.services.live.again import FIRST_S, LONGEST_S, SPREAD, Again
from classroom_edge.services.live.cast import HUB, Cast
from classroom_edge.services.live.hosting import LACKS_NS, NEVER_MET_NS, Hosting
from classroom_edge.services.live.offering import FRESH_S, GONE_S, HEALS_S, Offering, OpenRoad
from classroom_edge.services.live.offers import Accepted
from classroom_media.api import NS
from classroom_media.messages import Agree, Meet
from tests.edge.live.schools import (
    GUEST,
    HILL,
    LESSON,
    LOOKER,
    PretendRelay,
    at_hub,
    at_site,
    health,
)
from tests.edge.live.schools import HUB as CENTRE


class Site:
    """A site's side, on a clock of its own, and a hub that answers as told."""

    def __init__(self) -> None:
        self.now_ns = 100 * NS
        self.relay = PretendRelay()
        self.relay.says()
        self.offers: list[tuple[str, str]] = []
        self.answer = Accepted("an answer")
        self.side = Offering(
            relay=self.relay,
            offer=self._offer,
            road=OpenRoad(),
            again=Again(Random(1)),
            clock=lambda: self.now_ns,
        )

    async def pass_time(self, seconds: float, *, linked: bool = True) -> None:
        """Look as often as the daemon does."""
        for _ in range(round(2 * seconds)):
            self.now_ns += NS // 2
            await self.side.look(at_site(), linked=linked)

    async def _offer(self, session: str, sdp: str) -> Accepted:
        self.offers.append((session, sdp))
        return self.answer


async def test_a_site_offers_at_once_and_agrees_to_the_answer() -> None:
    site = Site()
    await site.pass_time(0.5)
    assert site.offers == [("math", "an offer")]
    assert site.relay.asked == [Meet(peer=HUB), Agree(peer=HUB, answer="an answer")]


async def test_what_is_agreed_is_not_offered_again() -> None:
    site = Site()
    await site.pass_time(0.5)
    site.relay.says(health(HUB), at_ns=site.now_ns + 1)
    await site.pass_time(60)
    assert len(site.offers) == 1


async def test_a_hub_that_says_no_is_asked_ever_less_often() -> None:
    site = Site()
    site.answer = Accepted(reason="no-relay")
    for _ in range(240):
        site.relay.says(at_ns=site.now_ns + NS)
        await site.pass_time(0.5)
    assert 10 < len(site.offers) < 30


async def test_without_a_link_nothing_is_offered() -> None:
    site = Site()
    await site.pass_time(20, linked=False)
    assert site.offers == []


async def test_what_a_cut_took_may_come_back_by_itself_before_it_is_offered_anew() -> None:
    site = Site()
    await site.pass_time(0.5)
    site.relay.says(health(HUB, "lost"), at_ns=site.now_ns + NS)
    await site.pass_time(12, linked=False)
    await site.pass_time(HEALS_S - 0.5)
    assert len(site.offers) == 1
    await site.pass_time(1.5)
    assert len(site.offers) == 2


async def test_what_was_lost_for_too_long_is_offered_as_soon_as_the_link_is_back() -> None:
    site = Site()
    await site.pass_time(0.5)
    site.relay.says(health(HUB, "lost"), at_ns=site.now_ns + NS)
    await site.pass_time(GONE_S + 1, linked=False)
    await site.pass_time(0.5)
    assert len(site.offers) == 2


async def test_a_cut_that_the_link_has_not_noticed_yet_makes_no_offer_in_place_of_what_heals() -> (
    None
):
    site = Site()
    await site.pass_time(0.5)
    site.relay.says(health(HUB), at_ns=site.now_ns + 1)
    await site.pass_time(60)
    site.relay.says(health(HUB, "lost"), at_ns=site.now_ns)
    await site.pass_time(HEALS_S - 0.5)
    await site.pass_time(12, linked=False)
    site.relay.says(health(HUB), at_ns=site.now_ns)
    await site.pass_time(5)
    assert len(site.offers) == 1


async def test_a_hub_that_lacks_a_picture_gets_it_though_all_seems_well() -> None:
    site = Site()
    await site.pass_time(0.5)
    site.relay.says(health(HUB), at_ns=site.now_ns + 1)
    await site.pass_time(5)
    site.side.ask()
    await site.pass_time(0.5)
    assert len(site.offers) == 2


async def test_a_hub_that_asks_for_what_is_on_its_way_gets_it_once() -> None:
    site = Site()
    await site.pass_time(0.5)
    site.side.ask()
    site.relay.says(health(HUB), at_ns=site.now_ns + 1)
    await site.pass_time(FRESH_S + 5)
    assert len(site.offers) == 1


async def test_a_relay_that_does_not_answer_is_tried_again() -> None:
    site = Site()
    site.relay.is_deaf = True
    await site.pass_time(0.5)
    site.relay.is_deaf = False
    site.relay.says(at_ns=site.now_ns + NS)
    await site.pass_time(2)
    assert site.offers


def test_tries_come_ever_later_and_are_spread_by_chance() -> None:
    def tries(seed: int) -> list[float]:
        again = Again(Random(seed))
        return [at / 100 for at in range(10_000) if again.is_due(at / 100)]

    waits = [b - a for a, b in pairwise(tries(7))]
    assert FIRST_S * (1 - SPREAD) <= waits[0] <= FIRST_S * (1 + SPREAD) + 0.02
    assert LONGEST_S * (1 - SPREAD) <= waits[-1] <= LONGEST_S * (1 + SPREAD) + 0.02
    assert tries(7) != tries(8)


class Hub:
    """A hub's side, on a clock of its own."""

    def __init__(self, cast: Cast | None) -> None:
        self.now_ns = 100 * NS
        self.relay = PretendRelay()
        self.relay.says()
        self.wanted: list[tuple[str, str]] = []
        self.side = Hosting(
            relay=self.relay,
            cast=lambda: cast,
            want_offer=lambda site, session: self.wanted.append((site, session)),
            clock=lambda: self.now_ns,
        )


async def test_a_hub_answers_a_site_that_is_in_the_session() -> None:
    hub = Hub(at_hub())
    assert await hub.side.accept("hill", "math", "an offer") == Accepted("an answer")
    assert hub.relay.asked == [Meet(peer="hill", offer="an offer")]


async def test_an_observer_is_sent_the_lesson_and_nothing_is_taken_of_it() -> None:
    hub = Hub(at_hub(replace(LESSON, members=(CENTRE, LOOKER))))
    assert (await hub.side.accept("bureau", "math", "an offer")).sdp
    assert hub.relay.asked == [Meet(peer="bureau", offer="an offer", receive=False)]


async def test_nobody_else_is_answered() -> None:
    absent = replace(LESSON, members=(CENTRE, replace(HILL, present=False), GUEST))
    for hub in (Hub(at_hub(absent)), Hub(None)):
        for site, session in (("hill", "math"), ("guest-1", "math"), ("lake", "art")):
            refused = await hub.side.accept(site, session, "an offer")
            assert refused == Accepted(reason="not-present")
        assert hub.relay.asked == []


async def test_a_hub_without_a_relay_says_so() -> None:
    hub = Hub(at_hub())
    hub.relay.is_deaf = True
    assert await hub.side.accept("hill", "math", "an offer") == Accepted(reason="no-relay")


async def test_a_hub_asks_for_a_picture_that_lacks_for_a_while_and_for_no_other() -> None:
    dark = replace(LESSON, members=(CENTRE, HILL, replace(LESSON.members[2], dark=True), GUEST))
    hub = Hub(at_hub(dark))
    hub.side.look(at_hub(dark))
    assert hub.wanted == []
    hub.now_ns += LACKS_NS
    hub.side.look(at_hub(dark))
    hub.side.look(at_hub(dark))
    assert hub.wanted == [("hill", "math")]
    hub.relay.says(health("hill", "connecting"))
    hub.now_ns += 60 * NS
    hub.side.look(at_hub(dark))
    assert hub.wanted == [("hill", "math")]


async def test_a_hub_whose_relay_was_started_anew_asks_sooner_than_one_that_lost_a_site() -> None:
    hub, anew = Hub(at_hub()), Hub(at_hub())
    hub.relay.says(health("hill", "lost"), health("lake", "lost"))
    for one in (hub, anew):
        one.side.look(at_hub())
        one.now_ns += NEVER_MET_NS
        one.side.look(at_hub())
    assert hub.wanted == []
    assert ("hill", "math") in anew.wanted
