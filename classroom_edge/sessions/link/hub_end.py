"""The hub's end of its links, without sockets and clock: who is there, and what they ask for.

A message is the key's that the transport has authenticated. A name or a routing id that is
claimed decides nothing.
"""

from collections.abc import Callable
from typing import Final

from classroom_edge.sessions.commands import AnyCommand
from classroom_edge.sessions.link import wire
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
    Send,
    Site,
    Surveying,
    about_films,
)
from classroom_edge.sessions.link.films import Question, Reply
from classroom_edge.sessions.link.limits import Bucket
from classroom_edge.sessions.link.peer import BURST, RATE_HZ, Peer
from classroom_edge.sessions.state import NS, Session

DARK_NS: Final = 3 * NS  # without a word from a site
ENROLS_HZ: Final = 5.0  # tries of everybody together


class NotLinkedError(Exception):
    """The other end is not there."""


class HubEnd:
    """Every link of a hub. Not for several threads.

    `site_of` gives the site that a key (Z85) was enrolled as, and `new_epoch` a number that was
    never given before.
    """

    def __init__(self, site_of: Callable[[str], Site | None], new_epoch: Callable[[], int]) -> None:
        self._site_of = site_of
        self._new_epoch = new_epoch
        self._peers: dict[str, Peer] = {}
        self._keys: dict[str, str] = {}  # site -> key
        self._strangers = Bucket(RATE_HZ, BURST)  # all of them together
        self._enrols = Bucket(ENROLS_HZ, 2 * ENROLS_HZ)
        self._asks = 0

    @property
    def linked(self) -> frozenset[str]:
        """The sites that are there now."""
        return frozenset(p.site.id for p in self._peers.values() if p.epoch and not p.is_dark)

    def received(self, key: str, route: bytes, data: bytes, now_ns: int) -> list[Effect]:
        """Take a message of a key."""
        site = self._site_of(key)
        if site is None:
            return self._stranger(key, route, data, now_ns)
        peer = self._peers.setdefault(key, Peer(site, route, now_ns))
        peer.site = site
        self._keys[site.id] = key
        if not peer.bucket.take(now_ns):
            first, peer.is_flooding = not peer.is_flooding, True
            return [Misdeed(key, "flood", site.id)] if first else []
        peer.is_flooding = False
        try:
            letter = wire.decode_to_hub(data)
        except wire.WireError as error:
            return [Misdeed(key, "garbage", str(error))]
        return self._of_site(key, peer, route, letter, now_ns)

    def _of_site(
        self, key: str, peer: Peer, route: bytes, letter: wire.LetterToHub, now_ns: int
    ) -> list[Effect]:
        match letter.body:
            case wire.Survey() | wire.Load() as what:
                return [Surveying(key, route, what)]
            case wire.Hello() as hello:
                return self._hello(key, peer, route, hello, now_ns)
            case wire.Enrol():
                return [self.enrolled(route, peer.site.id)]
            case _:
                return self._said(key, peer, route, letter, now_ns)

    def enrolled(self, route: bytes, site: str, reason: str = "") -> Send:
        """Answer an `EnrolAsked`."""
        return _send(route, wire.LetterToSite(body=wire.Enrolled(site=site, reason=reason)))

    def surveyed(self, route: bytes, body: wire.Surveyed | wire.Loaded) -> Send:
        """Answer a `Surveying`."""
        return _send(route, wire.LetterToSite(body=body))

    def ask(
        self, site: str, session: str, command: AnyCommand, *, deadline_ns: int
    ) -> tuple[int, Send]:
        """Ask a site for something; give the number that its answer will have.

        Raises:
            NotLinkedError: it is not there.
        """
        self._asks += 1
        body = wire.Ask(id=self._asks, session=session, command=command)
        return self._asks, self._there(site).letter(body, deadline_ns)

    def answer(self, site: str, ask_id: int, reason: str = "", sdp: str = "") -> Send:
        """Answer an `Asked` or `Offered`. Raises NotLinkedError."""
        return self._there(site).letter(wire.Answer(id=ask_id, reason=reason, sdp=sdp))

    def want_offer(self, site: str, session: str) -> Send:
        """Have a site offer its picture and sound. Raises NotLinkedError."""
        return self._there(site).letter(wire.OfferAnew(session=session))

    def inquire(self, site: str, question: Question, *, deadline_ns: int) -> tuple[int, Send]:
        """Ask a site about films; give the number of the answer. Raises NotLinkedError."""
        self._asks += 1
        body = wire.Inquire(id=self._asks, question=question)
        return self._asks, self._there(site).letter(body, deadline_ns)

    def inform(self, site: str, inquiry_id: int, reply: Reply) -> Send:
        """Answer an `Inquired`. Raises NotLinkedError."""
        return self._there(site).letter(wire.Inform(id=inquiry_id, reply=reply))

    def tell(self, site: str, session: Session) -> Send:
        """Tell a site how a session stands. Raises NotLinkedError."""
        return self._there(site).letter(wire.Tell(session=session))

    def tick(self, now_ns: int) -> list[Effect]:
        """Let time pass: who is not heard of is lost."""
        silent = [
            peer
            for peer in self._peers.values()
            if not peer.is_dark and now_ns - peer.heard_ns >= DARK_NS
        ]
        for peer in silent:
            peer.is_dark = True
        return [Lost(peer.site.id) for peer in silent]

    def _there(self, site: str) -> Peer:
        peer = self._peers.get(self._keys.get(site, ""))
        if peer is None or not peer.epoch or peer.is_dark:
            raise NotLinkedError(f"{site} is not there")
        return peer

    def _stranger(self, key: str, route: bytes, data: bytes, now_ns: int) -> list[Effect]:
        peer = self._peers.pop(key, None)  # a key that was enrolled until now
        gone: list[Effect] = [Lost(peer.site.id)] if peer and not peer.is_dark else []
        if not self._strangers.take(now_ns):
            return [*gone, Misdeed(key, "flood", "not enrolled")]
        try:
            body = wire.decode_to_hub(data).body
        except wire.WireError as error:
            return [*gone, Misdeed(key, "garbage", str(error))]
        if isinstance(body, wire.Survey | wire.Load):
            return [*gone, Surveying(key, route, body)]
        if not isinstance(body, wire.Enrol):
            return [*gone, Misdeed(key, "not-enrolled", type(body).__name__)]
        if not self._enrols.take(now_ns):
            return [
                *gone,
                Misdeed(key, "enrols-too-often"),
                self.enrolled(route, "", reason="busy"),
            ]
        return [*gone, EnrolAsked(key, route, body.secret)]

    def _hello(
        self, key: str, peer: Peer, route: bytes, hello: wire.Hello, now_ns: int
    ) -> list[Effect]:
        if hello.site != peer.site.id:
            return [Misdeed(key, "claims-name", f"{peer.site.id} says it is {hello.site}")]
        if hello.nonce == peer.nonce:
            return [Misdeed(key, "replay", peer.site.id)]
        peer.route, peer.nonce, peer.epoch = route, hello.nonce, self._new_epoch()
        peer.number_in = peer.number_out = 0
        peer.heard_ns, peer.is_dark = now_ns, False
        welcome = wire.Welcome(
            nonce=hello.nonce,
            name=peer.site.name,
            asked_ns=hello.asked_ns,
            heard_ns=now_ns,
            said_ns=now_ns,
        )
        return [peer.letter(welcome), Linked(peer.site.id)]

    def _said(
        self, key: str, peer: Peer, route: bytes, letter: wire.LetterToHub, now_ns: int
    ) -> list[Effect]:
        site, what = peer.site.id, type(letter.body).__name__
        if not peer.epoch or letter.epoch != peer.epoch:
            dropped: list[Effect] = [Dropped(site, what, "stale")]
            if not peer.epoch and peer.greets.take(now_ns):  # otherwise a Welcome is on its way
                dropped.append(_send(route, wire.LetterToSite(body=wire.Greet())))
            return dropped
        if letter.number <= peer.number_in:
            return [Misdeed(key, "replay", f"{site}: {what} {letter.number}")]
        peer.number_in, peer.route, peer.heard_ns = letter.number, route, now_ns
        back: list[Effect] = [Linked(site)] if peer.is_dark else []
        peer.is_dark = False
        if letter.deadline_ns and letter.deadline_ns <= now_ns:
            return [*back, Dropped(site, what, "expired")]
        return [*back, *self._meant(peer, letter, now_ns)]

    def _meant(self, peer: Peer, letter: wire.LetterToHub, now_ns: int) -> list[Effect]:
        match letter.body:
            case wire.Beat(asked_ns=asked_ns):
                beaten = wire.Beaten(asked_ns=asked_ns, heard_ns=now_ns, said_ns=now_ns)
                return [peer.letter(beaten)]
            case wire.Ask() as ask:
                return [Asked(peer.site.id, ask, letter.deadline_ns)]
            case wire.Offer() as offer:
                return [Offered(peer.site.id, offer, letter.deadline_ns)]
            case wire.Answer() as answer:
                return [Answered(peer.site.id, answer)]
            case wire.Inquire() | wire.Inform() as body:
                return [about_films(peer.site.id, body)]
            case _:
                return []


def _send(route: bytes, letter: wire.LetterToSite) -> Send:
    return Send(wire.encode(letter), route)
