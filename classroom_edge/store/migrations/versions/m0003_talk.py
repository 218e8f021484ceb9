"""What was answered and written in a session, by member."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Count answers and lines of chat; in sessions from before there were none."""
    for name in ("answers", "lines"):
        column = sa.Column(name, sa.Integer, nullable=False, server_default="0")
        op.add_column("live_parts", column)
