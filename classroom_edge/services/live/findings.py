"""What is wrong between this room and others, as far as somebody here can know or do something."""

from collections.abc import Iterator
from typing import Final

from classroom_edge.room import LinkView, LiveView, PeerView
from classroom_edge.services.live.cast import HUB
from classroom_edge.services.problems import Finding
from classroom_edge.sessions.state import Member, Session

AWAY_S: Final = 8.0  # a link that is just being made, or renewed, is no problem


def findings(view: LinkView, live: LiveView | None, away_s: float) -> Iterator[Finding]:
    """Tell what is wrong; `away_s` is for how long a site's hub has been away."""
    if view.role == "site" and not view.here:
        yield Finding("E-LNK-002", "warning")
    elif view.role == "site" and away_s > AWAY_S:
        yield Finding("E-LNK-001", "error" if live else "warning")
    if live is not None:
        session = next((one for one in view.sessions if one.id == live.session), None)
        for peer in live.peers:
            yield from _of_peer(view, session, peer)


def _of_peer(view: LinkView, session: Session | None, peer: PeerView) -> Iterator[Finding]:
    member = session.member(peer.peer) if session else None
    if session and member and member.dark:
        yield _dark(session, member)
    elif peer.state == "lost" and (peer.peer != HUB or view.linked):
        yield Finding("E-LNK-004", "warning", peer.peer, {"name": peer.name})


def _dark(session: Session, member: Member) -> Finding:
    """Tell of a room that is not heard of; with the floor it keeps others from speaking."""
    values = {"name": member.name}
    if not session.has_floor(member.id):
        return Finding("E-LNK-003", "warning", member.id, values)
    path = f"/api/v1/sessions/{session.id}/take-floor"
    return Finding("E-LNK-005", "warning", member.id, values, path, {"member": member.id})
