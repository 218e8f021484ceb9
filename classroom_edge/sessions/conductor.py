"""A hub's sessions, all of them: whom a command concerns, what is to be kept, who is to be told.

No input or output: what has happened is in `unsaved` until it was taken, and nobody is to be told
of it before it is on disk.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from classroom_edge.sessions import commands as c
from classroom_edge.sessions.events import AnyEvent
from classroom_edge.sessions.forms import LEADERS, Kind, Role, Style
from classroom_edge.sessions.groups import planned
from classroom_edge.sessions.refusals import Reason
from classroom_edge.sessions.rules import Outcome, ask, noticed, passed
from classroom_edge.sessions.state import Member, Session, Stage
from classroom_edge.sessions.story import retold
from classroom_edge.sessions.talk import Quiz


@dataclass(frozen=True, slots=True)
class News:
    """What has happened in a session since it was kept last; its first event has that number."""

    session: str
    first: int
    events: tuple[AnyEvent, ...]
    group: str = ""


class Conductor:
    """Leads every session of a hub. `hub` is its own place in their rosters."""

    def __init__(self, hub: Member) -> None:
        self.sessions: dict[str, Session] = {}
        self._hub = hub
        self._unsaved: list[News] = []

    def take_up(self, stories: Mapping[str, Iterable[AnyEvent]]) -> None:
        """Go on with the sessions that were not over when a hub ended."""
        self.sessions = {id_: retold(story) for id_, story in stories.items()}
        self._unsaved.clear()

    def unsaved(self) -> tuple[News, ...]:
        """Take what has happened and is not kept yet."""
        news, self._unsaved = tuple(self._unsaved), []
        return news

    def plan(
        self, id_: str, title: str, form: tuple[Kind, Style], now_ns: int, *, group: str = ""
    ) -> Session:
        """Make a new session."""
        session, plan = planned(id_, title, form, self._hub, now_ns)
        self.sessions[id_] = session
        self._unsaved.append(News(id_, 1, (plan,), group))
        return session

    def ask(self, id_: str, who: str, command: c.AnyCommand, now_ns: int) -> Reason | None:
        """Carry out a command of who is known for certain, or give the reason why not."""
        session = self.sessions.get(id_)
        if session is None:
            return Reason.NO_SESSION
        return self._take(session, ask(session, who, command, now_ns)).refusal

    def noticed(self, site: str, *, dark: bool, now_ns: int) -> None:
        """Take note that the link of a site was lost, or is back."""
        for session in tuple(self.sessions.values()):
            self._take(session, noticed(session, site, dark=dark, now_ns=now_ns))

    def missing(self, linked: Iterable[str]) -> frozenset[str]:
        """Give the rooms that are in a session and not linked, as after a hub was started anew."""
        there = {self._hub.id, *linked}
        members = [member for one in self.sessions.values() for member in one.members]
        return frozenset(
            member.id
            for member in members
            if member.present and member.role is not Role.GUEST and member.id not in there
        )

    def tick(self, linked: Iterable[str], now_ns: int) -> None:
        """Let time pass; who has the floor and is linked keeps it. What is over is let go."""
        there = {self._hub.id, *linked}
        for session in tuple(self.sessions.values()):
            timely = self._take(session, passed(session, now_ns)).session
            for hold in timely.floor:
                if hold.member in there:
                    self.ask(timely.id, hold.member, c.RenewFloor(), now_ns)
            if timely.stage is Stage.ENDED and timely.version == session.version:
                del self.sessions[session.id]  # everybody was told

    def _take(self, before: Session, outcome: Outcome) -> Outcome:
        if outcome.events:
            self.sessions[before.id] = outcome.session
            self._unsaved.append(News(before.id, before.version + 1, outcome.events))
        return outcome


def seen_by(session: Session, who: str) -> Session:
    """Give a session as one of its members may see it: who leads sees everybody.

    Others see who leads, who has the floor, who observes, and themselves; of a question their own
    answer, and how many chose what once it is closed.
    """
    me = session.member(who)
    if me is not None and me.role in LEADERS:
        return session
    members = (
        member
        for member in session.members
        if member.id == who
        or member.role in LEADERS
        or member.role is Role.OBSERVER
        or session.has_floor(member.id)
    )
    concerns = tuple(grant for grant in session.grants if who in {grant.room, grant.to})
    wishes = tuple(wish for wish in session.wishes if wish.room == who)
    return replace(
        session,
        members=tuple(members),
        grants=concerns,
        wishes=wishes,
        quiz=_as_asked(session.quiz, who) if session.quiz else None,
    )


def _as_asked(quiz: Quiz, who: str) -> Quiz:
    own = tuple(vote for vote in quiz.votes if vote.member == who)
    return replace(quiz, votes=own, counts=() if quiz.is_open else quiz.counts)
