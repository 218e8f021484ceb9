"""The index of recordings tells which school has sent one, and since when it is here."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add both; the lines themselves are made again from the folders."""
    school = sa.Column("school", sa.String(64), nullable=False, server_default="")
    op.add_column("recordings", school)
    op.add_column("recordings", sa.Column("received_at", sa.BigInteger, nullable=True))
    op.execute("DELETE FROM recordings")
