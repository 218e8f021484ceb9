"""The tables. A secret is never in one: passwords are hashed by argon2, tokens by SHA-256."""

from datetime import UTC, datetime

from sqlalchemy import BigInteger, Dialect, ForeignKey, Index, LargeBinary, String, TypeDecorator
from sqlalchemy.orm import DeclarativeBase, Mapped, MappedAsDataclass, mapped_column

NAME_MAX = 64  # characters


class Instant(TypeDecorator[datetime]):
    """An aware datetime, kept as microseconds since 1970, which SQLite can compare."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """Spell an instant as a number."""
        return None if value is None else round(value.timestamp() * 1_000_000)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        """Read an instant back, in UTC."""
        return None if value is None else datetime.fromtimestamp(value / 1_000_000, UTC)


class Lines(TypeDecorator[tuple[str, ...]]):
    """Several names, each on a line of its own with a line end on both sides."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: tuple[str, ...] | None, dialect: Dialect) -> str:
        """Spell names as lines."""
        return "\n".join(("", *value, "")) if value else ""

    def process_result_value(self, value: str | None, dialect: Dialect) -> tuple[str, ...]:
        """Read lines back."""
        return tuple(value.strip("\n").split("\n")) if value else ()


class Table(MappedAsDataclass, DeclarativeBase, kw_only=True):
    """What all tables share: rows are dataclasses."""

    type_annotation_map = {datetime: Instant, bytes: LargeBinary}  # noqa: RUF012 - SQLAlchemy's


class User(Table):
    """Somebody with a password. There is none until ``classroom-edge user add`` made one."""

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    name: Mapped[str] = mapped_column(String(NAME_MAX), unique=True)
    password_hash: Mapped[str]
    created_at: Mapped[datetime]


class Session(Table):
    """Somebody who has logged in, at one browser."""

    __tablename__ = "sessions"

    token_hash: Mapped[bytes] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]


class Panel(Table):
    """A panel that was paired with the room."""

    __tablename__ = "panels"

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    name: Mapped[str] = mapped_column(String(NAME_MAX))
    room: Mapped[str]
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    paired_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None] = mapped_column(default=None)


class Failure(Table):
    """How often somebody came with a wrong password since the last right one."""

    __tablename__ = "failures"

    name: Mapped[str] = mapped_column(String(NAME_MAX), primary_key=True)
    count: Mapped[int]
    last_at: Mapped[datetime]


class AuditEntry(Table):
    """Somebody came in, went out, was let in or shut out: when, who, from where, how it went."""

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    at: Mapped[datetime] = mapped_column(index=True)
    what: Mapped[str]  # "login" | "logout" | "pair" | "revoke" | "user-add" | "code" | "enrol"
    who: Mapped[str] = mapped_column(String(NAME_MAX))
    address: Mapped[str]
    result: Mapped[str]  # "good" | "wrong" | "locked"


class EnrolledSite(Table):
    """A key that was enrolled as a site; of one site's keys the newest is not revoked."""

    __tablename__ = "enrolled_sites"

    key: Mapped[str] = mapped_column(String(40), primary_key=True)  # Z85, public
    site: Mapped[str] = mapped_column(String(40), index=True)
    name: Mapped[str] = mapped_column(String(NAME_MAX))
    enrolled_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None] = mapped_column(default=None)


class EnrolmentCode(Table):
    """A code that lets one key become a site, once."""

    __tablename__ = "enrolment_codes"

    secret_hash: Mapped[bytes] = mapped_column(primary_key=True)
    site: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(NAME_MAX))
    expires_at: Mapped[datetime]
    key: Mapped[str | None] = mapped_column(String(40), default=None)  # that has used it


class StandingGroup(Table):
    """Rooms that meet again and again."""

    __tablename__ = "standing_groups"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    title: Mapped[str] = mapped_column(String(120))
    kind: Mapped[str]
    style: Mapped[str]


class GroupSite(Table):
    """One room of a standing group."""

    __tablename__ = "group_sites"

    group: Mapped[str] = mapped_column(
        ForeignKey("standing_groups.id", ondelete="CASCADE"), primary_key=True
    )
    site: Mapped[str] = mapped_column(String(40), primary_key=True)
    place: Mapped[int]  # in the order in which they were named


class LiveSession(Table):
    """A session of rooms: planned, going on, or held."""

    __tablename__ = "live_sessions"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    group: Mapped[str]  # "" = none
    title: Mapped[str] = mapped_column(String(120))
    kind: Mapped[str]
    style: Mapped[str]
    hub: Mapped[str] = mapped_column(String(40))
    planned_at: Mapped[datetime]
    ended_at: Mapped[datetime | None] = mapped_column(default=None)
    open_ns: Mapped[int] = mapped_column(BigInteger, default=0)


class LiveEvent(Table):
    """One thing that happened in a session, and who did it: its audit, and what it goes on from."""

    __tablename__ = "live_events"

    session: Mapped[str] = mapped_column(
        ForeignKey("live_sessions.id", ondelete="CASCADE"), primary_key=True
    )
    number: Mapped[int] = mapped_column(primary_key=True)  # from 1 on
    event: Mapped[bytes]  # JSON


class LivePart(Table):
    """What one member did in a session that is over."""

    __tablename__ = "live_parts"

    session: Mapped[str] = mapped_column(
        ForeignKey("live_sessions.id", ondelete="CASCADE"), primary_key=True
    )
    member: Mapped[str] = mapped_column(String(40), primary_key=True)
    name: Mapped[str] = mapped_column(String(NAME_MAX))
    role: Mapped[str]
    attended: Mapped[bool]
    present_ns: Mapped[int] = mapped_column(BigInteger)
    dark_ns: Mapped[int] = mapped_column(BigInteger)
    floor_ns: Mapped[int] = mapped_column(BigInteger)
    hands: Mapped[int]
    floors: Mapped[int]
    moves: Mapped[int]
    answers: Mapped[int]
    lines: Mapped[int]


class TimetableJob(Table):
    """One turn of a job of the timetable: claimed before it is done, so that it is done once."""

    __tablename__ = "timetable_jobs"

    job: Mapped[str] = mapped_column(primary_key=True)
    turn: Mapped[int] = mapped_column(primary_key=True)
    by: Mapped[str]  # the daemon that claimed it
    outcome: Mapped[str]
    at: Mapped[datetime] = mapped_column(index=True)
    why: Mapped[str]  # JSON: the key of a remark and its values
    recording: Mapped[str] = mapped_column(default="")
    starts_at: Mapped[datetime | None] = mapped_column(default=None)
    ends_at: Mapped[datetime | None] = mapped_column(default=None)


class TimetableWish(Table):
    """What somebody asked of a lesson of one day."""

    __tablename__ = "timetable_wishes"

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    lesson: Mapped[str]
    kind: Mapped[str]
    by: Mapped[str] = mapped_column(String(NAME_MAX))
    at: Mapped[datetime] = mapped_column(index=True)
    minutes: Mapped[int] = mapped_column(default=0)
    other: Mapped[str] = mapped_column(default="")
    undone_at: Mapped[datetime | None] = mapped_column(default=None)


class Recording(Table):
    """The index of one recording, whose folder is the truth."""

    __tablename__ = "recordings"
    __table_args__ = (Index("ix_recordings_newest", "started_at", "id"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    stamp: Mapped[str]  # of the files that it was read from
    started_at: Mapped[datetime]
    state: Mapped[str]
    title: Mapped[str]
    subject: Mapped[str]
    teachers: Mapped[tuple[str, ...]] = mapped_column(Lines)
    classes: Mapped[tuple[str, ...]] = mapped_column(Lines)
    duration_s: Mapped[float]
    bytes: Mapped[int] = mapped_column(BigInteger)
    thumbnail: Mapped[str]
    filmstrip: Mapped[str]
    tracks: Mapped[tuple[str, ...]] = mapped_column(Lines)
    sessions: Mapped[tuple[str, ...]] = mapped_column(Lines)
    marks: Mapped[int]
    gaps: Mapped[int]
    held: Mapped[bool]
    consent: Mapped[str]
    edits: Mapped[int]
    receipts: Mapped[int]
    problem: Mapped[str]
    school: Mapped[str] = mapped_column(String(NAME_MAX))  # that has sent it to its hub; "" = none
    received_at: Mapped[datetime | None]
    words: Mapped[str]  # that a search looks at, folded
    digest: Mapped[str]  # of all the rest


class DeliveryRow(Table):
    """Something of one recording that goes to one target, and what has become of it."""

    __tablename__ = "deliveries"
    __table_args__ = (
        Index("ix_deliveries_parcel", "recording", "target", "what", unique=True),
        Index("ix_deliveries_due", "target", "state", "due_at"),
    )

    number: Mapped[int] = mapped_column(primary_key=True, init=False)
    recording: Mapped[str]
    target: Mapped[str]
    what: Mapped[str]
    state: Mapped[str] = mapped_column(init=False)
    by: Mapped[str] = mapped_column(init=False)
    asked_at: Mapped[datetime] = mapped_column(init=False)
    due_at: Mapped[datetime] = mapped_column(init=False)
    failures: Mapped[int] = mapped_column(default=0)
    code: Mapped[str] = mapped_column(default="")
    said: Mapped[str] = mapped_column(default="")
    bytes: Mapped[int] = mapped_column(BigInteger, default=0)
    there: Mapped[int] = mapped_column(BigInteger, default=0)
    sent_at: Mapped[datetime | None] = mapped_column(default=None)
    arrived: Mapped[str] = mapped_column(default="[]")  # JSON: receipts of its files
    tokens: Mapped[str] = mapped_column(default="[]")  # JSON: pairs of an item and its token
