"""Lessons with other schools, broadcasts, pushes and screens as everybody sees them."""

from dataclasses import dataclass, field
from datetime import datetime

from classroom_edge.room.asking import Words
from classroom_edge.room.routines import ActionView
from classroom_edge.sessions.state import Session


@dataclass(frozen=True, slots=True)
class LinkView:
    """The link with other schools, and the sessions it carries."""

    role: str  # "hub" | "site"
    linked: tuple[str, ...] = ()  # a hub's sites that are there; a site's hub, when it is
    sessions: tuple[Session, ...] = ()
    here: str = ""  # what this room is called in them; "" = not enrolled yet
    ahead_s: int = 0  # how far hub time, in which sessions count, is before this machine's clock


@dataclass(frozen=True, slots=True)
class PeerView:
    """How it goes with picture and sound between this room and another, or a guest."""

    peer: str  # the member's id; at a site "hub"
    name: str
    role: str
    state: str  # "connecting" | "connected" | "lost"
    quality: Words  # what it is sent: the full picture, a smaller one, sound alone ...
    rung: str = ""  # the same for programs: "720p" ... "sound" | "one-way" | "stored"
    source: str = ""  # by which this room sees and hears it
    delay_ms: int = 0  # there and back
    loss_percent: int = 0  # that does not arrive there before repairs
    receiving: bool = False  # its picture or sound arrives here


@dataclass(frozen=True, slots=True)
class ChoiceView:
    """A layout that a session has chosen, and how to have the one before."""

    layout: str
    sources: tuple[str, ...]
    because: Words
    undo: ActionView


@dataclass(frozen=True, slots=True)
class LiveView:
    """Picture and sound of the session that goes now."""

    session: str
    peers: tuple[PeerView, ...] = ()
    voices: tuple[str, ...] = ()  # peers that everybody hears
    chosen: ChoiceView | None = None  # None: people or rules choose the layout


@dataclass(frozen=True, slots=True)
class BroadcastView:
    """The lesson that goes out to everybody who may watch."""

    state: str  # "off" | "starting" | "on" | "lost"
    lesson: str = ""  # its name in addresses
    title: str = ""
    since: datetime | None = None
    viewers: int = 0  # a cache in front of it counts as one
    address: str = ""  # for players; signed, and good for hours
    page: str = ""  # the same for a browser


@dataclass(frozen=True, slots=True)
class PushView:
    """A platform of others that the programme is sent to, or could be."""

    id: str
    name: str
    address: str  # without what is secret in it
    state: str  # "off" | "connecting" | "on" | "waiting": for the next try
    problem: Words = field(default_factory=dict)  # why it is not on
    since: datetime | None = None
    dropped: int = 0  # pictures that the line was too slow for
    added: bool = False  # by people, who may remove it; others stand in room.toml


@dataclass(frozen=True, slots=True)
class ScreenView:
    """A screen of the room, and what is played on it."""

    id: str
    name: str
    # "page" (it has no display) | "unable" | "idle" | "opening" | "playing" | "paused" | "ended"
    # | "failed"
    state: str
    title: str = ""  # a recording's id, or where an address leads
    at_s: int = 0
    length_s: int = 0  # 0 = it goes on
    volume: int = 0  # 0 to 100
    problem: Words = field(default_factory=dict)  # why it is unable or failed, and the remedy
    shows: str = "lesson"  # in a lesson with others; or "schools": the others, side by side
    sound: bool = True
    device: str | None = None  # that switches it on
