"""Sessions and a relay for tests of the live services: nothing is sent anywhere."""

from dataclasses import dataclass, field, replace

from classroom_edge.room import LinkView
from classroom_edge.services.live.cast import Cast, cast_of
from classroom_edge.sessions.forms import Kind, Role, Style
from classroom_edge.sessions.state import Hold, Member, Session, Stage
from classroom_media.api import WorkerError
from classroom_media.messages import AnyCommand, Heartbeat, Meet, PeerHealth, Reply

HUB = Member(id="centre", name="Centre", role=Role.HUB, present=True)
HILL = Member(id="hill", name="Hill", role=Role.SITE, present=True)
LAKE = Member(id="lake", name="Lake", role=Role.SITE, present=True)
LOOKER = Member(id="bureau", name="Bureau", role=Role.OBSERVER, present=True)
GUEST = Member(id="guest-1", name="Li", role=Role.GUEST, present=True)
LESSON = Session(
    id="math",
    title="Maths",
    kind=Kind.DELIVERY,
    style=Style.INTERACTIVE,
    stage=Stage.OPEN,
    members=(HUB, HILL, LAKE),
)


def with_floor(session: Session, *members: str) -> Session:
    return replace(session, floor=tuple(Hold(one, 0, 1) for one in members))


def at_hub(session: Session = LESSON) -> Cast:
    return found(LinkView("hub", ("hill", "lake"), (session,), here="centre"))


def at_site(session: Session = LESSON, here: str = "hill") -> Cast:
    return found(LinkView("site", ("hub",), (session,), here=here))


def found(view: LinkView) -> Cast:
    cast = cast_of(view, 0)
    assert cast is not None
    return cast


def health(peer: str, state: str = "connected", rung: str = "720p") -> PeerHealth:
    return PeerHealth(peer=peer, state=state, rung=rung)


@dataclass
class PretendRelay:
    """Answers as a relay does, and says of its peers what a test tells it to."""

    pid: int = 1
    beat: Heartbeat | None = None
    asked: list[AnyCommand] = field(default_factory=list)
    is_deaf: bool = False

    def says(self, *peers: PeerHealth, at_ns: int = 0) -> None:
        self.beat = Heartbeat(role="relay", name="live", pid=self.pid, at_ns=at_ns, peers=peers)

    async def ask(self, command: AnyCommand, *, timeout_s: float = 2.0) -> Reply:
        if self.is_deaf:
            raise WorkerError(f"silent for {timeout_s} s")
        self.asked.append(command)
        sdp = ("an answer" if command.offer else "an offer") if isinstance(command, Meet) else ""
        return Reply(id=1, sdp=sdp)

    @property
    def words(self) -> list[str]:
        return [str(one.__struct_config__.tag) for one in self.asked]
