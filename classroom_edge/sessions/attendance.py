"""Who was there and how often they took part, counted from what happened. No pupil is in it."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from classroom_edge.sessions import events as e
from classroom_edge.sessions.state import Member, Session, Stage
from classroom_edge.sessions.story import after, begun

ATTENDED_SHARE: Final = 0.5  # of the time it was open; then the session counts for a room

_FOR_ALL: Final = (e.Opened, e.Paused, e.Resumed, e.Closing, e.Ended, e.AllMuted)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What one member did in a session."""

    member: str
    name: str
    role: str
    present_ns: int = 0  # while the session was open or paused
    dark_ns: int = 0  # of these, without a link
    floor_ns: int = 0
    hands: int = 0
    floors: int = 0  # how often the floor was given
    moves: int = 0  # of its cameras, by others
    answers: int = 0  # questions answered, each once however often it was changed
    lines: int = 0  # of chat


@dataclass(frozen=True, slots=True)
class Attendance:
    """A session's counts."""

    open_ns: int  # for how long it was open or paused
    parts: tuple[Part, ...]  # in the order of the roster; who was dismissed keeps a place

    @property
    def interactions(self) -> int:
        """Hands raised, floors given, questions answered and lines written, together."""
        return sum(part.hands + part.floors + part.answers + part.lines for part in self.parts)

    def attended(self, part: Part) -> bool:
        """Tell whether the session counts for that member."""
        return part.present_ns - part.dark_ns >= ATTENDED_SHARE * self.open_ns > 0


def count(events: Iterable[e.AnyEvent], until_ns: int) -> Attendance:
    """Count from a session's plan up to an instant, which is no earlier than its last event.

    Raises:
        ValueError: there is no plan at the begin.
    """
    first, *rest = events
    if not isinstance(first, e.Planned):
        raise ValueError("a session begins with its plan")  # noqa: TRY004 - a wrong story
    ledger = _Ledger(begun(first), first.at_ns)
    for event in rest:
        ledger.enter(event)
    return ledger.closed(until_ns)


class _Ledger:
    """Adds up what each member did; a member's span ends when something about it changes."""

    def __init__(self, session: Session, at_ns: int) -> None:
        self._session = session
        self._open_ns = 0
        self._stage_since_ns = at_ns
        self._parts: dict[str, Part] = {}
        self._since_ns: dict[str, int] = {}
        for member in session.members:
            self._add(member, at_ns)

    def enter(self, event: e.AnyEvent) -> None:
        """Take the next event."""
        is_first = not (quiz := self._session.quiz) or not quiz.vote_of(event.by)
        whole = isinstance(event, _FOR_ALL)
        touched = {event.by, getattr(event, "member", "")}
        self._settle(event.at_ns, None if whole else touched)
        self._session = after(self._session, (event,))
        match event:
            case e.Invited(member=id_) if member := self._session.member(id_):
                self._add(member, event.at_ns)
            case e.HandRaised(by=id_):
                self._count(id_, "hands")
            case e.FloorGiven(member=id_):
                self._count(id_, "floors")
            case e.CameraMoved(room=id_):
                self._count(id_, "moves")
            case e.Said(by=id_):
                self._count(id_, "lines")
            case e.QuizAnswered(by=id_) if is_first:
                self._count(id_, "answers")

    def closed(self, until_ns: int) -> Attendance:
        """Give the sums up to an instant."""
        self._settle(until_ns, None)
        return Attendance(self._open_ns, tuple(self._parts.values()))

    def _count(self, id_: str, what: str) -> None:
        part = self._parts[id_]
        self._parts[id_] = replace(part, **{what: getattr(part, what) + 1})

    def _add(self, member: Member, at_ns: int) -> None:
        new = Part(member=member.id, name=member.name, role=member.role)
        self._parts.setdefault(member.id, new)
        self._since_ns[member.id] = at_ns

    def _settle(self, at_ns: int, ids: set[str] | None) -> None:
        """End the spans of some members, or (None) of all and of the session's stage."""
        is_open = self._session.stage in {Stage.OPEN, Stage.PAUSED}
        if ids is None:
            self._open_ns += (at_ns - self._stage_since_ns) * is_open
            self._stage_since_ns = at_ns
        holders = {hold.member for hold in self._session.floor}
        for member in self._session.members:
            if ids is not None and member.id not in ids:
                continue
            span_ns, self._since_ns[member.id] = at_ns - self._since_ns[member.id], at_ns
            if is_open and member.present:
                part = self._parts[member.id]
                self._parts[member.id] = replace(
                    part,
                    present_ns=part.present_ns + span_ns,
                    dark_ns=part.dark_ns + span_ns * member.dark,
                    floor_ns=part.floor_ns + span_ns * (member.id in holders),
                )
