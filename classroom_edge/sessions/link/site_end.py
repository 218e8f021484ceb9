"""A site's end of its link, without socket and clock: says Hello until it is welcome, then beats.

Instants are of the site's own monotonic clock, unless they are said to be hub time.
"""

from collections import deque
from random import Random
from typing import Final

from classroom_edge.sessions.commands import AnyCommand
from classroom_edge.sessions.link import wire
from classroom_edge.sessions.link.clock import Offset, sample
from classroom_edge.sessions.link.effects import (
    Answered,
    Asked,
    Dropped,
    Effect,
    Linked,
    Lost,
    Misdeed,
    OfferWanted,
    Send,
    Told,
    about_films,
)
from classroom_edge.sessions.link.films import Question, Reply
from classroom_edge.sessions.link.hub_end import NotLinkedError
from classroom_edge.sessions.state import NS

BEAT_NS: Final = NS
HELLO_NS: Final = NS  # between the first two, while there is no answer
HELLO_MAX_NS: Final = 4 * NS  # later: a hub that has too much to do is not given more
HELLOS_KEPT: Final = 8  # that may still be answered
LOST_NS: Final = 3 * NS  # without a word from the hub
JITTER: Final = 0.1  # so that a thousand sites do not speak at once


class SiteEnd:
    """A site's link with its hub. Not for several threads.

    `site` is the id that the hub gave it, `random` makes its nonces and its jitter.
    """

    def __init__(self, site: str, random: Random) -> None:
        self.clock = Offset()
        self.name = ""  # as the hub calls this site
        self._site = site
        self._random = random
        self._epoch = 0  # 0 = not welcome yet
        self._nonces: deque[int] = deque(maxlen=HELLOS_KEPT)
        self._number_in = 0
        self._number_out = 0
        self._heard_ns = 0
        self._next_ns = 0  # when it says something by itself
        self._hello_ns = HELLO_NS
        self._asks = 0

    @property
    def is_linked(self) -> bool:
        """Whether the hub is there."""
        return bool(self._epoch)

    @property
    def next_ns(self) -> int:
        """When `tick` has something to do."""
        return self._next_ns

    def tick(self, now_ns: int) -> list[Effect]:
        """Let time pass: greet, beat, or see that the hub is lost."""
        lost: list[Effect] = []
        if self._epoch and now_ns - self._heard_ns >= LOST_NS:
            self._epoch = 0
            lost = [Lost(self._site)]
        if now_ns < self._next_ns:
            return lost
        if not self._epoch:
            return [*lost, self._hello(now_ns)]
        self._next_ns = now_ns + self._jittered(BEAT_NS)
        return [self._letter(wire.Beat(asked_ns=now_ns))]

    def received(self, data: bytes, now_ns: int) -> list[Effect]:
        """Take a message of the hub."""
        try:
            letter = wire.decode_to_site(data)
        except wire.WireError as error:
            return [Misdeed("", "garbage", str(error))]
        match letter.body:
            case wire.Welcome():
                return self._welcome(letter.epoch, letter.number, letter.body, now_ns)
            case wire.Greet():
                return self._greet(now_ns)
            case wire.Enrolled():
                return []  # said to who enrols, and this site is
            case _:
                return self._said(letter, now_ns)

    def ask(
        self, session: str, command: AnyCommand, *, now_ns: int, within_ns: int
    ) -> tuple[int, Send]:
        """Ask the hub for something; give the number that its answer will have.

        Raises:
            NotLinkedError: the hub is not there.
        """
        deadline_ns = self._hub_ns(now_ns) + within_ns
        self._asks += 1
        body = wire.Ask(id=self._asks, session=session, command=command)
        return self._asks, self._letter(body, deadline_ns)

    def offer(self, session: str, sdp: str, *, now_ns: int, within_ns: int) -> tuple[int, Send]:
        """Offer picture and sound; give the number that the answer will have.

        Raises:
            NotLinkedError: the hub is not there.
        """
        deadline_ns = self._hub_ns(now_ns) + within_ns
        self._asks += 1
        body = wire.Offer(id=self._asks, session=session, sdp=sdp)
        return self._asks, self._letter(body, deadline_ns)

    def inquire(self, question: Question, *, now_ns: int, within_ns: int) -> tuple[int, Send]:
        """Ask the hub about films; give the number of the answer. Raises NotLinkedError."""
        deadline_ns = self._hub_ns(now_ns) + within_ns
        self._asks += 1
        return self._asks, self._letter(wire.Inquire(id=self._asks, question=question), deadline_ns)

    def inform(self, inquiry_id: int, reply: Reply) -> Send:
        """Answer an `Inquired`."""
        return self._letter(wire.Inform(id=inquiry_id, reply=reply))

    def answer(self, ask_id: int, reason: str = "") -> Send:
        """Answer an `Asked`."""
        return self._letter(wire.Answer(id=ask_id, reason=reason))

    def _hub_ns(self, now_ns: int) -> int:
        best = self.clock.best
        if not self._epoch or best is None:
            raise NotLinkedError("the hub is not there")
        return now_ns + best.offset_ns

    def _hello(self, now_ns: int) -> Send:
        self._next_ns = now_ns + self._jittered(self._hello_ns)
        self._hello_ns = min(2 * self._hello_ns, HELLO_MAX_NS)
        nonce = self._random.getrandbits(62)
        self._nonces.append(nonce)
        body = wire.Hello(nonce=nonce, site=self._site, asked_ns=now_ns)
        return Send(wire.encode(wire.LetterToHub(body=body)))

    def _welcome(self, epoch: int, number: int, welcome: wire.Welcome, now_ns: int) -> list[Effect]:
        """Begin an epoch; on a slow link a second Hello may have been on its way, and counts.

        Then the hub has forgotten what was before: it may even have been started anew meanwhile.
        """
        if welcome.nonce not in self._nonces:
            return [Dropped(self._site, "Welcome", "stale")]
        while self._nonces.popleft() != welcome.nonce:
            pass
        lost: list[Effect] = [Lost(self._site)] if self._epoch else []
        self._hello_ns = HELLO_NS
        self._epoch, self._number_in, self._number_out = epoch, number, 0
        self._heard_ns, self.name = now_ns, welcome.name
        self._next_ns = now_ns + round(BEAT_NS * self._random.uniform(0, 0.5))
        self.clock.forget()
        self._compare(welcome, now_ns)
        return [*lost, Linked(self._site)]

    def _said(self, letter: wire.LetterToSite, now_ns: int) -> list[Effect]:
        what = type(letter.body).__name__
        if not self._epoch or letter.epoch != self._epoch:
            return [Dropped(self._site, what, "stale")]
        if letter.number <= self._number_in:
            return [Misdeed("", "replay", f"{what} {letter.number}")]
        self._number_in, self._heard_ns = letter.number, now_ns
        if letter.deadline_ns and self._is_late(letter.deadline_ns, now_ns):
            return [Dropped(self._site, what, "expired")]
        return self._meant(letter, now_ns)

    def _greet(self, now_ns: int) -> list[Effect]:
        """Say Hello to a hub that has been started anew; a Hello on its way is not said twice."""
        if not self._epoch:
            return []
        self._epoch = 0
        self._nonces.clear()
        return [Lost(self._site), self._hello(now_ns)]

    def _meant(self, letter: wire.LetterToSite, now_ns: int) -> list[Effect]:
        match letter.body:
            case wire.Beaten() as beaten:
                self._compare(beaten, now_ns)
            case wire.Ask() as ask:
                return [Asked(self._site, ask, letter.deadline_ns)]
            case wire.OfferAnew(session=session):
                return [OfferWanted(session)]
            case wire.Answer() as answer:
                return [Answered(self._site, answer)]
            case wire.Inquire() | wire.Inform() as body:
                return [about_films(self._site, body)]
            case wire.Tell(session=session):
                return [Told(session)]
            case _:
                pass
        return []

    def _compare(self, stamps: wire.Welcome | wire.Beaten, now_ns: int) -> None:
        self.clock.add(sample(stamps.asked_ns, stamps.heard_ns, stamps.said_ns, now_ns))

    def _is_late(self, deadline_ns: int, now_ns: int) -> bool:
        """Tell whether it may be later than that at the hub: in doubt it is."""
        latest_ns = self.clock.latest_ns(now_ns)
        return latest_ns is None or latest_ns >= deadline_ns

    def _jittered(self, span_ns: int) -> int:
        return round(span_ns * self._random.uniform(1 - JITTER, 1 + JITTER))

    def _letter(self, body: wire.ToHub, deadline_ns: int = 0) -> Send:
        self._number_out += 1
        letter = wire.LetterToHub(
            epoch=self._epoch, number=self._number_out, deadline_ns=deadline_ns, body=body
        )
        return Send(wire.encode(letter))
