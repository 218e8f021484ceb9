"""The queue of deliveries in the database: asked for, tried, and what came of them."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import msgspec
from sqlalchemy import Select, func, select, update
from sqlalchemy.orm import Session as Work

from classroom_edge.library.deliver.target import Receipt
from classroom_edge.library.deliver.waiting import OPEN, Delivery, Standing
from classroom_edge.store.tables import DeliveryRow, Recording
from classroom_media.record.manifest import State

_RECEIPTS: Final = msgspec.json.Decoder(tuple[Receipt, ...])
_TOKENS: Final = msgspec.json.Decoder(tuple[tuple[str, str], ...])


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Something that is to be delivered. `state` is WAITING, unless it is known to be otherwise."""

    recording: str
    target: str
    what: str
    by: str
    at: datetime
    state: Standing = Standing.WAITING
    code: str = ""
    sent_at: datetime | None = None


def ask(db: Work, asked: Asked) -> Delivery:
    """Put it into the queue. What waits there already stays as it is; what is over begins again."""
    row = db.scalars(
        select(DeliveryRow).where(
            DeliveryRow.recording == asked.recording,
            DeliveryRow.target == asked.target,
            DeliveryRow.what == asked.what,
        )
    ).first()
    if row is None:
        row = DeliveryRow(recording=asked.recording, target=asked.target, what=asked.what)
        db.add(row)
    elif row.state in OPEN:
        return _delivery(row)
    row.state, row.code, row.by = asked.state, asked.code, asked.by
    row.asked_at = row.due_at = asked.at
    row.sent_at, row.failures, row.said = asked.sent_at, 0, ""
    row.arrived = row.tokens = "[]"
    row.there = 0
    db.flush()
    return _delivery(row)


def ask_all(db: Work, many: Iterable[Asked]) -> None:
    """Put several into the queue."""
    for one in many:
        ask(db, one)


def take_up(db: Work) -> None:
    """What an earlier daemon was sending waits again."""
    sending = update(DeliveryRow).where(DeliveryRow.state == Standing.SENDING)
    db.execute(sending.values(state=Standing.WAITING))


def upcoming(db: Work, target: str, now: datetime) -> Delivery | None:
    """Give what a target gets next: what a person asked for first, then the newest recording."""
    due = _waiting(target).where(DeliveryRow.due_at <= now)
    row = db.scalars(due.order_by(DeliveryRow.by == "", DeliveryRow.recording.desc())).first()
    return _delivery(row) if row else None


def due_at(db: Work, target: str) -> datetime | None:
    """Give when something is due for a target; None = nothing waits."""
    first = _waiting(target).order_by(DeliveryRow.due_at).limit(1)
    row = db.scalars(first).first()
    return row.due_at if row else None


def one(db: Work, number: int) -> Delivery | None:
    """Give one delivery."""
    row = db.get(DeliveryRow, number)
    return _delivery(row) if row else None


def keep(db: Work, delivery: Delivery) -> None:
    """Keep what has become of a delivery."""
    changed = update(DeliveryRow).where(DeliveryRow.number == delivery.number)
    db.execute(
        changed.values(
            state=delivery.state,
            due_at=delivery.due_at,
            failures=delivery.failures,
            code=delivery.code,
            said=delivery.said,
            bytes=delivery.bytes,
            there=delivery.there,
            sent_at=delivery.sent_at,
            arrived=msgspec.json.encode(delivery.arrived).decode(),
            tokens=msgspec.json.encode(delivery.tokens).decode(),
        )
    )


def listed(
    db: Work, *, states: Collection[str] = (), recording: str = "", limit: int = 200
) -> tuple[Delivery, ...]:
    """Give deliveries, the newest recording first."""
    found = select(DeliveryRow)
    if states:
        found = found.where(DeliveryRow.state.in_(states))
    if recording:
        found = found.where(DeliveryRow.recording == recording)
    ordered = found.order_by(DeliveryRow.recording.desc(), DeliveryRow.number.desc())
    return tuple(map(_delivery, db.scalars(ordered.limit(limit))))


def counts(db: Work) -> dict[tuple[str, str], int]:
    """Count deliveries by target and state."""
    both = (DeliveryRow.target, DeliveryRow.state)
    counted = select(*both, func.count()).group_by(*both)
    return {(target, state): number for target, state, number in db.execute(counted)}


def unasked(db: Work, target: str, what: str) -> tuple[tuple[str, str], ...]:
    """Give finished recordings, with their consent, that nobody has asked a target to get.

    Of those that were recorded here: what other schools sent goes on only when a person says so.
    """
    asked = select(DeliveryRow.recording).where(
        DeliveryRow.target == target, DeliveryRow.what == what
    )
    over = select(Recording.id, Recording.consent).where(
        Recording.state == State.FINISHED, Recording.school == "", Recording.id.not_in(asked)
    )
    return tuple((id_, consent) for id_, consent in db.execute(over))


def allowed(db: Work, target: str, consents: Collection[str]) -> tuple[Delivery, ...]:
    """Give what was withheld from a target, and may go there now."""
    rows = db.scalars(
        select(DeliveryRow)
        .join(Recording, Recording.id == DeliveryRow.recording)
        .where(
            DeliveryRow.target == target,
            DeliveryRow.state == Standing.WITHHELD,
            Recording.consent.in_(consents),
        )
    )
    return tuple(map(_delivery, rows))


def _waiting(target: str) -> Select[DeliveryRow]:
    return select(DeliveryRow).where(
        DeliveryRow.target == target, DeliveryRow.state == Standing.WAITING
    )


def _delivery(row: DeliveryRow) -> Delivery:
    return Delivery(
        number=row.number,
        recording=row.recording,
        target=row.target,
        what=row.what,
        state=Standing(row.state),
        by=row.by,
        asked_at=row.asked_at,
        due_at=row.due_at,
        failures=row.failures,
        code=row.code,
        said=row.said,
        bytes=row.bytes,
        there=row.there,
        sent_at=row.sent_at,
        arrived=_RECEIPTS.decode(row.arrived),
        tokens=_TOKENS.decode(row.tokens),
    )
