"""Kept plans, what was known before the last message, and opinions on answers.

Revision: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Makes the tables."""
    op.create_table(
        "kept_plans",
        sa.Column("token_hash", sa.String(64), primary_key=True),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False, index=True),
    )
    op.create_table(
        "snapshots",
        _conversation(),
        sa.Column("turn", sa.Integer, nullable=False),
        sa.Column("context", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "opinions",
        sa.Column(
            "conversation", sa.String(32), sa.ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True
        ),
        sa.Column("turn", sa.Integer, primary_key=True),
        sa.Column("useful", sa.Boolean, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
    )


def _conversation() -> sa.Column[str]:
    key = sa.ForeignKey("conversations.id", ondelete="CASCADE")
    return sa.Column("conversation", sa.String(32), key, primary_key=True)


def downgrade() -> None:
    """Takes them away."""
    for table in ("opinions", "snapshots", "kept_plans"):
        op.drop_table(table)
