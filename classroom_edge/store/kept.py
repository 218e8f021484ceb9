"""What the rules of keeping ask of the database, and what it forgets of an erased recording."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session as Work

from classroom_edge.library.card import Consent
from classroom_edge.library.deliver.waiting import OPEN
from classroom_edge.store.recordings import forget
from classroom_edge.store.tables import DeliveryRow, Recording


@dataclass(frozen=True, slots=True)
class Line:
    """What the index tells of a recording's keeping."""

    id: str
    started_at: datetime
    bytes: int
    state: str
    held: bool
    consent: Consent
    receipts: int
    received_at: datetime | None


def lines(db: Work) -> tuple[Line, ...]:
    """Give every recording, the oldest first."""
    columns = (
        Recording.id,
        Recording.started_at,
        Recording.bytes,
        Recording.state,
        Recording.held,
        Recording.consent,
        Recording.receipts,
        Recording.received_at,
    )
    rows = db.execute(select(*columns).order_by(Recording.started_at, Recording.id))
    return tuple(
        Line(id_, began, size, state, held, Consent(consent), receipts, received_at)
        for id_, began, size, state, held, consent, receipts, received_at in rows
    )


def on_their_way(db: Work) -> frozenset[str]:
    """Give the recordings of which something waits to be delivered, or is being sent."""
    waiting = select(DeliveryRow.recording).where(DeliveryRow.state.in_(OPEN)).distinct()
    return frozenset(db.scalars(waiting))


def erase(db: Work, recording: str) -> None:
    """Forget everything of a recording."""
    forget(db, [recording])
    db.execute(delete(DeliveryRow).where(DeliveryRow.recording == recording))
