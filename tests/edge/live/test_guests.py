"""Guests come by a ticket that the hub has signed, and go when their page does."""

from dataclasses import replace

import pytest

from classroom_edge.services.live.guests import GONE_NS, Guests, Ticket, key_of, read
from classroom_edge.services.live.offers import Accepted
from classroom_edge.sessions import commands as c
from classroom_edge.sessions.forms import Role
from classroom_media.messages import Meet, Part
from tests.edge.live.schools import GUEST, LESSON, PretendRelay, at_hub, health

KEY = key_of("a hub's secret")
GOOD = Ticket("math", "guest-1").signed(KEY, until_s=2000.0)
WITH_GUEST = replace(LESSON, members=(*LESSON.members, GUEST))


class Door:
    """A hub's guests, and what was said in their names."""

    def __init__(self) -> None:
        self.now_ns = 0
        self.relay = PretendRelay()
        self.relay.says()
        self.said: list[tuple[str, str, c.AnyCommand]] = []
        self.refusal = ""
        self.guests = Guests(
            relay=self.relay,
            key=lambda: KEY,
            cast=lambda: at_hub(WITH_GUEST),
            speak=self._speak,
            clock=lambda: self.now_ns,
            now_s=lambda: 1000.0,
        )

    async def _speak(self, session: str, who: str, command: c.AnyCommand) -> str:
        self.said.append((session, who, command))
        return self.refusal


async def test_a_ticket_lets_one_guest_into_one_session() -> None:
    door = Door()
    assert await door.guests.meet(GOOD, "an offer") == Accepted("an answer")
    assert door.said == [("math", "guest-1", c.Join())]
    assert door.relay.asked == [Meet(peer="guest-1", offer="an offer")]
    assert await door.guests.part(GOOD) == ""
    assert door.relay.asked[-1] == Part(peer="guest-1")
    assert door.said[-1] == ("math", "guest-1", c.Leave())


async def test_a_guest_sees_the_session_as_its_member_may_and_raises_a_hand() -> None:
    door = Door()
    seen = door.guests.sees(GOOD)
    assert seen is not None
    session, guest = seen
    assert (session.id, guest) == ("math", "guest-1")
    assert all(one.id == guest or one.role is not Role.SITE for one in session.members)
    assert await door.guests.raise_hand(GOOD, up=True) == ""
    assert await door.guests.raise_hand(GOOD, up=False) == ""
    assert [command for _, _, command in door.said] == [c.RaiseHand(), c.LowerHand()]


@pytest.mark.parametrize(
    "ticket",
    [
        "",
        "math~guest-1",
        GOOD.replace("guest-1", "guest-2"),
        GOOD[:-1] + ("A" if GOOD[-1] != "A" else "B"),
        Ticket("math", "guest-1").signed(KEY, until_s=999.0),
        Ticket("math", "guest-1").signed(key_of("another hub's"), until_s=2000.0),
        f"{GOOD}~more",
    ],
)
async def test_what_is_no_ticket_of_ours_changes_nothing(ticket: str) -> None:
    door = Door()
    assert await door.guests.meet(ticket, "an offer") == Accepted(reason="no-ticket")
    assert await door.guests.part(ticket) == "no-ticket"
    assert await door.guests.raise_hand(ticket, up=True) == "no-ticket"
    assert door.guests.sees(ticket) is None
    assert (door.said, door.relay.asked) == ([], [])


async def test_a_guest_of_another_session_or_one_who_may_not_join_waits_outside() -> None:
    door = Door()
    other = Ticket("art", "guest-1").signed(KEY, until_s=2000.0)
    assert (await door.guests.meet(other, "an offer")).reason == "not-going"
    door.refusal = "over"
    assert (await door.guests.meet(GOOD, "an offer")).reason == "over"
    assert door.relay.asked == []


async def test_a_page_that_was_closed_without_a_word_is_a_guest_who_left() -> None:
    door = Door()
    door.relay.says(health("guest-1"))
    await door.guests.look(at_hub(WITH_GUEST))
    assert door.guests.connected() == {"guest-1"}
    door.relay.says(health("guest-1", "lost"))
    await door.guests.look(at_hub(WITH_GUEST))
    door.now_ns += GONE_NS - 1
    await door.guests.look(at_hub(WITH_GUEST))
    assert door.said == []
    door.now_ns += 1
    await door.guests.look(at_hub(WITH_GUEST))
    assert door.said == [("math", "guest-1", c.Leave())]


def test_a_ticket_is_fit_for_an_address_and_reads_as_it_was_written() -> None:
    assert GOOD.replace("~", "").replace("-", "").replace(".", "").replace("_", "").isalnum()
    assert read(KEY, GOOD, 1999.0) == Ticket("math", "guest-1")
