"""The index of recordings: made from their folders, and made again from them when it is lost."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Make the table of recordings."""
    op.create_table(
        "recordings",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("stamp", sa.String, nullable=False),
        sa.Column("started_at", sa.BigInteger, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("title", sa.String, nullable=False),
        sa.Column("subject", sa.String, nullable=False),
        sa.Column("teachers", sa.String, nullable=False),
        sa.Column("classes", sa.String, nullable=False),
        sa.Column("duration_s", sa.Double, nullable=False),
        sa.Column("bytes", sa.BigInteger, nullable=False),
        sa.Column("thumbnail", sa.String, nullable=False),
        sa.Column("filmstrip", sa.String, nullable=False),
        sa.Column("tracks", sa.String, nullable=False),
        sa.Column("sessions", sa.String, nullable=False),
        sa.Column("marks", sa.Integer, nullable=False),
        sa.Column("gaps", sa.Integer, nullable=False),
        sa.Column("held", sa.Boolean, nullable=False),
        sa.Column("consent", sa.String, nullable=False),
        sa.Column("edits", sa.Integer, nullable=False),
        sa.Column("receipts", sa.Integer, nullable=False),
        sa.Column("problem", sa.String, nullable=False),
        sa.Column("words", sa.String, nullable=False),
        sa.Column("digest", sa.String, nullable=False),
    )
    op.create_index("ix_recordings_newest", "recordings", ["started_at", "id"])
