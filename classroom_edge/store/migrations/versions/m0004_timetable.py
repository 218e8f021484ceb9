"""What the timetable has done, job by job, and what people have asked of its lessons."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the tables of the timetable."""
    op.create_table(
        "timetable_jobs",
        sa.Column("job", sa.String, primary_key=True),
        sa.Column("turn", sa.Integer, primary_key=True),
        sa.Column("by", sa.String, nullable=False),
        sa.Column("outcome", sa.String, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False, index=True),
        sa.Column("why", sa.String, nullable=False),
        sa.Column("recording", sa.String, nullable=False),
        sa.Column("starts_at", sa.BigInteger),
        sa.Column("ends_at", sa.BigInteger),
    )
    op.create_table(
        "timetable_wishes",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("lesson", sa.String, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("by", sa.String(64), nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False, index=True),
        sa.Column("minutes", sa.Integer, nullable=False),
        sa.Column("other", sa.String, nullable=False),
        sa.Column("undone_at", sa.BigInteger),
    )
