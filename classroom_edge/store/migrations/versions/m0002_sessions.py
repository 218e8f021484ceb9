"""Enrolled sites and their codes, standing groups, and live sessions with all that happened."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the tables of sessions."""
    _sites()
    _groups()
    _sessions()


def _sites() -> None:
    op.create_table(
        "enrolled_sites",
        sa.Column("key", sa.String(40), primary_key=True),
        sa.Column("site", sa.String(40), nullable=False, index=True),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("enrolled_at", sa.BigInteger, nullable=False),
        sa.Column("revoked_at", sa.BigInteger),
    )
    op.create_table(
        "enrolment_codes",
        sa.Column("secret_hash", sa.LargeBinary, primary_key=True),
        sa.Column("site", sa.String(40), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        sa.Column("key", sa.String(40)),
    )


def _groups() -> None:
    op.create_table(
        "standing_groups",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("title", sa.String(120), nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("style", sa.String, nullable=False),
    )
    op.create_table(
        "group_sites",
        sa.Column(
            "group",
            sa.String(40),
            sa.ForeignKey("standing_groups.id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("site", sa.String(40), primary_key=True),
        sa.Column("place", sa.Integer, nullable=False),
    )


def _sessions() -> None:
    op.create_table(
        "live_sessions",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("group", sa.String, nullable=False),
        sa.Column("title", sa.String(120), nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("style", sa.String, nullable=False),
        sa.Column("hub", sa.String(40), nullable=False),
        sa.Column("planned_at", sa.BigInteger, nullable=False),
        sa.Column("ended_at", sa.BigInteger),
        sa.Column("open_ns", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "live_events",
        _session_column(),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("event", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "live_parts",
        _session_column(),
        sa.Column("member", sa.String(40), primary_key=True),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("role", sa.String, nullable=False),
        sa.Column("attended", sa.Boolean, nullable=False),
        *(
            sa.Column(name, sa.BigInteger, nullable=False)
            for name in ("present_ns", "dark_ns", "floor_ns")
        ),
        *(sa.Column(name, sa.Integer, nullable=False) for name in ("hands", "floors", "moves")),
    )


def _session_column() -> sa.Column[str]:
    session = sa.ForeignKey("live_sessions.id", ondelete="CASCADE")
    return sa.Column("session", sa.String(40), session, primary_key=True)
