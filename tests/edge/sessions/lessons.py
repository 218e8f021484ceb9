"""A lesson to try things on: a hub, those who take part, and a clock of its own."""

from dataclasses import dataclass, field

from classroom_edge.sessions import commands as c
from classroom_edge.sessions.events import AnyEvent
from classroom_edge.sessions.forms import Kind, Role, Style
from classroom_edge.sessions.groups import planned
from classroom_edge.sessions.refusals import Reason
from classroom_edge.sessions.rules import Outcome, ask, noticed, passed
from classroom_edge.sessions.state import NS, Member, Session, Stage

BEGIN_NS = 1_800_000_000 * NS
HUB, AIDE, HILL, LAKE, GUEST, LOOK = "hub", "aide", "hill", "lake", "guest", "look"
ROLES = {
    AIDE: Role.ASSISTANT,
    HILL: Role.SITE,
    LAKE: Role.SITE,
    GUEST: Role.GUEST,
    LOOK: Role.OBSERVER,
}


@dataclass
class Lesson:
    """A session with a clock, and everything that happened in it."""

    session: Session
    events: list[AnyEvent]
    now_ns: int = BEGIN_NS
    refusals: list[Reason] = field(default_factory=list)

    def does(self, who: str, command: c.AnyCommand) -> Reason | None:
        return self._take(ask(self.session, who, command, self.now_ns))

    def passes(self, seconds: float) -> None:
        self.now_ns += round(seconds * NS)
        self._take(passed(self.session, self.now_ns))

    def loses(self, who: str, *, dark: bool = True) -> None:
        self._take(noticed(self.session, who, dark=dark, now_ns=self.now_ns))

    def _take(self, outcome: Outcome) -> Reason | None:
        self.session = outcome.session
        self.events.extend(outcome.events)
        if outcome.refusal:
            self.refusals.append(outcome.refusal)
        return outcome.refusal

    @property
    def stage(self) -> Stage:
        return self.session.stage

    @property
    def floor(self) -> list[str]:
        return [hold.member for hold in self.session.floor]


def planned_lesson(kind: Kind = Kind.DELIVERY, style: Style = Style.INTERACTIVE) -> Lesson:
    """Give a lesson with its roster, not begun."""
    hub = Member(id=HUB, name="中心校", role=Role.HUB)
    session, plan = planned("math-3-2", "数学", (kind, style), hub, BEGIN_NS)
    lesson = Lesson(session, [plan])
    for id_, role in ROLES.items():
        assert lesson.does(HUB, c.Invite(member=id_, name=id_.title(), role=role)) is None
    return lesson


def open_lesson(kind: Kind = Kind.DELIVERY, style: Style = Style.INTERACTIVE) -> Lesson:
    """Give a lesson that goes, with everybody in it."""
    lesson = planned_lesson(kind, style)
    assert lesson.does(HUB, c.Start()) is None
    for id_ in ROLES:
        assert lesson.does(id_, c.Join()) is None
    return lesson
