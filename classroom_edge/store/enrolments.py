"""Who is enrolled at this hub, and the codes with which one becomes it."""

import hashlib
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session as Work

from classroom_edge.sessions.link.effects import Site
from classroom_edge.store import audit
from classroom_edge.store.tables import EnrolledSite, EnrolmentCode

CODE_LASTS: Final = timedelta(minutes=15)


def open_code(db: Work, at: datetime, secret: str, site: Site) -> datetime:
    """Keep a code for a site, in place of any other for it; give when it expires."""
    expires_at = at + CODE_LASTS
    db.execute(
        delete(EnrolmentCode).where(
            (EnrolmentCode.site == site.id) | (EnrolmentCode.expires_at <= at)
        )
    )
    code = EnrolmentCode(
        secret_hash=_hash(secret), site=site.id, name=site.name, expires_at=expires_at
    )
    db.add(code)
    audit.note(db, at, what="code", who=site.id, address="", result="good")
    return expires_at


def open_until(db: Work, at: datetime) -> datetime | None:
    """Give until when some code is open, or None."""
    return db.scalars(
        select(EnrolmentCode.expires_at)
        .where(EnrolmentCode.expires_at > at)
        .order_by(EnrolmentCode.expires_at.desc())
    ).first()


def redeem(db: Work, at: datetime, secret: str, key: str) -> Site | None:
    """Enrol the key that brings a secret, once; the keys that the site had are revoked.

    The same key with the same secret is told once more that it is enrolled. None: the secret
    is wrong, too old, or was used by another key.
    """
    mine = (EnrolmentCode.key.is_(None)) | (EnrolmentCode.key == key)
    code = db.scalars(
        update(EnrolmentCode)
        .where(EnrolmentCode.secret_hash == _hash(secret), EnrolmentCode.expires_at > at, mine)
        .values(key=key)
        .returning(EnrolmentCode)
    ).one_or_none()
    audit.note(
        db,
        at,
        what="enrol",
        who=code.site if code else "",
        address=key,
        result="good" if code else "wrong",
    )
    if code is None:
        return None
    _revoke(db, at, code.site, but=key)
    db.merge(EnrolledSite(key=key, site=code.site, name=code.name, enrolled_at=at))
    return Site(code.site, code.name)


def strike_off(db: Work, at: datetime, site: str) -> None:
    """Revoke the keys of a site."""
    _revoke(db, at, site, but="")
    audit.note(db, at, what="strike-off", who=site, address="", result="good")


def _revoke(db: Work, at: datetime, site: str, *, but: str) -> None:
    revoked = update(EnrolledSite).where(
        EnrolledSite.site == site, EnrolledSite.revoked_at.is_(None), EnrolledSite.key != but
    )
    db.execute(revoked.values(revoked_at=at))


def enrolled(db: Work) -> dict[str, Site]:
    """Give the sites by their keys."""
    rows = db.scalars(select(EnrolledSite).where(EnrolledSite.revoked_at.is_(None)))
    return {row.key: Site(row.site, row.name) for row in rows}


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
