"""Who meets whom with picture and sound now, told by how a session stands. Nothing happens here."""

from dataclasses import dataclass
from typing import Final

from classroom_edge.room import LinkView
from classroom_edge.sessions.forms import Kind, Role
from classroom_edge.sessions.state import NS, Member, Session, Stage

HUB: Final = "hub"  # what a site's relay calls its hub, and what its room.toml does
AHEAD_NS: Final = 60 * NS  # before a session opens, everything is made ready
SPEAKING: Final = frozenset({Role.SITE, Role.GUEST, Role.ASSISTANT})
_ON: Final = frozenset({Stage.OPEN, Stage.PAUSED, Stage.CLOSING})


@dataclass(frozen=True, slots=True)
class Peer:
    """Somebody whom this room meets."""

    id: str
    name: str
    role: Role
    speaks: bool  # its picture and sound are taken

    @property
    def is_guest(self) -> bool:
        """Whether it is a browser, which makes its offers by itself."""
        return self.role is Role.GUEST


@dataclass(frozen=True, slots=True)
class Cast:
    """What this room does in the session that it is in."""

    session: Session
    here: str  # what this room is called in it
    leads: bool
    peers: tuple[Peer, ...]
    voices: tuple[str, ...]  # peers that everybody hears: who has the floor

    def peer(self, id_: str) -> Peer | None:
        """Give one of the peers, or None."""
        return next((one for one in self.peers if one.id == id_), None)

    @property
    def speaks(self) -> bool:
        """Whether this room's picture and sound go to its peers."""
        me = self.session.member(self.here)
        return self.leads or (me is not None and me.role in SPEAKING and _is_two_way(self.session))


def cast_of(view: LinkView | None, now_ns: int | None) -> Cast | None:
    """Tell whom this room meets, in the first of its sessions that goes; None = nobody.

    `now_ns` is hub time, as far as it is known.
    """
    if view is None or not view.here:
        return None
    for session in view.sessions:
        me = session.member(view.here)
        if me is not None and me.present and _goes(session, now_ns):
            return _at_hub(session, me) if view.role == "hub" else _at_site(session, me)
    return None


def _goes(session: Session, now_ns: int | None) -> bool:
    if session.kind is Kind.ONLINE:
        return False  # it is broadcast
    if session.stage is Stage.OPENING:
        return now_ns is not None and session.opens_at_ns - now_ns <= AHEAD_NS
    return session.stage in _ON


def _at_hub(session: Session, me: Member) -> Cast:
    others = (one for one in session.members if one.present and one.id != me.id)
    peers = tuple(
        Peer(one.id, one.name, one.role, one.role in SPEAKING and _is_two_way(session))
        for one in others
    )
    voices = tuple(hold.member for hold in session.floor)
    return Cast(session, me.id, leads=True, peers=peers, voices=voices)


def _at_site(session: Session, me: Member) -> Cast:
    hubs = (one for one in session.members if one.role is Role.HUB)
    peers = tuple(Peer(HUB, hub.name, hub.role, speaks=True) for hub in hubs)
    return Cast(session, me.id, leads=False, peers=peers, voices=(HUB,))


def _is_two_way(session: Session) -> bool:
    return session.form.two_way
