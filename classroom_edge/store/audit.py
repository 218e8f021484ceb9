"""The audit: who came in, or tried to, and from where. Only ever added to."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete
from sqlalchemy.orm import Session as Work

from classroom_edge.store.tables import AuditEntry

KEPT: Final = timedelta(days=200)  # the law asks for six months


def note(db: Work, at: datetime, *, what: str, who: str, address: str, result: str) -> None:
    """Write a line, and forget those that are older than they must be kept."""
    db.add(AuditEntry(at=at, what=what, who=who, address=address, result=result))
    db.execute(delete(AuditEntry).where(AuditEntry.at < at - KEPT))
