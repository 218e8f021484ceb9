"""The audit: who came in, or tried to, and from where. Only ever added to."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session as Work

from classroom_edge.store.tables import AuditEntry

KEPT: Final = timedelta(days=200)  # the law asks for six months


def note(db: Work, at: datetime, *, what: str, who: str, address: str, result: str) -> None:
    """Write a line, and forget those that are older than they must be kept."""
    db.add(AuditEntry(at=at, what=what, who=who, address=address, result=result))
    db.execute(delete(AuditEntry).where(AuditEntry.at < at - KEPT))


def views(db: Work, who: str) -> int:
    """Count how often somebody came with a link, as far as is remembered."""
    seen = select(func.count()).select_from(AuditEntry)
    return db.scalar(seen.where(AuditEntry.who == who, AuditEntry.what == "share-view")) or 0
