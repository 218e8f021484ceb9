"""What an end of a link gives back for its messages: things to send, and things to know."""

from dataclasses import dataclass

from classroom_edge.sessions.link.wire import Answer, Ask, Inform, Inquire, Load, Offer, Survey
from classroom_edge.sessions.state import Session


@dataclass(frozen=True, slots=True)
class Site:
    """A room that is enrolled: who it is by its key."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Send:
    """Put this on the wire."""

    data: bytes
    route: bytes = b""  # at a hub: whereto


@dataclass(frozen=True, slots=True)
class Linked:
    """The other end is there, for the first time or again."""

    site: str


@dataclass(frozen=True, slots=True)
class Lost:
    """Nothing is heard of the other end any more."""

    site: str


@dataclass(frozen=True, slots=True)
class Asked:
    """The other end asks for something, in time; it waits for an answer."""

    site: str
    ask: Ask
    deadline_ns: int = 0  # hub time; whoever lets it wait has to look again


@dataclass(frozen=True, slots=True)
class Offered:
    """A site offers its picture and sound, in time; it waits for an answer."""

    site: str
    offer: Offer
    deadline_ns: int = 0  # hub time; whoever lets it wait has to look again


@dataclass(frozen=True, slots=True)
class OfferWanted:
    """The hub wants this site to offer picture and sound for a session, now."""

    session: str


@dataclass(frozen=True, slots=True)
class Answered:
    """The other end has answered."""

    site: str
    answer: Answer


@dataclass(frozen=True, slots=True)
class Inquired:
    """The other end asks about films; it waits for an answer."""

    site: str
    inquiry: Inquire


@dataclass(frozen=True, slots=True)
class Informed:
    """The other end has told about films."""

    site: str
    told: Inform


def about_films(site: str, body: Inquire | Inform) -> Inquired | Informed:
    """Say what such a message is."""
    return Inquired(site, body) if isinstance(body, Inquire) else Informed(site, body)


@dataclass(frozen=True, slots=True)
class Told:
    """The hub has told how a session stands."""

    session: Session


@dataclass(frozen=True, slots=True)
class Dropped:
    """Something honest that comes too late: "stale", from an earlier epoch, or "expired"."""

    site: str
    what: str
    why: str


@dataclass(frozen=True, slots=True)
class Misdeed:
    """Something that no honest site does. It changed nothing.

    `what`: "garbage" | "replay" | "flood" | "claims-name" | "not-enrolled" | "enrols-too-often"
    """

    key: str
    what: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class EnrolAsked:
    """A key without a name brings the secret of a code."""

    key: str
    route: bytes
    secret: str


@dataclass(frozen=True, slots=True)
class Surveying:
    """A key measures the line; whether it is a site's, or one that may become one."""

    key: str
    route: bytes
    what: Survey | Load


AtHub = Linked | Lost | Asked | Offered  # what a hub is to act upon
AtSite = Linked | Lost | Asked | OfferWanted | Told
Effect = (
    AtHub
    | AtSite
    | Send
    | Answered
    | Inquired
    | Informed
    | Dropped
    | Misdeed
    | EnrolAsked
    | Surveying
)
