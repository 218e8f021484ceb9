"""Panels that were paired with the room: what they hold lets them teach, and nothing else."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session as Work

from classroom_edge.store import Store
from classroom_edge.store.audit import note
from classroom_edge.store.tables import NAME_MAX, Panel
from classroom_edge.web.accounts import wall_clock
from classroom_edge.web.tokens import digest, new_token


@dataclass(frozen=True, slots=True)
class PairedPanel:
    """A paired panel, as the school's IT teacher sees it."""

    id: int
    name: str
    paired_at: datetime
    revoked_at: datetime | None


@dataclass(kw_only=True, slots=True)
class Panels:
    """The paired panels of one room."""

    store: Store
    room: str
    clock: Callable[[], datetime] = wall_clock

    async def add(self, name: str, *, address: str) -> str:
        """Take in a panel; give its token."""
        token = new_token()

        def work(db: Work) -> None:
            at, short = self.clock(), name[:NAME_MAX]
            db.add(Panel(name=short, room=self.room, token_hash=digest(token), paired_at=at))
            note(db, at, what="pair", who=short, address=address, result="good")

        await self.store.run(work)
        return token

    async def refused(self, *, address: str) -> None:
        """Note that somebody typed a wrong code."""
        await self.store.run(
            lambda db: note(db, self.clock(), what="pair", who="", address=address, result="wrong")
        )

    async def panel_of(self, token: str) -> str | None:
        """Give the name of whose token it is; None when it was revoked, or never was."""
        holds = (
            Panel.token_hash == digest(token),
            Panel.room == self.room,
            Panel.revoked_at.is_(None),
        )
        return await self.store.run(lambda db: db.scalar(select(Panel.name).where(*holds)))

    async def all(self) -> tuple[PairedPanel, ...]:
        """Give every panel that ever was paired, in order."""

        def work(db: Work) -> tuple[PairedPanel, ...]:
            found = db.scalars(select(Panel).where(Panel.room == self.room).order_by(Panel.id))
            return tuple(PairedPanel(p.id, p.name, p.paired_at, p.revoked_at) for p in found)

        return await self.store.run(work)

    async def revoke(self, panel: int, *, by: str, address: str) -> bool:
        """Take a panel's token away, at once; tells whether there is such a panel."""

        def work(db: Work) -> bool:
            found = db.get(Panel, panel)
            if found is None or found.room != self.room:
                return False
            if found.revoked_at is None:
                found.revoked_at = self.clock()
                note(db, found.revoked_at, what="revoke", who=by, address=address, result="good")
            return True

        return await self.store.run(work)
