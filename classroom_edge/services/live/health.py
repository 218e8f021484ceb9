"""How it goes with each peer, in words a teacher knows."""

from collections.abc import Iterable, Mapping
from typing import Final

from classroom_edge.room import PeerView, Words
from classroom_edge.services.live.cast import Cast, Peer
from classroom_edge.services.live.relay import health_of
from classroom_edge.words import words
from classroom_media.messages import Heartbeat, PeerHealth

STEP_MS: Final = 20  # what is shown does not flicker
_BELOW: Final = frozenset({"sound", "one-way", "stored"})


def peers_of(
    cast: Cast, beat: Heartbeat | None, sizes: Iterable[str], sources: Mapping[str, str]
) -> tuple[PeerView, ...]:
    """Show every peer; `sizes` names the rungs with a picture, best first."""
    best = next(iter(sizes), "")
    return tuple(
        _view(peer, health_of(beat, peer.id), best, sources.get(peer.id, "")) for peer in cast.peers
    )


def _view(peer: Peer, health: PeerHealth | None, best: str, source: str) -> PeerView:
    state = health.state if health else "connecting"
    rung = health.rung if health and state == "connected" else ""
    return PeerView(
        peer=peer.id,
        name=peer.name,
        role=peer.role,
        state=state,
        quality=_quality(state, rung, best),
        rung=rung,
        source=source,
        delay_ms=_stepped(health.rtt_ms) if health else 0,
        loss_percent=round(100 * health.loss) if health else 0,
        receiving=health.receiving if health else False,
    )


def _quality(state: str, rung: str, best: str) -> Words:
    """Say what the peer is sent."""
    say = words("live").both
    if state != "connected" or not rung:
        return say(f"state.{state}")
    if rung in _BELOW:
        return say(f"quality.{rung}")
    return say("quality.full" if rung == best else "quality.reduced")


def _stepped(value_ms: float) -> int:
    return round(value_ms / STEP_MS) * STEP_MS
