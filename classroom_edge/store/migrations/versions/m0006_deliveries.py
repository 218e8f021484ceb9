"""The queue of deliveries."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Make the table of deliveries."""
    op.create_table(
        "deliveries",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("recording", sa.String, nullable=False),
        sa.Column("target", sa.String, nullable=False),
        sa.Column("what", sa.String, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("by", sa.String, nullable=False),
        sa.Column("asked_at", sa.BigInteger, nullable=False),
        sa.Column("due_at", sa.BigInteger, nullable=False),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("code", sa.String, nullable=False),
        sa.Column("said", sa.String, nullable=False),
        sa.Column("bytes", sa.BigInteger, nullable=False),
        sa.Column("there", sa.BigInteger, nullable=False),
        sa.Column("sent_at", sa.BigInteger),
        sa.Column("arrived", sa.String, nullable=False),
        sa.Column("tokens", sa.String, nullable=False),
    )
    parcel = ["recording", "target", "what"]
    op.create_index("ix_deliveries_parcel", "deliveries", parcel, unique=True)
    op.create_index("ix_deliveries_due", "deliveries", ["target", "state", "due_at"])
