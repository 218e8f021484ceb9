"""When this room had the floor, as it saw itself: of that alone its film is for its hub.

Kept in a file, for a film is fetched after the lesson, maybe after a restart. A room that loses
its link while it has the floor speaks on until its lease ends: that is what the hub missed.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import msgspec

from classroom_edge.room import LinkView
from classroom_edge.sessions.state import NS, Session
from classroom_edge.sessions.taught import Taught
from classroom_media.record.durable import replace_durably

FILE: Final = "spoken.json"
KEPT_EVERY_NS: Final = 20 * NS  # while the room has the floor
MARGIN_NS: Final = NS  # before and after: a word may have begun
KEPT_NS: Final = 30 * 86_400 * NS


class Stretch(msgspec.Struct, frozen=True, kw_only=True):
    """The room had the floor of a session (hub time)."""

    session: str
    title: str
    from_ns: int
    to_ns: int


@dataclass
class Spoken:
    """Follows the floor at a site; `folder` is there."""

    folder: Path
    _past: list[Stretch] = field(default_factory=list, init=False)
    _now: dict[str, Stretch] = field(default_factory=dict, init=False)  # by session
    _kept_ns: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        try:
            self._past = msgspec.json.decode((self.folder / FILE).read_bytes(), type=list[Stretch])
        except (OSError, msgspec.DecodeError):
            self._past = []

    def follow(self, view: LinkView, now_ns: int | None) -> None:
        """Look at the sessions; call it once a second. Raises OSError."""
        if now_ns is None:
            return
        speaking = {one.id: one for one in view.sessions if _speaks(one, view.here, now_ns)}
        over = [one for id_, one in self._now.items() if id_ not in speaking]
        begun = speaking.keys() - self._now.keys()
        self._now = {id_: self._longer(one, now_ns) for id_, one in speaking.items()}
        self._past += over
        if over or begun or (self._now and now_ns - self._kept_ns >= KEPT_EVERY_NS):
            self._keep(now_ns)

    def stretches(self, since_ns: int) -> tuple[Taught, ...]:
        """Give those that are over and ended after an instant, the oldest first."""
        found = sorted(self._past, key=lambda one: one.to_ns)
        return tuple(
            Taught(
                one.session,
                one.title,
                one.from_ns - MARGIN_NS,
                one.to_ns + MARGIN_NS,
                part=f".{one.from_ns // NS}",
            )
            for one in found
            if one.to_ns + MARGIN_NS > since_ns
        )

    def _longer(self, session: Session, now_ns: int) -> Stretch:
        known = self._now.get(session.id)
        from_ns = known.from_ns if known else now_ns
        return Stretch(session=session.id, title=session.title, from_ns=from_ns, to_ns=now_ns)

    def _keep(self, now_ns: int) -> None:
        self._kept_ns = now_ns
        self._past = [one for one in self._past if now_ns - one.to_ns < KEPT_NS]
        kept = [*self._past, *self._now.values()]
        self.folder.mkdir(parents=True, exist_ok=True)
        replace_durably(self.folder / FILE, msgspec.json.encode(kept))


def _speaks(session: Session, here: str, now_ns: int) -> bool:
    return any(hold.member == here and hold.until_ns > now_ns for hold in session.floor)
