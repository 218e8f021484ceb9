"""Films being made and deliveries on their way, as everybody sees them."""

from dataclasses import dataclass, field
from datetime import datetime

from classroom_edge.room.asking import Words


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderView:
    """Something that is made of a recording: the film of an edit, or an export."""

    number: int
    recording: str
    edit: str  # "" = the whole recording
    kind: str  # "film" | "package" | "sound" | "slides"
    state: str  # "waiting" | "working" | "failed"
    share: float = 0.0  # that is done
    left_s: float | None = None  # None: not known yet
    problem: Words = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryView:
    """Something of a recording that goes to a target."""

    number: int
    recording: str
    target: str
    what: str  # "programme" | "tracks" | "all" | "edit:ID"
    state: str  # "waiting" | "sending" | "sent" | "refused" | "withheld" | "dropped"
    by: str = ""  # who asked for it; "" = room.toml
    asked_at: datetime | None = None
    due_at: datetime | None = None  # not tried before
    sent_at: datetime | None = None
    bytes: int = 0  # in whole; 0 = not known yet
    there: int = 0
    failures: int = 0
    problem: Words = field(default_factory=dict)
    rate_bps: int = 0  # bits a second, while it is being sent
    left_s: int | None = None
    files: tuple[str, ...] = ()  # that are there, and how that is known


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetView:
    """Somewhere that recordings are delivered to."""

    id: str
    name: str
    kind: str
    address: str
    state: str  # "ready" | "sending" | "hours": outside of them | "live": a lesson | "rest"
    automatic: bool
    what: str
    least_consent: str
    waiting: int = 0
    refused: int = 0
    withheld: int = 0  # their consent does not reach so far
    sent: int = 0
    now: DeliveryView | None = None  # what is being sent
    title: str = ""  # of its recording
    opens_at: datetime | None = None  # for "hours" and "rest"
    problem: Words = field(default_factory=dict)
